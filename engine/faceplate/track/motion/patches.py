"""One picture's patches found again in another: inverse-compositional Lucas-Kanade, one patch at a time, compiled.

Baker and Matthews, "Lucas-Kanade 20 Years On: A Unifying Framework", IJCV 56(3), 2004, with gain and offset projected
out of the steepest descent images (part 2 of the same), residuals clipped (Huber, "Robust Statistics", 1981, section
7.8), and a prior on how far a patch's shape may change.
"""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.track.motion.patch_algebra import area, reshape, solve, sum_of_products, sum_of_three, through
from faceplate.values import Array, Floats, Matrix

# The weight of a patch falls as a Gaussian of this part of its half side.
WEIGHT_REACH = 0.8
# Residuals beyond so many times the mean absolute one are clipped.
CLIP = 2.5
# Variance of Gaussian noise over its mean absolute value squared.
MEAN_TO_VARIANCE = 1.5708
# Noise of filtered pictures is alike over about so many pixels: its variance in a mean is so much larger.
NOISE_AREA_PX = 8.0
BLOCK_PX = 6
# A step shorter than this is the last.
STILL_PX = 0.004
LEAST_GAIN = 0.05
# A patch whose area changes by more than this, against what was expected, has lost its texture.
MOST_AREA = 2.0
# Deviations out of residuals that were fitted are too small: by a sixth in large patches and, as measured on grain of
# known strength, by so much more as a patch holds fewer blocks.
DEVIATION_FACTOR, FEW_BLOCKS, FEWEST_BLOCKS = 1.18, 4.5, 5.0
PLACE, PLACE_AND_SHAPE = 2, 6


class Search(NamedTuple):
    """How patches are looked for.

    Attributes:
        reach: half the side of a patch along x and y, without its middle pixel.
        affine: whether the patch's shape is fitted as well as its place.
        rounds: at most so many steps.
        shape_deviation: how far, as a standard deviation of each entry, shapes may be from those given.
    """

    reach: tuple[int, int]
    affine: bool
    rounds: int
    shape_deviation: float = 0.1


class Found(NamedTuple):
    """Where patches were found.

    Attributes:
        at: n x 2, pixels of the picture searched (first pixel's centre at 0); NaN where not found.
        shapes: n x 2 x 2, how a patch is turned, scaled and sheared there.
        deviation: n x 2, standard deviation of `at` along x and y; infinite where not found.
        correlation: n, between the patch and what was found, -1 to 1; 0 where nothing was.
        gain: n, the contrast of what was found over that of the patch.
    """

    at: Matrix
    shapes: Matrix
    deviation: Matrix
    correlation: Matrix
    gain: Matrix


class _Template(NamedTuple):
    """A patch of the source: `values` without their weighted mean, and what its parameters change.

    `slopes`, parameters x rows x columns, have offset and gain taken out; `bends` are the same, weighed. `contrast`
    holds the patch's variance alone.
    """

    weights: Floats
    values: Floats
    slopes: Floats
    bends: Floats
    hessian: Matrix
    contrast: Matrix


class _Sight(NamedTuple):
    """What is seen of the target, one pixel wider than the patch on each side, and room to work in."""

    seen: Floats
    places: Array
    parts: Floats
    lines: Floats
    score: Matrix
    crossed: Matrix


def find_patches(source: Floats, at: Matrix, target: Floats, start: Matrix, shapes: Matrix, search: Search) -> Found:
    """The texture around the points `at` (n x 2) of `source`, found in `target` near the points `start` (n x 2).

    `shapes`, n x 2 x 2, lead from offsets in the source to offsets in the target. Patches that reach beyond either
    picture, whose contrast is lost, or that wander off by more than their own half side are not found.
    """
    count = len(at)
    found = Found(
        np.array(start, np.float64),
        np.array(shapes, np.float64),
        np.full((count, 2), np.inf),
        np.zeros(count),
        np.ones(count),
    )
    _find_all(source, np.array(at, np.float64), target, search, found)
    return found


@compiled
def _find_all(source: Floats, at: Matrix, target: Floats, search: Search, found: Found) -> None:
    template, sight = _template_room(search), _sight_room(search)
    for each in range(at.shape[0]):
        one = Found(
            found.at[each : each + 1],
            found.shapes[each : each + 1],
            found.deviation[each : each + 1],
            found.correlation[each : each + 1],
            found.gain[each : each + 1],
        )
        column, row = round(at[each, 0]), round(at[each, 1])
        away = np.array([at[each, 0] - column, at[each, 1] - row])
        inside = _holds(source, column, row, search.reach) and np.isfinite(one.at[0, 0])
        if not (inside and _cut(source, column, row, template) and _find(target, template, search, away, sight, one)):
            one.at[:] = np.nan
            one.correlation[:] = 0


