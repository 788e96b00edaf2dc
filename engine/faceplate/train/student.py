"""The network that learns the retouch: a small U-Net that adds to its input what has to change."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class Prediction(NamedTuple):
    """What the network says of a batch: the changed picture (n x 3 x side x side) and the face's coverage (n x 1)."""

    image: Tensor
    matte: Tensor


class Student(nn.Module):
    """n x 3 x side x side, display-encoded 0 to 1, in; the same picture changed, unclipped, and a matte 0 to 1, out.

    Sides divisible by 16. Full resolution holds two thin layers; the work is done at half and below, for the sake of
    one CPU core. Ronneberger et al., "U-Net", MICCAI 2015, with a residual output.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        """The widths are those of 1/2, 1/4, 1/8 and 1/16 of the side."""
        super().__init__()
        before = (3, *widths[:-1])
        self.down = nn.ModuleList(_block(old, new, 2) for old, new in zip(before, widths, strict=True))
        pairs = list(zip(widths[1:], widths[:-1], strict=True))[::-1]
        self.up = nn.ModuleList(_block(low + skip, skip, 1) for low, skip in pairs)
        self.full = nn.Conv2d(widths[0] + 3, 16, 3, padding=1)
        self.head = nn.Conv2d(16, 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(cast("Tensor", self.head.bias))

    def forward(self, image: Tensor) -> Prediction:
        """The prediction for a batch."""
        levels = []
        deep = image * 2 - 1
        for down in self.down:
            deep = down(deep)
            levels.append(deep)
        for up, skip in zip(self.up, levels[-2::-1], strict=True):
            deep = up(torch.cat([_doubled(deep), skip], dim=1))
        full = functional.silu(self.full(torch.cat([_doubled(deep), image * 2 - 1], dim=1)))
        change = self.head(full)
        return Prediction(image + change[:, :3], torch.sigmoid(change[:, 3:]))


def _block(before: int, after: int, stride: int) -> nn.Sequential:
    first = nn.Conv2d(before, after, 3, stride=stride, padding=1)
    second = nn.Conv2d(after, after, 3, padding=1)
    return nn.Sequential(first, nn.SiLU(), second, nn.SiLU())


def _doubled(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
