"""The engine as a process of its own."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from faceplate.serve.engine import Engine
from faceplate.serve.jobs import Handler
from faceplate.serve.limits import Limits
from faceplate.serve.transport import Listener, listen


def serve(
    socket: Path,
    handlers: Mapping[str, Handler],
    ready: Callable[[Listener], None],
    *,
    limits: Limits,
    idle_exit_s: float | None = None,
) -> str:
    """Serves at the socket until a signal, a `shutdown` or idleness ends it, and returns which; for the main thread.

    Nothing is left behind: no socket, no token, no shared memory. Work that does not stop when asked ends with the
    process, which then does not return from here.

    Raises:
        CallError: another engine lives at this socket, or others can enter its folder.
        StorageError: the folder cannot be written.
    """
    listener = listen(socket)
    engine = Engine(listener, handlers, limits, idle_exit_s)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: engine.stop("signal"))
    try:
        reason = asyncio.run(engine.run(lambda: ready(listener)))
    finally:
        listener.close()
    if engine.still_working:
        os._exit(0)
    return reason
