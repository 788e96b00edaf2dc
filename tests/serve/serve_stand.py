"""What the tests of the engine share: an engine in a thread or a process, a caller that speaks raw bytes, handlers."""

import asyncio
import importlib.util
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from faceplate.cli import main
from faceplate.cli.commands import serve as serve_command
from faceplate.errors import PlateError
from faceplate.serve import Engine, Limits, listen

CLIENT = Path(__file__).parents[2] / "plugin" / "nuke" / "faceplate_nuke" / "engine.py"
STEP_S = 0.01


def plugin_client():
    """The plugin's client, loaded as a host loads it: by its file."""
    spec = importlib.util.spec_from_file_location("faceplate_engine_client", CLIENT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def count(request, job):
    """Counts steps, and says each."""
    steps = request.take("steps", int, 3)
    for step in range(steps):
        job.check()
        job.progress(step=step)
        time.sleep(STEP_S)
    return {"steps": steps}


def stubborn(request, job):
    """Looks at no cancel for a while."""
    job.progress(text="deaf")
    time.sleep(request.take("seconds", int))
    return {}


def broken(_request, _job):
    return {"result": 1 // 0}


def refuse(_request, _job):
    raise PlateError("plate.1001.exr", expected="an EXR", came="a JPEG", next_step="name another file")


def unsayable(_request, _job):
    return {"result": object()}


def huge(request, _job):
    return {"result": "x" * request.take("characters", int)}


def double(_request, job):
    pixels = np.asarray(job.frame("frame").pixels)
    pixels *= 2
    return {"sum": float(pixels.sum())}


def ramp(_request, job):
    """A frame of the engine's own, handed over."""
    frame = job.new_frame(4, 3, 2)
    np.asarray(frame.pixels)[:] = np.arange(24).reshape(2, 3, 4)
    return {"frame": job.hand_over(frame)}


def scratch(_request, job):
    """A frame that the job needs only for itself."""
    return {"path": job.new_frame(4, 3, 2).path}


def die(_request, _job):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(request, _job):
    """Dies the first time that it is asked."""
    mark = Path(request.take("mark", str))
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"pid": os.getpid()}


HANDLERS = {
    work.__name__: work
    for work in (count, stubborn, broken, refuse, unsayable, huge, double, ramp, scratch, die, die_once)
}


@contextmanager
def engine_at(path, *, limits=None, idle_exit_s=None, listen_at=listen, handlers=None):
    """An engine in a thread of this process."""
    listener, ready = listen_at(path), threading.Event()
    engine = Engine(listener, handlers or HANDLERS, limits or Limits(), idle_exit_s)
    thread = threading.Thread(target=lambda: asyncio.run(engine.run(ready.set)))
    thread.start()
    try:
        assert ready.wait(10)
        yield engine
    finally:
        engine.stop("the test is over")
        thread.join(20)
        listener.close()
        assert not thread.is_alive()


class RawCaller:
    """A caller written from docs/serve.md alone, that can also do what no caller should."""

    def __init__(self, path, *, hello=True, token=None, wait_s=10):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(wait_s)
        self.connection.connect(str(path))
        self.token = token or Path(f"{path}.token").read_text()
        self.number = 0
        if hello:
            self.welcome = self.ask("hello", token=self.token, protocol=1, client="raw")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, message):
        self.send_body(json.dumps(message).encode())

    def send_body(self, body):
        self.connection.sendall(len(body).to_bytes(4, "big") + body)

    def begin(self, verb, deadline_s=10, **fields):
        self.number += 1
        self.send({"id": self.number, "verb": verb, "deadline_s": deadline_s, **fields})
        return self.number

    def ask(self, verb, deadline_s=10, **fields):
        """The event that ends the request."""
        return self.last(self.begin(verb, deadline_s, **fields))

    def last(self, number):
        while True:
            event = self.event()
            assert event["event"] != "closed"
            if event["id"] == number and event["event"] != "progress":
                return event

    def event(self):
        """The next event; None where the engine closed."""
        head = self._exactly(4)
        return json.loads(self._exactly(int.from_bytes(head, "big"))) if head else {"id": None, "event": "closed"}

    def rest(self):
        """Every event until the engine closes."""
        events = []
        while (event := self.event())["event"] != "closed":
            events.append(event)
        return events

    def _exactly(self, size):
        received = b""
        while len(received) < size:
            try:
                part = self.connection.recv(size - len(received))
            except ConnectionResetError:
                return b""
            if not part:
                return b""
            received += part
        return received


def mapped(described):
    file = os.open(described["path"], os.O_RDWR)
    try:
        memory = mmap.mmap(file, described["bytes"])
    finally:
        os.close(file)
    return np.frombuffer(memory, np.float32).reshape(described["channels"], described["height"], described["width"])


def acquired(caller, width=4, height=3, channels=2):
    return caller.ask("acquire", width=width, height=height, channels=channels)["frame"]


def opens(described):
    """True where the frame's memory can still be reached by its path."""
    try:
        there = Path(described["path"]).stat().st_size == described["bytes"]
        return there and described["name"] in Path(described["path"]).resolve().name
    except FileNotFoundError:
        return False


def wait_until(true, wait_s=5):
    end = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def engine_command():
    """The command of an engine with these handlers; it takes the arguments of `faceplate`."""
    return [sys.executable, __file__]


@contextmanager
def engine_process(path, *more, command=(sys.executable, "-m", "faceplate.cli")):
    """A process of its own; what it said first."""
    process = subprocess.Popen(
        [*command, "serve", "--socket", str(path), *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=10)


if __name__ == "__main__":
    serve_command.handlers.update(HANDLERS)
    sys.exit(main())
