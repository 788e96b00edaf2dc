"""What the process gives back to the system of the memory that pictures took."""

import ctypes
import sys
from functools import cache

_trim_threshold, _mmap_threshold = -1, -3  # glibc's malloc.h
_picture_bytes = 2**21
_spare_heap_bytes = 2**25


def give_back_pictures() -> None:
    """Has glibc take each larger plane from the system and give it back when it goes; elsewhere nothing is done.

    Left to itself it learns from the first large planes to keep memory for the next ones, in a heap of each thread: at
    4K that was 800 MB of nothing. Arithmetic's own arrays, 1 MiB at a time, stay in the heap.
    """
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_mmap_threshold, _picture_bytes)
        libc.mallopt(_trim_threshold, _spare_heap_bytes)


def give_back_heaps() -> None:
    """Has glibc give back what earlier work, such as tracking, left free between what it keeps."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
