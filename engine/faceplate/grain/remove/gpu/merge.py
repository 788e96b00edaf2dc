"""Blocks of several frames made one: what the frames beside say of each cosine coefficient, as far as it fits."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from faceplate.grain.remove.cosines import SIDE_PX
from faceplate.grain.remove.merge import ALIKE, FARTHEST, FIRM, SLOW, STRICT, USUAL

BEYOND = 1e12  # a difference's square grows on in a straight line: an infinite one would spread over its block
SMOOTH = (np.eye(SIDE_PX) + np.eye(SIDE_PX, k=1) + np.eye(SIDE_PX, k=-1)).astype(np.float32) / 3
SMOOTH[0, 0] = SMOOTH[-1, -1] = np.float32(2 / 3)


def merged(blocks: Tensor, known: Tensor, odds: Tensor, smooth: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of coefficients over the frames, and what share of one frame's noise is left in it (`merge.merged`).

    Args:
        blocks: planes x frames x blocks x SIDE_PX x blocks x SIDE_PX, ours first.
        known: the same of one frame, what a coefficient is compared with.
        odds: planes x 1 x SIDE_PX x 1 x SIDE_PX, one over the variance of the difference to it.
        smooth: SMOOTH, on the GPU.
    """
    one = torch.ones((), device=blocks.device)
    if blocks.shape[1] == 1:
        return blocks[:, 0].clone(), one
    others = blocks[:, 1:]
    trust = _trusts(others, known[:, None], odds[:, None], smooth)
    part, block, squares = trust.sum(1).add_(1).reciprocal_(), blocks[:, 0], one
    for each, other in zip(trust.unbind(1), others.unbind(1), strict=True):
        block = torch.addcmul(block, each, other)
        squares = torch.addcmul(squares, each, each)
    return block.mul_(part), squares.mul_(part.mul_(part))


def _trusts(others: Tensor, known: Tensor, odds: Tensor, smooth: Tensor) -> Tensor:
    near = functional.huber_loss(others, known.expand_as(others), reduction="none", delta=BEYOND).mul_(2 * odds)
    whole = _likeness(near)
    excess = functional.softshrink(_smooth(near, smooth), float(USUAL))  # none is below 0: what is beyond USUAL
    return whole / torch.addcmul(torch.ones((), device=excess.device), excess, excess, value=float(STRICT))


def _likeness(near: Tensor) -> Tensor:
    """How much a block counts: 1 where it is the same, nearly 0 where it shows something else."""
    slow = near[..., :SLOW, :, :SLOW].clamp_max(float(FARTHEST))
    excess = (halved_sum(halved_sum(slow, -3), -1) / SLOW**2 - float(ALIKE)).clamp_min_(0)
    return 1 / (1 + float(FIRM) * excess * excess)


def _smooth(near: Tensor, smooth: Tensor) -> Tensor:
    """The mean over 3 x 3 coefficients; the outermost stand for those beyond."""
    waves = near.reshape(-1, SIDE_PX, near.shape[-2] * SIDE_PX)
    down = torch.bmm(smooth.expand(len(waves), -1, -1), waves)
    return torch.mm(down.view(-1, SIDE_PX), smooth.T).view(near.shape)


def halved_sum(values: Tensor, axis: int) -> Tensor:
    """The sum along an axis of a power of two of entries, in an order that hangs on nothing else; the axis stays."""
    while (length := values.shape[axis]) > 1:
        values = values.narrow(axis, 0, length // 2) + values.narrow(axis, length // 2, length // 2)
    return values
