"""Boxes and formats in graph space: whole pixels, origin at the format's bottom left, y up, as Nuke counts."""

from dataclasses import dataclass
from typing import NamedTuple

from faceplate.values import Window


class Box(NamedTuple):
    """A rectangle of whole pixels; `r` and `t` lie just outside it. Planes over it hold row `y` first."""

    x: int
    y: int
    r: int
    t: int

    @property
    def width(self) -> int:
        """Columns; 0 for an empty box."""
        return max(0, self.r - self.x)

    @property
    def height(self) -> int:
        """Rows; 0 for an empty box."""
        return max(0, self.t - self.y)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a plane over the box."""
        return self.height, self.width

    @property
    def is_empty(self) -> bool:
        """True where the box holds no pixel."""
        return self.width == 0 or self.height == 0

    def intersect(self, other: "Box") -> "Box":
        """The pixels that both boxes hold."""
        return Box(max(self.x, other.x), max(self.y, other.y), min(self.r, other.r), min(self.t, other.t))

    def join(self, other: "Box") -> "Box":
        """The smallest box that holds the pixels of both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Box(min(self.x, other.x), min(self.y, other.y), max(self.r, other.r), max(self.t, other.t))

    def grow(self, across_px: int, up_px: int | None = None) -> "Box":
        """The box with a margin at the sides, and the same or another above and below."""
        up_px = across_px if up_px is None else up_px
        return Box(self.x - across_px, self.y - up_px, self.r + across_px, self.t + up_px)

    def move(self, right_px: int, up_px: int) -> "Box":
        """The box somewhere else."""
        return Box(self.x + right_px, self.y + up_px, self.r + right_px, self.t + up_px)

    def holds(self, other: "Box") -> bool:
        """True where every pixel of the other box is in this one."""
        return other.is_empty or self.intersect(other) == other

    def slices(self, inside: "Box") -> tuple[slice, slice]:
        """The rows and columns that this box takes in a plane that covers `inside`."""
        return slice(self.y - inside.y, self.t - inside.y), slice(self.x - inside.x, self.r - inside.x)


empty_box = Box(0, 0, 0, 0)
"""The box that holds no pixel."""


@dataclass(frozen=True)
class Format:
    """The size of a picture, and the shape of its pixels."""

    width: int
    height: int
    pixel_aspect: float = 1.0
    name: str = ""

    @property
    def box(self) -> Box:
        """All of its pixels."""
        return Box(0, 0, self.width, self.height)


def box_to_window(box: Box, height: int) -> Window:
    """The box in plate space: the same pixels counted downwards from the top of a format `height` pixels high."""
    return Window(box.x, height - box.t, box.r, height - box.y)


def window_to_box(window: Window, height: int) -> Box:
    """The window of plate space in graph space."""
    return Box(window.left, height - window.bottom, window.right, height - window.top)
