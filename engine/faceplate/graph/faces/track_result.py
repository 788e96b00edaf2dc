"""FaceTrack in a render: the shot is tracked before its first frame where its track is not there yet."""

from pathlib import Path

from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.stream import config_of, file_state, stream_plate
from faceplate.graph.render import Box, Info, Node, Planes, operator
from faceplate.graph.tracking import track_shot
from faceplate.track import FaceTrackSettings, write_track


def track_missing(node: Node) -> None:
    """Tracks the group's first input and writes the file that the group names, unless it is there.

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
    if file_state(path):
        return
    first, last = source.info.frames
    plate = stream_plate(source, tuple(range(first, last + 1)))
    track = track_shot(plate, settings_at(group, FaceTrackSettings), config=config_of(node))
    write_track(track, Path(path))


@operator("FaceTrack result", prepare=track_missing)
class FaceTrackResult:
    """The stream as it is: its metadata, set beside this node, says which track it goes by."""

    def info(self, node: Node) -> Info:
        """The stream's."""
        return group_of(node).source(0).info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The stream's."""
        return group_of(node).source(0).pixels(box, channels)
