"""Nuke expressions cut into numbers, names and signs."""

import re
from typing import NamedTuple

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import longest_numeral

longest_expression = 20_000

_token = re.compile(
    r"\s*(?:"
    r"(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*(?:\.\w+)*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|\*\*|[-+*/%^!<>?:(),&|])"
    r"|(?P<end>\Z)"
    r"|(?P<other>.))",
    re.DOTALL,
)


class Token(NamedTuple):
    """A piece of an expression: kind `number`, `name`, `sign` or `end`, and its text."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """The pieces of an expression, an `end` last.

    Raises:
        ScriptError: the text is too long, or holds what no expression holds.
    """
    if len(text) > longest_expression:
        raise _fault(text, f"at most {longest_expression} characters", f"{len(text)}")
    pieces: list[Token] = []
    for found in _token.finditer(text):
        kind = str(found.lastgroup)
        if kind == "other":
            raise _fault(text, "numbers, names and signs", repr(found[kind]))
        if kind == "number" and (
            found.end() < len(text) and (text[found.end()].isalnum() or text[found.end()] in "_.")
        ):
            raise _fault(text, "a space or a sign after a number", repr(text[found.start(kind) : found.end() + 1]))
        if kind == "number" and len(found[kind]) > longest_numeral:
            raise _fault(text, "a number", f"{len(found[kind])} digits")
        pieces.append(Token(kind, found[kind]))
        if kind == "end":
            break
    return pieces


def _fault(text: str, expected: str, came: str) -> TextError:
    return TextError(short(text), expected=expected, came=came, next_step="mend the expression")
