"""User knobs as `addUserKnob` declares them (Nuke's KnobType numbers), each with the value it starts with."""

from typing import Any

from faceplate.graph.script import join_list
from faceplate.spec import Knob

Pairs = tuple[tuple[str, str], ...]

STRING, FILE, INT, ENUMERATION, BOOL, DOUBLE, CHANNEL, TAB, PYTHON, TEXT, LINK = 1, 2, 3, 4, 6, 7, 11, 20, 22, 26, 41
NEW_LINE, SAME_LINE, HIDDEN, READ_ONLY = "+STARTLINE", "-STARTLINE", "+INVISIBLE", "+DISABLED"


def tab(name: str) -> Pairs:
    """The knobs that follow stand in a tab of this name."""
    return _declared(TAB, name)


def section(name: str, label: str, knobs: Pairs) -> Pairs:
    """Knobs that fold away under a title."""
    begun, ended = _declared(TAB, f"{name}_knobs", "l", label, "n", "1"), _declared(TAB, f"{name}_end", "n", "-1")
    return (*begun, *knobs, *ended)


def setting(name: str, about: Knob, default: Any, kind: type, *, label: str = "") -> Pairs:
    """The knob of a setting of the registry: its type, label, tooltip, range and default."""
    options = ["l", label or name.replace("_", " "), "t", tooltip(about)]
    if about.choices:
        return _declared(ENUMERATION, name, *options, "M", join_list(about.choices), value=str(default))
    if kind is bool:
        return _declared(BOOL, name, *options, NEW_LINE, value=str(default).lower())
    if kind is str:
        return _declared(FILE if about.file else STRING, name, *options, value=default)
    low, high = slider(about, default)
    return _declared(INT if kind is int else DOUBLE, name, *options, "R", low, high, value=number(default))


def number_knob(name: str, default: float, about: Knob, *, label: str = "") -> Pairs:
    """A number that is the gizmo's own."""
    return setting(name, about, default, float, label=label)


def switch_knob(name: str, label: str, about: Knob) -> Pairs:
    """Something of the gizmo's own that is on or off, off to begin with."""
    return _declared(BOOL, name, "l", label, "t", tooltip(about), value="false")


def channel_knob(name: str, label: str, tip: str) -> Pairs:
    """One channel of the stream, none to begin with."""
    return _declared(CHANNEL, name, "l", label, "t", tip, value="none")


def link(name: str, label: str, target: str, tip: str) -> Pairs:
    """A knob of a node inside, shown on the group: `Face_grade.gamma`."""
    return _declared(LINK, name, "l", label, "t", tip, "T", target)


def button(name: str, label: str, tip: str, python: str, *, on_new_line: bool = False) -> Pairs:
    """A button that runs Python."""
    return _declared(PYTHON, name, "l", label, "t", tip, "T", python, NEW_LINE if on_new_line else SAME_LINE)


def shown_text(name: str, words: str) -> Pairs:
    """Words to read in the panel."""
    return _declared(TEXT, name, "l", "", NEW_LINE, "T", words)


def shown_status(name: str, tip: str, value: str) -> Pairs:
    """A line that the plugin writes and the artist reads."""
    return _declared(STRING, name, "l", name, "t", tip, READ_ONLY, value=value)


def hidden_text(name: str, value: str = "") -> Pairs:
    """A text that nobody sees and that scripts keep."""
    return _declared(STRING, name, "l", "INVISIBLE", HIDDEN, value=value)


def tooltip(about: Knob) -> str:
    """What a person reads over a knob: its help, its range, its unit."""
    said = f"{about.span} {about.unit}".strip()
    if about.span:
        return f"{about.help}\nRange: {said}."
    return f"{about.help}\nUnit: {said}." if said else about.help


def slider(about: Knob, default: float) -> tuple[str, str]:
    """The ends of a slider: the range, and where that is open, as far from the default as the default is from 0."""
    reach = max(1.0, abs(default))
    low = default - reach if about.minimum is None else about.minimum
    high = default + reach if about.maximum is None else about.maximum
    return number(low), number(high)


def number(value: float) -> str:
    """A number as Nuke writes it: no point where it is whole."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _declared(kind: int, name: str, *options: str, value: str | None = None) -> Pairs:
    started = () if value is None else ((name, value),)
    return (("addUserKnob", join_list([str(kind), name, *options])), *started)
