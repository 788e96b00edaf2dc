"""The knobs of one of our nodes, read from the group that it is in a graph."""

import re
from typing import Any, TypeVar

from faceplate.errors import CallError
from faceplate.graph.render import Node
from faceplate.spec import Settings, knobs_of, registered

S = TypeVar("S", bound=Settings)


def settings_at(node: Node, settings: type[S]) -> S:
    """The settings of a group at its moment, checked as everywhere else.

    Raises:
        ScriptError: a knob is out of its range.
    """
    knobs = knobs_of(settings)
    # A group of an earlier version lacks knobs that came later: they stand at their defaults.
    there = {name: about for name, about in knobs.items() if node.session.knobs.has(node.index, name)}
    values = {name: _value(node, name, kind, about.choices) for name, (about, _, kind) in there.items()}
    try:
        return settings(**values)
    except CallError as fault:
        knob = fault.thing.rpartition(".")[2]
        raise node.refusal(knob=knob, expected=fault.expected, came=fault.came, next_step=fault.next_step) from fault


def _value(node: Node, name: str, kind: type, choices: tuple[str, ...]) -> Any:
    if choices:
        return node.choice(name, choices)
    read = {bool: node.flag, int: node.whole, float: node.number, str: node.text}
    return read[kind](name)


def group_of(node: Node) -> Node:
    """The group that a node of ours stands in.

    Raises:
        ScriptError: it stands in none, or in one of a later Faceplate.
    """
    if node.parent is None:
        raise node.refusal(
            expected="the group of one of our nodes around it",
            came="a result that stands alone",
            next_step="make the node anew from the Faceplate menu",
        )
    _check_version(node.parent)
    return node.parent


def version_of(group: Node) -> int:
    """The version of its node that a group was made as; 0 where it does not say."""
    stated = _stated(group)
    return int(stated[2]) if stated else 0


def _stated(group: Node) -> re.Match[str] | None:
    return re.fullmatch(r"(\w+) (\d+)", group.values.get("faceplate_class", ""))


def _check_version(group: Node) -> None:
    """Refuses a group that a later version of its node was made for, and notes an earlier one."""
    stated = _stated(group)
    spec = registered().get(stated[1]) if stated else None
    if stated is None or spec is None or int(stated[2]) == spec.version:
        return
    if int(stated[2]) > spec.version:
        raise group.refusal(
            knob="faceplate_class",
            expected=f"{spec.name} {spec.version} or earlier",
            came=stated[0],
            next_step="update Faceplate on this machine, or make the node anew",
        )
    group.session.note(f"{group.path} was made as {stated[0]} and is rendered as {spec.name} {spec.version}")
