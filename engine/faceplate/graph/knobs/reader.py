"""What the knobs of a script mean at a moment: numbers, words, channels, formats."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from pathlib import Path
from types import MappingProxyType

from faceplate.errors import ScriptError
from faceplate.graph.knobs.answers import Answers
from faceplate.graph.knobs.channel_answers import channel_of, channels_of
from faceplate.graph.knobs.elements import is_constant, reads_as_numbers
from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.format_answers import format_of, root_format
from faceplate.graph.knobs.formats import ProjectFormat
from faceplate.graph.knobs.names import Names, root
from faceplate.graph.knobs.numerals import plain_number
from faceplate.graph.knobs.pictures import Moment, Pictures
from faceplate.graph.knobs.trail import KnobAt, refusal
from faceplate.graph.script import Script

_rounding = 1e-6
_flags = {"true": True, "false": False, "1": True, "0": False}
_no_menus: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class ReaderSettings:
    """What texts may ask that stands in no script.

    Attributes:
        script_path: where the script lies, for `root.name` and `nuke.script_directory()`.
        clock: the time of the render, for `[date]`; one for all frames, so that none differs from another.
        menus: by class and knob the items of Nuke's own menus, for expressions that ask for an item's number.
    """

    script_path: Path | None = None
    clock: datetime | None = None
    menus: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=lambda: _no_menus)


class KnobReader:
    """Gives the values of knobs. Threads may share it; nothing in a script is run.

    Nodes go by their index in the script; `root_index` stands for Root. Every error names node and knob, gives the
    exact text, and says what to do.

    Args:
        script: with its gizmos opened.
        defaults: the knobs of a class with the texts that Nuke would write for them.
        pictures: knows sizes, channels and metadata of pictures, for expressions that ask.
        settings: what stands in no script.
    """

    root_index = root

    def __init__(
        self,
        script: Script,
        *,
        defaults: Callable[[str], Mapping[str, str]],
        pictures: Pictures,
        settings: ReaderSettings | None = None,
    ) -> None:
        self.script, self.pictures = script, pictures
        self.settings = settings or ReaderSettings()
        self.names = Names(script, defaults)

    def answers(self) -> Answers:
        """A fresh question."""
        return Answers(self)

    def text(self, index: int, knob: str, moment: Moment) -> str:
        """The knob as text, its brackets replaced; numbers written out.

        Raises:
            ScriptError: there is no such knob, or its text cannot be worked out.
        """
        return self.answers().text(KnobAt(index, knob, moment))

    def number(self, index: int, knob: str, moment: Moment) -> float:
        """The knob as a number; of an array the first. It may be infinite or no number, as in C.

        Raises:
            ScriptError: there is no such knob, or its text gives no number.
        """
        return self.answers().number(KnobAt(index, knob, moment))

    def numbers(self, index: int, knob: str, count: int, moment: Moment) -> tuple[float, ...]:
        """So many elements of an array; a single one in the script stands for all, missing ones are the default's.

        Raises:
            ScriptError: as `number`.
        """
        answers = self.answers()
        return tuple(answers.number(KnobAt(index, knob, moment, place)) for place in range(count))

    def whole(self, index: int, knob: str, moment: Moment) -> int:
        """The knob as a whole number: what is behind the point is cut off, but for a rounding error below the next.

        Raises:
            ScriptError: as `number`, or it is infinite or no number.
        """
        value = self.number(index, knob, moment)
        if not isfinite(value):
            raise self._refusal(index, knob, "a whole number", str(value), "mend the expression")
        return round(value) if abs(value - round(value)) < _rounding else int(value)

    def flag(self, index: int, knob: str, moment: Moment) -> bool:
        """The knob as on or off: a word, or a number that is not 0.

        Raises:
            ScriptError: as `number`.
        """
        answers = self.answers()
        at = KnobAt(index, knob, moment)
        plain = self.names.text(index, knob)
        if plain in _flags and answers.linked(at) is None:
            return _flags[plain]
        return answers.number(at) != 0

    def choice(self, index: int, knob: str, choices: tuple[str, ...], moment: Moment) -> str:
        """One of the words of a menu, from its name, its number, or an expression for its number.

        Raises:
            ScriptError: the knob chooses none of them.
        """
        answers = self.answers()
        at = KnobAt(index, knob, moment)
        plain = self.names.text(index, knob)
        if plain is not None and (menu := _menu_of(plain)) is not None:
            text = menu[1][menu[0]] if menu[0] < len(menu[1]) else plain
        elif plain is not None and reads_as_numbers(plain) and answers.linked(at) is None:
            text = answers.linked_text(at) or ""
            if text not in choices:
                return self._numbered(index, knob, choices, answers.number(at))
        else:
            text = answers.text(at)
        for word in (text, text.partition("\t")[0]):
            if word in choices:
                return word
        number = plain_number(text)
        if number is None:
            raise self._refusal(index, knob, f"one of {', '.join(choices)}", short(text), "choose one of them")
        return self._numbered(index, knob, choices, number)

    def _numbered(self, index: int, knob: str, choices: tuple[str, ...], number: float) -> str:
        if not 0 <= number < len(choices):
            expected = f"0 to {len(choices) - 1}, for {', '.join(choices)}"
            raise self._refusal(index, knob, expected, f"{number:g}", "mend the expression")
        return choices[int(number)]

    def channels(self, index: int, knob: str, available: tuple[str, ...], moment: Moment) -> tuple[str, ...]:
        """The available channels that a channel set chooses, in their own order, full names.

        Raises:
            ScriptError: the text is no set, or links to no knob.
        """
        at = KnobAt(index, knob, moment)
        with (answers := self.answers()).trail.asking("set", at):
            return channels_of(answers, at, available)

    def channel(self, index: int, knob: str, moment: Moment) -> str | None:
        """The full name of the channel that a knob chooses; None for none, or one that is switched off.

        Raises:
            ScriptError: the text names no channel.
        """
        at = KnobAt(index, knob, moment)
        with (answers := self.answers()).trail.asking("set", at):
            return channel_of(answers, at)

    def format(self, index: int, knob: str, moment: Moment) -> ProjectFormat | None:
        """The format of a knob; None where it names none.

        Raises:
            ScriptError: a format that nobody knows.
        """
        return format_of(self.answers(), KnobAt(index, knob, moment))

    def root_format(self) -> ProjectFormat:
        """The project's format.

        Raises:
            ScriptError: Root's knob cannot be read.
        """
        return root_format(self)

    def has(self, index: int, knob: str) -> bool:
        """True where the node has the knob, whether the script writes a value or not."""
        return self.names.text(index, knob) is not None

    def is_animated(self, index: int, knob: str) -> bool:
        """True where the knob may change with the frame or with other knobs: a curve, an expression, Tcl, or a link."""
        text = self.names.text(index, knob)
        if text is None:
            return False
        linked = self.answers().linked(KnobAt(index, knob, Moment(0.0)))
        return linked is not None or not is_constant(text)

    def _refusal(self, index: int, knob: str, expected: str, came: str, next_step: str) -> ScriptError:
        fault = TextError(came, expected=expected, came=came, next_step=next_step)
        return refusal(self.names, KnobAt(index, knob, Moment(0.0)), fault)


def _menu_of(text: str) -> tuple[int, list[str]] | None:
    """The number and the items of a menu that is filled while Nuke runs, `{1} B A`; None for other texts."""
    if not text.startswith("{"):
        return None
    words = words_of(text)
    if len(words) < 2 or not words[0].isdecimal():  # noqa: PLR2004 -- a number and an item
        return None
    return int(words[0][:6]), words[1:]
