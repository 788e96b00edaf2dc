"""Nuke's `[...]` in texts and expressions: Tcl's words and brackets, and nothing behind them but pure commands.

There are no variables, no procedures, no files and no processes; a command that is not on the list is refused by name.
"""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from faceplate.graph.knobs.faults import TextError, short

deepest_brackets = 12
most_commands = 2000
longest_result = 100_000

_space = " \t\n\r\v\f"
_escapes = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": " "}
_code = re.compile(r"x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3})")
_variable = re.compile(r"\$(?:\w|\{|::)")


class Host(Protocol):
    """What commands may ask of the script, from where the text stands."""

    def value(self, path: str, default: str | None = None) -> str:
        """The value of a knob as text; the default where there is no such knob.

        Raises:
            ScriptError: there is no such knob, and no default.
        """
        ...

    def raw(self, path: str) -> str:
        """The text of a knob as the script has it."""
        ...

    def number(self, path: str, default: str | None = None) -> float:
        """The value of a knob as a number."""
        ...

    def exists(self, path: str) -> bool:
        """True where a node or knob of this name is."""
        ...

    def expression(self, text: str) -> float:
        """The number of a Nuke expression."""
        ...

    def metadata(self, key: str | None, node: str, frame: float | None) -> str:
        """An entry of a picture's metadata, empty where there is none; all keys for None."""
        ...

    def node(self, path: str) -> str:
        """The full name of a node."""
        ...

    def klass(self, path: str) -> str:
        """The class of a node."""
        ...

    def topnode(self, path: str) -> str:
        """The name of the node that a node's chain of first inputs begins with."""
        ...

    def input(self, path: str, slot: int) -> str:
        """The name of the node at an input; `0` where there is none."""
        ...

    def channels(self, path: str) -> tuple[str, ...]:
        """The channels of a node's picture."""
        ...

    def frame(self) -> float:
        """The frame."""
        ...

    def view(self) -> str:
        """The view."""
        ...

    def date(self, layout: str) -> str:
        """The time of the render, laid out by `strftime` letters."""
        ...

    def python(self, text: str) -> str:
        """What one of a few known idioms gives; nothing is run."""
        ...


Command = Callable[["Tcl", list[str]], str]


