"""Files that are whole or absent, and folders that are tried before work starts."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from faceplate.errors import StorageError


@contextmanager
def whole_or_absent(path: Path) -> Iterator[Path]:
    """A hidden name beside `path`, moved to `path` at the end; after any failure it is gone and `path` is as it was.

    The folder is made where it is missing. Two writers of one path do not meet: the last to finish stays.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
    """
    beside = path.with_name(f".{path.stem}.{uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.touch(exist_ok=False)
        try:
            yield beside
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as fault:
        raise unwritable(path, fault.strerror or str(fault)) from fault


def check_writable(folder: Path) -> None:
    """Makes the folder where it is missing and tries to write in it, so that no work is done in vain.

    Raises:
        StorageError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise unwritable(folder, fault.strerror or str(fault)) from fault


def unwritable(path: Path, came: str) -> StorageError:
    """The error for a file or folder that cannot be written."""
    return StorageError(
        str(path),
        expected="room here, and the right to write",
        came=came,
        next_step="free space, choose another output, or ask for the right to write there",
    )
