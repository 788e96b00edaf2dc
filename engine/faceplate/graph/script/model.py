"""A Nuke script as a value: nodes in file order, each with its knobs as written and its inputs resolved."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

# The classes whose nodes hold nodes of their own, up to `end_group`.
group_classes = frozenset({"Gizmo", "Group", "LiveGroup", "VariableGroup"})

_inputs = re.compile(r"([0-9]{1,9})(?:\+([0-9]{1,9}))?")


def declared_inputs(knobs: Iterable[tuple[str, str]]) -> int | None:
    """How many inputs a node's knobs tell of: `2+1` is three, saying nothing is one; None for no number."""
    inputs = dict(knobs).get("inputs")
    if inputs is None:
        return 1
    found = _inputs.fullmatch(inputs.strip())
    return int(found[1]) + int(found[2] or 0) if found else None


class Layer(NamedTuple):
    """A layer that a script declares, with the full names of its channels: `pos`, (`pos.red`, `pos.green`)."""

    name: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class ScriptNode:
    """One node of a script.

    Attributes:
        klass: the class, as written: `Blur`, `MyGizmo.gizmo`, `OFXuk.co.thefoundry.keylight.keylight_v201`.
        knobs: every name and value of the body in order, names repeated where the file repeats them (`addUserKnob`);
            backslashes are resolved, brackets, expressions and curves stand as text.
        inputs: for each slot the index of the node in `Script.nodes`, or None where it is empty. Slot 0 is B.
        parent: the index of the group it stands in, or None.
        clone_of: the index of the node whose knobs it shares, or None.
        is_group: True where nodes may stand inside, closed by `end_group`.
    """

    klass: str
    knobs: tuple[tuple[str, str], ...]
    inputs: tuple[int | None, ...] = ()
    parent: int | None = None
    clone_of: int | None = None
    is_group: bool = False

    @cached_property
    def values(self) -> dict[str, str]:
        """The knobs by name, the last where a name repeats; without the declarations of user knobs."""
        return {name: value for name, value in self.knobs if name != "addUserKnob"}

    @property
    def name(self) -> str:
        """The node's own name; empty where the script gives none."""
        return self.values.get("name", "")


@dataclass(frozen=True)
class Script:
    """A script, gizmo or clipboard.

    Attributes:
        nodes: all nodes but Root in file order; a group stands before its children.
        version: the words after `version`, such as `13.2 v4`; None where the file has none.
        root: the knobs of Root, or None where the file has no Root.
        layers: what `add_layer` declares, in order.
        comments: the lines that begin with `#`, without their line ends.
        layout: the text of `define_window_layout_xml`, or None.
        warnings: what was odd but could be read, one sentence each; they tell of a file, and two scripts that differ
            in nothing else are equal.
    """

    nodes: tuple[ScriptNode, ...]
    version: str | None = None
    root: tuple[tuple[str, str], ...] | None = None
    layers: tuple[Layer, ...] = ()
    comments: tuple[str, ...] = ()
    layout: str | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def root_values(self) -> dict[str, str]:
        """Root's knobs by name; empty where there is no Root."""
        return dict(self.root or ())

    def children(self, parent: int | None) -> Iterator[int]:
        """The indexes of the nodes that stand directly in a group, or at the top for None, in file order."""
        return iter(self._children.get(parent, ()))

    @cached_property
    def _children(self) -> dict[int | None, list[int]]:
        inside: dict[int | None, list[int]] = {}
        for index, node in enumerate(self.nodes):
            inside.setdefault(node.parent, []).append(index)
        return inside

    def values_of(self, index: int) -> dict[str, str]:
        """The knobs of a node by name; a clone's are those of its original, under what its own body says."""
        node = self.nodes[index]
        if node.clone_of is None:
            return node.values
        return {**self.values_of(node.clone_of), **node.values}

    def find(self, path: str, inside: int | None = None) -> int | None:
        """The index of the node of a name, `Group1.Blur1` for one in a group, seen from inside a group; None if none.

        The last of a name counts, as Nuke renames the earlier ones.
        """
        place: int | None = inside
        for name in path.split("."):
            found = self._named.get((place, name))
            if found is None:
                return None
            place = found
        return place

    @cached_property
    def _named(self) -> dict[tuple[int | None, str], int]:
        return {(node.parent, self.values_of(index).get("name", "")): index for index, node in enumerate(self.nodes)}
