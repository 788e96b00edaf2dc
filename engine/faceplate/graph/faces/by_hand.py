"""Keys on FaceTrack's knobs as edits of its track: what an artist sets in the graph is met by the track."""

import hashlib
import math
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from faceplate.errors import CallError, ScriptError, StorageError, TrackError
from faceplate.graph.faces.stream import file_identity, opened
from faceplate.graph.gizmo.by_hand import PERSON, HandKnobs, hand_knobs
from faceplate.graph.knobs import Curve
from faceplate.graph.knobs.elements import Element, elements_of
from faceplate.graph.render import Node
from faceplate.storage import whole_or_absent
from faceplate.track import edit, read_track, write_track
from faceplate.track.edit import Move
from faceplate.values import Edit, Track

Keys: TypeAlias = Mapping[int, Mapping[str, Move]]
"""The moves of each group on each frame that is set by hand."""

_neutral = Move()
_record = "keys"


def keep_keys(group: Node, path: str) -> None:
    """Brings a track in line with the keys of its FaceTrack, and writes it anew where they have changed.

    Keys say how far the landmarks are from where the track has them without the keys. Edits of nodes that are no longer
    in the script are taken back, for a node that is called otherwise now makes its own again.

    Raises:
        ScriptError: a knob is driven by an expression, or asks for what cannot be.
        StorageError: the track cannot be written.
    """
    keys = keys_of(group)
    track = opened(group, "track_file", path, read_track)
    gone = _stale(group, track) | {group.path}
    before = tuple(each for each in track.edits if each.origin in gone)
    if (not keys and not before) or _is_recorded(group, path, keys):
        return
    base = edit.without_edits(track, *gone)
    made = tuple(each for frame, moves in keys.items() for each in _edits(group, base, frame, moves))
    if made != before:
        write_track(edit.with_edits(base, *made) if made else base, Path(path))
    _note_record(group, path, keys)


def keys_of(group: Node) -> Keys:
    """The frames that have a key on a knob of a group, in their order, each with the moves that the knobs say there.

    Raises:
        ScriptError: a knob is driven by an expression, or cannot be read.
    """
    found: dict[int, dict[str, Move]] = {}
    for name, knobs in hand_knobs.items():
        for frame, move in _moves(group, name, knobs).items():
            found.setdefault(frame, {})[name] = move
    return {frame: found[frame] for frame in sorted(found)}


def _moves(group: Node, name: str, knobs: HandKnobs) -> dict[int, Move]:
    elements = [_element(group, knob, neutral) for knob, neutral in zip(knobs, (0.0, 0.0, 0.0, 1.0), strict=True)]
    curves = [element for element in elements if isinstance(element, Curve)]
    frames = sorted({key.x for curve in curves for key in curve.keys})
    between = [frame for frame in frames if frame != math.floor(frame)]
    if between:
        group.session.note(f"{group.path}: a key of {name} at {between[0]:g} is on no whole frame, and says nothing")
    if not frames and _move(elements, 0.0) != _neutral:
        group.session.note(f"{group.path}: {name} is moved without a key, which says nothing; set a key on its frame")
    return {int(frame): _move(elements, frame) for frame in frames if frame not in between}


def _move(elements: list[float | Curve], frame: float) -> Move:
    """From Nuke's pixels, where y goes up and turns go to the left."""
    x, y, turn, scale = (each.value(frame) if isinstance(each, Curve) else each for each in elements)
    return Move((x, 0.0 - y), 0.0 - turn, scale)


def _element(group: Node, knob: str, neutral: float) -> float | Curve:
    text = group.values.get(knob)
    if text is None:
        return neutral
    try:
        element: Element = next(iter(elements_of(text)), neutral)
    except ScriptError as fault:
        raise group.refusal(knob=knob, expected=fault.expected, came=fault.came, next_step=fault.next_step) from fault
    if isinstance(element, float | Curve):
        return element
    raise group.refusal(
        knob=knob,
        expected="keys, each on a frame that is set by hand",
        came=f"the expression {element.expression}",
        next_step="set keys on the frames that are wrong, or bake the expression to keys",
    )


def _edits(group: Node, base: Track, frame: int, moves: Mapping[str, Move]) -> tuple[Edit, ...]:
    """The edits that the keys on a frame make; none, and a note, where the person is not to be seen."""
    try:
        return edit.moved_groups(base, _person(group, base), frame, moves, group.path)
    except TrackError as fault:
        group.session.note(f"{group.path}: the key on frame {frame} waits: {fault}")
        return ()
    except CallError as fault:
        raise group.refusal(
            expected=fault.expected, came=f"{fault.came}, from the keys on frame {frame}", next_step="correct the keys"
        ) from fault


def _person(group: Node, base: Track) -> str:
    """Whom the keys are for; the first of the track where the knob names nobody."""
    names = [person.name for person in base.people]
    name = group.text(PERSON) if group.values.get(PERSON) else (names or [""])[0]
    if name not in names:
        raise group.refusal(
            knob=PERSON,
            expected=f"one of {', '.join(names)}" if names else "somebody in the track",
            came=name or "nobody",
            next_step="name somebody of the track, or take the keys away",
        )
    return name


def _stale(group: Node, track: Track) -> set[str]:
    """Who made edits in this track and is no node of the script any longer."""
    session = group.session
    nodes = session.script.nodes
    there = {session.path(index) for index, node in enumerate(nodes) if "faceplate_class" in node.values}
    return {each.origin for each in track.edits} - there - {Edit.origin, edit.GIVEN}


def _is_recorded(group: Node, path: str, keys: Keys) -> bool:
    """True where beside the track stands that it is in line with just these keys: then nothing is worked out."""
    record = Path(f"{path}.{_record}")
    return bool(file_identity(str(record))) and record.read_text().strip() == _state(group, path, keys)


def _note_record(group: Node, path: str, keys: Keys) -> None:
    # It saves the next render the work, no more: a folder that cannot be written is no reason to fail.
    with suppress(StorageError), whole_or_absent(Path(f"{path}.{_record}")) as beside:
        beside.write_text(_state(group, path, keys) + "\n")


def _state(group: Node, path: str, keys: Keys) -> str:
    stated = hashlib.sha256(repr((group.path, group.values.get(PERSON), keys)).encode())
    stated.update(Path(path).read_bytes())
    return stated.hexdigest()
