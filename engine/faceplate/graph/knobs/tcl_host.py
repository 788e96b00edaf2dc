"""What brackets may ask, answered for the node they stand in."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import shown_number
from faceplate.graph.knobs.tcl_lists import joined_list
from faceplate.graph.knobs.trail import KnobAt

if TYPE_CHECKING:
    from faceplate.graph.knobs.answers import Answers

_date_letters = frozenset("aAbBdDeFHIjmMpSTyY%")
_date_part = re.compile(r"%(.?)", re.DOTALL)


@dataclass(frozen=True)
class NodeHost:
    """Answers brackets that stand in a knob."""

    answers: "Answers"
    at: KnobAt

    def value(self, path: str, default: str | None = None) -> str:
        """The value of a knob as text."""
        if default is not None and not self.exists(path):
            return default
        return self.answers.text_of_named(path, self.at.index, self.at.moment)

    def raw(self, path: str) -> str:
        """The text of a knob as the script has it."""
        index, rest = self.answers.names.find(path, self.at.index)
        if len(rest) != 1:
            raise self._nothing(path, "a knob")
        return self.answers.text_of(KnobAt(index, rest[0], self.at.moment))

    def number(self, path: str, default: str | None = None) -> float:
        """The value of a knob as a number."""
        if default is not None and not self.exists(path):
            return self.expression(default)
        return self.answers.of_named(path, self.at.index, self.at)

    def exists(self, path: str) -> bool:
        """True where the name leads to a node or a knob."""
        return self.answers.names.exists(path, self.at.index)

    def expression(self, text: str) -> float:
        """The number of a Nuke expression."""
        return self.answers.expression(text, self.at)

    def metadata(self, key: str | None, node: str, frame: float | None) -> str:
        """An entry of the metadata that a node gives out; for the node itself, of what comes in."""
        moment = self.at.moment if frame is None else replace(self.at.moment, frame=frame)
        entries = self.answers.facts(self._node(node), self.at.index, moment).metadata
        return joined_list(sorted(entries)) if key is None else str(entries.get(key, ""))

    def node(self, path: str) -> str:
        """The full name of a node."""
        return self.answers.names.path(self._node(path))

    def klass(self, path: str) -> str:
        """The class of a node."""
        return self.answers.names.klass(self._node(path))

    def topnode(self, path: str) -> str:
        """The full name of the node that a chain begins with."""
        names = self.answers.names
        return names.path(names.topnode(self._node(path)))

    def input(self, path: str, slot: int) -> str:
        """The full name of the node at an input; `0` where nothing is connected."""
        names = self.answers.names
        found = names.input_of(self._node(path), slot)
        return "0" if found is None else names.path(found)

    def channels(self, path: str) -> tuple[str, ...]:
        """The channels that a node gives out; for the node itself, those that come in."""
        return self.answers.facts(self._node(path), self.at.index, self.at.moment).channels

    def frame(self) -> float:
        """The frame."""
        return self.at.moment.frame

    def view(self) -> str:
        """The view."""
        return self.at.moment.view

    def date(self, layout: str) -> str:
        """The time that the render was given, laid out."""
        clock = self.answers.reader.settings.clock
        if clock is None:
            raise TextError(
                "[date]", expected="a render that was given a time", came="none", next_step="write the date out"
            )
        for letter in _date_part.findall(layout):
            if letter not in _date_letters or not letter:
                raise TextError(
                    short(layout), expected="known letters of a date", came=f"%{letter}", next_step="leave it out"
                )
        return clock.strftime(layout)

    def python(self, text: str) -> str:
        """What one of a few idioms gives; none of it is run."""
        idiom = re.sub(r"[\s{}]", "", text).replace('"', "'")
        folder = self._script_folder() if "script_directory" in idiom else ""
        known = {
            "nuke.script_directory()": lambda: folder,
            "nuke.root().name()": lambda: self.value("root.name"),
            "nuke.Root().name()": lambda: self.value("root.name"),
            "nuke.root()['name'].value()": lambda: self.value("root.name"),
            "nuke.frame()": lambda: shown_number(self.frame()),
            "nuke.root().firstFrame()": lambda: self.value("root.first_frame"),
            "nuke.root().lastFrame()": lambda: self.value("root.last_frame"),
            "nuke.root()['first_frame'].value()": lambda: self.value("root.first_frame"),
            "nuke.root()['last_frame'].value()": lambda: self.value("root.last_frame"),
            "nuke.root()['fps'].value()": lambda: self.value("root.fps"),
            "nuke.thisNode().name()": lambda: self.value("this.name"),
            "nuke.thisGroup().name()": lambda: self.value("parent.name"),
            "nuke.thisParent().name()": lambda: self.value("parent.name"),
        }
        if idiom not in known:
            raise TextError(
                short(f"[python {text}]"),
                expected="no Python, or one of its plain idioms such as nuke.script_directory()",
                came=short(f"[python {text}]"),
                next_step="replace it by its result: scripts are data, and nothing in them is run",
            )
        return known[idiom]()

    def _script_folder(self) -> str:
        path = self.answers.reader.settings.script_path
        if path is None:
            raise TextError(
                "script_directory", expected="a script that is a file", came="text alone", next_step="save it"
            )
        return path.parent.as_posix()

    def _node(self, path: str) -> int:
        index, rest = self.answers.names.find(path, self.at.index)
        if rest:
            raise self._nothing(path, "a node")
        return index

    def _nothing(self, path: str, expected: str) -> TextError:
        seen_from = self.answers.names.path(self.at.index)
        return TextError(
            short(path), expected=f"{expected} that {seen_from} can see", came=path, next_step="mend the name"
        )
