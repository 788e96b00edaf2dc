"""One caller from its hello to its end. It runs in the engine's loop; its work runs in threads of its own."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from faceplate.errors import CallError, FaceplateError
from faceplate.serve.frames import FrameStore
from faceplate.serve.jobs import Handler, Job, fault_of_ours, last_event, log, run_handler
from faceplate.serve.limits import Limits
from faceplate.serve.transport import Listener, is_same_user
from faceplate.serve.wire import (
    Event,
    FramingError,
    Request,
    as_request,
    encode,
    error_event,
    id_of,
    largest_id,
    longest_word,
    protocol,
    read_message,
    refused,
)

Answer = Callable[[Request], Mapping[str, Any]]
hello_verb: Final = "hello"


@dataclass
class Work:
    """One request that is not answered yet."""

    job: Job
    future: "Future[Mapping[str, Any]]"
    cancelled: asyncio.Event


@dataclass(frozen=True)
class Service:
    """What every caller meets: the door, the limits, verbs with work to do, and verbs that are answered at once.

    `working` holds the work of all callers that has not ended, whether somebody still waits for it or not.
    """

    listener: Listener
    limits: Limits
    handlers: Mapping[str, Handler]
    answers: Mapping[str, Answer]
    working: "set[Future[Mapping[str, Any]]]" = field(default_factory=set)


class Caller:
    """A connection: who is there, what it asked for and when it last asked, what it holds."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service) -> None:
        self.client = ""
        self.asked = time.monotonic()
        self.work: dict[int, Work] = {}
        self.frames = FrameStore(
            service.listener.path, most=service.limits.frames, most_bytes=service.limits.frame_bytes
        )
        self._greeting: int | None = None
        self._reader, self._writer = reader, writer
        self._service, self._limits = service, service.limits
        self._answers: dict[str, Answer] = {**service.answers, "cancel": self._cancel}
        self._threads = ThreadPoolExecutor(service.limits.workers, thread_name_prefix="faceplate-work")
        self._loop = asyncio.get_running_loop()
        self._conducting: set[asyncio.Task[None]] = set()

    @property
    def is_stranger(self) -> bool:
        """True until it has said hello."""
        return not self.client

    @property
    def is_busy(self) -> bool:
        """True while it waits for work or holds frames."""
        return bool(self.work or len(self.frames))

    async def attend(self, welcome: Mapping[str, Any]) -> None:
        """Reads requests until the caller goes, breaks the rules of the wire, or is silent for too long."""
        try:
            self.send(await self._hello() | dict(welcome))
            self._greeting = None
            while True:
                await self._next_request()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except FaceplateError as fault:
            log.warning("caller %r: %s", self.client, fault)
            self.send(error_event(self._greeting, fault))

    async def _hello(self) -> Event:
        """What to answer to a hello that is right; any other is answered late, so that guessing takes long."""
        limits = self._limits
        try:
            message = await read_message(
                self._reader,
                most_bytes=limits.stranger_bytes,
                silence_s=limits.stranger_s,
                message_s=limits.stranger_s,
            )
            self._greeting = id_of(message)
            return self._admit(as_request(message, limits.deadline_s))
        except FaceplateError:
            await asyncio.sleep(limits.refusal_s)
            raise

    def _admit(self, request: Request) -> Event:
        if request.verb != hello_verb or not self._service.listener.admits(request.take("token", str)):
            came = "another token" if request.verb == hello_verb else f"`{request.verb[:longest_word]}`"
            step = f"read the token anew from {self._service.listener.token_file} and say `hello` first"
            raise CallError("hello", expected="the token of this engine", came=came, next_step=step)
        if not is_same_user(self._writer.get_extra_info("socket")):
            raise refused("hello", expected="a caller of the user who started this engine", came="another user")
        if request.take_whole("protocol", 0, largest_id) != protocol:
            step = "install the plugin that came with this engine"
            came = f"protocol {request.fields['protocol']}"
            raise CallError("hello", expected=f"protocol {protocol}", came=came, next_step=step)
        self.client = request.take("client", str)[:longest_word] or "unnamed"
        return {"id": request.id, "event": "done"}

    async def _next_request(self) -> None:
        limits = self._limits
        message: dict[str, Any] = {}
        try:
            message = await read_message(
                self._reader,
                most_bytes=limits.message_bytes,
                silence_s=limits.silence_s,
                message_s=limits.message_s,
            )
            self._take(as_request(message, limits.deadline_s))
        except FramingError:
            raise
        except FaceplateError as fault:
            self.send(error_event(id_of(message), fault))

    def _take(self, request: Request) -> None:
        if request.verb != "ping":
            self.asked = time.monotonic()
        if request.id in self.work:
            fault = refused(f"request {request.id}", expected="an id that is not in use", came="one that is")
            self.send(error_event(None, fault))
        elif request.verb in self._answers:
            self.send({**self._answers[request.verb](request), "id": request.id, "event": "done"})
        elif request.verb in self._service.handlers:
            self._begin(request, self._service.handlers[request.verb])
        else:
            known = ", ".join(sorted({*self._answers, *self._service.handlers}))
            raise refused("request: verb", expected=known, came=request.verb[:longest_word])

    def _begin(self, request: Request, handler: Handler) -> None:
        if len(self.work) >= self._limits.requests:
            expected = f"at most {self._limits.requests} requests at a time"
            raise CallError(request.verb, expected=expected, came="one more", next_step="wait until some are done")
        job = Job(request, self.frames, partial(self._tell, request.id))
        future = self._threads.submit(run_handler, handler, request, job)
        self._service.working.add(future)
        future.add_done_callback(self._service.working.discard)
        self.work[request.id] = work = Work(job, future, asyncio.Event())
        task = self._loop.create_task(self._conduct(work))
        self._conducting.add(task)
        task.add_done_callback(self._conducting.discard)

    async def _conduct(self, work: Work) -> None:
        event = await last_event(work.job, work.future, work.cancelled, self._limits.stop_s)
        del self.work[work.job.request.id]
        self.send(event)

    def _tell(self, number: int, event: Event) -> None:
        """Progress from a worker thread; said while the request is open."""
        self._loop.call_soon_threadsafe(self._send_while_open, number, event)

    def _send_while_open(self, number: int, event: Event) -> None:
        if number in self.work:
            self.send(event)

    def _cancel(self, request: Request) -> Mapping[str, Any]:
        work = self.work.get(request.take_whole("request", 1, largest_id))
        if work is not None:
            work.cancelled.set()
        return {"found": work is not None}

    def send(self, event: Event) -> None:
        """Says it, unless the caller is gone; a caller that does not read what it is told is dropped."""
        if self._writer.is_closing():
            return
        self._writer.write(self._encoded(event))
        if self._writer.transport.get_write_buffer_size() > self._limits.unread_bytes:
            log.warning("caller %r does not read its events: dropped", self.client)
            self._writer.transport.abort()

    def _encoded(self, event: Event) -> bytes:
        try:
            return encode(event, self._limits.message_bytes)
        except (TypeError, ValueError, FramingError) as fault:
            return encode(error_event(event["id"], fault_of_ours("answer", fault)), self._limits.message_bytes)

    async def leave(self) -> None:
        """Cancels what the caller asked for, frees what it held, and closes."""
        for work in self.work.values():
            work.cancelled.set()
            work.job.stop()
        self.frames.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._writer.close()
        if self._conducting:
            await asyncio.wait(self._conducting, timeout=2 * self._limits.stop_s)
        await asyncio.wait({asyncio.ensure_future(self._closed())}, timeout=self._limits.stop_s)

    async def _closed(self) -> None:
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            log.info("caller %r went without a word", self.client)
