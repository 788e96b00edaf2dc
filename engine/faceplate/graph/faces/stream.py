"""Pictures of the graph as the walk's stages want them: rows from the top, colour in the last axis, plate space."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from faceplate.colour import rec709_config, scene_linear
from faceplate.errors import PlateError, TrackError
from faceplate.graph.files.encodings import script_colour
from faceplate.graph.render import (
    Box,
    Format,
    Info,
    Node,
    Nothing,
    Planes,
    Pull,
    Source,
    bands,
    box_to_window,
    window_to_box,
)
from faceplate.values import ChannelGroup, Floats, Frame, Header, Plate, Sample, Track, Window

Opened = TypeVar("Opened")

rgb = ("rgba.red", "rgba.green", "rgba.blue")
alpha = "rgba.alpha"


def rgb_of(source: Source | Nothing, window: Window) -> Floats:
    """The colour of a picture over a window of plate space, rows x columns x 3, scene-linear."""
    planes = source.pixels(window_to_box(window, source.info.format.height), rgb)
    return np.stack([planes[name][::-1] for name in rgb], axis=-1)


def plane_of(source: Source | Nothing, window: Window, channel: str) -> Floats:
    """One channel of a picture over a window of plate space, rows x columns."""
    return source.plane(window_to_box(window, source.info.format.height), channel)[::-1]


def window_of(info: Info) -> Window:
    """Where a picture has pixels, in plate space."""
    return box_to_window(info.box, info.format.height)


def planes_over(box: Box, window: Window, pictures: dict[str, Floats], height: int) -> Planes:
    """Planes of the graph over a box from pictures of plate space over a window that holds it."""
    inside = box_to_window(box, height).slices(window)
    return {name: picture[inside][::-1] for name, picture in pictures.items()}


def config_of(node: Node) -> Any:
    """The OpenColorIO config whose working space the graph's light is in.

    Where Nuke's own colour management is in use its `linear` has no primaries; those of Rec. 709 are taken, and said.
    """
    colour = script_colour(node.session)
    if not colour.is_native:
        return colour.config
    node.session.note(
        "Root.colorManagement is Nuke, whose linear names no primaries: faces are worked on as Rec. 709. "
        "Set it to OCIO to say what the light is"
    )
    return rec709_config()


def display_of(of: Format) -> Window:
    """All pixels of a format, in plate space."""
    return Window(0, 0, of.width, of.height)


def stream_plate(source: Source, frames: tuple[int, ...]) -> Plate:
    """A picture of the graph as a plate of float frames in the working space, made frame by frame when asked for."""
    working = scene_linear(config_of(source.node))
    node = source.node

    def read(number: int) -> Frame:
        with node.session.pull() as pull:
            return _frame(pull, pull.source(node.index, number, node.moment.view), number, node.path)

    return Plate(node.path, frames, working, read)


def _frame(pull: Pull, source: Source, number: int, name: str) -> Frame:
    info, window = source.info, window_of(source.info)
    header = Header(
        "graph", display_of(info.format), window, ("R", "G", "B"), (Sample.FLOAT,) * 3, info.format.pixel_aspect
    )
    return Frame(number, name, header, (ChannelGroup(("R", "G", "B"), _whole(pull, source)),))


def _whole(pull: Pull, source: Source) -> Floats:
    """All of a picture's colour, band by band."""
    window = window_of(source.info)
    whole = np.empty((window.height, window.width, len(rgb)), np.float32)
    for band in bands(pull, [source.info.box]):
        part = box_to_window(band, source.info.format.height)
        whole[part.slices(window)] = rgb_of(source, part)
    return whole


def check_format(track: Track, info: Info, node: Node) -> None:
    """Refuses a picture that is not of the format that was tracked: the face would be put in the wrong place.

    Raises:
        TrackError: it is of another.
    """
    found = (info.format.width, info.format.height, round(info.format.pixel_aspect, 4))
    if found != (*track.size, round(track.pixel_aspect, 4)):
        raise TrackError(
            f"{node.path}: track of {track.plate}",
            expected=f"pictures of {track.size[0]}x{track.size[1]}, pixel aspect {track.pixel_aspect:g}",
            came=f"{found[0]}x{found[1]}, pixel aspect {found[2]:g}",
            next_step="put the node before what changes the format, or track the picture as it is here",
        )


def check_beside(group: Node, source: Source, slot: int, role: str) -> None:
    """Refuses a picture at another input that is not of the first one's format: it would lie in the wrong place.

    `role` says what it is to be: "a matte of the plate's format".

    Raises:
        ScriptError: it is of another.
    """
    other = group.input(slot)
    if other is None:
        return
    wanted, came = source.info.format, other.info.format
    if (wanted.width, wanted.height) != (came.width, came.height):
        raise group.refusal(
            expected=f"{role}, {wanted.width}x{wanted.height}",
            came=f"{came.width}x{came.height} from {other.node.path}",
            next_step=f"put a Reformat to that format after {other.node.path}",
        )


_next_steps = {
    "track_file": "name a track, or let FaceTrack make it: with its button, or by rendering it",
    "model_file": "name the ONNX file of a swap model",
    "profile_file": "name a profile made with `faceplate grain measure`, or none to have the plate measured",
}


def opened(node: Node, knob: str, path: str, read: Callable[[Path], Opened]) -> Opened:
    """What a file knob names, read once for the whole render and anew when the file changes.

    Raises:
        PlateError: there is no such file.
    """
    state = file_identity(path)
    if not state:
        raise PlateError(
            f"{node.path}.{knob}",
            expected="a file",
            came=path or "nothing",
            next_step=_next_steps[knob],
        )
    found: Opened = node.session.kept((read, path, state), lambda: read(Path(path)))
    return found


def file_identity(path: str) -> str:
    """Which file stands under a name: a short text that changes when it does, or another takes its place.

    Unlike `plate.file_state`, which stays where a plate is copied to another disk with its time, it tells a file from
    another of the same size and time. Empty where there is none, or something else than a file.
    """
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return ""
    if not stat.S_ISREG(status.st_mode):
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
