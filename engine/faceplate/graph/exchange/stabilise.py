"""STMaps that hold a face still: from the plate to a square crop around the face, and back.

A map's red and green say where Nuke's STMap reads: fractions of the picture's width and height, up from the bottom;
alpha says how much of the pixel is covered.
"""

from dataclasses import dataclass

import numpy as np

from faceplate.align import crop_matrix, invert, window_through
from faceplate.models import CropGeometry
from faceplate.values import Array, Floats, Matrix, Person, Track, Window


@dataclass(frozen=True)
class STMap:
    """One map: rows x columns x 4 (red, green, 0, alpha) over `window` of a picture of `size`."""

    rgba: Floats
    window: Window
    size: tuple[int, int]
    pixel_aspect: float


@dataclass(frozen=True)
class CropMaps:
    """The maps between a plate and a square crop around the face of one person.

    Attributes:
        track: of the plate.
        person: whose face.
        side_px: columns and rows of the crop.
        margin: around the unit face square, in sides of it.
    """

    track: Track
    person: Person
    side_px: int
    margin: float

    def to_crop(self, row: int) -> STMap:
        """Reads the plate, gives the crop; covers what lies on the plate. Covers nothing where nobody is seen."""
        whole = Window(0, 0, self.side_px, self.side_px)
        size = (self.side_px, self.side_px)
        if not self.person.seen[row]:
            return STMap(_nothing(whole), whole, size, 1.0)
        x, y = places(invert(self._matrix(row)), whole)
        across, down = self.track.size
        inside = (x >= 0) & (x <= across) & (y >= 0) & (y <= down)
        return STMap(fractions(x, y, self.track.size, inside), whole, size, 1.0)

    def to_plate(self, row: int) -> STMap:
        """Reads the crop, gives the plate; covers the crop's square with soft edges, and nothing beside it."""
        display = Window(0, 0, *self.track.size)
        size, aspect = self.track.size, self.track.pixel_aspect
        whole = Window(0, 0, self.side_px, self.side_px)
        seen = self.person.seen[row]
        window = window_through(invert(self._matrix(row)), whole).grow(1).intersect(display) if seen else display
        if not seen or window.is_empty:
            corner = Window(0, 0, 1, 1)
            return STMap(_nothing(corner), corner, size, aspect)
        matrix = self._matrix(row)
        x, y = places(matrix, window)
        # How far inside the nearest edge each pixel's centre lies, in pixels of the plate.
        depth = np.minimum.reduce([x, self.side_px - x, y, self.side_px - y]) / np.sqrt(
            abs(np.linalg.det(matrix[:, :2]))
        )
        return STMap(fractions(x, y, whole[2:], np.clip(depth + 0.5, 0, 1)), window, size, aspect)

    def _matrix(self, row: int) -> Matrix:
        geometry = CropGeometry(scale=1 + 2 * self.margin, centre=(0.5, 0.5))
        return crop_matrix(self.person.alignment[row], geometry, self.side_px)


def places(matrix: Matrix, window: Window) -> tuple[Array, Array]:
    """Where the centres of a window's pixels lie on the other side of a 2 x 3 transform: x and y, that go
    together as rows x columns.
    """
    x, y = np.arange(window.left, window.right) + 0.5, (np.arange(window.top, window.bottom) + 0.5)[:, None]
    (a, b, c), (d, e, f) = matrix
    # A plain scale needs no more than a row and a column.
    return (a * x + c, e * y + f) if b == d == 0 else (a * x + (b * y + c), d * x + (e * y + f))


def fractions(x: Array, y: Array, size: tuple[int, ...], coverage: Array) -> Floats:
    """Places of a picture (pixels, y down) as an STMap's red and green, with blue 0 and the coverage as alpha."""
    rgba = np.zeros((*np.broadcast_shapes(x.shape, y.shape), 4), np.float32)
    rgba[..., 0], rgba[..., 1], rgba[..., 3] = x / size[0], 1 - y / size[1], coverage
    return rgba


def _nothing(window: Window) -> Floats:
    return np.zeros((window.height, window.width, 4), np.float32)
