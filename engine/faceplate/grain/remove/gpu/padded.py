"""Planes with margins, pixels of blocks, and numbers of the CPU's files, on the GPU."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from faceplate.values import Array

Margins = Sequence[tuple[int, int]]


def sent(array: Array, device: torch.device) -> Tensor:
    """The array where the work is done."""
    return torch.from_numpy(np.require(array, requirements=("C", "W"))).to(device)


def padded(planes: Tensor, margins: Margins, mode: Literal["edge", "symmetric"]) -> Tensor:
    """Planes (... x rows x columns) with pixels before and after them down and across, by numpy's names of ways."""
    for axis, margin in zip((-2, -1), margins, strict=True):
        at = np.pad(np.arange(planes.shape[axis]), margin, mode=mode)
        planes = planes.index_select(axis, sent(at, planes.device))
    return planes


def patches(pictures: Tensor, top: Tensor, left: Tensor, side: int) -> Tensor:
    """The square blocks of pictures (frames x rows x columns) that begin there (frames x blocks).

    Side x side x frames x blocks.
    """
    frame, along = (torch.arange(length, device=pictures.device) for length in (len(pictures), side))
    return pictures[frame[:, None], top + along[:, None, None, None], left + along[:, None, None]]
