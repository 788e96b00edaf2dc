import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class StageTimes:
    """Seconds spent in each stage, summed over frames and threads."""

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), threading.local()
        self._seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the time inside the block to the named stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._seconds[name] += time.perf_counter() - start

    @contextmanager
    def own(self, name: str) -> Iterator[None]:
        """Counts the block's own time to the named stage: less what this thread counts so inside it."""
        outer, self._inside.seconds = getattr(self._inside, "seconds", 0.0), 0.0
        start = time.perf_counter()
        try:
            yield
        finally:
            whole = time.perf_counter() - start
            with self._lock:
                self._seconds[name] += whole - self._inside.seconds
            self._inside.seconds = outer + whole

    def seconds(self) -> dict[str, float]:
        """Seconds by stage, in the order in which stages were first met."""
        with self._lock:
            return dict(self._seconds)
