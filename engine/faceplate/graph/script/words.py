"""How Tcl cuts text into words (Tcl 8.6, `Tcl(n)` and `Tcl_SplitList(3)`).

Braced words stand verbatim, quoted and bare words have their backslashes resolved. White space is ASCII's.
"""

import re
import sys
from itertools import islice

from faceplate.errors import ScriptError
from faceplate.graph.script.limits import max_brace_depth

SPACE = r"[\t-\r ]"
UNBRACED = r"[^{}\\]*+"
# Braces up to this depth are matched by one expression; deeper ones, which are rare, are counted one by one.
QUICK_DEPTH = 16


def _braced(depth: int) -> str:
    inside = r"\\." if depth == 1 else rf"\\.|{_braced(depth - 1)}"
    return rf"\{{{UNBRACED}(?:(?:{inside}){UNBRACED})*+\}}"


BRACED = _braced(QUICK_DEPTH)
QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
BARE = r'(?![{"])(?:[^\t-\r \\]++|\\(?:\n[\t ]*+|.|\Z))++'
_WORD = rf"(?:{BRACED}|{QUOTED}|{BARE})"

_list_words = re.compile(rf"{SPACE}*+({_WORD}(?={SPACE}|\Z)|.+|\Z)", re.DOTALL)
_whole_word = re.compile(_WORD, re.DOTALL)
_space = re.compile(rf"{SPACE}*+")
_quoted = re.compile(QUOTED, re.DOTALL)
_bare = re.compile(BARE, re.DOTALL)
_quick_braced = re.compile(BRACED, re.DOTALL)
_brace = re.compile(r"\\.|[{}]", re.DOTALL)

_escape = re.compile(
    r"\\(?:\n[ \t]*|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.)|\Z)", re.DOTALL
)
_surrogate = re.compile("[\ud800-\udfff]")
_letters = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
# A longer list than this is counted while it is cut, so that a hostile one ends early.
_counted_from_characters = 2**22


def split_list(text: str) -> list[str]:
    """The words of a Tcl list: `a {b c} "d e"` gives `a`, `b c` and `d e`.

    Raises:
        ScriptError: a brace or quote that is not closed or has text glued to it, or braces nested past all reason.
    """
    return list_words(text, len(text))


def list_words(text: str, at_most: int) -> list[str]:
    """The words of a Tcl list, cut no further than one past `at_most`.

    Raises:
        ScriptError: as `split_list`.
    """
    if len(text) < _counted_from_characters:
        raw = _list_words.findall(text)
    else:
        raw = [found[1] for found in islice(_list_words.finditer(text), at_most + 1)]
    while raw and not raw[-1]:
        raw.pop()  # the white space at the end
    if raw and not _whole_word.fullmatch(raw[-1]):
        # The last is whatever the quick expression could not cut: deep braces, or a fault.
        raw[-1:] = _remaining_words(raw[-1], at_most + 1 - len(raw))
    return [word if word[0] not in '{"' and "\\" not in word else _content(word) for word in raw]


def _content(word: str) -> str:
    """A raw word without its braces or quotes, backslashes resolved."""
    if word[0] == "{":
        return word[1:-1]
    return unescaped(word[1:-1] if word[0] == '"' else word)


def _remaining_words(text: str, at_most: int) -> list[str]:
    words, position = list[str](), 0
    while position < len(text) and len(words) <= at_most:
        end = _word_end(text, position)
        if end < len(text) and text[end] not in "\t\n\v\f\r ":
            raise list_error(f"{text[end : end + 20]!r} glued to the word {text[position:end][-20:]!r}")
        words.append(text[position:end])
        position = _end_of(_space, text, end)
    return words


def _word_end(text: str, start: int) -> int:
    if text[start] == "{":
        return brace_end(text, start)
    if text[start] == '"':
        return quote_end(text, start)
    return _end_of(_bare, text, start)


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def quote_end(text: str, start: int) -> int:
    """Where the quote that opens at `start` has been closed.

    Raises:
        ScriptError: it is not closed.
    """
    found = _quoted.match(text, start)
    if found is None:
        raise list_error("a quote that is not closed", "a quote at both ends")
    return found.end()


def brace_end(text: str, start: int) -> int:
    """Where the brace that opens at `start` has been closed; a backslash guards the character after it.

    Raises:
        ScriptError: it is not closed, or braces are nested deeper than any script nests them.
    """
    quick = _quick_braced.match(text, start)
    if quick is not None:
        return quick.end()
    depth = 0
    for found in _brace.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
        if depth > max_brace_depth:
            raise list_error(f"more than {max_brace_depth} braces inside each other", "a value that a host would write")
    raise list_error("a brace that is not closed", "a closing brace for each open one")


def list_error(came: str, expected: str = "words with white space between them, as a Tcl list") -> ScriptError:
    """The error for text that is no list of words."""
    return ScriptError(
        "the words of a value",
        expected=expected,
        came=came,
        next_step="mend the value, or save the script anew from Nuke",
    )


def unescaped(text: str) -> str:
    """The text with its backslash sequences resolved, as Tcl resolves them in quotes."""
    if "\\" not in text:
        return text
    resolved = _escape.sub(_resolved, text)
    if _surrogate.search(resolved) is None:
        return resolved
    return resolved.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _resolved(found: re.Match[str]) -> str:
    two, four, eight, octal, letter = found.groups()
    if letter is not None:
        return _letters.get(letter, letter)
    if octal is not None:
        return _octal(octal)
    if hexadecimal := two or four or eight:
        return _character(hexadecimal)
    return " " if found[0] != "\\" else "\\"


def _octal(digits: str) -> str:
    """Three octal digits past one byte count as two, and the third stands for itself (Tcl 8.6)."""
    return chr(int(digits, 8)) if int(digits, 8) <= 0xFF else chr(int(digits[:2], 8)) + digits[2]  # noqa: PLR2004 -- one byte


def _character(digits: str) -> str:
    """More digits than Unicode has room for leave the last ones as text (Tcl 8.6)."""
    code, rest = int(digits, 16), ""
    while code > sys.maxunicode:
        code, rest = code >> 4, digits[-len(rest) - 1] + rest
    return chr(code) + rest
