"""Tcl's commands on texts, patterns and file names (Tcl 8.6), as pure functions of their words."""

import re
from typing import TYPE_CHECKING

from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.tcl import Command, Tcl
from faceplate.graph.knobs.tcl_expr import numeric
from faceplate.graph.knobs.tcl_list_commands import counted, switches
from faceplate.graph.knobs.tcl_lists import cut, glob_matches, joined_list, place_of
from faceplate.graph.knobs.tcl_patterns import Pattern, compiled

if TYPE_CHECKING:
    from collections.abc import Callable

longest_repeat = 100_000
widest_field = 1000
_blank = " \t\n\r\v\f\0"


def _string(tcl: Tcl, words: list[str]) -> str:
    name, *rest = counted("string", words, 2)
    part = _string_parts.get(name)
    if part is None:
        raise TextError(
            short(f"[string {' '.join(words)}]"),
            expected=f"one of: string {', '.join(_string_parts)}",
            came=short(name),
            next_step="replace the text by its result in Nuke",
        )
    fewest, most, call = part
    return call(tcl, counted(f"string {name}", rest, fewest, most))


def _cat(_: Tcl, words: list[str]) -> str:
    return "".join(words)


def _compare(_: Tcl, words: list[str]) -> str:
    chosen, rest = switches("string compare", words, ("nocase",)) if len(words) > 2 else (set(), words)  # noqa: PLR2004 -- two texts come last
    one, other = (word.lower() for word in rest) if "nocase" in chosen else rest
    return str((one > other) - (one < other))


def _equal(tcl: Tcl, words: list[str]) -> str:
    return str(int(_compare(tcl, words) == "0"))


def _find(_: Tcl, words: list[str]) -> str:
    start = place_of(words[2], len(words[1])) if len(words) > 2 else 0  # noqa: PLR2004 -- the third is a start
    return str(words[1].find(words[0], max(0, start)) if words[0] else -1)


def _rfind(_: Tcl, words: list[str]) -> str:
    last = place_of(words[2], len(words[1])) if len(words) > 2 else len(words[1])  # noqa: PLR2004 -- the third is an end
    return str(words[1].rfind(words[0], 0, max(0, last + 1)) if words[0] else -1)


def _at(_: Tcl, words: list[str]) -> str:
    place = place_of(words[1], len(words[0]))
    return words[0][place] if 0 <= place < len(words[0]) else ""


def _is(_: Tcl, words: list[str]) -> str:
    kind, text = words[0], words[-1]
    strict = "-strict" in words[1:-1]
    tests: dict[str, Callable[[str], bool]] = {
        "alnum": lambda each: each.isalnum(),
        "alpha": lambda each: each.isalpha(),
        "digit": lambda each: each.isdecimal(),
        "double": lambda each: numeric(each) is not None,
        "integer": lambda each: isinstance(numeric(each), int),
        "lower": lambda each: all(c.islower() for c in each),
        "space": lambda each: each.isspace(),
        "upper": lambda each: all(c.isupper() for c in each),
    }
    if kind not in tests:
        raise TextError(
            f"[string is {kind}]", expected=f"one of: {', '.join(tests)}", came=short(kind), next_step="use one"
        )
    return str(int(tests[kind](text))) if text else str(int(not strict))


def _map(_: Tcl, words: list[str]) -> str:
    folded = len(words) == 3 and words[0] == "-nocase"  # noqa: PLR2004 -- a switch, pairs, a text
    pairs, text = words_of(words[-2]), words[-1]
    if len(pairs) % 2:
        raise TextError(
            short(words[-2]), expected="pairs of old and new", came="an odd count", next_step="mend the command"
        )
    new = {
        (old.lower() if folded else old): each
        for old, each in reversed(list(zip(pairs[::2], pairs[1::2], strict=True)))
    }
    old = [re.escape(each) for each in dict.fromkeys(pairs[::2]) if each]
    if not old:
        return text
    pattern = re.compile("|".join(old), re.IGNORECASE if folded else 0)
    return pattern.sub(lambda found: new[found[0].lower() if folded else found[0]], text)


def _match(_: Tcl, words: list[str]) -> str:
    folded = len(words) == 3 and words[0] == "-nocase"  # noqa: PLR2004 -- a switch, a pattern, a text
    pattern, text = (word.lower() for word in words[-2:]) if folded else words[-2:]
    return str(int(glob_matches(pattern, text)))


