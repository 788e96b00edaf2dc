"""FaceTrack in a render: the shot is tracked before its first frame where its track is not there yet."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.stream import config_of, file_state, stream_plate
from faceplate.graph.files.frame_ranges import frames_between
from faceplate.graph.render import Box, Info, Node, Planes, Source, operator
from faceplate.graph.tracking import track_shot
from faceplate.storage import whole_or_absent
from faceplate.track import FaceTrackSettings, write_track


def track_missing(node: Node) -> None:
    """Tracks the group's first input and writes the file that the group names, unless it is there.

    Beside the track stands what it was made of, `NAME.track.made`: where a track that is there was made of another
    picture or with other knobs it is kept, for it may have been mended by hand, and that is said.

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
    numbers, settings = frames_between(*source.info.frames, group), settings_at(group, FaceTrackSettings)
    record = Path(f"{path}.made")
    if file_state(path):
        _say_if_other(group, path, record, lambda: _made_of(source, numbers, settings))
        return
    track = track_shot(stream_plate(source, tuple(numbers)), settings, config=config_of(node))
    write_track(track, Path(path))
    with whole_or_absent(record) as beside:
        beside.write_text(_made_of(source, numbers, settings) + "\n")


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
