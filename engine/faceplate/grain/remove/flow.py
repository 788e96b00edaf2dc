"""Motion to a fraction of a pixel, at the nodes of a grid: by gradients, and by what the nodes around agree on."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.remove.block_search import FINE_PX, NODE_PX
from faceplate.values import Array, Floats

AGREEMENTS = 2
ROUNDS = 2  # towards each
FARTHEST_PX = np.float32(1.5)
NOISE = np.float32(FINE_PX * FINE_PX / 2)  # what white noise of sigma 1 adds to the sum of a block's squared gradients
LEAST = np.float32(0.1) * NOISE
SURE = np.float32(1.3) * NOISE  # gradients beyond this are a picture's, not noise
DOUBT = np.float32(8)  # a motion that raises a block's squared difference by so much is another
AROUND = 2
TINY = np.float32(1e-9)
HALF, ONE = np.float32(0.5), np.float32(1)

Sums = tuple[np.float32, ...]


def known_of(ours: Floats) -> Floats:
    """What the gradients about each node know of its motion: nodes x nodes x 3, sums of their products beyond noise's.

    Down by down, down by across and across by across, of blocks of a picture whose noise is white and of sigma 1.
    """
    known = np.empty((ours.shape[0] // NODE_PX, ours.shape[1] // NODE_PX, 3), np.float32)
    _measure(ours, known)
    return known


def followed(ours: Floats, theirs: Floats, start: Array, known: Floats) -> Floats:
    """The nodes' motion to a fraction of a pixel (nodes x nodes x 2, down and across).

    Args:
        ours: rows x columns, its noise white and of sigma 1.
        theirs: alike.
        start: the motion in whole pixels.
        known: `known_of` ours.

    Source: Lucas and Kanade (1981), its normal equations kept from noise's own gradients; twice, each time with a mean
    over the nodes around whose motion a node's own block does not contradict.
    """
    motion = start.astype(np.float32)
    for _ in range(AGREEMENTS):
        moved = np.empty_like(motion)
        _follow(ours, theirs, motion, moved)
        _agree(moved, known, motion)
    return motion


@compiled
def _corner(node: int, length: int) -> int:
    """The first pixel of a node's block, moved so that a pixel is left on all sides."""
    return min(max(node * NODE_PX + NODE_PX // 2 - FINE_PX // 2, 1), length - FINE_PX - 1)


@compiled
def _gradients(ours: Floats, top: int, left: int, down: Floats, across: Floats) -> Sums:
    """Fills the gradients of a block, and gives the sums of their products: down, both, across."""
    dd, da, aa = np.zeros(FINE_PX, np.float32), np.zeros(FINE_PX, np.float32), np.zeros(FINE_PX, np.float32)
    for row in range(FINE_PX):
        above, below = ours[top + row - 1, left : left + FINE_PX], ours[top + row + 1, left : left + FINE_PX]
        here = ours[top + row, left - 1 : left + FINE_PX + 1]
        for column in range(FINE_PX):
            down[row, column] = HALF * (below[column] - above[column])
            across[row, column] = HALF * (here[column + 2] - here[column])
        for column in range(FINE_PX):
            dd[column] += down[row, column] * down[row, column]
            da[column] += down[row, column] * across[row, column]
            aa[column] += across[row, column] * across[row, column]
    return _sum(dd), _sum(da), _sum(aa)


@compiled
def _sum(parts: Floats) -> np.float32:
    for at in range(8):
        parts[at] += parts[at + 8]
    return np.float32(((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7])))


@compiled
def _measure(ours: Floats, tensors: Floats) -> None:
    """The sums of gradient products beyond what noise has, of each node: both eigenvalues less SURE, or 0."""
    down, across = np.empty((FINE_PX, FINE_PX), np.float32), np.empty((FINE_PX, FINE_PX), np.float32)
    for row in range(tensors.shape[0]):
        for column in range(tensors.shape[1]):
            top, left = _corner(row, ours.shape[0]), _corner(column, ours.shape[1])
            dd, da, aa = _gradients(ours, top, left, down, across)
            middle, tilt = HALF * (dd + aa), HALF * (dd - aa)
            apart = np.sqrt(tilt * tilt + da * da)
            more, less = max(middle + apart - SURE, np.float32(0)), max(middle - apart - SURE, np.float32(0))
            share = np.divide(HALF * (more - less), max(apart, TINY))
            tensors[row, column, 0] = HALF * (more + less) + share * tilt
            tensors[row, column, 1] = share * da
            tensors[row, column, 2] = HALF * (more + less) - share * tilt


@compiled
def _follow(ours: Floats, theirs: Floats, start: Floats, moved: Floats) -> None:
    down, across = np.empty((FINE_PX, FINE_PX), np.float32), np.empty((FINE_PX, FINE_PX), np.float32)
    for row in range(moved.shape[0]):
        for column in range(moved.shape[1]):
            top, left = _corner(row, ours.shape[0]), _corner(column, ours.shape[1])
            dd, da, aa = _gradients(ours, top, left, down, across)
            dd, aa = dd + LEAST, aa + LEAST
            v0, u0 = start[row, column, 0], start[row, column, 1]
            v, u = v0, u0
            for _ in range(ROUNDS):
                toward, along = _slope(ours, theirs, (top, left), (v, u), down, across)
                toward, along = toward - LEAST * (v - v0), along - LEAST * (u - u0)
                whole = dd * aa - da * da
                v += np.divide(aa * toward - da * along, whole)
                u += np.divide(dd * along - da * toward, whole)
                v = min(max(v, v0 - FARTHEST_PX), v0 + FARTHEST_PX)
                u = min(max(u, u0 - FARTHEST_PX), u0 + FARTHEST_PX)
            moved[row, column, 0], moved[row, column, 1] = v, u


@compiled
def _slope(
    ours: Floats, theirs: Floats, place: tuple[int, int], motion: Sums, down: Floats, across: Floats
) -> tuple[np.float32, np.float32]:
    """Sums of gradient times difference over a block, their picture moved by `motion` and mixed of four pixels."""
    (top, left), (v, u) = place, motion
    whole_v, whole_u = np.floor(v), np.floor(u)
    f, g = v - whole_v, u - whole_u
    y0 = min(max(top + int(whole_v), 0), theirs.shape[0] - FINE_PX - 1)
    x0 = min(max(left + int(whole_u), 0), theirs.shape[1] - FINE_PX - 1)
    a, b, c, d = (ONE - f) * (ONE - g), (ONE - f) * g, f * (ONE - g), f * g
    toward, along = np.zeros(FINE_PX, np.float32), np.zeros(FINE_PX, np.float32)
    for row in range(FINE_PX):
        mine = ours[top + row, left : left + FINE_PX]
        upper, lower = theirs[y0 + row, x0 : x0 + FINE_PX + 1], theirs[y0 + row + 1, x0 : x0 + FINE_PX + 1]
        for column in range(FINE_PX):
            mixed = (a * upper[column] + b * upper[column + 1]) + (c * lower[column] + d * lower[column + 1])
            off = mine[column] - mixed
            toward[column] += down[row, column] * off
            along[column] += across[row, column] * off
    return _sum(toward), _sum(along)


@compiled
def _agree(motion: Floats, tensors: Floats, agreed: Floats) -> None:
    """Each node's motion with those around it, each by what its gradients know and by how well it fits here."""
    rows, columns = motion.shape[:2]
    for row in range(rows):
        for column in range(columns):
            v, u = motion[row, column, 0], motion[row, column, 1]
            here_dd, here_da, here_aa = tensors[row, column]
            dd, da, aa = here_dd + LEAST, here_da, here_aa + LEAST
            toward, along = dd * v + da * u, da * v + aa * u
            for above in range(max(row - AROUND, 0), min(row + AROUND + 1, rows)):
                for before in range(max(column - AROUND, 0), min(column + AROUND + 1, columns)):
                    if above == row and before == column:
                        continue
                    w, x = motion[above, before, 0], motion[above, before, 1]
                    y, z = w - v, x - u
                    odds = np.divide(here_dd * y * y + 2 * here_da * y * z + here_aa * z * z, DOUBT)
                    trust = np.divide(ONE, ONE + odds * odds)
                    p, q, r = (
                        trust * tensors[above, before, 0],
                        trust * tensors[above, before, 1],
                        trust * tensors[above, before, 2],
                    )
                    dd, da, aa = dd + p, da + q, aa + r
                    toward, along = toward + p * w + q * x, along + q * w + r * x
            whole = dd * aa - da * da
            agreed[row, column, 0] = np.divide(aa * toward - da * along, whole)
            agreed[row, column, 1] = np.divide(dd * along - da * toward, whole)
