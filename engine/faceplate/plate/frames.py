import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event, Semaphore
from typing import Any, TypeAlias

import cv2

from faceplate.errors import ColourError, FaceplateError, ModelError, PlateError, ScriptError, TrackError
from faceplate.plate.pixels import one_thread_an_image

default_workers = min(4, os.cpu_count() or 1)
"""Frames in one stage at once: each holds a whole frame in memory, so more cores do not mean more frames."""

Stage: TypeAlias = Callable[[Any], Any]

OnFault: TypeAlias = Callable[[int, FaceplateError], None]

frame_faults = (ColourError, ModelError, PlateError, ScriptError, TrackError)
"""What may be wrong with one frame and not with the next; a full disk or a device that is gone meets them all."""


def for_each_frame(
    numbers: Iterable[int],
    *stages: Stage,
    on_frame: Callable[[int], None] | None = None,
    on_fault: OnFault | None = None,
    workers: int = default_workers,
) -> None:
    """Takes every frame through the stages, several frames at once; `on_frame` hears of each that is finished.

    The first stage is given the number, each further one what the stage before gave. While one frame is being written
    the next are worked on, and those after them read; how many are on their way does not depend on how many there are.
    When one fails, or the person stops the render, no further frame is begun, those in work are finished whole, and
    the reason is raised. With `on_fault` the frames after one of the `frame_faults` go on: it hears of the frame and
    the reason, from any thread, and nothing is raised.
    """
    line = _Line(stages, workers, on_frame, on_fault)
    with _one_thread_a_frame(workers), line.running:
        try:
            for number in numbers:
                if not line.send(number):
                    break
        except BaseException:
            line.over.set()
            raise
    line.raise_first_fault()


@contextmanager
def _one_thread_a_frame(workers: int) -> Iterator[None]:
    """Libraries that would give threads of their own to every frame keep to the frame's, where frames are many."""
    if workers == 1:
        yield
        return
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with one_thread_an_image():
            yield
    finally:
        cv2.setNumThreads(before)


class _Line:
    """Stages one after another, each with threads of its own, and the frames on their way through them."""

    def __init__(
        self,
        stages: tuple[Stage, ...],
        workers: int,
        on_frame: Callable[[int], None] | None,
        on_fault: OnFault | None,
    ) -> None:
        self.running, self.over = ExitStack(), Event()
        self._stages, self._on_frame, self._on_fault = stages, on_frame, on_fault
        self._pools = [self.running.enter_context(ThreadPoolExecutor(workers, "frame")) for _ in stages]
        self._room = Semaphore(workers + 1)
        self._frames: list[Future[None]] = []

    def send(self, number: int) -> bool:
        """Begins a frame as soon as there is room for it; False once a frame has failed."""
        self._room.acquire()
        if self.over.is_set():
            return False
        step: Future[Any] | None = None
        for at, pool in enumerate(self._pools[:-1]):
            step = pool.submit(self._taken, at, number, step)
        # To finish a frame is part of its last stage: a task of its own would wait in a thread that others need.
        self._frames.append(self._pools[-1].submit(self._finished, number, step))
        self._frames[-1].add_done_callback(self._left)
        return True

    def raise_first_fault(self) -> None:
        """Raises what stopped the first frame that failed; a frame that was given up is no fault."""
        for frame in self._frames:
            fault = frame.exception()
            if fault is not None and not isinstance(fault, CancelledError):
                raise fault

    def _taken(self, at: int, number: int, before: Future[Any] | None) -> Any:
        """What the stage gives for what the stage before gave; the first begins no frame once the line is over."""
        if before is None and self.over.is_set():
            raise CancelledError
        return self._stages[at](number if before is None else before.result())

    def _finished(self, number: int, before: Future[Any] | None) -> None:
        try:
            self._taken(len(self._stages) - 1, number, before)
        except frame_faults as fault:
            if self._on_fault is None:
                raise
            self._on_fault(number, fault)
            return
        if self._on_frame is not None:
            self._on_frame(number)

    def _left(self, frame: Future[None]) -> None:
        if frame.exception() is not None:
            self.over.set()
        self._room.release()
