"""The nodes that a frame of a Write is really made from: no disabled ones, and of a Switch the branch that it takes."""

from collections.abc import Iterable

from faceplate.graph.knobs import Moment
from faceplate.graph.render import Node, Nothing, Source

Place = tuple[int, Moment]


def pulled(write: Node) -> tuple[Node, ...]:
    """All of them at the moments they are looked at, sources first, each moment of a node once.

    Raises:
        ScriptError: a node is of a class that is not rendered, or a knob that chooses a source makes no sense.
    """
    order: list[Node] = []
    met: set[Place] = set()
    waiting = [(node, False) for node in _nodes([write.source(0)])]
    while waiting:
        node, is_done = waiting.pop()
        place = (node.index, node.moment)
        if is_done:
            order.append(node)
        elif place not in met:
            met.add(place)
            waiting.append((node, True))
            waiting += [(above, False) for above in reversed(_above(node))]
    return tuple(order)


def _above(node: Node) -> list[Node]:
    if node.is_disabled:
        return _nodes([node.source(0)])
    sources = node.operator_class.sources
    if sources is not None:
        return _nodes(sources(node))
    reader = node.parent if _is_result(node) and not node.script_node.inputs else node
    return _nodes(reader.source(slot) for slot in range(len(reader.script_node.inputs))) if reader else []


def _is_result(node: Node) -> bool:
    """True for the engine's part of one of our nodes, which is made from what comes into the group around it."""
    return "faceplate_result" in node.values


def _nodes(sources: Iterable[Source | Nothing]) -> list[Node]:
    return [source.node for source in sources if isinstance(source, Source)]
