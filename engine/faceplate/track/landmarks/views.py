"""The same face seen several times: its region moved, scaled and turned a little, and what the answers say together."""

from functools import cache
from typing import NamedTuple

import numpy as np

from faceplate.track.regions import Region
from faceplate.values import Matrix

# Views reach so far: shift in sides of the region, natural logarithm of the scale, turn in radians. On slow pans of
# four faces shifts from 0.02 to 0.06 do equally well, and scale and turn neither help nor harm; but a face that is none
# shows itself under them.
SHIFT = 0.035
SCALE = 0.03
TURN_RAD = 0.04
# Turns of the golden angle and multiples of the plastic number's powers spread any number of views evenly.
GOLDEN_ANGLE_RAD = np.pi * (3 - np.sqrt(5))
SCALE_STEP, TURN_STEP = 0.7548776662466927, 0.5698402909980532
# A view further from the median of all than so many times their middle distance (and so many sides) does not count.
OUTLYING = 3.0
ALLOWED = 0.004
# Views whose deviation on a point is so many sides leave 1/e of its confidence. Seen from the front that is 0.002 to
# 0.005 sides (confidence 0.98 to 0.91), in profile and under a hat up to 0.01; the mean of three then jitters by 0.0005
# sides on a slow pan. Leaves, furniture and hands are beyond 0.013.
DISAGREEMENT = 0.016


class View(NamedTuple):
    """How far a view's region is moved (sides of the region), scaled (logarithm) and turned (radians)."""

    across: float
    down: float
    scale: float
    turn_rad: float

    def of(self, region: Region) -> Region:
        """The region as this view has it."""
        x, y = region.unit_to_square(np.array([self.across + 0.5, self.down + 0.5]))
        return Region(float(x), float(y), region.side * float(np.exp(self.scale)), region.turn_rad + self.turn_rad)


@cache
def views_of(count: int) -> tuple[View, ...]:
    """So many views, always the same, whose mean is the region as it is in each of the four ways."""
    place = np.arange(count)
    radius = SHIFT * np.sqrt(2 * (place + 0.5) / count)
    shifts = radius[:, np.newaxis] * np.column_stack(
        [np.cos(place * GOLDEN_ANGLE_RAD), np.sin(place * GOLDEN_ANGLE_RAD)]
    )
    shifts -= shifts.mean(axis=0)
    scales, turns = SCALE * _levels(count, SCALE_STEP), TURN_RAD * _levels(count, TURN_STEP)
    return tuple(View(*map(float, each)) for each in np.column_stack([shifts, scales, turns]))


def _levels(count: int, step: float) -> Matrix:
    """Even levels between -1 and 1, in the order of the multiples of `step` within 1; their mean is 0."""
    order = np.argsort(np.argsort(np.arange(count) * step % 1))
    levels: Matrix = (2 * order + 1) / count - 1
    return levels


def averaged(answers: Matrix, side: float) -> Matrix:
    """The mean of the views' answers (views x points x 2 or more), without the views that stand apart from the others.

    `side` is that of the region, in the unit of the answers.
    """
    apart = np.linalg.norm((answers - np.median(answers, axis=0))[..., :2], axis=-1)
    distance = np.sqrt(np.square(apart).mean(axis=-1))
    kept = distance <= OUTLYING * np.median(distance) + ALLOWED * side
    mean: Matrix = answers[kept].mean(axis=0)
    return mean


def agreement(answers: Matrix, side: float) -> Matrix:
    """How well the views agree on each point, 0 to 1: 1/e where they deviate by `DISAGREEMENT`; 1 for a single view.

    All views count here, outlying ones too.
    """
    deviation = spread(answers) / side
    agreed: Matrix = np.exp(-np.square(deviation / DISAGREEMENT))
    return agreed


def spread(answers: Matrix) -> Matrix:
    """The standard deviation of one view on each point, over both axes, in the unit of the answers; 0 for one view."""
    apart = np.square((answers - answers.mean(axis=0))[..., :2]).sum(axis=-1)
    deviation: Matrix = np.sqrt(apart.sum(axis=0) / max(1, len(answers) - 1))
    return deviation
