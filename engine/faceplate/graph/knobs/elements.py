"""The elements of a number knob's text: numbers, curves, and expressions with the keys behind them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from faceplate.errors import ScriptError
from faceplate.graph.knobs.curve_text import curve_of_words
from faceplate.graph.knobs.curves import Curve
from faceplate.graph.knobs.faults import words_of
from faceplate.graph.knobs.numerals import plain_number

no_keys = Curve(())


@dataclass(frozen=True)
class Driven:
    """An expression, brackets and all, and the keys that `curve` and `y` in it read."""

    expression: str
    keys: Curve = no_keys


Element: TypeAlias = float | Curve | Driven

_words = {"true": 1.0, "false": 0.0}


@lru_cache(maxsize=8192)
def elements_of(text: str) -> tuple[Element, ...]:
    """The elements of a knob's text: `1 2`, `{curve x1 0 x9 1} 2`, `{parent.size*2 i}`.

    Raises:
        ScriptError: the text is no list, or a curve in it cannot be read.
    """
    words = words_of(text)
    if words[:1] == ["curve"] and text.lstrip()[0] != "{":
        return (curve_of_words(words[1:]),)
    return tuple(_element(word) for word in words)


def _element(word: str) -> Element:
    number = _words.get(word, plain_number(word))
    if number is not None:
        return number
    inner = words_of(word)
    if not inner:
        return 0.0
    if inner[0] == "curve":
        return curve_of_words(inner[1:])
    if len(inner) == 1 and inner[0] != word:
        number = _words.get(inner[0], plain_number(inner[0]))
        return Driven(inner[0]) if number is None else number
    return Driven(*_expression_and_keys(word, inner))


def _expression_and_keys(word: str, inner: list[str]) -> tuple[str, Curve]:
    """The first word is the expression, keys follow. Where they are none, an old host left the expression unquoted."""
    try:
        return inner[0], curve_of_words(inner[1:])
    except ScriptError:
        return word, no_keys


def reads_as_numbers(text: str) -> bool:
    """True where a text stands for numbers that a curve or an expression gives, and not for itself."""
    if "{" not in text and not text.startswith("curve "):
        return False
    try:
        words = words_of(text)
    except ScriptError:
        return False
    braced = text.startswith("curve ") or all(_is_numeric_word(word, text) for word in words)
    return bool(words) and braced and not _is_menu(text)


def _is_numeric_word(word: str, text: str) -> bool:
    return plain_number(word) is not None or f"{{{word}}}" in text


def is_constant(text: str) -> bool:
    """True where a text can mean nothing else at another frame: no curve, no expression, no bracket in it."""
    if "[" in text:
        return False
    if "{" not in text and not text.startswith("curve"):
        return True
    try:
        elements = elements_of(text)
    except ScriptError:
        return False
    return all(isinstance(element, float) for element in elements) or _is_menu(text)


def _is_menu(text: str) -> bool:
    """A menu that is filled while Nuke runs: `{1} B A`, the number of the chosen item and the items."""
    words = words_of(text)
    return text.startswith("{") and len(words) > 1 and words[0].isdecimal() and "{" not in text[1:]
