"""FaceTrack in a render: the shot is tracked before its first frame where its track is not there yet."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from faceplate.errors import TrackError
from faceplate.graph.faces.by_hand import keep_keys
from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.stream import config_of, file_identity, opened, stream_plate
from faceplate.graph.files.frame_ranges import frames_between
from faceplate.graph.render import Box, Info, Node, Planes, Source, operator
from faceplate.graph.tracking import track_shot
from faceplate.storage import whole_or_absent
from faceplate.track import FaceTrackSettings, edit, read_track, write_track
from faceplate.values import Edit, describe_frames

EDITS_FROM = "faceplate_edits_from"
"""The knob by which the plugin names the track whose edits a new one is to have."""


def track_missing(node: Node) -> None:
    """Tracks the group's first input and writes the file that the group names, unless it is there.

    Then the track is brought in line with the keys on the group's knobs, see `keep_keys`. Beside it stands what it was
    made of, `NAME.track.made`: where a track that is there was made of another picture or with other knobs it is kept,
    for it may have been mended by hand, and that is said.

    Raises:
        ScriptError: the group names no file, or nothing is connected to it.
        TrackError: there is no face in the shot.
    """
    group = group_of(node)
    path, source = group.text("track_file"), group.input(0)
    if not path or source is None:
        raise group.refusal(
            knob="track_file" if source else "",
            expected="a plate to track, and a file for the track",
            came=f"plate: {'connected' if source else 'none'}; file: {path or 'none'}",
            next_step="connect the plate and name the file",
        )
    _made_or_kept(group, path, source)
    keep_keys(group, path)


def _made_or_kept(group: Node, path: str, source: Source) -> None:
    numbers, settings = frames_between(*source.info.frames, group), settings_at(group, FaceTrackSettings)
    record = Path(f"{path}.made")
    if file_identity(path):
        _say_if_other(group, path, record, lambda: _made_of(source, numbers, settings))
        _take_over_edits(group, path)
        return
    plate = stream_plate(source, tuple(numbers))
    track = track_shot(plate, settings, edits=_edits_before(group), config=config_of(group))
    write_track(track, Path(path))
    _take_over_edits(group, path)
    with whole_or_absent(record) as beside:
        beside.write_text(_made_of(source, numbers, settings) + "\n")


def _edits_before(group: Node) -> tuple[Edit, ...]:
    """The edits of the track whose place the new one is to take; none where that cannot be read."""
    earlier = group.text(EDITS_FROM) if group.values.get(EDITS_FROM) else ""
    try:
        return read_track(Path(earlier)).edits if file_identity(earlier) else ()
    except TrackError:
        # `_take_over_edits` says so.
        return ()


def _take_over_edits(group: Node, path: str) -> None:
    """Gives the track the edits of the one whose place it is to take, where the plugin names that."""
    earlier = group.text(EDITS_FROM) if group.values.get(EDITS_FROM) else ""
    if not file_identity(earlier):
        return
    track = opened(group, "track_file", path, read_track)
    try:
        old = read_track(Path(earlier))
        changed = edit.carried_over(old, edit.without_edits(track))
    except TrackError as fault:
        group.session.note(f"{group.path}: what was set by hand before is not kept: {fault}")
        return
    others = edit.on_other_pictures(old, track)
    if others:
        frames = describe_frames(others)
        group.session.note(f"{group.path}: frames {frames} were set by hand on other pictures than these: check them")
    if changed.edits != track.edits:
        write_track(changed, Path(path))
    for each in edit.unmet(changed):
        group.session.note(f"{group.path}: edit {each.number} is kept and changes nothing: {each.why}")


def _made_of(source: Source, numbers: range, settings: FaceTrackSettings) -> str:
    """A digest of the pictures that are tracked, and how."""
    stated = hashlib.sha256(repr(settings).encode())
    for number in numbers:
        pull = source.node.pull.session.pull()
        stated.update(pull.source(source.node.index, number, source.node.moment.view).node.digest)
    return stated.hexdigest()


def _say_if_other(group: Node, path: str, record: Path, made_of: Callable[[], str]) -> None:
    if record.is_file() and record.read_text().strip() != made_of():
        group.session.note(
            f"{group.path}: {path} was made of another picture, or with other knobs, and is used as it is. "
            "Delete it, or press Track, to have it made anew"
        )


@operator("FaceTrack result", prepare=track_missing)
class FaceTrackResult:
    """The stream as it is: its metadata, set beside this node, says which track it goes by."""

    def info(self, node: Node) -> Info:
        """The stream's."""
        return group_of(node).source(0).info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The stream's."""
        return group_of(node).source(0).pixels(box, channels)
