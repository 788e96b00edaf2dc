"""One node at one moment, as its operator sees it: knobs that have values, inputs that have pictures."""

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from faceplate.errors import ScriptError
from faceplate.graph.knobs import Moment
from faceplate.graph.render.depth import followed, working_node
from faceplate.graph.render.digest import Depends, depends
from faceplate.graph.render.geometry import Box, Format, empty_box
from faceplate.graph.render.info import Info, Planes
from faceplate.graph.render.operators import OperatorClass
from faceplate.graph.script import ScriptNode
from faceplate.values import Floats

if TYPE_CHECKING:
    from faceplate.graph.render.pull import Pull
    from faceplate.graph.render.session import Session

most_pixels = 2**28
"""What one plane may have: 16384 x 16384, a GiB as floats."""

most_side_px = 2**20
"""What one side of it may have: thin boxes cost by their length, too."""

spread_rows = 256
"""Rows of a plane that is widened between two looks at whether the render was called off."""

_under_way = object()


class Node:
    """A node of the script at a frame and in a view. Made by `Pull.node`, which gives the same one for the same moment.

    Attributes:
        pull: the render of one frame that it belongs to.
        index: its place in the script.
        moment: its frame and view.
    """

    def __init__(self, pull: "Pull", index: int, moment: Moment) -> None:
        self.pull, self.index, self.moment = pull, index, moment
        self._known: dict[str, Any] = {}

    @property
    def session(self) -> "Session":
        """What all frames of the render share."""
        return self.pull.session

    @property
    def script_node(self) -> ScriptNode:
        """The node as it is written."""
        return self.session.script.nodes[self.index]

    @property
    def klass(self) -> str:
        """The class, of a clone that of its original."""
        return self.session.class_name(self.index)

    @property
    def path(self) -> str:
        """The full name: `Group1.Blur1`."""
        return self.session.path(self.index)

    @property
    def frame(self) -> int:
        """The whole frame nearest to the moment, the later of two."""
        return math.floor(self.moment.frame + 0.5)

    @property
    def parent(self) -> "Node | None":
        """The group it stands in, at the same moment."""
        above = self.script_node.parent
        return None if above is None else self.pull.node(above, self.moment)

    @property
    def values(self) -> Mapping[str, str]:
        """The knobs that the script writes, as text."""
        return self.session.script.values_of(self.index)

    # Knobs. Each is the class's default where the script writes none.

    def text(self, knob: str) -> str:
        """A text knob, its Tcl evaluated."""
        return self.session.knobs.text(self.index, knob, self.moment)

    def number(self, knob: str) -> float:
        """A number."""
        return self.session.knobs.number(self.index, knob, self.moment)

    def numbers(self, knob: str, count: int) -> tuple[float, ...]:
        """So many numbers; a single one in the script stands for all of them."""
        return self.session.knobs.numbers(self.index, knob, count, self.moment)

    def whole(self, knob: str) -> int:
        """A whole number."""
        return self.session.knobs.whole(self.index, knob, self.moment)

    def flag(self, knob: str) -> bool:
        """On or off."""
        return self.session.knobs.flag(self.index, knob, self.moment)

    def choice(self, knob: str, choices: tuple[str, ...]) -> str:
        """One of the words of a menu."""
        return self.session.knobs.choice(self.index, knob, choices, self.moment)

    def channels(self, knob: str, available: tuple[str, ...]) -> tuple[str, ...]:
        """The channels of a set that are among those available."""
        return self.session.knobs.channels(self.index, knob, available, self.moment)

    def channel(self, knob: str) -> str | None:
        """One channel; None for `none` or one that is switched off."""
        return self.session.knobs.channel(self.index, knob, self.moment)

    def format(self, knob: str) -> Format:
        """A format; Root's where the knob names none."""
        return self.session.format_of(self, knob)

    # Inputs.

    def input(self, slot: int, frame: float | None = None) -> "Source | None":
        """What is connected to a slot, at the node's own frame or another; None where nothing is."""
        inputs = self.session.script.nodes[self.index].inputs
        above = inputs[slot] if slot < len(inputs) else None
        if above is None:
            return None
        moment = self.moment if frame is None else replace(self.moment, frame=frame)
        return Source(self.pull.node(above, moment))

    def source(self, slot: int, frame: float | None = None) -> "Source | Nothing":
        """What is connected to a slot; an empty black picture of Root's format where nothing is."""
        return self.input(slot, frame) or Nothing(self.session.root_format)

    # What the node makes.

    @property
    def operator_class(self) -> OperatorClass:
        """What renders it.

        Raises:
            ScriptError: nothing does.
        """
        return self.session.operator_class(self)

    @property
    def is_disabled(self) -> bool:
        """True where the node stands aside and its first input goes through."""
        return "disable" in self.values and self.flag("disable")

    @property
    def stands_aside(self) -> bool:
        """True where the picture is that of the first input: of a disabled node, a Dot."""
        return self.is_disabled or self.operator_class.passes

    @property
    def is_read_again(self) -> bool:
        """True where more than one reader may ask for the picture."""
        return self.session.readers_of(self.index) + (self.index in self.pull.shared) > 1

    @property
    def info(self) -> Info:
        """What its picture is.

        Raises:
            ScriptError: it cannot be rendered, or a knob of it depends on itself.
        """
        info: Info = self._found("info", self._made_info)
        return info

    @property
    def digest(self) -> bytes:
        """A digest of all that the picture depends on."""
        return self.depends.digest

    @property
    def depends(self) -> Depends:
        """What the picture depends on: its digest, and the frames that matter."""
        found: Depends = self._found("depends", lambda: depends(self))
        return found

    def _made_info(self) -> Info:
        self.session.check()
        if self.is_disabled:
            return self.source(0).info
        with self.own_time():
            return self.operator_class.operator.info(self)

    def own_time(self) -> AbstractContextManager[None]:
        """Counts the block's own time to the class of the node, to ours by the name it has in the registry."""
        return self.session.own_time(self.values.get("faceplate_result") or self.klass)

    def _found(self, what: str, work: Callable[[], Any]) -> Any:
        """What the work gives, done once; asked for again while it is under way, it would never end."""
        found = self._known.get(what)
        if found is _under_way:
            raise self.refusal(
                expected="knobs that do not depend on the picture they make",
                came="a circle of expressions or inputs that leads back to this node",
                next_step="cut the circle: give one of its knobs a plain number",
            )
        if found is None:
            self._known[what] = _under_way
            try:
                found = self._known[what] = followed(self, work)
            finally:
                if found is None:
                    del self._known[what]
        return found

    def refusal(self, *, expected: str, came: str, next_step: str, knob: str = "") -> ScriptError:
        """The error to raise about this node, or about one of its knobs."""
        thing = f"{self.path}.{knob}" if knob else f"{self.path} ({self.klass})"
        return ScriptError(thing, expected=expected, came=came, next_step=next_step)


