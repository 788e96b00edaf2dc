"""Pictures kept for the next reader, up to a limit in bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple


class _Entry(NamedTuple):
    value: Any
    size_bytes: int


class Cache:
    """Values by key; what was used longest ago goes first where there are more bytes than the limit.

    A value is kept under all that it depends on, so none ever has to be taken back. Threads share it; of several that
    ask for one key, one makes the value and the others wait.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes, self.held_bytes = limit_bytes, 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._guard = Lock()
        self._making: dict[Hashable, tuple[Lock, list[None]]] = {}

    def get(self, key: Hashable) -> Any | None:
        """The value kept under a key, or None."""
        with self._guard:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: Hashable, value: Any, size_bytes: int) -> None:
        """Keeps a value, unless it is larger than the whole limit."""
        with self._guard:
            self._drop(key)
            if size_bytes > self.limit_bytes:
                return
            self._entries[key] = _Entry(value, size_bytes)
            self.held_bytes += size_bytes
            while self.held_bytes > self.limit_bytes:
                self._drop(next(iter(self._entries)))

    def value(self, key: Hashable, make: Callable[[], Any], size_of: Callable[[Any], int]) -> Any:
        """The value of a key, made and kept where it is not there."""
        with self.making(key):
            kept = self.get(key)
            if kept is None:
                kept = make()
                self.put(key, kept, size_of(kept))
            return kept

    @contextmanager
    def making(self, key: Hashable) -> Iterator[None]:
        """Holds a key, so that one thread at a time makes its value; keys are taken from reader to source."""
        with self._guard:
            lock, waiting = self._making.setdefault(key, (Lock(), []))
            waiting.append(None)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                waiting.pop()
                if not waiting:
                    del self._making[key]

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.held_bytes -= entry.size_bytes
