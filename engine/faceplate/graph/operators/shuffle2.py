"""Shuffle2: lines drawn from channels of two layers to channels of two others."""

from faceplate.graph.operators.knob_channels import four_channels, known_channels
from faceplate.graph.operators.picked import Pick, Picked, Picks
from faceplate.graph.render import Node, operator
from faceplate.graph.script import split_list

shuffle2_knobs = {
    "in": "rgba",
    "in1": "rgba",
    "in2": "none",
    "out": "rgba",
    "out1": "rgba",
    "out2": "none",
    "fromInput1": "{0} B",
    "fromInput2": "{0} B",
}


@operator("Shuffle2", defaults=shuffle2_knobs)
class Shuffle2(Picked):
    """Lines drawn from channels of two layers to channels of two others."""

    def picks(self, node: Node) -> Picks:
        """The lines of `mappings`; without them each colour of `in1` goes to that of `out1`."""
        if not node.values.get("mappings"):
            return _straight(node)
        words = split_list(node.text("mappings"))
        count = int(words[0]) if words and words[0].isdecimal() else -1
        lines = words[1:]
        if len(lines) != count * _line_words:
            raise node.refusal(
                expected="a number, and for so many lines source, slot, place, target, slot, place",
                came=node.values["mappings"],
                next_step="set the lines of the node again",
                knob="mappings",
            )
        slots = _slot(node, "fromInput1"), _slot(node, "fromInput2")
        drawn = (lines[at : at + _line_words] for at in range(0, len(lines), _line_words))
        return {line[3]: _source(line, slots) for line in drawn}


_line_words = 6


def _straight(node: Node) -> Picks:
    known = known_channels(node)
    first, to = (
        four_channels(node, knob if f"{knob}1" not in node.values else f"{knob}1", known) for knob in ("in", "out")
    )
    slot = _slot(node, "fromInput1")
    return {out: (slot, name) if name else "black" for name, out in zip(first, to, strict=True) if out}


def _source(line: list[str], slots: tuple[int, int]) -> Pick:
    """Where a line begins: a channel of the layer 0 or 1, or black or white, whose layer is -1."""
    name, layer = line[0], line[1]
    if layer not in {"0", "1"}:
        return "white" if name == "white" else "black"
    return slots[int(layer)], name


def _slot(node: Node, knob: str) -> int:
    """The slot of a menu such as `{1} B A`: the number of the chosen item and the items."""
    number, *items = split_list(node.values.get(knob, shuffle2_knobs[knob]))
    return int(number.isdecimal() and items[int(number) : int(number) + 1] == ["A"])
