"""Work on parts of a picture, side by side."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")

BAND_ROWS = 256
threads = min(4, os.cpu_count() or 1)


def side_by_side(work: Callable[[Part], object], parts: Sequence[Part]) -> None:
    """Does the work on every part; on several threads where there are several parts. Parts must not touch each other.

    Whatever one part raises is raised here, once all have ended.
    """
    count = min(threads, len(parts))
    if count <= 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(count, "grain") as pool:
        running = [pool.submit(work, part) for part in parts]
    for each in running:
        each.result()


def rows_of(height: int) -> list[slice]:
    """The rows of a picture in bands."""
    return [slice(top, min(top + BAND_ROWS, height)) for top in range(0, height, BAND_ROWS)]
