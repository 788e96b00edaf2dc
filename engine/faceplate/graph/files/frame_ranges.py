"""How many frames a script may ask for."""

from faceplate.errors import ScriptError
from faceplate.graph.render import Node

most_frames = 1_000_000
"""Eleven hours at 24 frames a second; what a slip of a digit asks for is refused before memory or time are spent."""


def frames_between(first: int, last: int, node: Node, knob: str = "") -> range:
    """The frames from the first to the last that a knob of a node asks for; none where they fall.

    Raises:
        ScriptError: they are more than `most_frames`.
    """
    return checked_range(first, last, f"{node.path}.{knob}" if knob else node.path)


def checked_range(first: int, last: int, thing: str) -> range:
    """As `frames_between`, for what is named in words."""
    if last - first >= most_frames:
        raise ScriptError(
            thing,
            expected=f"at most {most_frames} frames",
            came=f"{first} to {last}",
            next_step="correct the first or the last frame",
        )
    return range(first, last + 1)
