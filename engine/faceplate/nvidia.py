"""Whether work can go to an NVIDIA GPU, asked of its driver directly: no library of the engine is loaded for it."""

import ctypes
import ctypes.util
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from faceplate.errors import DeviceError

DeviceProblem: TypeAlias = tuple[str, str]
"""Why a device is not there, and what to do about it."""


def chosen_device(asked: str, gpu_problem: Callable[[], DeviceProblem | None], *, expected: str) -> str:
    """What was asked for, or with `auto` CUDA where it is there, else the CPU, for which nothing is looked up.

    Args:
        asked: `auto`, `cpu` or the name of a GPU's library.
        gpu_problem: why the work cannot be done on a GPU, with `auto` on CUDA; None where it can.
        expected: what the work needs there, for the message.

    Raises:
        DeviceError: a GPU was asked for on which the work cannot be done.
    """
    if asked == "cpu":
        return asked
    problem = gpu_problem()
    if asked == "auto":
        return "cpu" if problem else "cuda"
    if problem:
        raise DeviceError(f"device {asked}", expected=expected, came=problem[0], next_step=problem[1])
    return asked


def no_gpu() -> DeviceProblem | None:
    """That this machine has no GPU; None where the driver knows of one."""
    if gpu_count() == 0:
        return "no NVIDIA driver or no GPU on this machine", "render on a machine with a GPU, or choose device cpu"
    return None


@cache
def gpu_count() -> int:
    """How many GPUs the driver knows; 0 where there is none. Asked once: to look for the driver takes a while."""
    library = ctypes.util.find_library("cuda") or ctypes.util.find_library("nvcuda")
    if library is None:
        return 0
    driver, count = ctypes.CDLL(library), ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if found else 0
