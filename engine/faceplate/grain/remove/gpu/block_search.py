"""Where blocks of one picture lie in others, in whole pixels: the motions of the CPU, ties and all.

Pictures are whole numbers, so sums are exact in any order; of motions that cost as much the first that is tried wins.
"""

from itertools import product

import numpy as np
import torch
from torch import Tensor

from faceplate.grain.remove.block_search import (
    COARSE_PX,
    FARTHEST,
    FINE_PX,
    LARGEST,
    NODE_PX,
    STEPS,
    price_px,
    prices,
)
from faceplate.grain.remove.gpu.padded import patches, sent

CHUNK = 2**18  # blocks that are gathered at once: 256 MiB of pixels; those of five frames of 1500 x 1500 are fewer
OFF_GRID = 2**30  # a motion that leads out of any picture
AROUND = tuple(product((-1, 0, 1), repeat=2))


def quantised(even: Tensor) -> Tensor:
    """Whole numbers, STEPS to a sigma."""
    return (even * STEPS).clamp(-FARTHEST, FARTHEST).round().to(torch.int32)


def searched(ours: Tensor, theirs: Tensor, reach_px: int) -> Tensor:
    """The whole pixels at which our nodes' blocks are found in their pictures: frames x 2 x nodes x nodes, int64.

    `ours` is rows x columns, `theirs` frames x rows x columns.
    """
    rows, columns = ours.shape
    tops, lefts = (corners(length, COARSE_PX, 0, ours.device) for length in (rows, columns))
    away = torch.arange(-reach_px, reach_px + 1, device=ours.device)
    price, order = sent(prices(reach_px).astype(np.int64), ours.device), _orders(reach_px, ours.device)
    around = torch.nn.functional.pad(theirs, [reach_px] * 4)
    beyond_across = (lefts + away[:, None] < 0) | (lefts + away[:, None] > columns - COARSE_PX)
    best = torch.full((len(theirs), len(tops), len(lefts)), LARGEST, device=ours.device)
    for place, down in enumerate(range(-reach_px, reach_px + 1)):
        moved = around[:, place : place + rows].unfold(2, columns, 1)
        cost = _block_sums((moved - ours[:, None]).abs_(), tops, lefts) + price[place, :, None]
        key = cost * order.numel() + order[place, :, None]
        beyond_down = (tops + down < 0) | (tops + down > rows - COARSE_PX)
        key.masked_fill_(beyond_down[:, None, None] | beyond_across, LARGEST)
        best = torch.minimum(best, key.amin(2))
    return _motions(best % order.numel(), reach_px)


def closer(ours: Tensor, theirs: Tensor, parents: Tensor) -> Tensor:
    """As `searched`, on pictures twice as large: what the coarser nodes around found, and a pixel on all sides."""
    rows, columns = ours.shape[0] // NODE_PX, ours.shape[1] // NODE_PX
    tops, lefts = (corners(length, FINE_PX, 0, ours.device) for length in ours.shape)
    top, left = (each.reshape(-1) for each in torch.meshgrid(tops, lefts, indexing="ij"))
    told = _told(parents, rows, columns)
    found = torch.empty((len(theirs), 2, rows * columns), dtype=torch.int64, device=ours.device)
    for some in chunks(rows * columns, len(theirs)):
        mine = patches(ours[None], top[None, some], left[None, some], FINE_PX)
        found[..., some] = _closest(mine, theirs, (top[some], left[some]), told[..., some])
    return found.view(len(theirs), 2, rows, columns)


def chunks(nodes: int, frames: int) -> list[slice]:
    """Nodes of so many frames in parts whose blocks are gathered at once."""
    count = CHUNK // frames
    return [slice(first, first + count) for first in range(0, nodes, count)]


