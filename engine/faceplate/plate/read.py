from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.read_dpx import read_dpx
from faceplate.plate.read_exr import read_exr
from faceplate.plate.read_still import read_still
from faceplate.values import Frame

still_readers = {
    ".exr": read_exr,
    ".dpx": read_dpx,
    ".tif": read_still,
    ".tiff": read_still,
    ".png": read_still,
    ".jpg": read_still,
    ".jpeg": read_still,
    ".ppm": read_still,
}


def read_frame(path: str | Path, number: int) -> Frame:
    """The image in one file, as stored: codes, windows, channels and every header entry. Safe from several threads.

    Raises:
        PlateError: the file is missing, empty, damaged, of a format that is not read, deep or multi-part.
    """
    path = Path(path)
    reader = still_readers.get(path.suffix.lower())
    if reader is None:
        raise PlateError(
            str(path),
            expected=f"a file of type {', '.join(sorted(still_readers))}",
            came=path.suffix or "no extension",
            next_step="name a file of one of these types",
        )
    try:
        if path.stat().st_size == 0:
            raise damaged(path, expected="an image", came="an empty file")
        return reader(path, number)
    except OSError as error:
        raise damaged(path, expected="a file that can be read", came=error.strerror or str(error)) from error
