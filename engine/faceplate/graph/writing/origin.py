"""The plate that a written picture comes from: the first Read above, along the main input."""

from collections.abc import Mapping
from dataclasses import dataclass

from faceplate.graph.files.channels import nuke_channels
from faceplate.graph.files.encodings import Encoding
from faceplate.graph.files.stored import shown
from faceplate.graph.operators.read import encoding_of
from faceplate.graph.render import Box, Node, Nothing, Planes, Source, window_to_box
from faceplate.values import Frame


@dataclass(frozen=True)
class Origin:
    """A plate's frame and how the graph sees it.

    Attributes:
        read: the Read's picture.
        frame: the frame of its file.
        names: the file's channel for each of Nuke's.
        encoding: what its colour is encoded in.
        premultiplied: whether its colour was divided by alpha to be decoded.
    """

    read: Source
    frame: Frame
    names: Mapping[str, str]
    encoding: Encoding
    premultiplied: bool

    @property
    def box(self) -> Box:
        """Where the file has pixels."""
        return window_to_box(self.frame.header.data, self.frame.header.display.height)

    def planes(self, box: Box, channels: tuple[str, ...]) -> Planes:
        """What the Read gives over a box inside its own."""
        return self.read.pixels(box, channels)


def origin_of(write: Node) -> Origin | None:
    """The plate above a node; None where there is no Read along its first inputs, or none that shows a file."""
    read = _read_above(write)
    found = shown(read.node) if read is not None else None
    if read is None or found is None or found.frame is None:
        return None
    write.pull.shared.add(read.node.index)
    names = nuke_channels(found.frame.header, read.node.moment.view)
    return Origin(read, found.frame, names, encoding_of(read.node, found.frame), read.node.flag("premultiplied"))


def _read_above(write: Node) -> Source | None:
    """Follows input 0, in and out of groups, past disabled nodes and through whatever a Switch chooses."""
    source: Source | Nothing | None = write.source(0)
    while isinstance(source, Source):
        node = source.node
        if "faceplate_result" in node.values and node.parent is not None:
            source = node.parent.source(0)
        elif node.klass == "Read" and not node.is_disabled:
            return source
        else:
            source = _next(node)
    return None


def _next(node: Node) -> Source | Nothing | None:
    sources = None if node.is_disabled else node.operator_class.sources
    return next(iter(sources(node)), None) if sources else node.source(0)
