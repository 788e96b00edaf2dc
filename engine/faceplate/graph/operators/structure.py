"""Nodes that move no pixel: dots, groups and what stands inside them, notes, switches in time."""

from dataclasses import replace

from faceplate.graph.operators.extents import nearest_whole
from faceplate.graph.render import Box, Info, Node, Nothing, Planes, Source, operator


class Through:
    """Gives what a source chosen by the node gives."""

    def chosen(self, node: Node) -> Source | Nothing:
        """The source that goes through."""
        return node.source(0)

    def sources(self, node: Node) -> tuple[Source | Nothing]:
        """The one that goes through."""
        return (self.chosen(node),)

    def info(self, node: Node) -> Info:
        """That of the source."""
        return self.chosen(node).info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Those of the source."""
        return self.chosen(node).pixels(box, channels)


@operator("Dot", "NoOp", "Viewer", "Output", "BackdropNode", "StickyNote", "PostageStamp", passes=True)
class Passed(Through):
    """Input 0 as it is."""


@operator("Group", "Gizmo", "LiveGroup", "VariableGroup")
class Group(Through):
    """What the group's Output gives."""

    def chosen(self, node: Node) -> Source | Nothing:
        """The Output inside it: the first where there are several."""
        outputs = node.session.outputs_of(node.index)
        return Source(node.pull.node(outputs[0], node.moment)) if outputs else Nothing(node.session.root_format)


@operator("Input")
class GroupInput(Through):
    """What is connected to the group from outside."""

    def chosen(self, node: Node) -> Source | Nothing:
        """The group's input of this one's knob `number`: 0 where it is not written, as Nuke leaves out a default.

        Of several Inputs that all have none, each has its place among them.
        """
        if node.parent is None:
            return node.source(0)
        return node.parent.source(_number(node))


def _number(node: Node) -> int:
    script = node.session.script
    beside = [each for each in script.children(node.script_node.parent) if node.session.class_name(each) == "Input"]
    if any("number" in script.values_of(each) for each in beside):
        return node.whole("number") if "number" in node.values else 0
    return beside.index(node.index)


@operator("Switch", defaults={"which": "0"})
class Switch(Through):
    """One of the inputs, by number; numbers beyond the ends take the end."""

    def chosen(self, node: Node) -> Source | Nothing:
        """The input of the number."""
        last = len(node.script_node.inputs) - 1
        return node.source(max(0, min(node.whole("which"), last)))


@operator("FrameHold", defaults={"first_frame": "0", "increment": "0"})
class FrameHold(Through):
    """One frame for all, or every so many."""

    def chosen(self, node: Node) -> Source | Nothing:
        """Input 0 at the held frame."""
        knob = "firstFrame" if "firstFrame" in node.values else "first_frame"
        first, step = node.whole(knob), node.whole("increment")
        held = first + (node.frame - first) // step * step if step > 0 else first
        return node.source(0, held)


@operator("TimeOffset", defaults={"time_offset": "0", "reverse_input": "false"})
class TimeOffset(Through):
    """Another frame of the input: `time_offset` frames later it shows what the input shows now."""

    def chosen(self, node: Node) -> Source | Nothing:
        """Input 0 at the frame it is shifted from."""
        at = node.moment.frame - node.number("time_offset")
        if node.flag("reverse_input"):
            first, last = node.source(0).info.frames
            at = first + last - at
        return node.source(0, at)

    def info(self, node: Node) -> Info:
        """The input's, its frames shifted."""
        info, shift = super().info(node), nearest_whole(node.number("time_offset"))
        return replace(info, frames=(info.frames[0] + shift, info.frames[1] + shift))
