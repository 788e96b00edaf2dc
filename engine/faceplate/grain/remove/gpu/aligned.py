"""A frame moved onto another, to a fraction of a pixel, as on the CPU to the bit."""

import torch
from torch import Tensor

from faceplate.grain.remove.aligned import PHASES, TAPS, WEIGHTS
from faceplate.grain.remove.gpu.padded import padded, sent
from faceplate.grain.remove.motion import on_grid
from faceplate.values import Window

CHUNK_PX = 2**20  # pixels that are looked up at once: 12 MiB a tap


def aligned(planes: Tensor, motion: Tensor, corner: tuple[int, int], near: Window) -> Tensor:
    """The planes (3 x rows x columns) as they would lie without this motion (nodes x nodes x 2), over a window."""
    rows, columns = planes.shape[1:]
    top, left = (on_grid(start, length)[0] for start, length in zip(corner, (rows, columns), strict=True))
    around = padded(planes, [(TAPS // 2, TAPS // 2)] * 2, "edge")
    weights, moved = sent(WEIGHTS.T, planes.device), planes.new_empty((3, near.height, near.width))
    band = max(CHUNK_PX // near.width, 1)
    across = torch.arange(near.left - corner[1], near.right - corner[1], device=planes.device)
    for first in range(0, near.height, band):
        last = min(first + band, near.height)
        down = torch.arange(first, last, device=planes.device) + near.top - corner[0]
        motion_here = _between(motion, down + top, across + left)
        moved[:, first:last] = _looked_up(around, weights, (down, across), motion_here)
    return moved


def _between(motion: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The motion of these pixels of the grid, changing linearly between nodes: 2 x rows x columns."""
    above, f = _place(rows)
    before, g = _place(columns)
    down, across = motion.shape[:2]
    one, other = above.clamp_min(0), (above + 1).clamp_max(down - 1)
    first, last = before.clamp_min(0), (before + 1).clamp_max(across - 1)
    planes, f = motion.permute(2, 0, 1), f[:, None]
    lines = planes[:, :, first] + g * (planes[:, :, last] - planes[:, :, first])
    return lines[:, one] + f * (lines[:, other] - lines[:, one])


def _place(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The node before each pixel, and the share of the way from it to the next."""
    node = torch.div(2 * pixels - 7, 16, rounding_mode="floor")
    return node, (2 * pixels - 7 - 16 * node).float() / 16


def _looked_up(around: Tensor, weights: Tensor, at: tuple[Tensor, Tensor], motion: Tensor) -> Tensor:
    """Six by six pixels at each place, down and then across: 3 x rows x columns."""
    wide = around.shape[2]
    (y, down), (x, along) = (_phase(each) for each in motion)
    rows, columns = at
    y = (rows[:, None] + y + 1).clamp(0, around.shape[1] - TAPS)
    x = (columns + x + 1).clamp(0, wide - TAPS)
    place, flat = (y * wide + x).int().view(-1), around.view(3, -1)
    downs, alongs = weights[:, down.view(-1)], weights[:, along.view(-1)]

    def pixels(tap: int, row: int) -> Tensor:
        return flat[:, row * wide + tap :].index_select(1, place).mul_(downs[row])

    lines = (_six([pixels(tap, row) for row in range(TAPS)]).mul_(alongs[tap]) for tap in range(TAPS))
    return _six(list(lines)).view(3, *motion[0].shape)


def _phase(motion: Tensor) -> tuple[Tensor, Tensor]:
    """Whole pixels, and which of PHASES places between pixels."""
    places = (motion.double() * PHASES + 0.5).floor().long()
    return torch.div(places, PHASES, rounding_mode="floor"), places.remainder(PHASES)


def _six(parts: list[Tensor]) -> Tensor:
    """Their sum, as the CPU adds them."""
    a, b, c, d, e, f = parts
    return a.add_(b).add_(c.add_(d)).add_(e.add_(f))
