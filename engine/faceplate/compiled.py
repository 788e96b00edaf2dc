"""Loops over pixels, compiled by numba when they are first run."""

import platform
from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import binding, ir
from numba import njit, types
from numba.extending import intrinsic

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The function as machine code that lets other threads run; the same input gives the same bits on every run.

    What was compiled is kept beside the code or in the user's cache folder (or `$NUMBA_CACHE_DIR`); where none of them
    may be written to it is compiled again at every start.
    """
    try:
        return cast("Loop", njit(cache=True, nogil=True)(loop))
    except RuntimeError:
        # numba has found no folder to keep it in.
        return cast("Loop", njit(nogil=True)(loop))


def _widens_halves() -> bool:
    on_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return not on_x86 or bool(binding.get_host_cpu_features().get("f16c"))


widens_halves = _widens_halves()
"""Whether this processor turns halves into numbers itself, many at once; all but x86 of before 2012 do."""


def _widened(_context: Any, _half: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(types.uint16), generate


widened = cast("Callable[[Any], Any]", intrinsic(_widened))
"""The number that the 16 bits of a half stand for, exactly: inside compiled loops, and where `widens_halves` alone."""
