"""Scripts that name gizmos of a studio, with the gizmos' groups in the place of the names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from faceplate.errors import ScriptError
from faceplate.graph.knobs import user_knobs
from faceplate.graph.knobs.user_knobs import link_type
from faceplate.graph.render.operators import class_of
from faceplate.graph.script import Layer, Script, ScriptNode, group_classes, read_script

deepest = 16
"""How many gizmos may stand inside each other."""

most_nodes = 200_000
"""Nodes that a script may have once its gizmos are opened."""

Pairs = tuple[tuple[str, str], ...]


def open_named_gizmos(script: Script, gizmos: Mapping[str, Script]) -> Script:
    """The script with each node whose class is a gizmo's name as the group that it stands for.

    A class that is rendered is never taken for a gizmo. The group has the gizmo's knobs under the node's own; those
    that show a knob of a node inside set it there. Gizmos inside gizmos are opened too.

    Raises:
        ScriptError: a gizmo is no group, stands inside itself, or the script grows out of all bounds.
    """
    if not any(_gizmo_name(node, gizmos) for node in script.nodes):
        return script
    opened = _Opened(gizmos, dict.fromkeys(script.layers))
    opened.add(script.nodes, {}, ())
    return replace(script, nodes=tuple(opened.nodes), layers=tuple(opened.layers))


def find_gizmos(script: Script, folders: Sequence[Path]) -> dict[str, Script]:
    """The gizmos that a script names and that lie in these folders, and those that they name in turn, by name.

    Of one name in several folders the first counts.

    Raises:
        ScriptError: a gizmo cannot be read.
    """
    found: dict[str, Script] = {}
    waiting = [script]
    while waiting:
        for name in _unknown(waiting.pop()):
            path = next((path for folder in folders if (path := folder / f"{name}.gizmo").is_file()), None)
            if path is not None and name not in found:
                found[name] = read_script(path)
                waiting.append(found[name])
    return found


@dataclass
class _Opened:
    """The nodes so far, in file order."""

    gizmos: Mapping[str, Script]
    layers: dict[Layer, None]
    nodes: list[ScriptNode] = field(default_factory=list)

    def add(self, nodes: Sequence[ScriptNode], places: dict[int, int], trail: tuple[str, ...]) -> None:
        """Adds nodes of one script; `places` holds where those stand that are there already."""
        for index, node in enumerate(nodes):
            if index in places:
                continue
            places[index] = len(self.nodes)
            moved = _moved(node, places)
            name = _gizmo_name(node, self.gizmos)
            if name is None:
                self.nodes.append(moved)
            else:
                self._open(name, moved, _stated(nodes, index), trail)
            if len(self.nodes) > most_nodes:
                raise ScriptError(
                    "the script with its gizmos opened",
                    expected=f"at most {most_nodes} nodes",
                    came="more",
                    next_step="check the gizmos: one may hold many of another",
                )

    def _open(self, name: str, node: ScriptNode, stated: Pairs, trail: tuple[str, ...]) -> None:
        if name in trail or len(trail) >= deepest:
            raise ScriptError(
                f"gizmo {name}",
                expected=f"a gizmo that does not stand inside itself, {deepest} deep at most",
                came=" > ".join((*trail, name)),
                next_step="mend the gizmo",
            )
        gizmo = self.gizmos[name]
        group = _group(name, gizmo)
        self.layers |= dict.fromkeys(gizmo.layers)
        place = len(self.nodes)
        knobs = tuple(pair for pair in group.knobs if pair[0] != "inputs") + stated
        self.nodes.append(replace(node, klass="Group", knobs=knobs, clone_of=None, is_group=True))
        self.add([group, *_set_inside(group, gizmo.nodes[1:], dict(stated))], {0: place}, (*trail, name))


def _group(name: str, gizmo: Script) -> ScriptNode:
    first = gizmo.nodes[0] if gizmo.nodes else None
    if first is None or not first.is_group:
        raise ScriptError(
            f"gizmo {name}",
            expected="a file that holds one Group or Gizmo",
            came=first.klass if first else "no node",
            next_step="save it from Nuke as a gizmo",
        )
    return first


def _set_inside(group: ScriptNode, nodes: Iterable[ScriptNode], stated: Mapping[str, str]) -> list[ScriptNode]:
    """The nodes inside, with the knobs set that are shown outside and stated there."""
    links = [knob for knob in user_knobs(group) if knob.type == link_type and knob.name in stated]
    values: dict[str, list[tuple[str, str]]] = {}
    for link in links:
        inner, _, knob = link.text.rpartition(".")
        values.setdefault(inner, []).append((knob, stated[link.name]))
    return [replace(node, knobs=(*node.knobs, *values.get(node.name, ()))) for node in nodes]


def _moved(node: ScriptNode, places: Mapping[int, int]) -> ScriptNode:
    inputs = tuple(None if above is None else places[above] for above in node.inputs)
    parent = None if node.parent is None else places[node.parent]
    original = None if node.clone_of is None else places[node.clone_of]
    return replace(node, inputs=inputs, parent=parent, clone_of=original)


def _stated(nodes: Sequence[ScriptNode], index: int) -> Pairs:
    """What a node says of its knobs; a clone says what its original does, and its own on top."""
    node = nodes[index]
    return (*(() if node.clone_of is None else _stated(nodes, node.clone_of)), *node.knobs)


def _gizmo_name(node: ScriptNode, gizmos: Mapping[str, Script]) -> str | None:
    name = node.klass.removesuffix(".gizmo")
    return name if name in gizmos and not node.is_group and class_of(name) is None else None


def _unknown(script: Script) -> set[str]:
    names = {node.klass.removesuffix(".gizmo") for node in script.nodes if node.klass not in group_classes}
    return {name for name in names if class_of(name) is None and Path(name).name == name}
