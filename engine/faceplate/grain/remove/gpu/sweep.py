"""One pass over all blocks of planes, tile by tile: their cosine coefficients weighed, and the blocks added up again.

Blocks that overlap are added in the order in which they stand on the plate, as on the CPU, tiles or not.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from faceplate.grain.remove.cosines import SIDE_PX
from faceplate.grain.remove.gpu import cosines
from faceplate.grain.remove.gpu.cosines import PARTS, Cosines
from faceplate.grain.remove.gpu.merge import SMOOTH, halved_sum, merged
from faceplate.grain.remove.gpu.padded import sent
from faceplate.grain.remove.sweep import HOP_PX, LEAST, LENIENT, TINY, Noise


class Told(NamedTuple):
    """`sweep.Noise` of several planes, each planes x 1 x SIDE_PX x 1 x SIDE_PX, and what `merged` smooths with."""

    bound: Tensor
    variance: Tensor
    odds: Tensor
    smooth: Tensor

    @classmethod
    def of(cls, noises: list[Noise], device: torch.device) -> Self:
        """Where the work is done."""
        fields = (sent(np.stack(field), device) for field in zip(*noises, strict=True))
        bound, variance, odds = (each.view(-1, 1, SIDE_PX, 1, SIDE_PX) for each in fields)
        return cls(bound, variance, odds, sent(SMOOTH, device))


def groups_to_fill(length: int) -> int:
    """How many groups of HOP_PX rows, or columns, planes of this length are filled up to: whole tiles."""
    tiles = -(-length // (HOP_PX * cosines.TILE))
    return tiles * cosines.TILE + PARTS - 1


def swept(noisy: Tensor, pilot: Tensor | None, told: Told, shape: tuple[int, int]) -> Tensor:
    """What their blocks say of planes, each block counted by how little noise is left in it.

    Args:
        noisy: planes x frames x rows x columns, ours first; filled up with zeros from `shape` to `groups_to_fill`.
        pilot: planes x rows x columns, what is known of them without noise; without it coefficients are dropped or
            kept.
        told: of the planes' noise.
        shape: rows and columns, a multiple of HOP_PX.

    Returns:
        Planes x rows x columns, filled up likewise.
    """
    waves = Cosines.on(noisy.device)
    planes, _, rows, columns = noisy.shape
    total = torch.zeros((planes, rows, columns // HOP_PX, HOP_PX), device=noisy.device)
    weight = torch.full_like(total, float(TINY))
    for left in range(0, columns // HOP_PX - PARTS + 1, cosines.TILE):
        for top, lines, trusted in _lines(noisy, pilot, told, shape, left, waves):
            across = slice(top * HOP_PX, (top + cosines.TILE) * HOP_PX)
            _add(total[:, across], waves.along_rows(lines), 2, left)
            _add(weight[:, across], trusted[..., None] * waves.window, 2, left)
    return total.div_(weight).view(planes, rows, columns)


def _lines(
    noisy: Tensor, pilot: Tensor | None, told: Told, shape: tuple[int, int], left: int, waves: Cosines
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Down a band of columns, of each tile its first group, its finished rows and their weights.

    Rows are still transformed across. Those that reach into the next tile are kept for it.
    """
    planes, _, rows, _ = noisy.shape
    sums = torch.zeros((planes, cosines.GROUPS, HOP_PX, cosines.TILE, SIDE_PX), device=noisy.device)
    trusted = torch.zeros((planes, cosines.GROUPS, HOP_PX, cosines.TILE), device=noisy.device)
    for top in range(0, rows // HOP_PX - PARTS + 1, cosines.TILE):
        block, trust = _weighed(*_tile(noisy, pilot, (top, left), waves), told)
        trust *= _inside(top, shape[0], trust.device)[:, None] & _inside(left, shape[1], trust.device)
        _add(sums, waves.down_columns(block.mul_(trust[:, :, None, :, None])), 1, 0)
        _add(trusted, trust[:, :, None] * waves.window[:, None], 1, 0)
        yield top, sums[:, : cosines.TILE].flatten(1, 2), trusted[:, : cosines.TILE].flatten(1, 2)
        for each in (sums, trusted):
            each[:, : PARTS - 1] = each[:, cosines.TILE :].clone()
            each[:, PARTS - 1 :] = 0


def _tile(noisy: Tensor, pilot: Tensor | None, corner: tuple[int, int], waves: Cosines) -> tuple[Tensor, Tensor | None]:
    """The coefficients of the blocks of one tile, those of all frames and the pilot's."""
    down, across = (slice(HOP_PX * at, HOP_PX * (at + cosines.GROUPS)) for at in corner)
    pixels = noisy[:, :, down, across]
    blocks = waves.of(pixels.flatten(0, 1))
    frames = blocks.view(*pixels.shape[:2], *blocks.shape[1:])
    return frames, None if pilot is None else waves.of(pilot[:, down, across])


def _weighed(blocks: Tensor, pilot: Tensor | None, told: Told) -> tuple[Tensor, Tensor]:
    """The coefficients that stay, and how much each block counts: planes x TILE x TILE."""
    block, share = merged(blocks, blocks[:, 0] if pilot is None else pilot, told.odds, told.smooth)
    gain = _kept(block, told.bound * share) if pilot is None else _wiener(pilot, told.bound, share)
    gain[..., 0, :, 0] = 1
    left = halved_sum(halved_sum(gain * gain * (told.variance * share), -3), -1)
    return block.mul_(gain), 1 / left[..., 0, :, 0].clamp_min(float(LEAST))


def _kept(block: Tensor, limit: Tensor) -> Tensor:
    return (block * block > limit).float()


def _wiener(pilot: Tensor, noise: Tensor, share: Tensor) -> Tensor:
    taken = noise * share * (share + float(LENIENT)).clamp_max(1)
    energy = pilot * pilot
    return energy / (energy + taken).clamp_min(float(TINY))


def _inside(first: int, length: int, device: torch.device) -> Tensor:
    """Which blocks of a tile lie in planes of this length."""
    return torch.arange(first, first + cosines.TILE, device=device) * HOP_PX <= length - SIDE_PX


def _add(total: Tensor, blocks: Tensor, axis: int, first: int) -> None:
    """Adds blocks that overlap along an axis, the next one their pixels there; the earliest block comes first."""
    parts = blocks.view(*blocks.shape[: axis + 1], PARTS, HOP_PX, *blocks.shape[axis + 2 :])
    for part in reversed(range(PARTS)):
        total.narrow(axis, first + part, cosines.TILE).add_(parts.select(axis + 1, part))
