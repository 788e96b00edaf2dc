"""Knobs that an artist added to a node: `addUserKnob {type name l label t help R 0 100 M {a b} T text n 2 +FLAG}`."""

from dataclasses import dataclass, field
from functools import lru_cache

from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.numerals import plain_number
from faceplate.graph.script import ScriptNode

link_type = 41
format_type = 17
tab_type = 20
text_type = 26
string_types = frozenset({1, 2, 22, 23, 26, 27, 28, 32, 43, 52})
bool_types = frozenset({6, 81})
menu_types = frozenset({4, 35, 68, 83, 85})
box_types = frozenset({15})
size_types = frozenset({14})
color_types = frozenset({18, 19})
_lengths = {12: 2, 13: 3, 14: 2, 15: 4, 18: 3, 19: 4, 30: 2, 31: 6}
_numbers = frozenset({3, 7, 8, 9, 16, 78, 79, *_lengths})


@dataclass(frozen=True, kw_only=True)
class UserKnob:
    """A knob that an artist added.

    Attributes:
        type: the number of its kind, as `nuke.KnobType` counts.
        name: empty for a divider.
        label: what the panel shows; the name where none is given.
        tooltip: its help.
        range: least and greatest of its slider, or None.
        menu: the items of a menu.
        text: of a text knob what it shows, of a button its code, of a link (type 41) the knob it shows.
        count: the word after `n`: of an array its length, of a tab or group where that begins or ends.
        flags: `+STARTLINE`, `-STARTLINE` and their like, as written.
    """

    type: int
    name: str
    label: str = ""
    tooltip: str = ""
    range: tuple[float, float] | None = None
    menu: tuple[str, ...] = ()
    text: str = ""
    count: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)

    @property
    def length(self) -> int:
        """How many numbers it holds; 1 for what is no array."""
        if self.type in (78, 79) and self.count.isdecimal():
            return min(int(self.count), 1000)
        return _lengths.get(self.type, 1)

    @property
    def default(self) -> str:
        """What it holds where the script writes no value, as Nuke would write it."""
        if self.type in bool_types:
            return "false"
        if self.type in menu_types:
            return self.menu[0] if self.menu else ""
        if self.type in _numbers:
            return " ".join(["0"] * self.length)
        if self.type in (10, 11):
            return "none"
        return self.text if self.type == text_type else ""


@lru_cache(maxsize=4096)
def parse_user_knob(text: str) -> UserKnob:
    """The knob that the text of one `addUserKnob` declares.

    Raises:
        ScriptError: the text has no type and name, or is no list.
    """
    words = words_of(text)
    if len(words) < 2 or not words[0].lstrip("-").isdecimal():  # noqa: PLR2004 -- a type and a name
        raise TextError(
            short(text), expected="the number of a type, and a name", came=short(text), next_step="add it anew"
        )
    said: dict[str, list[str]] = {}
    flags, rest = set(), words[2:]
    while rest:
        word, rest = rest[0], rest[1:]
        if word[:1] in ("+", "-") and word[1:]:
            flags.add(word)
        else:
            taken = 2 if word == "R" else 1
            said[word], rest = rest[:taken], rest[taken:]
    return UserKnob(
        type=int(words[0]),
        name=words[1],
        label=_first(said, "l") or words[1],
        tooltip=_first(said, "t"),
        range=_range(said.get("R", [])),
        menu=tuple(_item(each) for each in words_of(_first(said, "M"))),
        text=_first(said, "T"),
        count=_first(said, "n"),
        flags=frozenset(flags),
    )


def _first(said: dict[str, list[str]], letter: str) -> str:
    return (said.get(letter) or [""])[0]


def _item(text: str) -> str:
    """The name of a menu item; what stands after a tab is only shown or run."""
    return text.partition("\t")[0]


def _range(words: list[str]) -> tuple[float, float] | None:
    numbers = [number for word in words if (number := plain_number(word)) is not None]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None  # noqa: PLR2004 -- both ends


def user_knobs(node: ScriptNode) -> tuple[UserKnob, ...]:
    """The knobs that an artist added to a node, in the order of its panel.

    Raises:
        ScriptError: a declaration cannot be read.
    """
    return tuple(parse_user_knob(text) for name, text in node.knobs if name == "addUserKnob")
