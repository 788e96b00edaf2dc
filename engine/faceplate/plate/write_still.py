from collections.abc import Callable
from pathlib import Path

from faceplate.plate.orientation import as_it_was_stored
from faceplate.plate.write_png import write_png
from faceplate.plate.write_tiff import write_tiff
from faceplate.values import Frame

_writers: dict[str, Callable[[Frame, Path], None]] = {"tiff": write_tiff, "png": write_png}


def write_still(frame: Frame, path: Path) -> None:
    """Writes a TIFF or PNG anew with every attribute of its header, the picture turned as its file stores it.

    Raises:
        PlateError: the frame holds samples, channels or windows that the format cannot.
        StorageError: the file could not be written whole.
    """
    _writers[frame.header.file_format](as_it_was_stored(frame), path)