class Tcl:
    """Evaluates brackets within one knob. `commands` are all there is."""

    def __init__(self, host: Host, commands: Mapping[str, Command]) -> None:
        self.host, self.commands = host, commands
        self.ran = self.depth = 0

    def substituted(self, text: str) -> str:
        """The text with every `[...]` replaced by its result, and brackets behind backslashes by themselves.

        Raises:
            ScriptError: a bracket that is not closed, or a command that is not rendered.
        """
        if "[" not in text and "\\]" not in text:
            return text
        parts, place = [], 0
        while place < len(text):
            if text[place] == "[":
                result, place = self.bracket(text, place)
                parts.append(result)
            elif text[place] == "\\" and text[place + 1 : place + 2] in ("[", "]"):
                parts.append(text[place + 1])
                place += 2
            else:
                parts.append(text[place])
                place += 1
        return self.fitting("".join(parts))

    def bracket(self, text: str, start: int) -> tuple[str, int]:
        """The result of the bracket that opens at `start`, and where it has been closed."""
        self.depth += 1
        if self.depth > deepest_brackets:
            raise TextError(
                short(text),
                expected=f"at most {deepest_brackets} brackets inside each other",
                came="more",
                next_step="move the inner ones to a knob of their own",
            )
        result, end = self._commands(text, start + 1, closing="]")
        self.depth -= 1
        return result, end

    def script(self, text: str) -> str:
        """The result of the last command of a script such as the body of an `if`."""
        self.depth += 1
        if self.depth > deepest_brackets:
            raise TextError(short(text), expected="shallow bodies", came="deep ones", next_step="simplify the text")
        result, _ = self._commands(text, 0, closing="")
        self.depth -= 1
        return result

    def run(self, words: list[str]) -> str:
        """The result of a command.

        Raises:
            ScriptError: it is not on the list, or wants other arguments.
        """
        self.ran += 1
        if self.ran > most_commands:
            raise TextError(
                words[0], expected=f"at most {most_commands} commands", came="more", next_step="simplify the text"
            )
        command = self.commands.get(words[0])
        if command is None:
            raise unrendered(words)
        return self.fitting(command(self, words[1:]))

    def fitting(self, result: str) -> str:
        """The result, if it is of a size that a knob may have."""
        if len(result) > longest_result:
            raise TextError(
                "a result",
                expected=f"at most {longest_result} characters",
                came=f"{len(result)}",
                next_step="shorten it",
            )
        return result

    def _commands(self, text: str, place: int, *, closing: str) -> tuple[str, int]:
        result = ""
        words: list[str] = []
        while True:
            while place < len(text) and text[place] in " \t\r\v\f":
                place += 1
            here = text[place : place + 1]
            if here in ("", "\n", ";") or here == closing:
                if words:
                    result = self.run(words)
                    if words[0] == "return":
                        return result, self._past(text, place, closing)
                    words = []
                if here in {"", closing}:
                    return result, self._past(text, place, closing)
                place += 1
                continue
            word, place = self._word(text, place, closing)
            words.append(word)

    def _past(self, text: str, place: int, closing: str) -> int:
        if not closing:
            return place
        end = text.find(closing, place) if text[place : place + 1] != closing else place
        if end < 0 or place >= len(text):
            raise TextError(short(text), expected="a closing bracket", came="the end of the text", next_step="close it")
        return end + 1

    def _word(self, text: str, place: int, closing: str) -> tuple[str, int]:
        if text[place] == "{":
            end = closed_brace(text, place)
            word = text[place + 1 : end - 1]
        elif text[place] == '"':
            word, end = self.substituted_until(text, place + 1, '"')
            end += 1
        else:
            return self.substituted_until(text, place, f"{_space};{closing}")
        if end < len(text) and text[end] not in f"{_space};{closing}":
            raise TextError(
                short(text), expected="a space after a word", came=repr(text[end]), next_step="mend the command"
            )
        return word, end

    def substituted_until(self, text: str, place: int, stops: str) -> tuple[str, int]:
        """Brackets and backslashes resolved up to one of the characters in `stops`, and where that stands."""
        parts: list[str] = []
        while place < len(text) and text[place] not in stops:
            here = text[place]
            if here == "[":
                part, place = self.bracket(text, place)
            elif here == "\\":
                part, place = escaped(text, place)
            elif here == "$" and _variable.match(text, place):
                raise no_variables(text)
            else:
                part, place = here, place + 1
            parts.append(part)
        if stops == '"' and place >= len(text):
            raise TextError(short(text), expected="a closing quote", came="the end of the text", next_step="close it")
        return "".join(parts), place


def escaped(text: str, place: int) -> tuple[str, int]:
    """What a backslash and the characters after it stand for, and where they end."""
    found = _code.match(text, place + 1)
    if found:
        two, four, octal = found.groups()
        return chr(int(octal, 8) if octal else int(two or four, 16)), found.end()
    letter = text[place + 1 : place + 2]
    return _escapes.get(letter, letter or "\\"), place + 2


def closed_brace(text: str, start: int) -> int:
    """Where the brace that opens at `start` has been closed.

    Raises:
        ScriptError: it is not closed.
    """
    depth, place = 0, start
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in "{}":
            depth += 1 if text[place] == "{" else -1
            if depth == 0:
                return place + 1
        place += 1
    raise TextError(short(text), expected="a closing brace", came="the end of the text", next_step="close it")


def closed_bracket(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has been closed, nothing in it being run."""
    depth, place = 0, start
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in "[]":
            depth += 1 if text[place] == "[" else -1
            if depth == 0:
                return place + 1
        place += 1
    raise TextError(short(text), expected="a closing bracket", came="the end of the text", next_step="close it")


def no_variables(text: str) -> TextError:
    """The fault of a text that reads a variable."""
    return TextError(
        short(text),
        expected="Tcl without variables",
        came="a `$`",
        next_step="write the value in place of the variable: scripts are data, and nothing is kept between commands",
    )


def unrendered(words: list[str]) -> TextError:
    """The fault of a command that is not on the list."""
    return TextError(
        short(f"[{' '.join(words)}]"),
        expected="a command that only reads knobs, lists and texts",
        came=short(words[0]),
        next_step="replace the text by its result in Nuke: scripts are data, and nothing in them is run",
    )
