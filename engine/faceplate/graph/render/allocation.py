"""What the process gives back to the system of the memory that pictures took."""

import ctypes
import sys
from functools import cache

_trim_threshold, _mmap_threshold = -1, -3  # glibc's malloc.h
_picture_bytes = 2**21
_spare_heap_bytes = 2**25


@cache
def give_back_pictures() -> None:
    """Has glibc take each larger plane from the system and give it back when it goes; elsewhere nothing is done.

    Left to itself it learns from the first large planes to keep memory for the next ones, in a heap of each thread: at
    4K that was 800 MB of nothing. Arithmetic's own arrays, 1 MiB at a time, stay in the heap.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_mmap_threshold, _picture_bytes)
        libc.mallopt(_trim_threshold, _spare_heap_bytes)
