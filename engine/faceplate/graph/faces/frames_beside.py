"""The pictures of a stream beside the one at hand."""

from faceplate.errors import PlateError
from faceplate.graph.faces.stream import window_of
from faceplate.graph.render import Node, Source


def pictures_beside(group: Node, source: Source, reach: int) -> tuple[Source, ...]:
    """What comes into a group's first input so many frames before and after, in order.

    Fewer where the clip ends and where a frame is held: a picture that is there already says nothing new. A picture of
    another size, or one that cannot be read, is left out; of the latter the render takes note.
    """
    first, last = source.info.frames
    known = {source.digest}
    found = []
    for offset in (each for each in range(-reach, reach + 1) if each):
        frame = group.moment.frame + offset
        there = group.input(0, frame) if first <= frame <= last else None
        if there is None or there.digest in known or not _is_like(there, source):
            continue
        known.add(there.digest)
        found.append(there)
    return tuple(found)


def _is_like(there: Source, source: Source) -> bool:
    try:
        return there.info.format == source.info.format and window_of(there.info) == window_of(source.info)
    except PlateError as fault:
        source.node.session.note(f"a frame beside {source.node.frame} is left out of degraining: {fault}")
        return False
