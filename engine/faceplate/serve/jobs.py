"""What a handler does its work with, and what it may end in."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from faceplate.errors import DeadlineError, EngineError, FaceplateError
from faceplate.serve.frames import FrameStore, SharedFrame
from faceplate.serve.wire import Event, Request, error_event

if TYPE_CHECKING:
    from concurrent.futures import Future

log = logging.getLogger("faceplate.serve")


class JobStopped(Exception):  # noqa: N818 -- the caller wanted this: no error
    """Leaves a handler whose result nobody waits for any more."""


class Job:
    """One request while it is worked on: progress, when to stop, and the frames it may use. For any thread."""

    def __init__(self, request: Request, frames: FrameStore, tell: Callable[[Event], None]) -> None:
        self.request = request
        self.started = time.monotonic()
        self._frames = frames
        self._tell = tell
        self._stop = threading.Event()
        self._kept: list[SharedFrame] = []

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; below 0 after it."""
        return self.started + self.request.deadline_s - time.monotonic()

    def stopped(self) -> bool:
        """True once the caller cancelled or went away, or the deadline passed."""
        return self._stop.is_set() or self.left_s <= 0

    def check(self) -> None:
        """Leaves the handler where nobody waits for its result any more; call it at least twice a second.

        Raises:
            JobStopped: the caller cancelled or went away, or the deadline passed.
        """
        if self.stopped():
            raise JobStopped

    def stop(self) -> None:
        """Asks the handler to end."""
        self._stop.set()

    def progress(self, **fields: Any) -> None:
        """Tells the caller how far the work is, in whatever words handler and caller agree on."""
        self._tell({**fields, "id": self.request.id, "event": "progress"})

    def frame(self, name: str) -> SharedFrame:
        """The shared frame that the request's field of this name speaks of.

        Raises:
            CallError: it is not the caller's, or not of the size that it says.
        """
        return self._frames.find(self.request.take(name, dict))

    def new_frame(self, width: int, height: int, channels: int) -> SharedFrame:
        """A frame of this job; it is freed when the job ends, unless the job hands it over.

        Raises:
            CallError: the caller's frames would take more than it may have.
            StorageError: the machine has no memory for it.
        """
        frame = self._frames.acquire(width, height, channels)
        self._kept.append(frame)
        return frame

    def hand_over(self, frame: SharedFrame) -> dict[str, Any]:
        """Makes a frame of this job the caller's, who releases it; returns what to tell the caller about it."""
        self._kept.remove(frame)
        return frame.described()

    def release(self, name: str) -> None:
        """Frees a frame of the caller.

        Raises:
            CallError: the caller has no such frame.
        """
        self._frames.release(name)

    def end(self) -> None:
        """Frees the frames that the job made for itself."""
        for frame in self._kept:
            self._frames.discard(frame.name)
        self._kept.clear()


class Handler(Protocol):
    """Does the work of one verb, in a thread of its own; returns what the `done` event says."""

    def __call__(self, request: Request, job: Job) -> Mapping[str, Any]:
        """Does the work, looking at `job.check` as it goes; what it raises of our errors, the caller is told."""


def run_handler(handler: Handler, request: Request, job: Job) -> Mapping[str, Any]:
    """The handler's result; what the job made for itself is freed, however it ends."""
    try:
        job.check()
        return handler(request, job)
    finally:
        job.end()


async def last_event(job: Job, work: "Future[Mapping[str, Any]]", cancelled: asyncio.Event, stop_s: float) -> Event:
    """The one event that ends a request. It comes when the work ends, and at most `stop_s` after a cancel or the
    deadline: work that does not look at `check` by then goes on unheard until it does.
    """
    ended: asyncio.Future[Any] = asyncio.wrap_future(work)
    wanted: asyncio.Future[Any] = asyncio.ensure_future(cancelled.wait())
    try:
        await asyncio.wait({ended, wanted}, timeout=max(job.left_s, 0), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            job.stop()
            await asyncio.wait({ended}, timeout=0 if work.cancel() else stop_s)
        return _outcome(job, work, was_cancelled=cancelled.is_set())
    finally:
        wanted.cancel()
        ended.add_done_callback(_look_at)


def _look_at(ended: "asyncio.Future[Mapping[str, Any]]") -> None:
    """The outcome of work that nobody waits for is looked at, so that it is not reported as forgotten."""
    if not ended.cancelled():
        ended.exception()


def _outcome(job: Job, work: "Future[Mapping[str, Any]]", *, was_cancelled: bool) -> Event:
    number = job.request.id
    if not work.done() or work.cancelled() or isinstance(work.exception(), JobStopped):
        stopped = {"id": number, "event": "cancelled", "still_working": not work.done()}
        return stopped if was_cancelled else error_event(number, _too_late(job))
    fault = work.exception()
    if fault is None:
        return {**work.result(), "id": number, "event": "done"}
    return error_event(number, fault if isinstance(fault, FaceplateError) else fault_of_ours(job.request.verb, fault))


def _too_late(job: Job) -> DeadlineError:
    given = f"{job.request.deadline_s:g} s"
    step = "give it a longer deadline_s, or ask for fewer frames at a time"
    return DeadlineError(job.request.verb, expected=f"an answer within {given}", came="none by then", next_step=step)


def fault_of_ours(verb: str, fault: BaseException) -> EngineError:
    """The error for what no handler should let out; where it came from stands in the engine's log."""
    log.error("%s failed", verb, exc_info=fault)
    return EngineError(
        verb,
        expected="an answer or a clear error",
        came=f"{type(fault).__name__}: {fault}"[:500],
        next_step="report this with the engine's log",
    )
