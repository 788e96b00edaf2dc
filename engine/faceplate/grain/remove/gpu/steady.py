"""Motion over several frames at once: as even as the picture lets it be, as on the CPU to the bit."""

import torch
from torch import Tensor

from faceplate.grain.remove.steady import DOUBTED, ROUNDS, TINY


def steadied(motions: Tensor, known: Tensor, offsets: tuple[int, ...]) -> Tensor:
    """The motions (frames x nodes x nodes x 2) drawn to one velocity a node, where its gradients do not contradict.

    `known` is 3 x nodes x nodes; `offsets` are the frames' numbers less ours.
    """
    away = torch.tensor(offsets, dtype=torch.float32, device=motions.device)[:, None, None]
    down, across = motions.unbind(3)
    trust = torch.ones_like(down)
    v, u = torch.zeros_like(down[0]), torch.zeros_like(down[0])
    for _ in range(ROUNDS):
        v, u = _velocity(down, across, away, trust)
        y, x = away * v - down, away * u - across
        odds = ((known[0] * y * y).double() + 2 * known[1].double() * y * x + known[2] * x * x) / float(DOUBTED)
        trust = (1 / (1 + odds * odds)).float()
    return torch.stack([down + trust * (away * v - down), across + trust * (away * u - across)], dim=3)


def _velocity(down: Tensor, across: Tensor, away: Tensor, trust: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels a frame, down and across, by least squares."""
    sums = [torch.zeros_like(down[0]), torch.zeros_like(down[0]), torch.full_like(down[0], float(TINY))]
    for share, offset, one, other in zip(trust * away, away, down, across, strict=True):
        sums = [total + part for total, part in zip(sums, (share * one, share * other, share * offset), strict=True)]
    v, u, squares = sums
    return v / squares, u / squares
