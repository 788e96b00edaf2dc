"""What expressions may ask of pictures, and the moment they are asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Moment:
    """A frame, which need not be whole, and a view."""

    frame: float
    view: str = "main"


@dataclass(frozen=True, kw_only=True)
class PictureFacts:
    """What is known of a node's picture at a moment without a pixel of it.

    Attributes:
        width: of its format, in pixels.
        height: of its format, in pixels.
        pixel_aspect: width of a pixel over its height.
        box: x, y, r, t of the bounding box in graph space.
        channels: full names.
        metadata: entries by Nuke's names, as text.
        frames: the first and the last frame.
        format_name: the name of its format; empty where it has none.
    """

    width: int
    height: int
    pixel_aspect: float
    box: tuple[int, int, int, int]
    channels: tuple[str, ...]
    metadata: Mapping[str, str]
    frames: tuple[int, int]
    format_name: str = ""


class Pictures(Protocol):
    """Knows the nodes' pictures; the pull engine is one."""

    def facts(self, index: int, moment: Moment) -> PictureFacts:
        """The facts of what a node, by its index in the script, gives out.

        Raises:
            ScriptError: the node cannot be rendered.
        """
        ...
