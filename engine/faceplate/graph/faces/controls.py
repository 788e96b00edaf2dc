"""The knobs of one of our nodes, read from the group that it is in a graph."""

from typing import Any, TypeVar

from faceplate.errors import CallError
from faceplate.graph.render import Node
from faceplate.spec import Settings, knobs_of

S = TypeVar("S", bound=Settings)


def settings_at(node: Node, settings: type[S]) -> S:
    """The settings of a group at its moment, checked as everywhere else.

    Raises:
        ScriptError: a knob is out of its range.
    """
    values = {name: _value(node, name, kind, about.choices) for name, (about, _, kind) in knobs_of(settings).items()}
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
        ScriptError: it stands in none.
    """
    if node.parent is None:
        raise node.refusal(
            expected="the group of one of our nodes around it",
            came="a result that stands alone",
            next_step="make the node anew from the Faceplate menu",
        )
    return node.parent
