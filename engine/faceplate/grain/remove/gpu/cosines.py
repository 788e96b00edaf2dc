"""The cosine transform of overlapping blocks, and back, as products with matrices; shapes are the same for any window.

What a GPU's products round hangs on their shape alone, so blocks have the same bits wherever they stand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from faceplate.grain.remove.cosines import SIDE_PX, WINDOW, cosine_basis
from faceplate.grain.remove.gpu.padded import sent
from faceplate.grain.remove.shrink import PLAIN
from faceplate.grain.remove.sweep import HOP_PX

TILE = 96  # blocks down and across that are worked on at once: 27 MiB of coefficients a frame
PARTS = SIDE_PX // HOP_PX
GROUPS = TILE + PARTS - 1  # of HOP_PX rows or columns, under a tile


class Cosines(NamedTuple):
    """The matrices: across to orthonormal sums, down to plain ones, and windowed back."""

    across: Tensor
    down: Tensor
    across_back: Tensor
    down_back: Tensor
    window: Tensor

    @classmethod
    def on(cls, device: torch.device) -> Self:
        """Where the work is done."""
        waves, window = cosine_basis(SIDE_PX), WINDOW.astype(np.float64)
        plain = np.sqrt(PLAIN.astype(np.float64))
        matrices = (waves.T, waves * plain, waves * window, window[:, None] * (waves / plain).T, window)
        return cls(*(sent(each.astype(np.float32), device) for each in matrices))

    def of(self, pixels: Tensor) -> Tensor:
        """Coefficients of the blocks on every HOP_PX of planes (planes x HOP_PX GROUPS x HOP_PX GROUPS).

        Planes x TILE x SIDE_PX (waves down) x TILE x SIDE_PX (waves across).
        """
        count, wide = len(pixels) * GROUPS, TILE * SIDE_PX
        lines = torch.mm(pixels.unfold(2, SIDE_PX, HOP_PX).reshape(-1, SIDE_PX), self.across)
        # Of the last blocks of each plane the rows are in part the next plane's: they are made, and left out.
        inside = count - PARTS + 1
        blocks = lines.as_strided((inside, SIDE_PX, wide), (HOP_PX * wide, wide, 1))
        made = torch.empty((count, SIDE_PX, wide), device=pixels.device)
        torch.bmm(self.down.expand(inside, -1, -1), blocks, out=made[:inside])
        return made.view(len(pixels), GROUPS, SIDE_PX, TILE, SIDE_PX)[:, :TILE]

    def down_columns(self, blocks: Tensor) -> Tensor:
        """Windowed rows of blocks (planes x TILE x SIDE_PX x TILE x SIDE_PX), still transformed across."""
        columns = blocks.reshape(-1, SIDE_PX, TILE * SIDE_PX)
        return torch.bmm(self.down_back.expand(len(columns), -1, -1), columns).view(blocks.shape)

    def along_rows(self, lines: Tensor) -> Tensor:
        """Windowed pixels of rows that are transformed across (... x SIDE_PX)."""
        return torch.mm(lines.reshape(-1, SIDE_PX), self.across_back).view(lines.shape)


@contextmanager
def whole_products() -> Iterator[None]:
    """Products of float32 are not rounded to TF32 meanwhile, whatever this process says elsewhere."""
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    matmul.fp32_precision = "ieee"
    try:
        yield
    finally:
        matmul.fp32_precision = before
