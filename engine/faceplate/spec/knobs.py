"""A setting declared once: default, help, unit, range, choices and group stand with the field they describe."""

from dataclasses import Field, dataclass, field, fields
from typing import Any

from faceplate.errors import CallError

type_names = {bool: "on or off", int: "a whole number", float: "a number", str: "text"}


@dataclass(frozen=True, kw_only=True)
class Knob:
    """What a person is told about one setting, in any host.

    Attributes:
        help: one sentence for the artist.
        group: the tab or section it stands in.
        unit: `px`, `EV`, `deg`, `frames`, or empty for a plain number.
        minimum: smallest allowed value, or None.
        maximum: largest allowed value, or None.
        choices: the words allowed, or empty.
        file: the ending of the file that the text names, such as `.track`; empty for other knobs.
    """

    help: str
    group: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    file: str = ""

    @property
    def span(self) -> str:
        """The range in words, without its unit: `0 to 10`, `1 to any`; empty where there is none."""
        if self.minimum is None and self.maximum is None:
            return ""
        return " to ".join("any" if end is None else f"{end:g}" for end in (self.minimum, self.maximum))


def knob(default: Any, **about: Any) -> Any:
    """A field of a settings class; the keywords are those of `Knob`."""
    return field(default=default, metadata={"knob": Knob(**about)})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The knobs of one node. Subclasses are frozen, keyword-only, and check themselves when made.

    Raises:
        CallError: a value is of the wrong type, out of range, or not among the choices.
    """

    def __post_init__(self) -> None:
        for entry in fields(self):
            _check(type(self).__name__.removesuffix("Settings"), entry, getattr(self, entry.name))


def knobs_of(settings: type[Settings]) -> dict[str, tuple[Knob, Any, type]]:
    """Each knob of a settings class by name: what is said about it, its default, and its type, in order."""
    return {entry.name: (_about(entry), entry.default, type(entry.default)) for entry in fields(settings)}


def _about(entry: "Field[Any]") -> Knob:
    about = entry.metadata.get("knob")
    if not isinstance(about, Knob):
        msg = f"{entry.name}: a setting is declared with knob(default, help=..., group=...)"
        raise TypeError(msg)
    return about


def _check(node: str, entry: "Field[Any]", value: Any) -> None:
    about = _about(entry)
    kind: type[Any] = type(entry.default)
    accepted: tuple[type[Any], ...] = (int, float) if kind is float else (kind,)
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise _refusal(node, entry.name, type_names[kind], repr(value))
    if about.choices and value not in about.choices:
        raise _refusal(node, entry.name, "one of " + ", ".join(about.choices), repr(value))
    below = about.minimum is not None and not value >= about.minimum
    above = about.maximum is not None and not value <= about.maximum
    if below or above:
        raise _refusal(node, entry.name, f"{about.span} {about.unit}".strip(), repr(value))


def _refusal(node: str, name: str, expected: str, came: str) -> CallError:
    return CallError(f"{node}.{name}", expected=expected, came=came, next_step="set the knob within its range")
