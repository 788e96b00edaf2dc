"""Where blocks of one picture lie in another, in whole pixels: every place within reach, then finer from there.

Pictures are whole numbers here, so that sums come out the same in any order, and machine code adds many at once.
"""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Matrix

NODE_PX = 4  # from one place that is looked for to the next, on the level that is searched
TILE_PX = 8
COARSE_PX, FINE_PX = 8, 16  # sides of the blocks that are compared, whole tiles
STEPS = 16  # a sigma of the noise
SPREAD = 0.853  # sigma of |a - b| where a and b are noise of sigma 1: sqrt(2 (1 - 2 / pi))
PRICE = 1.5  # sigmas of a block's difference that every pixel of motion has to bring: noise alone likes any place
FARTHEST = 2.0**24
LARGEST = 2**62

Place = tuple[int, int]


def quantised(even: Floats) -> Array:
    """Whole numbers, STEPS to a sigma."""
    return np.asarray(np.rint(np.clip(even * np.float32(STEPS), -FARTHEST, FARTHEST)), np.int32)


def searched(ours: Array, theirs: Array, reach_px: int) -> Array:
    """For each node of our picture the whole pixels (down, across) at which its block is found in theirs, int32.

    Pictures are `quantised` and alike in size, a multiple of NODE_PX; nodes stand in the middle of NODE_PX cells.
    Places outside the picture are not looked at.
    """
    nodes = np.zeros((ours.shape[0] // NODE_PX, ours.shape[1] // NODE_PX, 2), np.int32)
    _search(ours, theirs, prices(reach_px), nodes)
    return nodes


def prices(reach_px: int) -> Matrix:
    """What each motion within reach costs by itself, down x across; whole numbers once their fractions are dropped."""
    away = np.arange(-reach_px, reach_px + 1)
    return np.asarray(price_px(COARSE_PX) * np.hypot(away[:, None], away))


def closer(ours: Array, theirs: Array, parents: Array) -> Array:
    """As `searched`, on pictures twice as large: what the coarser nodes around found, and a pixel on all sides."""
    nodes = np.zeros((ours.shape[0] // NODE_PX, ours.shape[1] // NODE_PX, 2), np.int32)
    _close(ours, theirs, parents, price_px(FINE_PX), nodes)
    return nodes


def price_px(side_px: int) -> float:
    """The price of a pixel of motion, for blocks of this side."""
    return PRICE * SPREAD * STEPS * side_px


@compiled
def _search(ours: Array, theirs: Array, price: Matrix, nodes: Array) -> None:
    """`price` is that of each motion, down x across, none in its middle."""
    reach = price.shape[0] // 2
    for row in range(nodes.shape[0]):
        for column in range(nodes.shape[1]):
            place = _corner(row, ours.shape[0], COARSE_PX), _corner(column, ours.shape[1], COARSE_PX)
            mine = ours[place[0] : place[0] + COARSE_PX, place[1] : place[1] + COARSE_PX]
            node = nodes[row, column]
            best = _tried(mine, theirs, place, (0, 0), 0, LARGEST, node)
            for down in range(-reach, reach + 1):
                for across in range(-reach, reach + 1):
                    paid = int(price[down + reach, across + reach])
                    if paid < best:
                        best = _tried(mine, theirs, place, (down, across), paid, best, node)


@compiled
def _close(ours: Array, theirs: Array, parents: Array, price: float, nodes: Array) -> None:
    for row in range(nodes.shape[0]):
        for column in range(nodes.shape[1]):
            place = _corner(row, ours.shape[0], FINE_PX), _corner(column, ours.shape[1], FINE_PX)
            mine = ours[place[0] : place[0] + FINE_PX, place[1] : place[1] + FINE_PX]
            node = nodes[row, column]
            own = 2 * parents[row // 2, column // 2, 0], 2 * parents[row // 2, column // 2, 1]
            best = _tried(mine, theirs, place, own, 0, LARGEST, node)
            for above in range(max(row // 2 - 1, 0), min(row // 2 + 2, parents.shape[0])):
                for before in range(max(column // 2 - 1, 0), min(column // 2 + 2, parents.shape[1])):
                    motion = 2 * parents[above, before, 0], 2 * parents[above, before, 1]
                    if motion[0] != node[0] or motion[1] != node[1]:
                        best = _tried(mine, theirs, place, motion, _paid(price, motion, own), best, node)
            middle = node[0], node[1]
            for down in range(middle[0] - 1, middle[0] + 2):
                for across in range(middle[1] - 1, middle[1] + 2):
                    motion = down, across
                    paid = _paid(price, motion, own)
                    if paid < best:
                        best = _tried(mine, theirs, place, motion, paid, best, node)


@compiled
def _corner(node: int, length: int, side: int) -> int:
    """The first pixel of a node's block, moved into the picture."""
    return min(max(node * NODE_PX + NODE_PX // 2 - side // 2, 0), length - side)


@compiled
def _paid(price: float, motion: Place, own: Place) -> int:
    """The price of the way from where the block was thought to be."""
    return int(price * np.sqrt(float((motion[0] - own[0]) ** 2 + (motion[1] - own[1]) ** 2)))


@compiled
def _tried(mine: Array, theirs: Array, place: Place, motion: Place, paid: int, best: int, node: Array) -> int:
    """The less of `best` and what this motion costs; `node` is set to it where it is that, inside the picture alone."""
    side = mine.shape[0]
    y, x = place[0] + motion[0], place[1] + motion[1]
    if y < 0 or x < 0 or y > theirs.shape[0] - side or x > theirs.shape[1] - side:
        return best
    cost = paid + _difference(mine, theirs, y, x, best - paid)
    if cost >= best:
        return best
    node[0], node[1] = motion
    return cost


@compiled
def _difference(mine: Array, theirs: Array, y: int, x: int, most: int) -> int:
    """The sum of absolute differences from the block at row y and column x, or of as many tiles as it takes to reach
    `most`.
    """
    total = 0
    for top in range(0, mine.shape[0], TILE_PX):
        for left in range(0, mine.shape[1], TILE_PX):
            tile = np.int32(0)
            for row in range(top, top + TILE_PX):
                one, two = mine[row, left : left + TILE_PX], theirs[y + row, x + left : x + left + TILE_PX]
                for column in range(TILE_PX):
                    tile += abs(one[column] - two[column])
            total += int(tile)
            if total >= most:
                return total
    return total
