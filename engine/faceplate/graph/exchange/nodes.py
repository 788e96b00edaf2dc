"""A track as Nuke's own nodes, in a script that can be pasted or opened."""

import re
from collections.abc import Callable, Sequence
from itertools import count

from faceplate.errors import CallError
from faceplate.graph.exchange.keyed import Keyed
from faceplate.graph.exchange.moves import Knobs, axis_knobs, corner_pin_knobs, transform_knobs
from faceplate.graph.exchange.outlines import roto_knobs
from faceplate.graph.exchange.tracker import tracker_knobs
from faceplate.graph.script import Script, ScriptNode

kinds: dict[str, tuple[str, Callable[[Keyed], Knobs]]] = {
    "Tracker4": ("Tracker4", tracker_knobs),
    "CornerPin2D": ("CornerPin2D", corner_pin_knobs),
    "Transform": ("Transform", transform_knobs),
    "Axis": ("Axis2", axis_knobs),
    "Roto": ("Roto", roto_knobs),
}
"""What can be made: the class that Nuke calls it, and its knobs."""

_beside_px, _below_px = 120, 80
_not_in_a_name = re.compile(r"[^A-Za-z0-9_]+", re.ASCII)


def track_script(paths: Sequence[Keyed], chosen: Sequence[str] = tuple(kinds)) -> Script:
    """The nodes of each kind for each person, named `person1_Tracker4`, with no inputs; people stand in rows.

    Raises:
        CallError: a kind that is not one of `kinds`.
    """
    unknown = [kind for kind in chosen if kind not in kinds]
    if unknown or not chosen:
        raise CallError(
            "the nodes",
            expected=f"some of {','.join(kinds)}",
            came=", ".join(unknown) or "none",
            next_step="name these, separated by commas",
        )
    rows = list(zip(_names([path.person.name for path in paths]), paths, strict=True))
    nodes = [
        _node(path, kind, f"{name}_{kind}", (row, column))
        for row, (name, path) in enumerate(rows)
        for column, kind in enumerate(chosen)
    ]
    return Script(tuple(nodes))


def _node(path: Keyed, kind: str, name: str, place: tuple[int, int]) -> ScriptNode:
    klass, knobs = kinds[kind]
    row, column = place
    named = {"name": name, "xpos": column * _beside_px, "ypos": row * _below_px}
    told = {"inputs": "0", **knobs(path), **{name: str(value) for name, value in named.items()}}
    return ScriptNode(klass, tuple(told.items()))


def _names(people: Sequence[str]) -> list[str]:
    """A name for each person's nodes; where two come to the same letters, the later one has a number."""
    names: list[str] = []
    for row, person in enumerate(people):
        name = _as_name(person, row)
        numbered = (f"{name}_{number}" for number in count(2))
        names.append(name if name not in names else next(other for other in numbered if other not in names))
    return names


def _as_name(person: str, row: int) -> str:
    """A person's name in the letters that Nuke takes for a node, beginning with one."""
    name = _not_in_a_name.sub("_", person).strip("_")
    return name if name[:1].isalpha() else f"person{row + 1}_{name}".rstrip("_")
