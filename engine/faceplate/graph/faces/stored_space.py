"""In which space the file holds a picture that a node is fed: grain is told in its primaries."""

from faceplate.graph.faces.stream import config_of
from faceplate.graph.files.stored import any_frame
from faceplate.graph.operators.read import encoding_of
from faceplate.graph.render import Node, Source


def stored_space(picture: Source) -> str | None:
    """The colour space of the Read that the main stream comes from.

    None where there is none, where it holds data, or where its name is one of Nuke's own curves, which have no
    primaries.
    """
    read = _read_above(picture.node)
    frame = any_frame(read) if read else None
    if read is None or frame is None:
        return None
    encoding = encoding_of(read, frame)
    return encoding.space or None if encoding.config is config_of(read) else None


def _read_above(node: Node) -> Node | None:
    while node.klass != "Read":
        above = node.input(0)
        if above is None:
            return None
        node = above.node
    return node
