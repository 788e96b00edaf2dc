"""Talks to the Faceplate engine: finds or starts it, asks, listens, cancels. docs/serve.md describes the protocol.

Standard library only and Python 3.9, for this runs inside hosts; it calls nothing of any host. Threads may share an
`Engine`. Nothing is started or connected before the first request.
"""

from __future__ import annotations

import json
import mmap
import os
import queue
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROTOCOL = 1
LENGTH_BYTES = 4
LARGEST_EVENT = 16 << 20
HELLO_S = 10.0
SHORTEST_WAIT_S = 0.1
LONGEST_PORT = 5
DEAF_S = 60.0
LARGEST_LOG = 1 << 20
STARTS = 2

Event = dict[str, Any]

STARTED: Event = {"event": "started", "text": "The engine was started."}
RESTARTED: Event = {
    "event": "restarted",
    "text": "The engine died and was started again; the work begins anew.",
}
IDLE = "it was stopped (idle)"


class EngineProblem(Exception):  # noqa: N818 -- the engine's own words call it a problem too
    """Something the person at the host has to know: the thing, what was expected, what came, what to do next.

    `kind` is the engine's name for it: `CallError`, `PlateError`, `DeadlineError`, ...
    """

    def __init__(self, thing: str, *, expected: str, came: str, next_step: str, kind: str = "EngineError") -> None:
        self.thing = thing
        self.expected = expected
        self.came = came
        self.next_step = next_step
        self.kind = kind
        super().__init__(f"{thing}: expected {expected}; came {came}. Next: {next_step}.")


