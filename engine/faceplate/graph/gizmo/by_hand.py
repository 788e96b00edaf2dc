"""The knobs by which FaceTrack's landmarks are set by hand: a key on any of a group's knobs is a frame set by hand."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from faceplate.graph.gizmo.python_text import button_python
from faceplate.graph.gizmo.user_knobs import Pairs, button, number_knob, section, setting, tab
from faceplate.spec import Knob, knobs_of
from faceplate.swap import FACE_SWAP

TAB = "By hand"
PERSON = "hand_person"
GROUP = "hand_group"


class HandKnobs(NamedTuple):
    """The knobs of one group of landmarks, by name."""

    x: str
    y: str
    turn: str
    scale: str


_groups = ("whole", "right_eye", "left_eye", "right_brow", "left_brow", "nose", "lips", "face_oval")

hand_knobs: Mapping[str, HandKnobs] = MappingProxyType(
    {name: HandKnobs(*(f"hand_{name}_{knob}" for knob in HandKnobs._fields)) for name in _groups}
)
"""For each group of `track.edit.groups` that can be set in a graph, its knobs."""

hand_knob_names = (PERSON, *(knob for knobs in hand_knobs.values() for knob in knobs))
"""What the engine is told of them."""


def hand_controls() -> Pairs:
    """The tab `By hand`."""
    _, default, kind = knobs_of(FACE_SWAP.settings)["person"]
    whose = Knob(help="Whose landmarks are set, by the track's name for them.", group=TAB)
    group = Knob(help="The landmarks that the button Key here holds.", group=TAB, choices=_groups)
    shown = (
        *tab(TAB),
        *setting(PERSON, whose, default, kind, label="person"),
        *setting(GROUP, group, _groups[0], str, label="landmarks"),
        *button(
            "hand_key",
            "Key here",
            "Holds the group on this frame: a key on each of its knobs, at the value it has.",
            button_python("key_here(nuke.thisNode())"),
        ),
        *button(
            "hand_apply",
            "Apply",
            "Solves the track again around the keys; the plate is not tracked anew.",
            button_python("track(nuke.thisNode())"),
        ),
    )
    return (*shown, *(pair for name in _groups for pair in section(name, _shown(name), tuple(_of_group(name)))))


def _shown(group: str) -> str:
    return group.replace("_", " ")


def _of_group(name: str) -> Iterator[tuple[str, str]]:
    knobs, words = hand_knobs[name], "the whole face" if name == "whole" else f"the {_shown(name)}"
    held = "A frame with a key here is set by hand; the value between keys says nothing."
    about = {
        "x": Knob(help=f"Moves {words} to the right. {held}", group=TAB, unit="px", minimum=-100, maximum=100),
        "y": Knob(help=f"Moves {words} up. {held}", group=TAB, unit="px", minimum=-100, maximum=100),
        "turn": Knob(
            help=f"Turns {words} to the left, about its middle. {held}",
            group=TAB, unit="deg", minimum=-45, maximum=45,
        ),
        "scale": Knob(help=f"Scales {words} about its middle. {held}", group=TAB, minimum=0.5, maximum=2),
    }  # fmt: skip
    for label, knob in zip(HandKnobs._fields, knobs, strict=True):
        yield from number_knob(knob, 1 if label == "scale" else 0, about[label], label=label)