def _repeat(_: Tcl, words: list[str]) -> str:
    count = place_of(words[1], 0)
    if count * len(words[0]) > longest_repeat:
        raise TextError(
            "[string repeat]", expected=f"at most {longest_repeat} characters", came="more", next_step="shorten it"
        )
    return words[0] * max(0, count)


def _replace(_: Tcl, words: list[str]) -> str:
    text, new = words[0], words[3] if len(words) > 3 else ""  # noqa: PLR2004 -- the fourth is what comes in
    first, last = place_of(words[1], len(text)), place_of(words[2], len(text))
    if first > last or first >= len(text) or last < 0:
        return text
    gone = cut(len(text), words[1], words[2])
    return text[: gone.start] + new + text[gone.stop :]


def _trimmed(_: Tcl, words: list[str]) -> str:
    return words[0].strip(words[1] if len(words) > 1 else _blank)


def _trimmed_left(_: Tcl, words: list[str]) -> str:
    return words[0].lstrip(words[1] if len(words) > 1 else _blank)


def _trimmed_right(_: Tcl, words: list[str]) -> str:
    return words[0].rstrip(words[1] if len(words) > 1 else _blank)


def _range(_: Tcl, words: list[str]) -> str:
    return words[0][cut(len(words[0]), words[1], words[2])]


_string_parts: dict[str, tuple[int, int | None, Command]] = {
    "cat": (0, None, _cat),
    "compare": (2, 3, _compare),
    "equal": (2, 3, _equal),
    "first": (2, 3, _find),
    "index": (2, 2, _at),
    "is": (2, 3, _is),
    "last": (2, 3, _rfind),
    "length": (1, 1, lambda _, words: str(len(words[0]))),
    "map": (2, 3, _map),
    "match": (2, 3, _match),
    "range": (3, 3, _range),
    "repeat": (2, 2, _repeat),
    "replace": (3, 4, _replace),
    "reverse": (1, 1, lambda _, words: words[0][::-1]),
    "tolower": (1, 1, lambda _, words: words[0].lower()),
    "totitle": (1, 1, lambda _, words: words[0][:1].upper() + words[0][1:].lower()),
    "toupper": (1, 1, lambda _, words: words[0].upper()),
    "trim": (1, 2, _trimmed),
    "trimleft": (1, 2, _trimmed_left),
    "trimright": (1, 2, _trimmed_right),
}

_field = re.compile(r"%([-+ 0#]*)(\d*)(?:\.(\d*))?[hl]*(.)", re.DOTALL)


def _format(_: Tcl, words: list[str]) -> str:
    layout, *values = counted("format", words, 1)
    remaining = list(values)

    def filled(found: re.Match[str]) -> str:
        flags, width, precision, kind = found.groups()
        if kind == "%":
            return "%"
        if not remaining or int(width or 0) > widest_field or int(precision or 0) > widest_field:
            raise TextError(
                short(layout), expected="a value for each field", came="too few", next_step="mend the command"
            )
        return _field_text(flags, width, precision, kind, remaining.pop(0))

    return _field.sub(filled, layout)


def _field_text(flags: str, width: str, precision: str | None, kind: str, value: str) -> str:
    dotted = "" if precision is None else f".{precision}"
    if kind == "s":
        return f"%{flags.replace('0', '')}{width}{dotted}s" % value
    number = numeric(value)
    if kind == "c" and isinstance(number, int) and 0 <= number < 2**20:
        return f"%{flags}{width}c" % number
    if kind in "diuxXo" and isinstance(number, int):
        return f"%{flags}{width}{dotted}{'d' if kind in 'iu' else kind}" % number
    if kind in "eEfgG" and number is not None:
        return f"%{flags}{width}{dotted}{kind}" % number
    raise TextError(
        f"%{flags}{width}{dotted}{kind}",
        expected="a whole number"
        if kind in "diuxXoc"
        else "a field of kind d, i, u, x, o, c, s, e, f or g, and a number",
        came=short(value),
        next_step="mend the command",
    )


def _regexp(_: Tcl, words: list[str]) -> str:
    chosen, rest = switches("regexp", words, ("all", "inline", "nocase"))
    pattern, text = _without_variables("regexp", rest, 2)
    found = _matches(compiled(pattern, ignoring_case="nocase" in chosen), text, every="all" in chosen)
    if "inline" in chosen:
        return joined_list([part for match in found for part in _parts(match, text)])
    return str(len(found) if "all" in chosen else int(bool(found)))


