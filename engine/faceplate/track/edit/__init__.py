"""What an artist decides about a track: made as edits, taken back, and carried over to a new track of the plate."""

from faceplate.track.edit.apply import (
    Unmet,
    carried_over,
    check_plate,
    on_other_pictures,
    unmet,
    with_edits,
    without_edits,
    without_last_edit,
)
from faceplate.track.edit.groups import WHOLE, group_named, groups
from faceplate.track.edit.make import (
    absent,
    dropped,
    merged,
    moved_groups,
    named,
    set_alignment,
    set_points,
    split,
)
from faceplate.track.edit.moves import Move
from faceplate.track.edit.promoted import GIVEN

__all__ = [
    "GIVEN",
    "WHOLE",
    "Move",
    "Unmet",
    "absent",
    "carried_over",
    "check_plate",
    "dropped",
    "group_named",
    "groups",
    "merged",
    "moved_groups",
    "named",
    "on_other_pictures",
    "set_alignment",
    "set_points",
    "split",
    "unmet",
    "with_edits",
    "without_edits",
    "without_last_edit",
]
