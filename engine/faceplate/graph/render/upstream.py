"""What a node is made from, as far as the wires tell: no knob is asked."""

from faceplate.graph.script import Script


def upstream(script: Script, index: int) -> tuple[int, ...]:
    """The node and all that its picture may be made from, sources first: inputs, and the insides of groups."""
    order: list[int] = []
    met: set[int] = set()
    waiting = [(index, False)]
    while waiting:
        place, is_done = waiting.pop()
        if is_done:
            order.append(place)
        elif place not in met:
            met.add(place)
            waiting.append((place, True))
            waiting += [(above, False) for above in _above(script, place) if above not in met]
    return tuple(order)


def _above(script: Script, index: int) -> list[int]:
    """The inputs of a node; of a group the Outputs inside it, too."""
    node = script.nodes[index]
    inputs = [above for above in node.inputs if above is not None]
    return [*inputs, *(_outputs(script, index) if node.is_group else ())]


def _outputs(script: Script, group: int) -> list[int]:
    return [child for child in script.children(group) if script.nodes[child].klass == "Output"]
