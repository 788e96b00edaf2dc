"""Words written so that Tcl, Nuke and `split_list` read them back to the character."""

import re
from collections.abc import Iterable

from faceplate.errors import ScriptError
from faceplate.graph.script.words import brace_end

_plain = re.compile(r"[A-Za-z0-9_.+\-/:%*,=<>@!?&|^~()#']+")
_numbers = re.compile(r"[-+0-9.eE]+(?: [-+0-9.eE]+)+")
_holds_braced_word = re.compile(r"(?:\A|[ \n])\{")
_never_braced = re.compile(r"\\\n|[\0-\x08\x0b-\x1f\ud800-\udfff]")
_escaped = re.compile(r"[\0-\x1f\x7f\\\"$\[{}\ud800-\udfff]")
_letters = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def join_list(words: Iterable[str]) -> str:
    """The words as a Tcl list, which `split_list` takes apart again."""
    return " ".join(list_word(word) for word in words)


def list_word(word: str, *, prefer_braces: bool = False) -> str:
    """A word as Nuke writes it: bare where nothing in it is special, lists and numbers in braces, strings in quotes."""
    if _plain.fullmatch(word):
        return word
    listed = prefer_braces or _numbers.fullmatch(word) or _holds_braced_word.search(word)
    return f"{{{word}}}" if listed and fits_braces(word) else quoted(word)


def fits_braces(word: str) -> bool:
    """True where a word can stand in braces as it is, inside a node's body."""
    if _never_braced.search(word):
        return False
    braced = f"{{{word}}}"
    try:
        return brace_end(braced, 0) == len(braced) and brace_end(f"{{{braced}}}", 0) > 0
    except ScriptError:
        return False


def quoted(word: str) -> str:
    """A word in quotes, with a backslash before all that Tcl would otherwise look at."""
    return f'"{_escaped.sub(_guarded, word)}"'


def _guarded(found: re.Match[str]) -> str:
    character = found[0]
    if "\ud800" <= character <= "\udfff":
        return f"\\u{ord(character):04x}"
    if character.isprintable():
        return "\\" + character
    return _letters.get(character, f"\\{ord(character):03o}")