class Engine:
    """The engine as a host sees it, whichever process that is.

    Args:
        client: who is asking, for the engine's status.
        command: what starts the engine, before `serve`; by default `$FACEPLATE_ENGINE`, else `faceplate` on the path.
        path: the engine's socket; by default the one that every host of this user shares.
        start_s: how long the engine may take to start.
        idle_exit_s: an engine that we start ends after so long without work.
    """

    def __init__(
        self,
        client: str,
        *,
        command: Sequence[str] | None = None,
        path: Path | None = None,
        start_s: float = 60.0,
        idle_exit_s: float = 1800.0,
    ) -> None:
        self.client = client
        self.path = path or default_socket()
        self._command = command
        self._start_s = start_s
        self._idle_exit_s = idle_exit_s
        self._lock = threading.Lock()
        self._link: _Link | None = None
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def log_file(self) -> Path:
        """Where an engine that we started writes what it has to say."""
        return self.path.with_name(self.path.name + ".log")

    def request(self, verb: str, *, deadline_s: float, poll_s: float | None = None, **fields: Any) -> Request:
        """A request; iterate over it for its events, from any thread. See `Request`."""
        return Request(self, verb, deadline_s, poll_s, fields)

    def call(self, verb: str, *, deadline_s: float = 30.0, **fields: Any) -> Event:
        """The `done` event of a request whose progress nobody watches.

        Raises:
            EngineProblem: what the engine says is wrong, or that it cannot be reached.
        """
        *_, last = self.request(verb, deadline_s=deadline_s, **fields)
        return last

    def acquire(self, width: int, height: int, channels: int) -> Frame:
        """A frame in memory that the engine sees too, all zero; it lasts until `release`, or the end of the connection.

        Raises:
            EngineProblem: the engine has no room for it, or cannot be reached.
        """
        link, _started = self.link()
        return Frame(link, link.call("acquire", width=width, height=height, channels=channels)["frame"])

    def close(self) -> None:
        """Ends the connection; the engine cancels and frees what was ours. It goes on living for other hosts."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()
        self._reap()

    def link(self) -> tuple[_Link, bool]:
        """The connection, made where there is none; and whether the engine had to be started for it.

        Raises:
            EngineProblem: it cannot be.
        """
        with self._lock:
            if self._link is not None and not self._link.is_lost:
                return self._link, False
            self._link = _connect(self.path, self.client, self._start_s)
            started = self._link is None
            if self._link is None:
                self._link = self._start()
            return self._link, started

    def _start(self) -> _Link:
        """Starts the engine and connects. Where another host starts one at the same moment, that one serves us."""
        end = time.monotonic() + self._start_s
        for _attempt in range(STARTS):
            process = self._spawn()
            while process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
                link = _connect(self.path, self.client, end - time.monotonic())
                if link is not None:
                    return link
        raise EngineProblem(
            "engine",
            expected=f"an engine at {self.path} within {self._start_s:g} s",
            came=_last_lines(self.log_file),
            next_step=f"run `{' '.join(self._found_command())} serve` in a terminal, or read {self.log_file}",
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        try:
            process = self._process()
        except OSError as fault:
            command = " ".join(self._found_command())
            raise EngineProblem(
                "engine",
                expected=f"`{command}` to start",
                came=str(fault),
                next_step="run `faceplate install nuke` again, or name another `faceplate` in FACEPLATE_ENGINE",
                kind="SetupError",
            ) from fault
        self._reap()
        self._processes.append(process)
        return process

    def _process(self) -> subprocess.Popen[bytes]:
        _own_folder(self.path.parent)
        call = [*self._found_command(), "serve", "--socket", str(self.path), "--json"]
        with _open_log(self.log_file) as log:
            return subprocess.Popen(
                [*call, "--idle-exit", f"{self._idle_exit_s:g}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_engine_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )

    def _reap(self) -> None:
        self._processes = [process for process in self._processes if process.poll() is None]

    def _found_command(self) -> Sequence[str]:
        if self._command is not None:
            return self._command
        named = os.environ.get("FACEPLATE_ENGINE")
        if named:
            return _words_of(named)
        found = shutil.which("faceplate")
        if found is None:
            raise EngineProblem(
                "engine",
                expected="the command `faceplate`",
                came="none on the path",
                next_step="set FACEPLATE_ENGINE to the `faceplate` of its installation, and start the host again",
                kind="SetupError",
            )
        return [found]


class Request:
    """Events of one request, in the order they come: `progress`, and at the end `done` or `cancelled`.

    Two more are ours: `started`, where the engine had to be started first, and `restarted`, where it died under the
    work and was started again; both say so in `text`. The work is then asked for once more, and only once. With
    `poll_s`, `waiting` comes whenever nothing else did for that long, so that a host can look at its cancel button.

    An `error` of the engine is raised as EngineProblem. Leaving the loop early cancels.
    """

    def __init__(
        self, engine: Engine, verb: str, deadline_s: float, poll_s: float | None, fields: Mapping[str, Any]
    ) -> None:
        self._engine = engine
        self._verb = verb
        self._end = time.monotonic() + deadline_s
        self._poll_s = poll_s
        self._fields = fields
        self._asked: tuple[_Link, int] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Asks the engine to stop this work; `cancelled` comes within a second."""
        self._cancelled = True
        if self._asked is not None:
            link, number = self._asked
            link.send_quietly("cancel", request=number)

    def __iter__(self) -> Iterator[Event]:
        link, started = self._engine.link()
        if started:
            yield STARTED
        try:
            yield from self._events(link)
        except _LinkLostError as lost:
            if lost.reason not in {"", IDLE}:
                raise _stopped(lost.reason) from None
            again = STARTED if lost.reason else RESTARTED
        else:
            return
        link, _started = self._engine.link()
        yield again
        try:
            yield from self._events(link)
        except _LinkLostError as lost:
            raise (_stopped(lost.reason) if lost.reason else _died_twice(self._engine.log_file)) from None

    def _events(self, link: _Link) -> Iterator[Event]:
        if self._cancelled:
            yield {"event": "cancelled", "still_working": False}
            return
        left_s = max(round(self._end - time.monotonic(), 3), 0.001)
        number, events = link.ask(self._verb, left_s, self._fields)
        self._asked = (link, number)
        if self._cancelled:  # between the look above and now
            self.cancel()
        try:
            yield from self._until_last(events)
        except GeneratorExit:
            self.cancel()
            raise
        finally:
            link.forget(number)

    def _until_last(self, events: queue.Queue[Event]) -> Iterator[Event]:
        event: Event = {}
        while event.get("event") not in {"done", "cancelled"}:
            try:
                event = _checked(events.get(timeout=self._poll_s))
            except queue.Empty:
                event = {"event": "waiting"}
            yield event


