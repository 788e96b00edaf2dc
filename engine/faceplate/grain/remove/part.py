"""What of a picture is wanted without its grain, and how much more that takes."""

from typing import NamedTuple

from faceplate.values import Window

blocks_margin_px = 40
"""What the blocks of both passes reach beyond a pixel, and more."""


class Part(NamedTuple):
    """Where a picture lies on the plate, and what of it is wanted."""

    window: Window
    inside: Window

    @property
    def near(self) -> Window:
        """What is cleaned for it: motion alone is looked for farther."""
        return self.inside.grow(blocks_margin_px).intersect(self.window)

    @property
    def corner(self) -> tuple[int, int]:
        """The picture's top and left on the plate."""
        return self.window.top, self.window.left

    @property
    def near_corner(self) -> tuple[int, int]:
        """Those of what is near."""
        return self.near.top, self.near.left
