from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.read_cineon import read_cineon
from faceplate.plate.read_dpx import read_dpx
from faceplate.plate.read_exr import read_exr
from faceplate.plate.read_still import read_still
from faceplate.values import Frame

still_readers = {
    ".exr": read_exr,
    ".dpx": read_dpx,
    ".cin": read_cineon,
    ".tif": read_still,
    ".tiff": read_still,
    ".png": read_still,
    ".jpg": read_still,
    ".jpeg": read_still,
    ".ppm": read_still,
}


def read_frame(path: str | Path, number: int, layer: str | None = None, view: str | None = None) -> Frame:
    """The image in one file, as stored: codes, windows, channels and every header entry. Safe from several threads.

    `layer` and `view` choose the picture of an EXR that holds several; without them it is the plain R, G and B of the
    first view.

    Raises:
        PlateError: the file is missing, empty, damaged, of a format or kind that is not read, or has no such layer.
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
        return reader(path, number) if layer is None and view is None else _chosen(path, number, layer, view)
    except OSError as error:
        raise damaged(path, expected="a file that can be read", came=error.strerror or str(error)) from error


def _chosen(path: Path, number: int, layer: str | None, view: str | None) -> Frame:
    if path.suffix.lower() != ".exr":
        raise PlateError(
            str(path),
            expected="an EXR, which can hold layers and views",
            came=f"a {path.suffix} file and the layer or view {layer or view!r}",
            next_step="leave layer and view away",
        )
    return read_exr(path, number, layer, view)
