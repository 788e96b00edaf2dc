"""The commands of a script as Tcl would see them (`Tcl(n)`, rules 1 to 11), with nothing run.

Of Tcl's substitutions only those stand that scripts are made of: backslashes, and `$name` and `[stack 0]` as whole
words. Whatever else asks to be evaluated is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from faceplate.errors import ScriptError
from faceplate.graph.script.limits import max_words
from faceplate.graph.script.words import BRACED, brace_end, quote_end, unescaped


class Variable(NamedTuple):
    """A word `$name`: what `set` put there."""

    name: str


class StackEntry(NamedTuple):
    """A word `[stack 0]`: the node that many places below the top of the stack."""

    depth: int


Word = str | Variable | StackEntry


class Comment(NamedTuple):
    """A comment: where it starts, and its text from the `#` to the end of the line."""

    position: int
    text: str


class Command(NamedTuple):
    """A command: where it starts, and its words."""

    position: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Source:
    """The text that is read, and what messages call it."""

    text: str
    name: str

    def fault(self, position: int, *, expected: str, came: str, next_step: str = "mend that line") -> ScriptError:
        """The error for what stands at a position, with the number of its line."""
        line = self.text.count("\n", 0, position) + 1
        return ScriptError(f"{self.name}, line {line}", expected=expected, came=came, next_step=next_step)

    def placed(self, fault: ScriptError, position: int) -> ScriptError:
        """An error in some words, said with the line they stand in."""
        return self.fault(position, expected=fault.expected, came=fault.came)


_between_commands = re.compile(r"(?:[\t-\r ;]|\\\n)*+")
_between_words = re.compile(r"(?:[\t\v\f\r ]|\\\n)*+")
_word_end = re.compile(r"[\t-\r ;]|\\\n|\Z")
_comment = re.compile(r"#[^\n\\]*+(?:\\.[^\n\\]*+)*+\\?", re.DOTALL)
_node = re.compile(rf"([A-Za-z][\w.]*+)[\t ]++({BRACED})[\t\r ]*+(?=[\n;]|\Z)", re.DOTALL | re.ASCII)
_bare = re.compile(r"(?:[^\t-\r ;\\]++|\\(?:[^\n]|\Z))++", re.DOTALL)
_variable = re.compile(r"\$(?:((?:\w|::)++)|\{([^}]*+)\})", re.ASCII)
_stack = re.compile(r"\[[\t ]*+stack[\t ]++([0-9]{1,9})[\t ]*+\]")
_evaluated = re.compile(r"(?:[^\\\[$]++|\\.|\$(?![\w{:]))*+(\[.{0,40}|\$.{0,40})", re.DOTALL | re.ASCII)
_joined_line = re.compile(r"(\\[^\n])|\\\n[\t ]*+", re.DOTALL)


def commands(source: Source) -> Iterator[Command | Comment]:
    """The commands and comments of a script in order.

    Raises:
        ScriptError: a brace or quote that is not closed, a word with text glued to it, something to be evaluated.
    """
    text, position = source.text, 0
    while (position := _skip(_between_commands, text, position)) < len(text):
        found: Command | Comment | None = None
        if (node := _node.match(text, position)) is not None:
            found, end = Command(position, (node[1], _joined(node[2][1:-1]))), node.end()
        elif (comment := _comment.match(text, position)) is not None:
            found, end = Comment(position, _closed(comment[0])), comment.end()
        else:
            found, end = _command(source, position)
        yield found
        position = end


def _closed(comment: str) -> str:
    """A comment without the carriage return of a foreign line end, and with nothing that reaches for the next line."""
    text = comment.rstrip("\r")
    backslashes = len(text) - len(text.rstrip("\\"))
    return text + " " if backslashes % 2 else text


def is_comment(text: str) -> bool:
    """True for a text that stands as one whole comment on lines of its own."""
    return _comment.fullmatch(text) is not None and _closed(text) == text


def _command(source: Source, start: int) -> tuple[Command, int]:
    text, words, position = source.text, list[Word](), start
    while position < len(text) and text[position] not in "\n;":
        word, end = _word(source, position)
        if _word_end.match(text, end) is None:
            came = f"{text[end : end + 20]!r} glued to a word"
            raise source.fault(end, expected="white space after a closing brace or quote", came=came)
        words.append(word)
        if len(words) > max_words:
            raise source.fault(start, expected=f"at most {max_words} words in a command", came="more")
        position = _skip(_between_words, text, end)
    return Command(start, tuple(words)), position


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _word(source: Source, start: int) -> tuple[Word, int]:
    text = source.text
    try:
        if text[start] == "{":
            end = brace_end(text, start)
            return _joined(text[start + 1 : end - 1]), end
        if text[start] == '"':
            end = quote_end(text, start)
            return _substituted(source, start, text[start + 1 : end - 1]), end
    except ScriptError as fault:
        raise source.placed(fault, start) from None
    if (entry := _stack.match(text, start)) is not None:
        return StackEntry(int(entry[1])), entry.end()
    end = _skip(_bare, text, start)
    return _substituted(source, start, text[start:end]), end


def _joined(braced: str) -> str:
    """What stands in braces: as it is, but a backslash at the end of a line joins the next to it."""
    return _joined_line.sub(lambda found: found[1] or " ", braced) if "\\\n" in braced else braced


def _substituted(source: Source, position: int, raw: str) -> Word:
    if (variable := _variable.fullmatch(raw)) is not None:
        return Variable(variable[1] or variable[2] or "")
    if ("[" in raw or "$" in raw) and (asked := _evaluated.match(raw)) is not None:
        expected = "words, $variables and [stack 0] alone; nothing in a script is evaluated"
        raise source.fault(position, expected=expected, came=repr(asked[1]), next_step="write the value itself there")
    return unescaped(raw)