def corners(length: int, side: int, least: int, device: torch.device) -> Tensor:
    """The first pixel of each node's block along an axis, moved so that `least` pixels are left on both sides."""
    middles = torch.arange(length // NODE_PX, device=device) * NODE_PX + NODE_PX // 2
    return (middles - side // 2).clamp(least, length - side - least)


def _orders(reach_px: int, device: torch.device) -> Tensor:
    """When each motion is tried: none first, then row by row."""
    side = 2 * reach_px + 1
    order = torch.arange(1, side * side + 1, device=device)
    middle = side * side // 2
    order[middle:] -= 1
    order[middle] = 0
    return order.view(side, side)


def _motions(order: Tensor, reach_px: int) -> Tensor:
    """The motions that are tried in this order: frames x 2 x nodes x nodes."""
    side = 2 * reach_px + 1
    middle = side * side // 2
    raster = torch.where(order == 0, middle, order - (order <= middle).long())
    return torch.stack([raster // side - reach_px, raster % side - reach_px], dim=1)


def _block_sums(apart: Tensor, tops: Tensor, lefts: Tensor) -> Tensor:
    """Sums over blocks of frames x rows x motions x columns: frames x nodes x motions x nodes. Corners are even."""
    across = apart[..., 0::2] + apart[..., 1::2]
    across = _four(across, 3, lefts)
    down = across[:, 0::2] + across[:, 1::2]
    return _four(down.long(), 1, tops)


def _four(pairs: Tensor, axis: int, corner: Tensor) -> Tensor:
    two = pairs.narrow(axis, 0, pairs.shape[axis] - 1) + pairs.narrow(axis, 1, pairs.shape[axis] - 1)
    return two.index_select(axis, corner // 2) + two.index_select(axis, corner // 2 + 2)


def _told(parents: Tensor, rows: int, columns: int) -> Tensor:
    """What the nine coarser nodes around each node found, twice as large: frames x 9 x 2 x nodes; OFF_GRID beyond."""
    around = torch.nn.functional.pad(2 * parents, [1] * 4, value=OFF_GRID)
    down, across = (torch.arange(length, device=parents.device) // 2 + 1 for length in (rows, columns))
    nine = [around[:, :, down[:, None] + y, across + x] for y, x in AROUND]
    return torch.stack(nine, dim=1).view(len(parents), len(AROUND), 2, rows * columns)


def _closest(mine: Tensor, theirs: Tensor, place: tuple[Tensor, Tensor], told: Tensor) -> Tensor:
    """The motions of nodes whose blocks are `mine`: frames x 2 x nodes."""
    own = told[:, len(AROUND) // 2]
    best, node = torch.full_like(own[:, 0], LARGEST), torch.zeros_like(own)
    best, node = _tried(mine, theirs, place, own, own, best, node)
    for motion in told.unbind(1):
        best, node = _tried(mine, theirs, place, motion, own, best, node)
    middle = node
    for down, across in AROUND:
        motion = torch.stack([middle[:, 0] + down, middle[:, 1] + across], dim=1)
        best, node = _tried(mine, theirs, place, motion, own, best, node)
    return node


def _tried(
    mine: Tensor,
    theirs: Tensor,
    place: tuple[Tensor, Tensor],
    motion: Tensor,
    own: Tensor,
    best: Tensor,
    node: Tensor,
) -> tuple[Tensor, Tensor]:
    """The least cost and its motion (frames x 2 x nodes) once this one is tried, too: inside the picture alone."""
    y, x = place[0] + motion[:, 0], place[1] + motion[:, 1]
    highest, widest = theirs.shape[1] - FINE_PX, theirs.shape[2] - FINE_PX
    inside = (y >= 0) & (x >= 0) & (y <= highest) & (x <= widest)
    off = (patches(theirs, y.clamp(0, highest), x.clamp(0, widest), FINE_PX) - mine).abs_().sum((0, 1))
    away = (motion - own).double().square().sum(1)
    cost = off + (price_px(FINE_PX) * away.sqrt()).long()
    better = inside & (cost < best)
    return torch.where(better, cost, best), torch.where(better[:, None], motion, node)
