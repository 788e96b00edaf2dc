"""A plate's own linear light: its curve undone, its primaries kept, which is where a camera makes its noise."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from faceplate.colour.chain import decoding_chain
from faceplate.colour.config import load_config, scene_linear
from faceplate.colour.convert import processor_between
from faceplate.colour.kernels import convert_pixels
from faceplate.colour.table_path import unchanged
from faceplate.colour.tables import no_bend
from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix

INFINITE, NONE = np.float32(np.inf), np.float32(0)
ALIKE = 1e-4
"""How far grey may come out as another number."""


@dataclass(frozen=True)
class CameraLight:
    """From scene-linear light in the working space to that in a plate's own primaries, and back.

    Grey is the same number in both. Pixels are rows x columns x 3; a sample that is NaN or infinite stays what it is.

    Attributes:
        matrix: 3 x 4, from the plate's primaries to the working space; `unchanged` where they are the same, or where
            the encoding is more than a curve and a matrix and so has no light of its own.
    """

    matrix: Matrix

    @property
    def is_working(self) -> bool:
        """True where the plate's light is that of the working space."""
        return self.matrix is unchanged

    def camera(self, rgb_working: Floats) -> Floats:
        """In the plate's primaries."""
        return self._converted(rgb_working, self._back)

    def working(self, rgb_camera: Floats) -> Floats:
        """In the working space."""
        return self._converted(rgb_camera, self.matrix)

    def changed(self, rgb_working: Floats, before: Floats, after: Floats) -> Floats:
        """The picture changed as it was in the plate's primaries, from `before` to `after`; elsewhere its bits stay."""
        if self.is_working:
            return after
        changed = np.empty(rgb_working.shape, np.float32)
        picture, old, new = (np.ascontiguousarray(each, np.float32) for each in (rgb_working, before, after))
        _add_change(picture, old, new, self.matrix.astype(np.float32), changed)
        return changed

    @cached_property
    def _back(self) -> Matrix:
        return np.column_stack([np.linalg.inv(self.matrix[:, :3]), np.zeros(3)])

    def _converted(self, rgb: Floats, matrix: Matrix) -> Floats:
        if self.is_working:
            return rgb
        converted = np.empty(rgb.shape, np.float32)
        convert_pixels(np.asarray(rgb, np.float32), no_bend, np.ascontiguousarray(matrix), no_bend, converted)
        return converted


working_light = CameraLight(unchanged)
"""Light that stays in the working space."""


def camera_light(encoding: str, config: Any = None) -> CameraLight:
    """The light of a plate of this encoding.

    Raises:
        ColourError: the encoding is unknown, or no path leads from it to the working space.
    """
    return _camera_light(encoding, config or load_config())


@lru_cache(maxsize=32)
def _camera_light(encoding: str, config: Any) -> CameraLight:
    chain = decoding_chain(config, processor_between(config, encoding, scene_linear(config)))
    if chain is None or chain.near is None or chain.middle is not None or not _keeps_grey(chain.near):
        return working_light
    return CameraLight(np.column_stack([chain.near[:, :3], np.zeros(3)]))


def _keeps_grey(matrix: Matrix) -> bool:
    return bool(np.allclose(matrix.sum(axis=1), 1, atol=ALIKE) and not matrix[:, 3].any())


@compiled
def _add_change(rgb: Floats, before: Floats, after: Floats, matrix: Floats, changed: Floats) -> None:
    """A change that is no number counts as none; without one the sample is copied, so that minus zero stays."""
    moved = np.empty(3 * rgb.shape[1], np.float32)
    for row in range(rgb.shape[0]):
        here, old, new, out = rgb[row].reshape(-1), before[row].reshape(-1), after[row].reshape(-1), changed[row]
        for at in range(moved.size):
            change = new[at] - old[at]
            moved[at] = change if abs(change) < INFINITE else NONE
        for x in range(rgb.shape[1]):
            red, green, blue = moved[3 * x], moved[3 * x + 1], moved[3 * x + 2]
            for channel in range(3):
                change = matrix[channel, 0] * red + matrix[channel, 1] * green + matrix[channel, 2] * blue
                sample = here[3 * x + channel]
                out[x, channel] = sample + change if change != NONE else sample
