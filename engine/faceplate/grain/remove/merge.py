"""Blocks of several frames made one: what the frames beside say of each cosine coefficient, as far as it fits."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.remove.cosines import BLOCK, SIDE_PX
from faceplate.values import Floats

ONE, ZERO = np.float32(1), np.float32(0)
USUAL = np.float32(1.6)  # squares that noise alone has between frames: up to here a coefficient is trusted whole
STRICT = np.float32(10)
SLOW = 8  # waves down and across by which a block is judged whole
ALIKE = np.float32(1.0)  # such squares, as a mean over the slow waves: up to here a block is the same
FIRM = np.float32(60)
FARTHEST = np.float32(16)  # and the most that one of them counts
NINTH = np.float32(1 / 9)


@compiled
def merged(blocks: Floats, known: Floats, odds: Floats, work: Floats, block: Floats, share: Floats) -> None:
    """Fills `block` with the mean of coefficients over the frames, and `share` with the noise variance left in it.

    A neighbour's block counts the less, the more its slow waves differ from what is known, and each coefficient the
    less, the more it and the waves next to it do. More than by noise they differ by motion that was not found, by what
    hides or appears, by light. Our own block counts whole.

    Args:
        blocks: frames x BLOCK, ours first.
        known: BLOCK, what a coefficient is compared with.
        odds: BLOCK, one over the variance of the difference between a neighbour's coefficient and the known one.
        work: 4 x BLOCK of room.
        block: BLOCK, filled.
        share: BLOCK, filled: of one frame's noise variance. Left as it is where there is one frame.

    Source: Hasinoff et al., "Burst photography for high dynamic range and low-light imaging" (2016), section 5, whose
    weights are of single coefficients.
    """
    near, weight, squares, rows = work[0], work[1], work[2], work[3]
    for at in range(BLOCK):
        block[at] = blocks[0, at]
    if blocks.shape[0] == 1:
        return
    for at in range(BLOCK):
        weight[at] = ONE
        squares[at] = ONE
    for frame in range(1, blocks.shape[0]):
        other = blocks[frame]
        for at in range(BLOCK):
            off = other[at] - known[at]
            near[at] = off * off * odds[at]
        whole = _likeness(near)
        _smooth(near, rows)
        for at in range(BLOCK):
            excess = max(near[at] - USUAL, ZERO)
            trust = np.divide(whole, ONE + STRICT * excess * excess)
            block[at] += trust * other[at]
            weight[at] += trust
            squares[at] += trust * trust
    for at in range(BLOCK):
        part = np.divide(ONE, weight[at])
        block[at] *= part
        share[at] = squares[at] * part * part


@compiled
def _likeness(near: Floats) -> np.float32:
    """How much a block counts: 1 where it is the same, nearly 0 where it shows something else."""
    total = ZERO
    for row in range(SLOW):
        line = near[row * SIDE_PX : row * SIDE_PX + SLOW]
        for at in range(SLOW):
            total += min(line[at], FARTHEST)
    excess = max(np.float32(total * np.float32(1 / SLOW**2)) - ALIKE, ZERO)
    return np.float32(np.divide(ONE, ONE + FIRM * excess * excess))


@compiled
def _smooth(near: Floats, rows: Floats) -> None:
    """The mean over 3 x 3 coefficients, in place; the outermost stand for those beyond."""
    above, below = near[:-SIDE_PX], near[SIDE_PX:]
    for at in range(SIDE_PX):
        rows[at] = near[at] + (near[at] + below[at])
    inner, middle = rows[SIDE_PX:], near[SIDE_PX:]
    after = below[SIDE_PX:]
    for at in range(BLOCK - 2 * SIDE_PX):
        inner[at] = middle[at] + (above[at] + after[at])
    bottom, last = rows[BLOCK - SIDE_PX :], near[BLOCK - SIDE_PX :]
    before = near[BLOCK - 2 * SIDE_PX :]
    for at in range(SIDE_PX):
        bottom[at] = last[at] + (last[at] + before[at])
    ahead, onward = rows[1:], rows[2:]
    inside = near[1:]
    for at in range(BLOCK - 2):
        inside[at] = NINTH * (ahead[at] + (rows[at] + onward[at]))
    for row in range(SIDE_PX):
        first, final = rows[row * SIDE_PX :], rows[row * SIDE_PX + SIDE_PX - 2 :]
        near[row * SIDE_PX] = NINTH * (first[0] + (first[0] + first[1]))
        near[row * SIDE_PX + SIDE_PX - 1] = NINTH * (final[1] + (final[1] + final[0]))
