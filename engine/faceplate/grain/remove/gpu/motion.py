"""How a picture moves to the frames beside it, as on the CPU to the bit: its sums run in the same order."""

from typing import NamedTuple, Self

import torch
from torch import Tensor

from faceplate.grain.remove.flow import AGREEMENTS
from faceplate.grain.remove.gpu.block_search import closer, quantised, searched
from faceplate.grain.remove.gpu.flow import Gradients, agreed, followed
from faceplate.grain.remove.gpu.padded import padded
from faceplate.grain.remove.gpu.steady import steadied
from faceplate.grain.remove.motion import REACH_PX, WHITE_RADIUS_PX, on_grid
from faceplate.values import Floats


class Seen(NamedTuple):
    """Pictures for matching, at a half and a quarter of their size: frames x rows x columns."""

    half: Tensor
    quarter: Tensor

    @classmethod
    def of(cls, luminances: Tensor, whitener: Floats, corner: tuple[int, int]) -> Self:
        """Of planes whose top and left on the plate are `corner`."""
        margins = [on_grid(start, length) for start, length in zip(corner, luminances.shape[1:], strict=True)]
        half = _filtered(_halved(padded(luminances, margins, "symmetric")), whitener)
        return cls(half, 2 * _halved(half))


def motions(luminances: Tensor, whitener: Floats, corner: tuple[int, int], offsets: tuple[int, ...]) -> Tensor:
    """From the first frame to each of the others: frames x nodes x nodes x 2 (`motion.motion_between`)."""
    seen = Seen.of(luminances, whitener, corner)
    half, quarter = quantised(seen.half), quantised(seen.quarter)
    gradients = Gradients.of(seen.half[0])
    coarse = searched(quarter[0], quarter[1:], REACH_PX // 4)
    moved = closer(half[0], half[1:], coarse).float()
    for _ in range(AGREEMENTS):
        moved = agreed(followed(gradients, seen.half[1:], moved), gradients.known)
    found = (2 * moved).permute(0, 2, 3, 1)
    return steadied(found, gradients.known, offsets) if offsets else found


def _halved(planes: Tensor) -> Tensor:
    upper, lower = planes[..., 0::2, :], planes[..., 1::2, :]
    return 0.25 * ((upper[..., 0::2] + upper[..., 1::2]) + (lower[..., 0::2] + lower[..., 1::2]))


def _filtered(planes: Tensor, kernel: Floats) -> Tensor:
    """Tap after tap, each product rounded before it is added."""
    rows, columns = planes.shape[1:]
    around = padded(planes, [(WHITE_RADIUS_PX, WHITE_RADIUS_PX)] * 2, "symmetric")
    filtered, product = torch.zeros_like(planes), torch.empty_like(planes)
    for down, line in enumerate(kernel.tolist()):
        for across, tap in enumerate(line):
            torch.mul(around[:, down : down + rows, across : across + columns], tap, out=product)
            filtered += product
    return filtered
