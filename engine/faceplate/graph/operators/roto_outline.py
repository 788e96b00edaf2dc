"""The outlines that a roto shape is filled by: its own, and those between it and its feather."""

import math
from collections.abc import Sequence

import numpy as np

from faceplate.graph.knobs.roto import RotoShape
from faceplate.graph.knobs.roto_numbers import value_at
from faceplate.values import Matrix

flattening_px = 0.005
"""How far the chord of a curve may lie off it."""

least_falloff = 1e-3
most_chords = 512
most_levels = 1024


def weighted_outlines(shape: RotoShape, frame: float) -> Sequence[tuple[Matrix, float]]:
    """Outlines from the shape's own to its feather's, and how much of its opacity each of them holds; the sum is 1.

    There are two for each pixel that the feather is wide: what they cover together falls off evenly.
    """
    places = shape.outline(frame)
    edge, feather = _flattened(places)
    if value_at(shape.is_feathered, frame) <= 0:
        return [(edge, 1.0)]
    feather = feather + _outward(edge) * [value_at(part, frame) for part in shape.feather]
    widest = float(np.hypot(*(feather - edge).T).max(initial=0))
    if widest == 0 or not math.isfinite(widest):
        return [(edge + 0 * feather, 1.0)]
    levels = int(np.clip(math.ceil(2 * widest), 2, most_levels))
    steps = np.arange(levels + 1) / levels
    held = -np.diff(_left_at(steps, value_at(shape.feather_type, frame), value_at(shape.feather_falloff, frame)))
    middles = (steps[1:] + steps[:-1]) / 2
    return [(edge + at * (feather - edge), float(part)) for at, part in zip(middles, held, strict=True) if part != 0]


def _left_at(share: Matrix, kind: float, falloff: float) -> Matrix:
    """What is left of a shape at so much of the way to its feather: by Nuke's ramps, to the power of its falloff."""
    left = 1 - share
    ramps = (left, left * left * (2 - left), left * (1 + left - left * left), left * left * (3 - 2 * left))
    return np.asarray(ramps[int(kind) if 0 <= kind < len(ramps) else 0] ** max(falloff, least_falloff))


def _flattened(places: Matrix) -> tuple[Matrix, Matrix]:
    """Chords of the outline and of the feather, as many of each segment, so that they go with each other."""
    edges, feathers = [], []
    for here, there in zip(places, np.roll(places, -1, axis=0), strict=True):
        edge, feather = (np.array([here[1 + k], here[2 + k], there[k], there[1 + k]]) for k in (0, 3))
        at = np.arange(count := max(_chords(edge), _chords(feather)))[:, None] / count
        edges.append(_bezier(edge, at))
        feathers.append(_bezier(feather, at))
    return np.concatenate(edges), np.concatenate(feathers)


def _chords(controls: Matrix) -> int:
    bend = 6 * np.abs(np.diff(controls, n=2, axis=0)).max() * math.sqrt(2)
    return int(np.clip(math.ceil(math.sqrt(bend / (8 * flattening_px))), 1, most_chords))


def _bezier(controls: Matrix, at: Matrix) -> Matrix:
    first, second, third, fourth = controls
    left = 1 - at
    return np.asarray(left**3 * first + 3 * left**2 * at * second + 3 * left * at**2 * third + at**3 * fourth)


def _outward(points: Matrix) -> Matrix:
    """Unit normals of a closed outline, away from its inside."""
    along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    normal = np.column_stack([along[:, 1], -along[:, 0]])
    lengths = np.hypot(*normal.T)[:, None]
    after = np.roll(points, -1, axis=0)
    area = (points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum()
    return np.asarray(np.sign(area) * np.divide(normal, lengths, out=np.zeros_like(normal), where=lengths > 0))