@compiled
def _template_room(search: Search) -> _Template:
    rows, columns = 2 * search.reach[1] + 1, 2 * search.reach[0] + 1
    order = PLACE_AND_SHAPE if search.affine else PLACE
    weights = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            x = (column - search.reach[0]) / (WEIGHT_REACH * search.reach[0])
            y = (row - search.reach[1]) / (WEIGHT_REACH * search.reach[1])
            weights[row, column] = np.exp(-0.5 * (x * x + y * y))
    weights /= weights.sum()
    return _Template(
        weights,
        np.empty((rows, columns), np.float32),
        np.empty((order, rows, columns), np.float32),
        np.empty((order, rows, columns), np.float32),
        np.empty((order, order)),
        np.empty(1),
    )


@compiled
def _sight_room(search: Search) -> _Sight:
    rows, columns = 2 * search.reach[1] + 1, 2 * search.reach[0] + 1
    order = PLACE_AND_SHAPE if search.affine else PLACE
    return _Sight(
        np.empty((rows + 2, columns + 2), np.float32),
        np.empty(columns + 2, np.uint32),
        np.empty((2, columns + 2), np.float32),
        np.empty((order + 2, columns), np.float32),
        np.empty(order),
        np.empty((order, order)),
    )


@compiled
def _holds(picture: Floats, column: int, row: int, reach: tuple[int, int]) -> bool:
    across = reach[0] + 1 <= column < picture.shape[1] - reach[0] - 1
    return bool(across and reach[1] + 1 <= row < picture.shape[0] - reach[1] - 1)


