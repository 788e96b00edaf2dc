"""Tcl's lists as text, its indexes and its patterns."""

import re

from faceplate.graph.knobs.faults import TextError, short

_special = re.compile(r'[\s{}\[\]$";\\]')
_bracing = re.compile(r"[\s{}\[$;\\]")
_escaping = re.compile(r'[\]"]')
_index = re.compile(r"(end|[+-]?\d{1,9})(?:([+-])(\d{1,9}))?", re.ASCII)
_escape = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f"}


def joined_list(words: list[str]) -> str:
    """The words as a Tcl list, each quoted so that it reads as one word again."""
    return " ".join(_quoted(word, first=place == 0) for place, word in enumerate(words))


def _quoted(word: str, *, first: bool) -> str:
    if not word:
        return "{}"
    if not _special.search(word) and not (first and word[0] == "#"):
        return word
    rather_braces = word[0] in '{"' or _bracing.search(word) or not _escaping.search(word)
    if rather_braces and _balanced(word) and not word.endswith("\\") and "\\\n" not in word:
        return f"{{{word}}}"
    return "".join(_escape.get(c, f"\\{c}") if _special.match(c) else c for c in word)


def _balanced(word: str) -> bool:
    depth, place = 0, 0
    while place < len(word) and depth >= 0:
        if word[place] == "\\":
            place += 1
        depth += {"{": 1, "}": -1}.get(word[place : place + 1], 0) if word[place - 1 : place] != "\\" else 0
        place += 1
    return depth == 0


def place_of(index: str, count: int) -> int:
    """Where an index such as `3`, `end` or `end-1` points in so many things; it may lie outside of them.

    Raises:
        ScriptError: the index is none.
    """
    found = _index.fullmatch(index.strip())
    if not found:
        raise TextError(
            short(index), expected="an index: a number, end or end-number", came=short(index), next_step="mend it"
        )
    base = count - 1 if found[1] == "end" else int(found[1])
    offset = int(found[3] or 0)
    return base - offset if found[2] == "-" else base + offset


def cut(count: int, first: str, last: str) -> slice:
    """The part from one index to another, both included."""
    start, stop = max(0, place_of(first, count)), min(count - 1, place_of(last, count))
    return slice(start, max(start, stop + 1))


def glob_matches(pattern: str, text: str) -> bool:
    """True where a pattern with `*`, `?`, `[a-z]` and backslashes fits the whole text, in time of their product."""
    pieces = _glob_pieces(pattern)
    reached = {0}
    for letter in text:
        reached = {after for place in _with_stars(pieces, reached) for after in _steps(pieces, place, letter)}
        if not reached:
            return False
    return len(pieces) in _with_stars(pieces, reached)


def _glob_pieces(pattern: str) -> list[tuple[str, str]]:
    pieces, place = [], 0
    while place < len(pattern):
        here, end = pattern[place], pattern.find("]", place)
        if here in "*?":
            pieces.append((here, ""))
        elif here == "[" and end > 0:
            pieces.append(("[", pattern[place + 1 : end]))
            place = end
        elif here == "\\" and place + 1 < len(pattern):
            place += 1
            pieces.append(("=", pattern[place]))
        else:
            pieces.append(("=", here))
        place += 1
    return pieces


def _with_stars(pieces: list[tuple[str, str]], reached: set[int]) -> set[int]:
    whole = set(reached)
    for place in sorted(reached):
        after = place
        while after < len(pieces) and pieces[after][0] == "*":
            after += 1
            whole.add(after)
    return whole


def _steps(pieces: list[tuple[str, str]], place: int, letter: str) -> list[int]:
    if place >= len(pieces):
        return []
    kind, text = pieces[place]
    if kind == "*":
        return [place]
    fits = kind == "?" or (kind == "=" and text == letter) or (kind == "[" and _in_set(text, letter))
    return [place + 1] if fits else []


def _in_set(text: str, letter: str) -> bool:
    place = 0
    while place < len(text):
        if text[place + 1 : place + 2] == "-" and place + 2 < len(text):
            low, high = sorted((text[place], text[place + 2]))
            if low <= letter <= high:
                return True
            place += 3
        elif text[place] == letter:
            return True
        else:
            place += 1
    return False