class Frame:
    """Planes of float32 in memory that host and engine share: channel by channel, row by row.

    `described` is what a request says to speak of it; `pixels` is a flat memoryview of floats.
    """

    def __init__(self, link: _Link, described: Mapping[str, Any]) -> None:
        self.described = dict(described)
        self._link = link
        self.memory = _mapped(described)
        self.pixels = memoryview(self.memory).cast("f")

    def release(self) -> None:
        """Frees it; `pixels` is of no use afterwards."""
        self.pixels.release()
        with suppress(BufferError):  # somebody still looks at the pixels: the memory goes when they do
            self.memory.close()
        if not self._link.is_lost:
            self._link.call("release", name=self.described["name"])

    def __enter__(self) -> Frame:  # noqa: PYI034 -- Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class _LinkLostError(Exception):
    """The connection ended. `reason` is what the engine said about it; empty where it said nothing: it died."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Link:
    """One connection after its hello. A thread of its own reads events and sends the heartbeat."""

    def __init__(self, connection: socket.socket, welcome: Mapping[str, Any]) -> None:
        self.is_lost = False
        self._connection = connection
        self._ping_s = min(float(welcome["silence_s"]) / 3, 10.0)
        self._most_bytes = int(welcome["message_bytes"])
        self._sending = threading.Lock()
        self._last_id = 1
        self._open: dict[int, queue.Queue[Event]] = {}
        self._reason = ""
        connection.settimeout(self._ping_s)
        threading.Thread(target=self._listen, name="faceplate-engine", daemon=True).start()

    def ask(self, verb: str, deadline_s: float, fields: Mapping[str, Any]) -> tuple[int, queue.Queue[Event]]:
        """Sends a request; returns its id and where its events arrive.

        Raises:
            _LinkLostError: the connection is no more.
            EngineProblem: the request is longer than the engine takes.
        """
        events: queue.Queue[Event] = queue.Queue()
        with self._sending:
            self._last_id += 1
            number = self._last_id
            body = _encoded({**fields, "id": number, "verb": verb, "deadline_s": deadline_s}, self._most_bytes)
            self._open[number] = events
            try:
                self._connection.sendall(body)
            except OSError:
                self._lose()
        if self.is_lost:  # by now, or before the reader could know of this request
            events.put({"event": "lost", "reason": self._reason})
        return number, events

    def call(self, verb: str, **fields: Any) -> Event:
        """The answer to a request that has no progress."""
        number, events = self.ask(verb, DEAF_S, fields)
        try:
            return _checked(events.get())
        except _LinkLostError as lost:
            raise _stopped(lost.reason or "it died") from None
        finally:
            self.forget(number)

    def send_quietly(self, verb: str, **fields: Any) -> None:
        """Sends a request whose answer nobody waits for."""
        number, _events = self.ask(verb, DEAF_S, fields)
        self.forget(number)

    def forget(self, number: int) -> None:
        """Events of this request are not wanted any more."""
        self._open.pop(number, None)

    def close(self) -> None:
        """Ends the connection."""
        self._reason = self._reason or "the connection was closed here"
        self._lose()

    def _lose(self) -> None:
        self.is_lost = True
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        try:
            self._read_events()
        except (OSError, ValueError) as fault:
            self._reason = self._reason or (f"it sent no event: {fault}" if isinstance(fault, ValueError) else "")
        finally:
            self._lose()
            self._connection.close()
            for events in list(self._open.values()):
                events.put({"event": "lost", "reason": self._reason})

    def _read_events(self) -> None:
        received = bytearray()
        heard = pinged = time.monotonic()
        while True:
            now = time.monotonic()
            if now - pinged >= self._ping_s:
                self.send_quietly("ping")
                pinged = now
            if now - heard > DEAF_S:
                self._reason = f"it did not answer for {DEAF_S:g} s"
                return
            try:
                part = self._connection.recv(1 << 16)
            except socket.timeout:
                continue
            if not part:
                return
            heard = now
            received += part
            self._take_events(received)

    def _take_events(self, received: bytearray) -> None:
        """Passes on every whole event, and leaves the rest."""
        while len(received) >= LENGTH_BYTES:
            end = LENGTH_BYTES + int.from_bytes(received[:LENGTH_BYTES], "big")
            if end > LENGTH_BYTES + LARGEST_EVENT:
                raise ValueError("too long")
            if len(received) < end:
                return
            event = json.loads(bytes(received[LENGTH_BYTES:end]).decode("utf-8"))
            del received[:end]
            self._pass_on(event)

    def _pass_on(self, event: Event) -> None:
        if event["event"] == "bye":
            self._reason = f"it was stopped ({event.get('reason')})"
            self.is_lost = True
        events = self._open.get(event["id"])
        if events is not None:
            events.put(event)


def default_socket() -> Path:
    """Where the engine of this user is; `faceplate serve` follows the same rule."""
    named = os.environ.get("FACEPLATE_SOCKET")
    if named:
        return Path(named)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    folder = Path(runtime, "faceplate") if runtime else Path(tempfile.gettempdir(), f"faceplate{user}")
    return folder / "engine-1.sock"


def _words_of(named: str) -> list[str]:
    """The command that FACEPLATE_ENGINE names: a program, or a line as a shell takes it."""
    if shutil.which(named):
        return [named]
    try:
        words = shlex.split(named)
    except ValueError:
        words = []
    if words:
        return words
    raise EngineProblem(
        "FACEPLATE_ENGINE",
        expected="a command, quoted as in a shell",
        came=named,
        next_step="set it to the `faceplate` of its installation, and start the host again",
        kind="SetupError",
    )


def _connect(path: Path, client: str, wait_s: float) -> _Link | None:
    """A link to the engine at the path; None where none answers.

    Raises:
        EngineProblem: one is there that takes no caller, or something else is there.
    """
    wait_s = min(max(wait_s, SHORTEST_WAIT_S), HELLO_S)
    connection = None
    try:
        mode = path.stat().st_mode
        _own_folder(path.parent)
        connection = _dial(path, wait_s, is_socket=stat.S_ISSOCK(mode))
        token = path.with_name(path.name + ".token").read_text(errors="replace")
        hello = {"id": 1, "verb": "hello", "deadline_s": HELLO_S, "token": token, "protocol": PROTOCOL}
        connection.sendall(_encoded({**hello, "client": client}, LARGEST_EVENT))
        welcome = _checked(_one_event(connection))
    except (socket.timeout, BlockingIOError):  # the second: too many wait at its door already
        if connection is not None:
            connection.close()
        raise _hangs(path, wait_s) from None
    except (OSError, _LinkLostError):
        if connection is not None:
            connection.close()
        return None
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return _Link(connection, welcome)


def _dial(path: Path, wait_s: float, *, is_socket: bool) -> socket.socket:
    """A connection to the unix socket, or to the loopback port that the file names."""
    if not is_socket:
        return socket.create_connection(("127.0.0.1", _port_in(path)), wait_s)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(wait_s)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _port_in(path: Path) -> int:
    with path.open("rb") as file:
        content = file.read(LONGEST_PORT + 1)
    if not content:
        raise _LinkLostError("")  # an engine is about to write it
    if re.fullmatch(rb"[0-9]{1,5}", content) and int(content) < 1 << 16:
        return int(content)
    raise EngineProblem(
        str(path),
        expected="the engine's socket, or nothing",
        came="another file",
        next_step="set FACEPLATE_SOCKET to another path, or remove that file if nobody needs it",
        kind="CallError",
    )


def _one_event(connection: socket.socket) -> Event:
    size = int.from_bytes(_exactly(connection, LENGTH_BYTES), "big")
    if size > LARGEST_EVENT:
        raise _LinkLostError("it sent no event")
    try:
        event = json.loads(_exactly(connection, size).decode("utf-8"))
    except ValueError:
        event = None
    if not isinstance(event, dict) or "event" not in event:
        raise _LinkLostError("it sent no event")
    return event


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise _LinkLostError("")
        received += part
    return received


def _encoded(message: Mapping[str, Any], most_bytes: int) -> bytes:
    body = json.dumps(message, allow_nan=False).encode()
    if len(body) > most_bytes:
        raise EngineProblem(
            f"request {message['verb']}",
            expected=f"at most {most_bytes} bytes",
            came=f"{len(body)} bytes",
            next_step="send a part of the script alone: the nodes above the one that is rendered",
            kind="CallError",
        )
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def _checked(event: Event) -> Event:
    if event["event"] in {"lost", "bye"}:
        raise _LinkLostError(str(event["reason"]))
    if event["event"] == "error":
        words = {name: str(event.get(name)) for name in ("thing", "expected", "came", "next_step", "kind")}
        raise EngineProblem(words.pop("thing"), **words)
    return event


def _mapped(described: Mapping[str, Any]) -> mmap.mmap:
    """The frame's memory, once it is sure that this is the frame."""
    try:
        file = os.open(described["path"], os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError as fault:
        raise _no_frame(described, fault.strerror or str(fault)) from fault
    try:
        same = described["name"] in Path(described["path"]).resolve().name
        if not same or os.fstat(file).st_size != described["bytes"]:
            raise _no_frame(described, "something else")
        return mmap.mmap(file, described["bytes"])
    finally:
        os.close(file)


def _no_frame(described: Mapping[str, Any], came: str) -> EngineProblem:
    return EngineProblem(
        "shared frame",
        expected=f"{described['bytes']} bytes at {described['path']}",
        came=came,
        next_step="run host and engine on the same machine, in the same container, as the same user",
    )


def _own_folder(folder: Path) -> None:
    """Makes the socket's folder, or sees that nobody else can put an engine of theirs into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as fault:
        raise EngineProblem(
            str(folder),
            expected="a folder for the engine's socket",
            came=fault.strerror or str(fault),
            next_step="set FACEPLATE_SOCKET to a path in a folder of your own",
            kind="StorageError",
        ) from fault
    if not hasattr(os, "getuid"):
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EngineProblem(
            str(folder),
            expected="a folder of mode 0700 that is yours",
            came=f"mode {stat.S_IMODE(found.st_mode):04o} of user {found.st_uid}",
            next_step="set FACEPLATE_SOCKET to a path in a folder of your own",
            kind="CallError",
        )


def _open_log(path: Path) -> Any:
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_name(path.name + ".old"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _last_lines(path: Path, count: int = 3) -> str:
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return " | ".join(_said(line) for line in lines[-count:]) or "nothing"


def _said(line: str) -> str:
    """A line of the engine's log in words: its errors are JSON there."""
    try:
        event = json.loads(line)
        return f"{event['thing']}: expected {event['expected']}; came {event['came']}"
    except (ValueError, KeyError, TypeError):
        return line


def _engine_environment() -> dict[str, str]:
    """The host's environment without what leads another Python astray: the host's own Python and libraries."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    folders = [folder for folder in kept.pop("LD_LIBRARY_PATH", "").split(os.pathsep) if folder]
    others = [folder for folder in folders if not _is_host_folder(Path(folder))]
    return {**kept, "LD_LIBRARY_PATH": os.pathsep.join(others)} if others else kept


def _is_host_folder(folder: Path) -> bool:
    if not sys.executable:
        return False
    host = Path(sys.executable).resolve().parent
    return host in (folder.resolve() / "library").parents


def _stopped(reason: str) -> EngineProblem:
    return EngineProblem(
        "engine",
        expected="an engine that lives until the work is done",
        came=reason,
        next_step="ask again; where that does not help, end the process `faceplate serve`",
    )


def _hangs(path: Path, wait_s: float) -> EngineProblem:
    lock = path.with_name(path.name + ".lock")
    try:
        holder = f" {int(lock.read_bytes()[:20])}"
    except (OSError, ValueError):
        holder = ""
    return EngineProblem(
        "engine",
        expected=f"an answer of the engine at {path} within {wait_s:.3g} s",
        came="none; it is there, but hangs or was halted",
        next_step=f"end the process{holder} (`faceplate serve`) and ask again, which starts a new one",
    )


def _died_twice(log: Path) -> EngineProblem:
    return EngineProblem(
        "engine",
        expected="an engine that lives until the work is done",
        came="it died, was started again, and died again",
        next_step=f"read {log}; where memory ran out, ask for fewer frames at a time",
    )
