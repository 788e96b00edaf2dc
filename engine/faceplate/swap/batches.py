"""Requests of several threads put together into one run of a network."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Any, TypeAlias

Run: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(eq=False)
class _Request:
    wanted: Any
    alike: Hashable
    answer: list[Any] = field(default_factory=list)


class Batches:
    """Runs at most `at_once` batches side by side. Threads share it.

    Nobody waits for requests that have not come yet: while a run is going on others queue up, and who is next takes
    what is queued, their own first, up to their number. So the last frame of a shot goes on its own, and at once.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._changed = Condition()
        self._queue: deque[_Request] = deque()

    def answers(self, wanted: Sequence[Any], alike: Hashable, most: int, run: Run) -> list[Any]:
        """What `run` gives for each that is wanted, in batches of at most `most` whose `alike` are equal.

        What `run` raises is raised to who called it; requests of others that were in that batch are run again.
        """
        own = deque(_Request(each, alike) for each in wanted)
        asked = tuple(own)
        try:
            with self._changed:
                self._queue.extend(own)
            while batch := self._next(own, most):
                self._run(batch, run)
        finally:
            self._withdraw(asked)
        return [request.answer[0] for request in asked]

    def _next(self, own: deque[_Request], most: int) -> list[_Request]:
        """The next batch, of which one at least is one's own; empty once all of those are answered."""
        with self._changed:
            while True:
                while own and own[0].answer:
                    own.popleft()
                if not own:
                    return []
                queued = [request for request in own if request in self._queue]
                if queued and self._free:
                    return self._taken(queued, most)
                self._changed.wait()

    def _taken(self, queued: list[_Request], most: int) -> list[_Request]:
        others = [each for each in self._queue if each.alike == queued[0].alike and each not in queued]
        batch = [*queued, *others][:most]
        for request in batch:
            self._queue.remove(request)
        self._free -= 1
        return batch

    def _run(self, batch: list[_Request], run: Run) -> None:
        made: Sequence[Any] = ()
        try:
            made = run([request.wanted for request in batch])
        finally:
            with self._changed:
                for request, answer in zip(batch, made, strict=False):
                    request.answer.append(answer)
                self._queue.extendleft(reversed([request for request in batch if not request.answer]))
                self._free += 1
                self._changed.notify_all()

    def _withdraw(self, asked: Sequence[_Request]) -> None:
        with self._changed:
            for request in asked:
                if request in self._queue:
                    self._queue.remove(request)
            self._changed.notify_all()
