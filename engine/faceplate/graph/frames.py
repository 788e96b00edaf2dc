import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

default_workers = min(4, os.cpu_count() or 1)
"""Frames in work at once: each holds a whole frame in memory, so more cores do not mean more frames."""


def for_each_frame(
    numbers: Iterable[int],
    work: Callable[[int], None],
    *,
    on_frame: Callable[[int], None] | None = None,
    workers: int = default_workers,
) -> None:
    """Does `work` for every frame, several at once, in any order; `on_frame` hears of each that is finished.

    When one fails, or the person stops the render, no further frame is begun, those in work are finished whole, and the
    reason is raised.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="frame") as pool:
        begun: list[Future[None]] = []
        try:
            begun.extend(pool.submit(_one, work, number, on_frame) for number in numbers)
            wait(begun, return_when=FIRST_EXCEPTION)
        finally:
            for frame in begun:
                frame.cancel()
    _raise_first(begun)


def _one(work: Callable[[int], None], number: int, on_frame: Callable[[int], None] | None) -> None:
    work(number)
    if on_frame is not None:
        on_frame(number)


def _raise_first(begun: list[Future[None]]) -> None:
    for frame in begun:
        if not frame.cancelled():
            frame.result()
