from dataclasses import replace
from functools import partial
from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.movie import movie_suffixes, open_movie
from faceplate.plate.patterns import FramePattern, choose_frames, frame_pattern, still_number
from faceplate.plate.read import read_frame
from faceplate.plate.stored_file import file_state
from faceplate.values import Frame, Plate


def open_plate(
    source: str, frame_range: str | None = None, *, layer: str | None = None, view: str | None = None
) -> Plate:
    """The frames of a sequence, a single still or a movie, each read when asked for.

    `source` is `plate.%04d.exr`, `plate.####.dpx`, one image (its number is that in its name, else 1), or a movie
    (frames count from 1). `frame_range` is like `1001-1016`, `1001-1016x2` or `1001,1005`; without it every frame
    that is there belongs to the plate. `layer` and `view` choose the picture of EXR files that hold several. The
    plate's encoding is not known yet.

    Raises:
        PlateError: nothing is there, a frame asked for is missing, or the range is empty.
        CallError: the range or the pattern cannot be understood.
    """
    pattern = frame_pattern(source)
    if pattern is not None:
        frames = choose_frames(source, pattern.frames_on_disk(), frame_range)
        reader = partial(_read_numbered, pattern, layer=layer, view=view)
        return Plate(source, frames, None, reader, partial(_state_numbered, pattern), layer, view)
    path = Path(source)
    if not path.is_file():
        raise PlateError(
            source,
            expected="an image, a movie, or a pattern like plate.%04d.exr",
            came="a folder" if path.is_dir() else "no such file",
            next_step="check the path",
        )
    if path.suffix.lower() in movie_suffixes and layer is None and view is None:
        return replace(open_movie(path, frame_range), state=partial(_state, path))
    frames = choose_frames(source, (still_number(path),), frame_range)
    reader = partial(read_frame, path, layer=layer, view=view)
    return Plate(source, frames, None, reader, partial(_state, path), layer, view)


def _read_numbered(pattern: FramePattern, number: int, layer: str | None, view: str | None) -> Frame:
    return read_frame(pattern.path(number), number, layer, view)


def _state_numbered(pattern: FramePattern, number: int) -> str:
    return _state(pattern.path(number), number)


def _state(path: Path, _number: int) -> str:
    return file_state(path)
