"""Nodes laid out by hand: where each stands, what it reads, what its knobs say."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from faceplate.graph.script import Layer, Script, ScriptNode

Pairs = Iterable[tuple[str, str]]

# The oldest Nuke that our nodes are for: it and all later ones read files of this version.
WRITTEN_FOR = "14.0 v1"
# Nuke's own measures of a node in the graph; a Read carries a postage stamp.
NODE_PX, STAMP_PX, LETTERS_PX = (80, 18), (80, 78), 8
MARGIN_PX = 30
TITLE_PX, TITLE_LETTERS_PX = 80, 9


class Box(NamedTuple):
    """What a node covers in the graph, y downwards."""

    x: int
    y: int
    right: int
    bottom: int


class Layout:
    """The nodes of a script in the order of its file: a node after those it reads, a group before its inside.

    Inputs are the numbers that `add` and `group` gave, slot 0 first; None is an empty one.
    """

    def __init__(self) -> None:
        self.nodes: list[ScriptNode] = []
        self._inside: int | None = None

    def add(
        self,
        klass: str,
        name: str,
        at: tuple[int, int] | None,
        inputs: Sequence[int | None] = (),
        *,
        masks: int = 0,
        knobs: Pairs = (),
        user_knobs: Pairs = (),
    ) -> int:
        """A node at a place, `at`, of the graph it is in; the last `masks` of its inputs are masks."""
        pairs = (*_inputs(len(inputs), masks), *knobs, ("name", name), *_place(at), *user_knobs)
        self.nodes.append(ScriptNode(klass, pairs, tuple(inputs), self._inside))
        return len(self.nodes) - 1

    def group(self, name: str, inputs: Sequence[int | None], *, knobs: Pairs = (), user_knobs: Pairs = ()) -> int:
        """A group; all that is added from here on stands in it."""
        pairs = (*_inputs(len(inputs), 0), ("name", name), *knobs, *user_knobs)
        self.nodes.append(ScriptNode("Group", pairs, tuple(inputs), self._inside, is_group=True))
        self._inside = len(self.nodes) - 1
        return self._inside

    def backdrop(self, name: str, label: str, around: Sequence[int], colour: str) -> int:
        """A frame with a title around nodes, behind them."""
        boxes = [extent(self.nodes[index]) for index in around]
        x, y = min(box.x for box in boxes) - MARGIN_PX, min(box.y for box in boxes) - TITLE_PX
        right, bottom = max(box.right for box in boxes) + MARGIN_PX, max(box.bottom for box in boxes) + MARGIN_PX
        words_px = TITLE_LETTERS_PX * max(map(len, label.splitlines()))
        size = (("bdwidth", str(max(right - x, words_px))), ("bdheight", str(bottom - y)))
        look = (("tile_color", colour), ("label", label), ("note_font_size", "16"))
        return self.add("BackdropNode", name, (x, y), knobs=look, user_knobs=size)

    def script(
        self,
        *,
        comments: tuple[str, ...] = (),
        root: Pairs | None = None,
        layers: tuple[Layer, ...] = (),
    ) -> Script:
        """All of them as a script."""
        known = None if root is None else tuple(root)
        return Script(tuple(self.nodes), version=WRITTEN_FOR, root=known, layers=layers, comments=comments)


def extent(node: ScriptNode) -> Box:
    """What a node covers, by its class and the length of its name."""
    x, y = int(node.values["xpos"]), int(node.values["ypos"])
    if node.klass == "BackdropNode":
        return Box(x, y, x + int(node.values["bdwidth"]), y + int(node.values["bdheight"]))
    width, height = STAMP_PX if node.klass == "Read" else NODE_PX
    return Box(x, y, x + max(width, LETTERS_PX * len(node.name)), y + height)


def _inputs(count: int, masks: int) -> Pairs:
    if count == 1:
        return ()
    return (("inputs", f"{count - masks}+{masks}" if masks else str(count)),)


def _place(at: tuple[int, int] | None) -> Pairs:
    return () if at is None else (("xpos", str(at[0])), ("ypos", str(at[1])))