class Source:
    """The picture of a node, as the nodes below it read it: any box, any channel."""

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def info(self) -> Info:
        """What the picture is."""
        return self.node.info

    def pixels(self, box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels over the box: what stands outside of the picture's own box as its info says, 0 where unknown.

        Never write to the planes.
        """
        check_size(self.node, box)
        self.node.pull.saw(box)
        return followed(self.node, lambda: self._pixels(box, channels))

    def _pixels(self, box: Box, channels: tuple[str, ...]) -> Planes:
        self.node.session.check()
        if self.node.stands_aside:
            return self.node.pull.passed(self.node).pixels(box, channels)
        known = tuple(name for name in channels if name in self.info.channels)
        inside = _nearest(box, self.info)
        planes: Planes = {}
        if known and not inside.is_empty:
            with self.node.own_time():
                planes = self.node.pull.planes(self.node, inside, known)
        self.node.session.check()
        spread = partial(_spread, check=self.node.session.check)
        return {name: spread(planes.get(name), inside, box, self.info.outside) for name in channels}

    @property
    def digest(self) -> bytes:
        """A digest of all that the picture depends on."""
        return self.node.digest

    @property
    def depends(self) -> Depends:
        """What the picture depends on."""
        return self.node.depends

    def plane(self, box: Box, channel: str) -> Floats:
        """One channel over the box."""
        return self.pixels(box, (channel,))[channel]


class Nothing:
    """The picture of an empty input."""

    def __init__(self, of: Format) -> None:
        self.info = Info(format=of, box=empty_box, channels=(), outside="black")
        self.digest = repr(of).encode()
        self.depends = Depends(self.digest, frozenset())

    def pixels(self, box: Box, channels: tuple[str, ...]) -> Planes:
        """Black."""
        return {name: np.zeros(box.shape, np.float32) for name in channels}

    def plane(self, box: Box, channel: str) -> Floats:  # noqa: ARG002 -- every channel is black
        """Black."""
        return np.zeros(box.shape, np.float32)


def check_size(node: Node, box: Box) -> None:
    """Refuses a box that no memory holds, before any is asked for.

    Raises:
        ScriptError: a plane of it has more than `most_pixels`, or a side more than `most_side_px`.
    """
    if box.width * box.height > most_pixels or max(box.shape) > most_side_px:
        raise (working_node() or node).refusal(
            expected=f"a picture of at most {most_pixels} pixels, {most_side_px} a side, with all that the nodes below "
            "need around it",
            came=f"{box.width} x {box.height}",
            next_step=f"correct the format, box or size that asks {node.path} for so much, or crop before it",
        )


def _nearest(box: Box, info: Info) -> Box:
    """The pixels of the picture that the box shows; of an edge that is repeated into it, the edge's."""
    inside = box.intersect(info.box)
    if not inside.is_empty or info.outside == "black" or info.box.is_empty or box.is_empty:
        return inside
    own = info.box
    x, y = (max(low, min(at, high - 1)) for at, low, high in ((box.x, own.x, own.r), (box.y, own.y, own.t)))
    r, t = (max(low + 1, min(at, high)) for at, low, high in ((box.r, x, own.r), (box.t, y, own.t)))
    return Box(x, y, r, t)


def _spread(plane: Floats | None, inside: Box, box: Box, outside: str, *, check: Callable[[], None]) -> Floats:
    """The plane over a wider box; `check` is called now and then, and may end the work."""
    if plane is None or inside.is_empty:
        return np.zeros(box.shape, np.float32)
    if inside == box:
        return plane
    if outside == "black":
        wide = np.zeros(box.shape, np.float32)
        wide[inside.slices(box)] = plane
        return wide
    rows = np.clip(np.arange(box.y, box.t) - inside.y, 0, inside.height - 1)
    columns = np.clip(np.arange(box.x, box.r) - inside.x, 0, inside.width - 1)
    wide = np.empty(box.shape, np.float32)
    for first in range(0, box.height, spread_rows):
        check()
        part = slice(first, first + spread_rows)
        np.take(plane[rows[part]], columns, axis=1, out=wide[part], mode="clip")
    return wide
