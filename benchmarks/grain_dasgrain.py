"""DasGrain's published method in our own words, as a peer: grain divided by a curve over exposure, and multiplied back.

Per channel the clean plate is clamped at 0 and put in equal bins of its log encoding; each bin of 10 pixels or more
gives a point (mean exposure, mean absolute grain); straight lines join the points, and beyond the last ones the curve
is flat. The grain that is carried over is plate - clean, divided by the curve there and multiplied by it at the comp.

Source: F. Holtz, DasGrain 1.8, https://www.nukepedia.com (method as described in its documentation and graph).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from faceplate.values import Array, Floats
from grain_staged import to_log

SAMPLES = 20
FEWEST = 10
ABSOLUTE_OF_SIGMA = np.sqrt(2 / np.pi)


@dataclass(frozen=True)
class Curve:
    """Points of one channel: exposures, and mean absolute grain at each."""

    exposure: Array
    strength: Array

    def at(self, exposure_linear: Array) -> Array:
        """Mean absolute grain; flat beyond the points."""
        return np.interp(exposure_linear, self.exposure, self.strength)


def analysed(plates: list[Floats], cleans: list[Floats]) -> list[Curve]:
    """The curve of each channel, from plates and clean plates (rows x columns x 3, linear)."""
    plate, clean = (np.concatenate([each.reshape(-1, 3) for each in frames]) for frames in (plates, cleans))
    return [_curve(np.maximum(clean[:, each], 0), plate[:, each] - clean[:, each]) for each in range(3)]


def _curve(exposure: Array, grain: Array) -> Curve:
    log = to_log(exposure)
    points = []
    for low, high in pairwise(np.linspace(log.min(), log.max(), SAMPLES + 1)):
        inside = (log >= low) & (log <= high) & (grain != 0)
        if np.count_nonzero(inside) >= FEWEST:
            points.append((exposure[inside].mean(), np.abs(grain[inside]).mean()))
    return Curve(*np.array(points).T)


def carried(comp: Array, plate: Array, clean: Array, curves: list[Curve]) -> Array:
    """The comp with the plate's grain, normalised and adapted."""
    grain = plate - clean
    planes = [
        comp[..., each] + grain[..., each] / curve.at(clean[..., each]) * curve.at(comp[..., each])
        for each, curve in enumerate(curves)
    ]
    return np.stack(planes, axis=-1)
