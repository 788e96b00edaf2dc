"""The order in which nodes can be written: a node after what it takes, a group's nodes directly after it."""

import heapq
from collections.abc import Iterable, Iterator, Sequence

from faceplate.errors import ScriptError
from faceplate.graph.script.limits import max_group_depth
from faceplate.graph.script.model import Script, ScriptNode


def writing_order(script: Script) -> Sequence[int]:
    """The indexes of all nodes in an order that a script can have; the file's own wherever that is one.

    Raises:
        ScriptError: nodes that wait for each other, a group that feeds its own inside, an index of no node.
    """
    for index, node in enumerate(script.nodes):
        _check_indexes(script, index, node)
    if _is_writable(script):
        return range(len(script.nodes))
    return _sorted(script)


def sources(node: ScriptNode) -> Iterator[int]:
    """The nodes that have to stand before a node: its inputs, and what it is a clone of."""
    yield from (source for source in node.inputs if source is not None)
    if node.clone_of is not None:
        yield node.clone_of


def label(script: Script, index: int) -> str:
    """What messages call a node: its name and class, or its class and place."""
    node = script.nodes[index]
    return f"{node.name} ({node.klass})" if node.name else f"{node.klass}, node {index} of the script"


def _check_indexes(script: Script, index: int, node: ScriptNode) -> None:
    named = [*sources(node)] if node.parent is None else [*sources(node), node.parent]
    if all(0 <= other < len(script.nodes) for other in named):
        return
    expected = f"inputs, parent and original among the {len(script.nodes)} nodes of the script"
    raise _unwritable(script, index, expected=expected, came=f"indexes {named}")


def _is_writable(script: Script) -> bool:
    """True where the nodes already stand in such an order."""
    open_groups: list[int] = []
    for index, node in enumerate(script.nodes):
        while open_groups and open_groups[-1] != node.parent:
            open_groups.pop()
        if node.parent is not None and not open_groups:
            return False
        if any(source >= index or source in open_groups for source in sources(node)):
            return False
        open_groups.append(index)
        if len(open_groups) > max_group_depth + 1:
            return False
    return True


def _sorted(script: Script) -> list[int]:
    """Level by level: a group with its nodes is one thing among its neighbours, the earliest that can come next."""
    waits = _waits(script)
    order: list[int] = []
    ahead = _level(script, None, waits)[::-1]
    while ahead:
        index = ahead.pop()
        order.append(index)
        ahead.extend(_level(script, index, waits)[::-1])
    return order


def _waits(script: Script) -> dict[int, set[int]]:
    """For each node the neighbours in its own group that must come first, for its sake or for nodes inside it."""
    waits: dict[int, set[int]] = {}
    for index, node in enumerate(script.nodes):
        way = _way(script, index)
        way = _way(script, index)
        for source in sources(node):
            first, then = _part(script, _way(script, source), way)
            waits.setdefault(then, set()).add(first)
    return waits


def _way(script: Script, index: int) -> list[int]:
    """The groups around a node from the outermost to the node itself."""
    way = [index]
    while (parent := script.nodes[way[-1]].parent) is not None:
        way.append(parent)
        if len(way) > max_group_depth + 1:
            raise _unwritable(script, index, expected=f"at most {max_group_depth} groups around a node", came="more")
    return way[::-1]


def _part(script: Script, source: list[int], node: list[int]) -> tuple[int, int]:
    """Where the ways to two nodes part: the two neighbours that hold them."""
    for first, then in zip(source, node, strict=False):
        if first != then:
            return first, then
    came = f"an input from {label(script, source[-1])}"
    raise _unwritable(script, node[-1], expected="inputs from outside itself and not from a group around it", came=came)


def _level(script: Script, parent: int | None, waits: dict[int, set[int]]) -> list[int]:
    neighbours = list(script.children(parent))
    missing = {index: len(waits.get(index, ())) for index in neighbours}
    ready = [index for index in neighbours if not missing[index]]
    order: list[int] = []
    following = _reversed(neighbours, waits)
    while ready:
        order.append(heapq.heappop(ready))
        for index in following.get(order[-1], ()):
            missing[index] -= 1
            if not missing[index]:
                heapq.heappush(ready, index)
    if len(order) < len(neighbours):
        _refuse_circle(script, [index for index in neighbours if missing[index]])
    return order


def _reversed(neighbours: Iterable[int], waits: dict[int, set[int]]) -> dict[int, list[int]]:
    following: dict[int, list[int]] = {}
    for index in neighbours:
        for first in waits.get(index, ()):
            following.setdefault(first, []).append(index)
    return following


def _refuse_circle(script: Script, circle: Sequence[int]) -> None:
    came = "a circle among " + ", ".join(label(script, index) for index in circle[:5])
    raise _unwritable(script, circle[0], expected="inputs that lead up to nodes without any", came=came)


def _unwritable(script: Script, index: int, *, expected: str, came: str) -> ScriptError:
    return ScriptError(label(script, index), expected=expected, came=came, next_step="mend the inputs of that node")
