"""Chains of nodes of any length, followed from reader to source without running out of stack."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from faceplate.errors import FaceplateError
from faceplate.graph.knobs.deeper import on_a_thread_of_its_own

if TYPE_CHECKING:
    from faceplate.graph.render.node import Node

Given = TypeVar("Given")

levels_a_thread = 24
"""How many nodes one thread follows before the next goes on: each takes some fifteen calls of Python's thousand."""

_here = threading.local()


def followed(node: "Node", work: Callable[[], Given]) -> Given:
    """What a node's work gives; called for every step from a node to what it is made from.

    An error that is raised while it works carries the full name of the node as a note, the innermost first.
    """
    level, reader = getattr(_here, "level", 0), working_node()
    if level >= levels_a_thread:
        return on_a_thread_of_its_own(lambda: _gone_on(reader, node, work))
    _here.level, _here.node = level + 1, node
    try:
        return work()
    except FaceplateError as fault:
        if not node_of(fault):
            fault.add_note(node.path)
        raise
    finally:
        _here.level, _here.node = level, reader


def _gone_on(reader: "Node | None", node: "Node", work: Callable[[], Given]) -> Given:
    """`followed` on a fresh thread, which works for the same reader."""
    _here.node = reader
    return followed(node, work)


def working_node() -> "Node | None":
    """The node whose work this thread does just now."""
    node: Node | None = getattr(_here, "node", None)
    return node


def node_of(fault: FaceplateError) -> str:
    """The full name of the node in which an error was raised; empty where it was in none."""
    return next(iter(getattr(fault, "__notes__", ())), "")
