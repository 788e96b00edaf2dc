"""The classes of letters that a regular expression may name."""

from collections.abc import Callable
from typing import TypeAlias

from faceplate.graph.knobs.faults import TextError, short

Test: TypeAlias = Callable[[str, int], bool]
"""True where the text fits at a place."""

_named: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "digit": str.isdecimal,
    "lower": str.islower,
    "punct": lambda c: c.isprintable() and not c.isalnum() and not c.isspace(),
    "space": str.isspace,
    "upper": str.isupper,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}
_letters: dict[str, Callable[[str], bool]] = {
    "d": str.isdecimal,
    "s": str.isspace,
    "w": lambda c: c.isalnum() or c == "_",
}
_controls = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


def letter_class(pattern: str, place: int, *, ignoring_case: bool) -> tuple[Test, int]:
    """The test of a letter, a dot or a bracketed set that stands at a place, and where it ends."""
    here = pattern[place]
    if here == ".":
        return lambda text, at: at < len(text), place + 1
    if here == "[":
        return _set(pattern, place + 1, ignoring_case=ignoring_case)
    return _same(here, ignoring_case=ignoring_case), place + 1


def one_letter(pattern: str, place: int, *, ignoring_case: bool) -> tuple[Test, int]:
    """The test of what stands after a backslash: a class such as `d`, a control character, or the letter itself."""
    letter = pattern[place : place + 1]
    if letter.lower() in _letters:
        fits, wanted = _letters[letter.lower()], letter.islower()
        return lambda text, at: fits(text[at]) is wanted, place + 1
    if not letter or (letter.isalnum() and letter not in _controls):
        raise TextError(
            short(pattern), expected="an escape that is known", came=f"\\{letter}", next_step="mend the pattern"
        )
    return _same(_controls.get(letter, letter), ignoring_case=ignoring_case), place + 1


def word_edge(letter: str) -> Test | None:
    """The test of an edge: `m` and `M` begin and end a word, `y` either, `A` and `Z` begin and end the text."""
    if letter == "A":
        return lambda _, at: at == 0
    if letter == "Z":
        return lambda text, at: at == len(text)
    if letter not in ("m", "M", "y") or not letter:
        return None
    return lambda text, at: _edge(text, at) in (letter, letter.replace("y", "m"), letter.replace("y", "M"))


def _edge(text: str, at: int) -> str:
    before = at > 0 and _letters["w"](text[at - 1])
    after = at < len(text) and _letters["w"](text[at])
    return "" if before is after else "m" if after else "M"


def _same(letter: str, *, ignoring_case: bool) -> Test:
    if ignoring_case:
        folded = letter.lower()
        return lambda text, at: text[at].lower() == folded
    return lambda text, at: text[at] == letter


def _set(pattern: str, place: int, *, ignoring_case: bool) -> tuple[Test, int]:
    """A bracketed set from just after its bracket on."""
    inverted = pattern.startswith("^", place)
    place += inverted
    tests: list[Callable[[str], bool]] = []
    begin = place
    while place >= len(pattern) or pattern[place] != "]" or place == begin:
        if place >= len(pattern):
            raise TextError(
                short(pattern), expected="a closing ] of a set", came="the end", next_step="mend the pattern"
            )
        test, place = _member(pattern, place)
        tests.append(test)

    def fits(letter: str) -> bool:
        cases = {letter, letter.lower(), letter.upper()} if ignoring_case else {letter}
        return any(test(case) for test in tests for case in cases)

    return lambda text, at: fits(text[at]) is not inverted, place + 1


def _member(pattern: str, place: int) -> tuple[Callable[[str], bool], int]:
    if pattern.startswith("[:", place):
        end = pattern.find(":]", place)
        test = _named.get(pattern[place + 2 : max(end, place)])
        if test is None:
            raise TextError(
                short(pattern), expected="a class that is known", came="another", next_step="mend the pattern"
            )
        return test, end + 2
    low, after = _set_letter(pattern, place)
    if isinstance(low, str) and pattern.startswith("-", after) and pattern[after + 1 : after + 2] not in ("", "]"):
        high, end = _set_letter(pattern, after + 1)
        first, last = low, high if isinstance(high, str) else low
        return lambda letter: first <= letter <= last, end
    if isinstance(low, str):
        only = low
        return lambda letter: letter == only, after
    return low, after


def _set_letter(pattern: str, place: int) -> tuple[str | Callable[[str], bool], int]:
    if pattern[place] != "\\":
        return pattern[place], place + 1
    letter = pattern[place + 1 : place + 2]
    if letter in _letters:
        return _letters[letter], place + 2
    return _controls.get(letter, letter), place + 2
