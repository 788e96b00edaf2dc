"""What is being worked out: question within question, so that circles are found and errors say where they arose."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from faceplate.errors import ScriptError
from faceplate.graph.knobs.deeper import on_a_thread_of_its_own
from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.names import Names
from faceplate.graph.knobs.pictures import Moment

deepest_links = 400
links_a_thread = 6
"""How many links one thread follows before the next goes on: each takes some fifteen calls of Python's thousand."""
most_answers = 20_000
longest_circle_shown = 12

Answered = TypeVar("Answered")


@dataclass(frozen=True)
class KnobAt:
    """An element of a knob of a node at a moment."""

    index: int
    knob: str
    moment: Moment
    field: int = 0

    def at_frame(self, frame: float) -> "KnobAt":
        """The same at another frame."""
        return replace(self, moment=replace(self.moment, frame=frame))


_open: ContextVar[tuple[tuple[str, KnobAt], ...]] = ContextVar("open questions", default=())
"""The questions that are being worked out. A picture that is asked about asks anew; its own stand behind these."""


@dataclass
class Trail:
    """The course of one question to a reader: what is known already, and how far it has gone."""

    names: Names
    known: dict[tuple[str, KnobAt], Any] = field(default_factory=dict)
    count: int = 0
    depth: int = 0

    def once(self, kind: str, at: KnobAt, work: Callable[[], Answered]) -> Answered:
        """The answer to a question about a knob, worked out the first time it is asked.

        Raises:
            ScriptError: working it out leads back to itself, or on and on.
        """
        question = (kind, at)
        if question not in self.known:
            with self.asking(kind, at):
                deep = self.depth % links_a_thread == 0
                self.known[question] = on_a_thread_of_its_own(work) if deep else work()
        answer: Answered = self.known[question]
        return answer

    @contextmanager
    def asking(self, kind: str, at: KnobAt) -> Iterator[None]:
        """Notes that a knob is being worked out, and names it in whatever goes wrong with its own text."""
        self.count += 1
        self.depth += 1
        try:
            self._goes_on(kind, at)
            before = _open.set((*_open.get(), (kind, at)))
            try:
                yield
            finally:
                _open.reset(before)
        except TextError as fault:
            raise refusal(self.names, at, fault) from fault
        except RecursionError as error:
            raise refusal(self.names, at, _too_deep()) from error
        finally:
            self.depth -= 1

    def _goes_on(self, kind: str, at: KnobAt) -> None:
        opened = _open.get()
        if (kind, at) in opened:
            circle = [each for _, each in opened[opened.index((kind, at)) :]] + [at]
            shown = " -> ".join(f"{self.names.path(each.index)}.{each.knob}" for each in circle[:longest_circle_shown])
            raise TextError(
                "a circle",
                expected="a knob that does not depend on itself",
                came=shown,
                next_step="cut one of the links",
            )
        if self.depth > deepest_links or self.count > most_answers:
            raise _too_deep()


def _too_deep() -> TextError:
    return TextError(
        "a chain of links",
        expected=f"at most {deepest_links} links in a row and {most_answers} in all",
        came="more",
        next_step="shorten the chain, or bake a knob on the way",
    )


def refusal(names: Names, at: KnobAt, fault: TextError) -> ScriptError:
    """The error to show: node and knob, what is wrong, and the exact text."""
    text = names.text(at.index, at.knob)
    came = fault.came if text is None or short(text) in fault.came else f"{fault.came}, in {short(text)}"
    thing = f"{names.path(at.index)}.{at.knob}"
    return ScriptError(thing, expected=fault.expected, came=came, next_step=fault.next_step)