def _regsub(_: Tcl, words: list[str]) -> str:
    chosen, rest = switches("regsub", words, ("all", "nocase"))
    pattern, text, new = _without_variables("regsub", rest, 3)
    parts, done = [], 0
    program = compiled(pattern, ignoring_case="nocase" in chosen)
    for match in _matches(program, text, every="all" in chosen, at_end=True):
        parts += [text[done : match[0]], _replacement(new, _parts(match, text))]
        done = match[1]
    return "".join([*parts, text[done:]])


def _without_variables(command: str, words: list[str], count: int) -> list[str]:
    if len(words) != count:
        raise TextError(
            short(f"[{command} {' '.join(words)}]"),
            expected=f"{count} words after the switches, and no variables to fill",
            came=str(len(words)),
            next_step="use -inline" if command == "regexp" else "leave the variable out",
        )
    return words


def _matches(pattern: Pattern, text: str, *, every: bool, at_end: bool = False) -> list[tuple[int, ...]]:
    """The matches from left to right; an empty one behind the last letter counts only where it is asked for."""
    found, start = [], 0
    while start <= len(text) and (match := pattern.search(text, start)) is not None:
        found.append(match)
        start = match[1] if match[1] > match[0] else match[1] + 1
        if not every or (start == len(text) and not at_end):
            break
    return found


def _parts(match: tuple[int, ...], text: str) -> list[str]:
    return [text[low:high] if low >= 0 <= high else "" for low, high in zip(match[::2], match[1::2], strict=True)]


def _replacement(new: str, parts: list[str]) -> str:
    def filled(found: re.Match[str]) -> str:
        if found[0] == "&":
            return parts[0]
        if found[1].isdecimal():
            return parts[int(found[1])] if int(found[1]) < len(parts) else ""
        return found[1] if found[1] in "&\\" else found[0]

    return re.sub(r"\\(.)|&", filled, new, flags=re.DOTALL)


def _file(_: Tcl, words: list[str]) -> str:
    name, *rest = counted("file", words, 2)
    part = _file_parts.get(name)
    if part is None:
        raise TextError(
            short(f"[file {' '.join(words)}]"),
            expected=f"one of: file {', '.join(_file_parts)}",
            came=short(name),
            next_step="replace the text by its result in Nuke: a script may not ask for what is on disk",
        )
    return part(rest if name == "join" else counted(f"file {name}", rest, 1, 1))


def _pieces(path: str) -> list[str]:
    pieces = [each for each in path.split("/") if each]
    return ["/", *pieces] if path.startswith("/") else pieces


def _of_pieces(pieces: list[str]) -> str:
    if not pieces:
        return "."
    return "/" + "/".join(pieces[1:]) if pieces[0] == "/" else "/".join(pieces)


def _tail(words: list[str]) -> str:
    pieces = _pieces(words[0])
    return pieces[-1] if pieces and pieces[-1] != "/" else ""


def _dirname(words: list[str]) -> str:
    pieces = _pieces(words[0])
    return _of_pieces(pieces if pieces == ["/"] else pieces[:-1])


def _extension(words: list[str]) -> str:
    name = words[0].rpartition("/")[2]
    return name[name.rindex(".") :] if "." in name else ""


def _rootname(words: list[str]) -> str:
    return words[0].removesuffix(_extension(words)) if _extension(words) else words[0]


def _file_join(words: list[str]) -> str:
    pieces: list[str] = []
    for word in words:
        these = _pieces(word)
        pieces = these if word.startswith("/") else pieces + these
    return _of_pieces(pieces) if pieces else ""


_file_parts = {
    "dirname": _dirname,
    "extension": _extension,
    "join": _file_join,
    "rootname": _rootname,
    "split": lambda words: joined_list(_pieces(words[0])),
    "tail": _tail,
}


def _basename(_: Tcl, words: list[str]) -> str:
    return _tail(counted("basename", words, 1, 1))


text_commands: dict[str, Command] = {
    "basename": _basename,
    "file": _file,
    "format": _format,
    "regexp": _regexp,
    "regsub": _regsub,
    "string": _string,
}
