"""Text of Nuke scripts: values quoted, nodes written, curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Knobs = Sequence["tuple[str, str]"]

ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
SPECIAL = '\\"[]{}$'


def quoted(word: str) -> str:
    """A word of a Tcl list that reads as exactly this text: bare, in braces, or in quotes."""
    if word and not any(letter.isspace() or letter in SPECIAL + ";#" for letter in word):
        return word
    if _is_balanced(word) and "\\" not in word:
        return "{" + word + "}"
    escaped = "".join(ESCAPES.get(letter, "\\" + letter if letter in SPECIAL else letter) for letter in word)
    return f'"{escaped}"'


def literal(path: str) -> str:
    """A file's name as the text of a file knob, where brackets would be a command."""
    return path.replace("[", "\\[").replace("]", "\\]")


def _is_balanced(word: str) -> bool:
    depth = 0
    for letter in word:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth < 0:
            return False
    return depth == 0


def node_text(klass: str, knobs: Knobs) -> str:
    """A node as a script holds it; knobs in the order given, names may repeat."""
    lines = [f" {quoted(name)} {quoted(value)}" for name, value in knobs]
    return "\n".join([f"{klass} {{", *lines, "}"]) + "\n"


def curve(frames: Iterable[int], values: Iterable[float]) -> str:
    """An animation with a key at each frame, as an element of a knob's value: `{curve x1001 0.5 x1002 0.75}`."""
    keys = " ".join(f"x{frame} {number(value)}" for frame, value in zip(frames, values))
    return "{curve " + keys + "}"


def number(value: float) -> str:
    """A number with at most five places, and no more of them than it needs."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
