"""Work in the engine: in a thread of its own where Nuke has a window, there and then where it has none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import nuke

from faceplate_nuke.engine import EngineProblem
from faceplate_nuke.progress import Bar, Display, Lines

# The longest that a request may take, and how often the cancel button is looked at when nothing else happens.
DEADLINE_S, POLL_S = 86_400.0, 0.15


class Outcome(NamedTuple):
    """How it ended: `done`, `cancelled` or `failed`, and what the engine said in the end."""

    ended: str
    said: str = ""


STOPPED = Outcome("failed", "the plugin stopped; the terminal that Nuke was started in says why.")


class Asked(Protocol):
    """A request on its way; iterating gives its events."""

    def __iter__(self) -> Iterator[dict[str, Any]]: ...

    def cancel(self) -> None:
        """Asks the engine to stop."""


class Engine(Protocol):
    """What is asked of the engine here."""

    def request(self, verb: str, *, deadline_s: float, poll_s: float | None = None, **fields: Any) -> Asked:
        """Starts no work before it is iterated over."""
        ...


@dataclass
class Work:
    """One request of one node.

    Attributes:
        who: the identity of the node.
        name: the node's full name when the work began.
        title: what the artist is told is going on.
        asked: the request.
        ended: called in Nuke's main thread with this and the outcome, whatever happens.
    """

    who: str
    name: str
    title: str
    asked: Asked
    ended: Callable[[Work, Outcome], None]
    _called_off: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Starts it. With a window this returns at once; without one, when the work has ended."""
        if nuke.GUI:
            threading.Thread(target=self._in_thread, name="faceplate-work", daemon=True).start()
        else:
            self._in_terminal()

    def cancel(self) -> None:
        """Calls it off; what is finished stays."""
        self._called_off.set()

    def _in_terminal(self) -> None:
        outcome = STOPPED
        try:
            outcome = self._followed(Lines(self.title))
        finally:
            self.ended(self, outcome)

    def _in_thread(self) -> None:
        outcome = STOPPED
        try:
            outcome = self._followed(Bar(self.title))
        finally:
            nuke.executeInMainThread(self.ended, (self, outcome))

    def _followed(self, display: Display) -> Outcome:
        event: dict[str, Any] = {}
        asked_to_stop = False
        try:
            for event in self.asked:
                display.show(event)
                if not asked_to_stop and (self._called_off.is_set() or display.is_cancelled()):
                    asked_to_stop = True
                    self.asked.cancel()
        except (EngineProblem, OSError) as problem:
            return Outcome("failed", str(problem))
        except KeyboardInterrupt:
            self.asked.cancel()
            return Outcome("cancelled")
        return Outcome(str(event.get("event")))
