"""Scripts that name our gizmos, with the groups in the place of the names."""

from dataclasses import replace

from faceplate.graph.gizmo.designs import designs
from faceplate.graph.gizmo.gizmo import gizmo_script
from faceplate.graph.gizmo.user_knobs import LINK
from faceplate.graph.script import Script, ScriptNode, split_list

Pairs = tuple[tuple[str, str], ...]


def open_gizmos(script: Script) -> Script:
    """The script with each of our gizmos, `FaceSwap {...}`, as the group that it stands for, knobs as it sets them.

    What is a group already stays as it is, of whatever version it is.
    """
    nodes: list[ScriptNode] = []
    moved: dict[int, int] = {}
    layers = dict.fromkeys(script.layers)
    for index, node in enumerate(script.nodes):
        moved[index] = len(nodes)
        name = _named(script, index)
        if name is None:
            nodes.append(_moved(node, moved))
            continue
        gizmo = gizmo_script(name)
        nodes += _inserted(gizmo, _moved(node, moved), _stated(script, index), len(nodes))
        layers |= dict.fromkeys(gizmo.layers)
    return replace(script, nodes=tuple(nodes), layers=tuple(layers))


def _named(script: Script, index: int) -> str | None:
    """The gizmo of ours that a node names, as `FaceSwap` or `FaceSwap.gizmo`; None for any other node."""
    node = script.nodes[index]
    name = node.klass.removesuffix(".gizmo")
    return name if name in designs and not node.is_group else None


def _stated(script: Script, index: int) -> Pairs:
    """What a node says of its knobs; a clone says what its original does, and its own on top."""
    node = script.nodes[index]
    above = () if node.clone_of is None else _stated(script, node.clone_of)
    return (*above, *node.knobs)


def _moved(node: ScriptNode, moved: dict[int, int]) -> ScriptNode:
    """The node with its inputs, its group and its original at their new places."""
    inputs = tuple(None if above is None else moved[above] for above in node.inputs)
    parent = None if node.parent is None else moved[node.parent]
    original = None if node.clone_of is None else moved[node.clone_of]
    return replace(node, inputs=inputs, parent=parent, clone_of=original)


def _inserted(gizmo: Script, node: ScriptNode, stated: Pairs, place: int) -> list[ScriptNode]:
    """The group and its inside, to stand from `place` on; knobs that show one of a node inside are set there."""
    group, values = gizmo.nodes[0], dict(stated)
    links = _links(group.knobs)
    there = {name for name, _ in group.knobs} | links.keys()
    extra = tuple(pair for pair in stated if pair[0] == "addUserKnob" or pair[0] not in there)
    knobs = _sized((*_overlaid(group.knobs, values), *extra), len(node.inputs))
    opened = [replace(group, knobs=knobs, inputs=node.inputs, parent=node.parent)]
    for inner in gizmo.nodes[1:]:
        shown = {knob: values[link] for link, (name, knob) in links.items() if name == inner.name and link in values}
        new = tuple((knob, value) for knob, value in shown.items() if knob not in inner.values)
        opened.append(_within(replace(inner, knobs=(*_overlaid(inner.knobs, shown), *new)), place))
    return opened


def _within(inner: ScriptNode, place: int) -> ScriptNode:
    inputs = tuple(None if above is None else above + place for above in inner.inputs)
    return replace(inner, inputs=inputs, parent=place)


def _overlaid(knobs: Pairs, values: dict[str, str]) -> Pairs:
    """The knobs with these values in the place of their own."""
    return tuple((name, value if name == "addUserKnob" else values.get(name, value)) for name, value in knobs)


def _sized(knobs: Pairs, inputs: int) -> Pairs:
    others = tuple((name, value) for name, value in knobs if name != "inputs")
    return others if inputs == 1 else (("inputs", str(inputs)), *others)


def _links(knobs: Pairs) -> dict[str, tuple[str, str]]:
    """For each knob that shows one of a node inside: that node's name, and its knob's."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in knobs:
        words = split_list(value) if name == "addUserKnob" else []
        if words[:1] == [str(LINK)]:
            node, _, knob = words[words.index("T") + 1].rpartition(".")
            found[words[1]] = (node, knob)
    return found
