"""What NVIDIA's driver says of this machine, asked of it directly: no library of the engine is loaded for it."""

import ctypes
import ctypes.util
from functools import cache


@cache
def gpu_count() -> int:
    """How many GPUs the driver knows; 0 where there is none. Asked once: to look for the driver takes a while."""
    library = ctypes.util.find_library("cuda") or ctypes.util.find_library("nvcuda")
    if library is None:
        return 0
    driver, count = ctypes.CDLL(library), ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if found else 0
