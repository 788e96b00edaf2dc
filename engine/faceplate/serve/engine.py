"""The engine: one process, many callers, until it is told to stop or has had nothing to do for long enough."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from faceplate import __version__
from faceplate.errors import CallError
from faceplate.serve.caller import Caller, Service
from faceplate.serve.frames import asked_size, remove_left_frames
from faceplate.serve.jobs import Handler, Job
from faceplate.serve.limits import Limits
from faceplate.serve.transport import Listener
from faceplate.serve.wire import Request, error_event, protocol

shortest_look_s: Final = 1.0


class Engine:
    """Meets callers at a listener; `handlers` do the work of the verbs that are not the engine's own."""

    def __init__(
        self, listener: Listener, handlers: Mapping[str, Handler], limits: Limits, idle_exit_s: float | None = None
    ) -> None:
        answers = {"ping": _ping, "status": self._status, "shutdown": self._shutdown}
        own: dict[str, Handler] = {"acquire": _acquire, "release": _release}
        self._service = Service(listener, limits, {**handlers, **own}, answers)
        self._callers: dict[Caller, asyncio.Task[Any] | None] = {}
        self._idle_exit_s = idle_exit_s
        self._started = time.monotonic()
        self._stop: asyncio.Future[str] | None = None
        self._reason = ""

    @property
    def still_working(self) -> bool:
        """True while work that was asked to stop has not."""
        return bool(self._service.working)

    async def run(self, ready: Callable[[], None]) -> str:
        """Serves until it is stopped, and returns why; calls `ready` once callers are answered."""
        remove_left_frames(self._service.listener.path)
        self._stop = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(self._meet, sock=self._service.listener.socket)
        watch = asyncio.create_task(self._watch_idle(self._idle_exit_s)) if self._idle_exit_s else None
        if self._reason:
            self._stop_now(self._reason)
        ready()
        reason = await self._stop
        server.close()
        await self._part(reason)
        if watch is not None:
            watch.cancel()
        return reason

    def stop(self, reason: str) -> None:
        """Asks the engine to end. From any thread, and from a signal."""
        self._reason = reason
        if self._stop is not None:
            with suppress(RuntimeError):  # it has ended, and its loop with it
                self._stop.get_loop().call_soon_threadsafe(self._stop_now, reason)

    def _stop_now(self, reason: str) -> None:
        if self._stop is not None and not self._stop.done():
            self._stop.set_result(reason)

    async def _part(self, reason: str) -> None:
        """Says goodbye to everyone, so that no caller takes this for a death."""
        for caller, task in self._callers.items():
            caller.send({"id": None, "event": "bye", "reason": reason})
            if task is not None:
                task.cancel()
        if self._callers:
            await asyncio.wait({task for task in self._callers.values() if task is not None})

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = Caller(reader, writer, self._service)
        full = self._full()
        self._callers[caller] = asyncio.current_task()
        with suppress(asyncio.CancelledError):  # the engine is parting
            try:
                if full is None:
                    await caller.attend(self._welcome())
                else:
                    caller.send(error_event(None, full))
            finally:
                await caller.leave()
        del self._callers[caller]

    def _full(self) -> CallError | None:
        """The error for one caller too many."""
        limits, strangers = self._service.limits, sum(caller.is_stranger for caller in self._callers)
        if len(self._callers) - strangers < limits.callers and strangers < limits.strangers:
            return None
        expected = f"at most {limits.callers} callers, and {limits.strangers} that have not said hello"
        return CallError("engine", expected=expected, came="one more", next_step="close a host, or try again later")

    def _welcome(self) -> Mapping[str, Any]:
        limits = self._service.limits
        return {
            "engine": __version__,
            "protocol": protocol,
            "pid": os.getpid(),
            "silence_s": limits.silence_s,
            "message_bytes": limits.message_bytes,
            "verbs": sorted({"cancel", *self._service.answers, *self._service.handlers}),
        }

    def _status(self, _request: Request) -> Mapping[str, Any]:
        known = [_told(caller) for caller in self._callers if not caller.is_stranger]
        return {
            "engine": __version__,
            "pid": os.getpid(),
            "up_s": round(time.monotonic() - self._started, 3),
            "callers": known,
        }

    def _shutdown(self, _request: Request) -> Mapping[str, Any]:
        self.stop("shutdown")
        return {}

    async def _watch_idle(self, idle_s: float) -> None:
        """Stops the engine once no caller has waited for work, held a frame or asked for anything for that long."""
        busy = time.monotonic()
        while time.monotonic() - busy < idle_s:
            await asyncio.sleep(min(idle_s / 4, shortest_look_s))
            if any(caller.is_busy for caller in self._callers):
                busy = time.monotonic()
            busy = max([busy, *(caller.asked for caller in self._callers)])
        self.stop("idle")


def _ping(_request: Request) -> Mapping[str, Any]:
    return {}


def _told(caller: Caller) -> Mapping[str, Any]:
    requests = [
        {"id": number, "verb": work.job.request.verb, "seconds": round(time.monotonic() - work.job.started, 3)}
        for number, work in caller.work.items()
    ]
    frames = {"frames": len(caller.frames), "frame_bytes": caller.frames.nbytes}
    return {"client": caller.client, "requests": requests, **frames}


def _acquire(request: Request, job: Job) -> Mapping[str, Any]:
    return {"frame": job.hand_over(job.new_frame(*asked_size(request)))}


def _release(request: Request, job: Job) -> Mapping[str, Any]:
    job.release(request.take("name", str))
    return {}
