"""Loops over pixels, compiled by numba when they are first run."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

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
