"""The render of one frame."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from faceplate.graph.knobs import Moment
from faceplate.graph.render.geometry import Box
from faceplate.graph.render.hold import Hold
from faceplate.graph.render.info import Planes
from faceplate.graph.render.node import Node, Nothing, Source

if TYPE_CHECKING:
    from faceplate.graph.render.session import Session


class Pull:
    """The render of one frame: what is known of each node at its moment, held until the frame is done.

    One thread works on it at a time. In a `with` it lets go of all pictures at the end; else they stay as long as it.

    Attributes:
        session: what all frames share.
        shared: places of nodes that are read a second time beside the wires, so that their pictures are kept.
        reach_px: how many rows beyond such a band nodes asked for.
    """

    def __init__(self, session: "Session") -> None:
        self.session = session
        self.shared: set[int] = set()
        self.reach_px = 0
        self._band: Box | None = None
        self._frame: float | None = None
        self._nodes: dict[tuple[int, Moment], Node] = {}
        self._moments: dict[int, Moment] = {}
        self._at_several: set[int] = set()
        self._hold = Hold()
        self._values: dict[Hashable, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Nodes and their pull hold each other: what is large does not wait for the collector.
        self._hold = Hold()
        self._values.clear()

    @property
    def band(self) -> Box | None:
        """The rows that are wanted just now, or None."""
        return self._band

    @band.setter
    def band(self, band: Box | None) -> None:
        if band != self._band:
            self._hold.next_band()
        self._band = band

    def node(self, index: int, moment: Moment) -> Node:
        """The node at a moment, the same one for every reader. The first that is asked for stands at the frame."""
        if self._frame is None:
            self._frame = moment.frame
        if self._moments.setdefault(index, moment) != moment:
            self._at_several.add(index)
        return self._nodes.setdefault((index, moment), Node(self, index, moment))

    def source(self, index: int, frame: float, view: str = "main") -> Source:
        """The picture of a node at a frame."""
        return Source(self.node(index, Moment(frame, view)))

    def passed(self, node: Node) -> Source | Nothing:
        """What goes through a node that stands aside; its readers are the readers of that."""
        source = node.source(0)
        if node.is_read_again and isinstance(source, Source):
            self.shared.add(source.node.index)
        return source

    def saw(self, box: Box) -> None:
        """Notes how far a box that is asked for reaches beyond the band that it is asked for."""
        if self.band is not None and not box.is_empty:
            self.reach_px = max(self.reach_px, self.band.y - box.y, box.t - self.band.t)

    def kept_value(self, node: Node, key: Hashable, make: Callable[[], Any], size_of: Callable[[Any], int]) -> Any:
        """What a node needs whole, made once a frame; kept for other frames where they may ask for it, too.

        Args:
            node: that the value belongs to.
            key: of the value, with all that it depends on.
            make: makes it.
            size_of: its bytes.
        """
        if key not in self._values:
            is_own = self._is_of_this_frame(node, key)
            with self._whole():
                self._values[key] = make() if is_own else self.session.cache.value(key, make, size_of)
        return self._values[key]

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What is read for a value that is kept is read once, however many bands there are."""
        reach_px = self.reach_px
        try:
            yield
        finally:
            self.reach_px = reach_px

    def planes(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels of a node over a box inside its own, from what is held where there is more than one reader."""
        if not node.is_read_again and not node.operator_class.costly:
            return node.operator_class.operator.pixels(node, box, channels)
        held = {name: self._hold.get((node.digest, name), box) for name in channels}
        found = {name: plane for name, plane in held.items() if plane is not None}
        missing = tuple(name for name in channels if name not in found)
        return {**found, **(self._made(node, box, missing) if missing else {})}

    def _made(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        wide = box
        for name in channels:
            wide = self._hold.around((node.digest, name), wide)
        if self._is_of_this_frame(node, node.digest):
            made = node.operator_class.operator.pixels(node, wide, channels)
        else:
            with self.session.cache.making(node.digest):
                made = self._from_cache(node, wide, channels)
        waiting = self.session.readers_of(node.index) + (node.index in self.shared) - 1
        for name, plane in made.items():
            plane.flags.writeable = False
            self._hold.put((node.digest, name), wide, plane, waiting)
        return {name: plane[box.slices(wide)] for name, plane in made.items()}

    def _from_cache(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels over a box from what is kept for other frames; what is missing there is made."""
        cache = self.session.cache
        kept = {name: cache.get((node.digest, name)) for name in channels}
        found = {name: plane[box.slices(over)] for name, (over, plane) in _holding(kept, box).items()}
        missing = tuple(name for name in channels if name not in found)
        made = node.operator_class.operator.pixels(node, box, missing) if missing else {}
        for name, plane in made.items():
            plane.flags.writeable = False
            cache.put((node.digest, name), (box, plane), plane.nbytes)
        return {**found, **made}

    def _is_of_this_frame(self, node: Node, key: Hashable) -> bool:
        """True where no other frame is likely to ask for what a node makes.

        It may change with the frame, none like it is read at two moments here, and no other frame asked for the key.
        """
        frame = self._frame
        if frame is None or node.depends.frames != {frame} or node.index in self._at_several:
            return False
        return self.session.first_seen(key, frame) == frame


def _holding(kept: dict[str, Any], box: Box) -> dict[str, tuple[Box, Any]]:
    return {name: entry for name, entry in kept.items() if entry is not None and entry[0].holds(box)}