@compiled
def _cut(source: Floats, column: int, row: int, template: _Template) -> bool:
    """Fills the template with the patch about a pixel; False where it has no contrast."""
    weights, values, slopes = template.weights, template.values, template.slopes
    top, left = row - values.shape[0] // 2, column - values.shape[1] // 2
    half = np.float32(0.5)
    for y in range(values.shape[0]):
        above, line, below = source[top + y - 1], source[top + y], source[top + y + 1]
        for x in range(values.shape[1]):
            values[y, x] = line[left + x] - source[row, column]
            slopes[0, y, x] = half * (line[left + x + 1] - line[left + x - 1])
            slopes[1, y, x] = half * (below[left + x] - above[left + x])
        _shape_slopes(slopes[:, y], y - values.shape[0] // 2)
    values -= np.float32(sum_of_products(weights, values))
    template.contrast[0] = sum_of_three(weights, values, values)
    if not template.contrast[0] > 0:
        return False
    _project(template)
    return True


@compiled
def _shape_slopes(line: Floats, down: int) -> None:
    """A line's slopes by the entries of the shape (parameters x columns), out of those by the place."""
    if line.shape[0] == PLACE_AND_SHAPE:
        for x in range(line.shape[1]):
            across = np.float32(x - line.shape[1] // 2)
            line[2, x] = line[0, x] * across
            line[3, x] = line[0, x] * np.float32(down)
            line[4, x] = line[1, x] * across
            line[5, x] = line[1, x] * np.float32(down)


@compiled
def _project(template: _Template) -> None:
    """Takes offset and gain out of the slopes; fills the weighed slopes and the Hessian."""
    weights, values, slopes, bends = template.weights, template.values, template.slopes, template.bends
    for each in range(slopes.shape[0]):
        gain = np.float32(sum_of_three(weights, slopes[each], values) / template.contrast[0])
        offset = np.float32(sum_of_products(weights, slopes[each]))
        for y in range(values.shape[0]):
            for x in range(values.shape[1]):
                slope = slopes[each, y, x] - (offset + gain * values[y, x])
                slopes[each, y, x] = slope
                bends[each, y, x] = weights[y, x] * slope
        for other in range(each + 1):
            product = sum_of_products(bends[each], slopes[other])
            template.hessian[each, other] = product
            template.hessian[other, each] = product


@compiled
def _find(target: Floats, template: _Template, search: Search, away: Matrix, sight: _Sight, one: Found) -> bool:
    """Moves the patch until it fits; False where it does not. `away` leads from its middle to the point followed."""
    middle, shape, bend = one.at[0], one.shapes[0], np.zeros(4)
    middle -= through(shape, away)
    first, start = shape.copy(), middle.copy()
    limit = 0.5 * (search.reach[0] + search.reach[1]) * max(np.sqrt(abs(area(first))), 0.1)
    # How much of the noise is left in a weighted mean.
    shared = min(NOISE_AREA_PX * sum_of_products(template.weights, template.weights), 1.0)
    spread, boost = 0.0, 1.0
    for turn in range(search.rounds + 1):
        if not _look(target, middle, shape, sight):
            return False
        one.gain[0], one.correlation[0] = _compare(template, sight)
        if not one.gain[0] > LEAST_GAIN:
            return False
        spread = _score(template, CLIP * spread if turn > 0 else np.inf, sight)
        noise = MEAN_TO_VARIANCE * spread * spread * shared
        ridge = noise / (search.shape_deviation * search.shape_deviation)
        if turn == 1:
            _cross(template, sight)
            boost = _boost(template.hessian, sight.crossed)
        if turn == search.rounds:
            break
        if not _step(template, ridge, bend, sight.score):
            return False
        moved = boost * through(shape, sight.score)
        middle -= moved
        reshape(first, bend, shape)
        if not (np.abs(middle - start).max() < limit and 1 / MOST_AREA < area(shape) / area(first) < MOST_AREA):
            return False
        if turn > 1 and np.abs(moved).max() < STILL_PX:
            break
    middle += through(shape, away)
    return _deviate(template, noise, ridge, sight, one)


@compiled
def _look(target: Floats, middle: Matrix, shape: Matrix, sight: _Sight) -> bool:
    """Sees the target under the patch and one pixel around it; False where that reaches beyond it."""
    seen = sight.seen
    rows, columns = seen.shape
    reach = through(np.abs(shape), np.array([columns // 2, rows // 2], np.float64))
    if not (middle[0] - reach[0] >= 0 and middle[0] + reach[0] < target.shape[1] - 1):
        return False
    if not (middle[1] - reach[1] >= 0 and middle[1] + reach[1] < target.shape[0] - 1):
        return False
    flat, stride = target.reshape(-1), np.uint32(target.shape[1])
    places, right_parts, lower_parts = sight.places, sight.parts[0], sight.parts[1]
    for row in range(rows):
        from_x = middle[0] + shape[0, 1] * (row - rows // 2) - shape[0, 0] * (columns // 2)
        from_y = middle[1] + shape[1, 1] * (row - rows // 2) - shape[1, 0] * (columns // 2)
        for column in range(columns):
            at_x, at_y = from_x + shape[0, 0] * column, from_y + shape[1, 0] * column
            left, top = np.int32(at_x), np.int32(at_y)
            places[column] = top * np.int32(stride) + left
            right_parts[column], lower_parts[column] = at_x - left, at_y - top
        for column in range(columns):
            place, part = places[column], right_parts[column]
            above = flat[place] + part * (flat[place + np.uint32(1)] - flat[place])
            place += stride
            below = flat[place] + part * (flat[place + np.uint32(1)] - flat[place])
            seen[row, column] = above + lower_parts[column] * (below - above)
    return True


@compiled
def _compare(template: _Template, sight: _Sight) -> tuple[float, float]:
    """Gain of what is seen over the patch, and their correlation; both are taken out of what is seen."""
    seen, lines, weights, values = sight.seen, sight.lines, template.weights, template.values
    lines[:3] = 0
    seen -= seen[seen.shape[0] // 2, seen.shape[1] // 2]
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            weighed = weights[y, x] * seen[y + 1, x + 1]
            lines[0, x] += weighed
            lines[1, x] += weighed * values[y, x]
            lines[2, x] += weighed * seen[y + 1, x + 1]
    mean, along, energy = 0.0, 0.0, 0.0
    for x in range(values.shape[1]):
        mean += lines[0, x]
        along += lines[1, x]
        energy += lines[2, x]
    gain = along / template.contrast[0]
    if gain > LEAST_GAIN:
        seen -= np.float32(mean)
        seen *= np.float32(1 / gain)
    return gain, along / np.sqrt(max((energy - mean * mean) * template.contrast[0], 1e-30))


@compiled
def _score(template: _Template, clip: float, sight: _Sight) -> float:
    """Fills the sum of residual times slope for each parameter; gives the mean absolute residual."""
    values, weights, bends = template.values, template.weights, template.bends
    seen, lines, score, limit = sight.seen, sight.lines, sight.score, np.float32(clip)
    lines[:] = 0
    order = score.size
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            residual = seen[y + 1, x + 1] - values[y, x]
            lines[order, x] += weights[y, x] * abs(residual)
            lines[order + 1, x] = min(max(residual, -limit), limit)
        for each in range(order):
            for x in range(values.shape[1]):
                lines[each, x] += bends[each, y, x] * lines[order + 1, x]
    spread = 0.0
    score[:] = 0
    for x in range(values.shape[1]):
        spread += lines[order, x]
        for each in range(order):
            score[each] += lines[each, x]
    return spread


@compiled
def _cross(template: _Template, sight: _Sight) -> None:
    """The Hessian out of the patch's slopes and those of what is seen: grain, which the two do not share, cancels."""
    seen, bends, crossed = sight.seen, template.bends, sight.crossed
    order, rows, columns = bends.shape
    lines, sums = np.empty((order, columns), np.float32), np.zeros((order, order, columns), np.float32)
    half = np.float32(0.5)
    for y in range(rows):
        for x in range(columns):
            lines[0, x] = half * (seen[y + 1, x + 2] - seen[y + 1, x])
            lines[1, x] = half * (seen[y + 2, x + 1] - seen[y, x + 1])
        _shape_slopes(lines, y - rows // 2)
        for one in range(order):
            for other in range(order):
                for x in range(columns):
                    sums[one, other, x] += bends[one, y, x] * lines[other, x]
    for one in range(order):
        for other in range(order):
            crossed[one, other] = 0.5 * (sums[one, other].sum() + sums[other, one].sum())


@compiled
def _boost(hessian: Matrix, crossed: Matrix) -> float:
    """How much too short steps are because grain steepens the patch's slopes, 1 to 3."""
    steep, true = hessian[0, 0] + hessian[1, 1], crossed[0, 0] + crossed[1, 1]
    return float(min(max(steep / max(true, 1e-30), 1.0), 3.0))


@compiled
def _step(template: _Template, ridge: float, bend: Matrix, score: Matrix) -> bool:
    """Makes the step out of the score and adds its shape to `bend`; False where texture does not tell where to."""
    system = template.hessian.copy()
    for entry in range(PLACE, score.size):
        system[entry, entry] += ridge
        score[entry] -= ridge * bend[entry - PLACE]
    if not solve(system, score):
        return False
    for entry in range(PLACE, score.size):
        bend[entry - PLACE] += score[entry]
    return True


@compiled
def _deviate(template: _Template, noise: float, ridge: float, sight: _Sight, one: Found) -> bool:
    """The deviation out of the residuals that are left, which are alike within a block of pixels; False if unbounded.

    The sandwich of robust statistics: White, "Maximum Likelihood Estimation of Misspecified Models", Econometrica
    50(1), 1982, by clusters.
    """
    meat, system = _scatter(template, sight), sight.crossed.copy()
    for entry in range(PLACE, sight.score.size):
        system[entry, entry] += ridge
        meat[entry, entry] += noise * ridge
    ways = np.zeros((PLACE, sight.score.size))
    for axis in range(PLACE):
        ways[axis, axis] = 1.0
        if not solve(system.copy(), ways[axis]):
            return False
    share = BLOCK_PX * BLOCK_PX * sum_of_products(template.weights, template.weights)
    factor = DEVIATION_FACTOR * (1 + FEW_BLOCKS * min(share, 1 / FEWEST_BLOCKS))
    for axis in range(PLACE):
        way = one.shapes[0, axis, 0] * ways[0] + one.shapes[0, axis, 1] * ways[1]
        variance = 0.0
        for entry in range(way.size):
            variance += way[entry] * (meat[entry] * way).sum()
        one.deviation[0, axis] = factor * np.sqrt(max(variance, 0.0))
    return True


@compiled
def _scatter(template: _Template, sight: _Sight) -> Matrix:
    """The variance of the score."""
    values, bends, seen = template.values, template.bends, sight.seen
    order, rows, columns = bends.shape
    meat, part, lines = np.zeros((order, order)), np.empty(order), sight.lines
    for top in range(0, rows, BLOCK_PX):
        lines[:] = 0
        for y in range(top, min(top + BLOCK_PX, rows)):
            for x in range(columns):
                lines[order, x] = seen[y + 1, x + 1] - values[y, x]
            for entry in range(order):
                for x in range(columns):
                    lines[entry, x] += bends[entry, y, x] * lines[order, x]
        for left in range(0, columns, BLOCK_PX):
            for entry in range(order):
                part[entry] = lines[entry, left : left + BLOCK_PX].sum()
            for one in range(order):
                for other in range(order):
                    meat[one, other] += part[one] * part[other]
    return meat
