"""Tcl's commands on lists (Tcl 8.6), as pure functions of their words."""

from collections.abc import Callable, Sequence

from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.numerals import plain_number
from faceplate.graph.knobs.tcl import Command, Tcl
from faceplate.graph.knobs.tcl_lists import cut, glob_matches, joined_list, place_of
from faceplate.graph.knobs.tcl_patterns import compiled


def counted(command: str, words: list[str], fewest: int, most: int | None = None) -> list[str]:
    """The words, if there are as many as the command takes.

    Raises:
        ScriptError: there are not.
    """
    if len(words) < fewest or (most is not None and len(words) > most):
        span = str(fewest) if fewest == most else f"{fewest} to {most}" if most is not None else f"{fewest} or more"
        raise TextError(
            short(f"[{command} {' '.join(words)}]"),
            expected=f"{span} words after {command}",
            came=str(len(words)),
            next_step="mend the command",
        )
    return words


def switches(command: str, words: list[str], known: Sequence[str]) -> tuple[set[str], list[str]]:
    """The switches at the front, without their dashes, and the words after them; `--` ends the switches.

    Raises:
        ScriptError: a switch that is not known.
    """
    found: set[str] = set()
    for place, word in enumerate(words):
        if word == "--":
            return found, words[place + 1 :]
        if not word.startswith("-") or len(words) - place <= 1:
            return found, words[place:]
        if word[1:] not in known:
            raise TextError(
                short(f"[{command} {' '.join(words)}]"),
                expected=f"switches of {command} that are rendered: {', '.join(f'-{each}' for each in known)}",
                came=short(word),
                next_step="leave it out",
            )
        found.add(word[1:])
    return found, []


def _concat(_: Tcl, words: list[str]) -> str:
    return " ".join(part for word in words if (part := word.strip()))


def _join(_: Tcl, words: list[str]) -> str:
    counted("join", words, 1, 2)
    return (words[1] if len(words) > 1 else " ").join(words_of(words[0]))


def _lindex(_: Tcl, words: list[str]) -> str:
    counted("lindex", words, 1, 8)
    text = words[0]
    for index in (each for word in words[1:] for each in words_of(word)):
        items = words_of(text)
        place = place_of(index, len(items))
        text = items[place] if 0 <= place < len(items) else ""
    return text


def _linsert(_: Tcl, words: list[str]) -> str:
    counted("linsert", words, 2)
    items = words_of(words[0])
    place = place_of(words[1], len(items) + 1)
    place = max(0, min(place, len(items)))
    return joined_list([*items[:place], *words[2:], *items[place:]])


def _list(_: Tcl, words: list[str]) -> str:
    return joined_list(words)


def _llength(_: Tcl, words: list[str]) -> str:
    return str(len(words_of(counted("llength", words, 1, 1)[0])))


def _lrange(_: Tcl, words: list[str]) -> str:
    counted("lrange", words, 3, 3)
    items = words_of(words[0])
    return joined_list(items[cut(len(items), words[1], words[2])])


def _lreplace(_: Tcl, words: list[str]) -> str:
    counted("lreplace", words, 3)
    items = words_of(words[0])
    gone = cut(len(items), words[1], words[2])
    return joined_list([*items[: gone.start], *words[3:], *items[gone.stop :]])


def _lreverse(_: Tcl, words: list[str]) -> str:
    return joined_list(words_of(counted("lreverse", words, 1, 1)[0])[::-1])


_lsearch_switches = ("all", "exact", "glob", "inline", "nocase", "not", "regexp")


def _lsearch(_: Tcl, words: list[str]) -> str:
    chosen, rest = switches("lsearch", words[:-2], _lsearch_switches) if len(words) > 2 else (set(), [])  # noqa: PLR2004 -- a list and a pattern come last
    chosen |= {word[1:] for word in rest if word[1:] in _lsearch_switches}
    text, pattern = counted("lsearch", words[-2:], 2, 2)
    if len(rest) != len([word for word in rest if word[1:] in _lsearch_switches]):
        raise TextError(
            short(f"[lsearch {' '.join(words)}]"), expected="switches, a list, a pattern", came="more", next_step=""
        )
    fits = _fits(chosen, pattern)
    items = words_of(text)
    found = [place for place, item in enumerate(items) if fits(item) is ("not" not in chosen)]
    if "all" not in chosen:
        found = found[:1]
    if "inline" in chosen:
        named = [items[place] for place in found]
        return joined_list(named) if "all" in chosen else "".join(named)
    return " ".join(map(str, found)) or ("" if "all" in chosen else "-1")


def _fits(chosen: set[str], pattern: str) -> Callable[[str], bool]:
    folded = "nocase" in chosen
    if "regexp" in chosen:
        program = compiled(pattern, ignoring_case=folded)
        return lambda item: program.search(item) is not None
    pattern = pattern.lower() if folded else pattern
    if "exact" in chosen:
        return lambda item: (item.lower() if folded else item) == pattern
    return lambda item: glob_matches(pattern, item.lower() if folded else item)


def _lsort(_: Tcl, words: list[str]) -> str:
    chosen, rest = switches(
        "lsort", words, ("ascii", "decreasing", "dictionary", "increasing", "integer", "nocase", "real", "unique")
    )
    items = words_of(counted("lsort", rest, 1, 1)[0])
    if "dictionary" in chosen:
        raise TextError(
            "[lsort -dictionary]", expected="-ascii, -integer or -real", came="-dictionary", next_step="use one"
        )
    key = _sort_key(chosen)
    ordered = sorted(items, key=key)
    if "unique" in chosen:
        ordered = list({key(item): item for item in ordered}.values())
    return joined_list(ordered[::-1] if "decreasing" in chosen else ordered)


def _sort_key(chosen: set[str]) -> Callable[[str], tuple[float, str]]:
    if not chosen & {"integer", "real"}:
        return lambda item: (0.0, item.lower() if "nocase" in chosen else item)

    def number(item: str) -> tuple[float, str]:
        found = plain_number(item)
        if found is None:
            raise TextError(short(item), expected="a number to sort by", came=short(item), next_step="sort as -ascii")
        return found, ""

    return number


def _split(_: Tcl, words: list[str]) -> str:
    counted("split", words, 1, 2)
    text, marks = words[0], words[1] if len(words) > 1 else " \n\t\r"
    if not text:
        return ""
    if not marks:
        return joined_list(list(text))
    parts = [""]
    for letter in text:
        if letter in marks:
            parts.append("")
        else:
            parts[-1] += letter
    return joined_list(parts)


list_commands: dict[str, Command] = {
    "concat": _concat,
    "join": _join,
    "lindex": _lindex,
    "linsert": _linsert,
    "list": _list,
    "llength": _llength,
    "lrange": _lrange,
    "lreplace": _lreplace,
    "lreverse": _lreverse,
    "lsearch": _lsearch,
    "lsort": _lsort,
    "split": _split,
}
