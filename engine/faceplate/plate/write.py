from collections.abc import Callable
from pathlib import Path

from faceplate.errors import PlateError, StorageError
from faceplate.plate.stored_file import copy_file, untouched_file
from faceplate.plate.write_dpx import write_dpx
from faceplate.plate.write_exr import write_exr
from faceplate.plate.write_still import write_still
from faceplate.storage import unwritable, whole_or_absent
from faceplate.values import Frame

_writers: dict[str, Callable[[Frame, Path], None]] = {
    ".exr": write_exr,
    ".dpx": write_dpx,
    ".tif": write_still,
    ".tiff": write_still,
    ".png": write_still,
}
_formats = {".exr": "openexr", ".dpx": "dpx", ".tif": "tiff", ".tiff": "tiff", ".png": "png"}


def write_frame(frame: Frame, path: str | Path) -> int:
    """Writes one frame in its own format and gives the size of the file in bytes; missing folders are made.

    The file appears under its name when it is whole: it is written beside that name first. A frame that is still what
    its file holds, header and samples, gives that file's bytes.

    Raises:
        PlateError: the name asks for another format than the frame is in.
        StorageError: the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    writer = _writer(frame, path)
    try:
        with whole_or_absent(path) as beside:
            same = untouched_file(frame)
            copy_file(same, beside) if same else writer(frame, beside)
            return beside.stat().st_size
    except StorageError as error:
        # The writers know the hidden name; the person knows the other.
        raise unwritable(path, error.came) from error


def _writer(frame: Frame, path: Path) -> Callable[[Frame, Path], None]:
    suffix = path.suffix.lower()
    if suffix not in _writers or _formats[suffix] != frame.header.file_format:
        raise PlateError(
            str(path),
            expected=f"a name for a frame in format {frame.header.file_format}",
            came=suffix or "no extension",
            next_step="name a file of the plate's own format, or convert the frame with as_exr, as_dpx10 or as_still16",
        )
    return _writers[suffix]
