"""Motion to a fraction of a pixel, at the nodes of a grid, as on the CPU to the bit: its sums run in the same order."""

from itertools import product
from typing import NamedTuple, Self

import torch
from torch import Tensor

from faceplate.grain.remove.block_search import FINE_PX
from faceplate.grain.remove.flow import AROUND, DOUBT, FARTHEST_PX, LEAST, ROUNDS, SURE, TINY
from faceplate.grain.remove.gpu.block_search import chunks, corners
from faceplate.grain.remove.gpu.padded import patches

DOUBT_, FARTHEST_, LEAST_, SURE_, TINY_ = (float(each) for each in (DOUBT, FARTHEST_PX, LEAST, SURE, TINY))


class Gradients(NamedTuple):
    """A picture and its blocks' gradients.

    picture: rows x columns. down, across: of all pixels but the outermost. top, left: nodes, where their blocks begin.
    sums: 3 x nodes, of the products down by down, down by across, across by across. known: 3 x nodes x nodes
    (`flow.known_of`).
    """

    picture: Tensor
    down: Tensor
    across: Tensor
    top: Tensor
    left: Tensor
    sums: Tensor
    known: Tensor

    @classmethod
    def of(cls, ours: Tensor) -> Self:
        """Of a picture, its noise white and of sigma 1."""
        tops, lefts = (corners(length, FINE_PX, 1, ours.device) for length in ours.shape)
        top, left = (each.reshape(-1) for each in torch.meshgrid(tops, lefts, indexing="ij"))
        down = 0.5 * (ours[2:, 1:-1] - ours[:-2, 1:-1])
        across = 0.5 * (ours[1:-1, 2:] - ours[1:-1, :-2])
        parts = [_products(down, across, top[some], left[some]) for some in chunks(len(top), 1)]
        sums = torch.cat(parts, dim=1)
        return cls(ours, down, across, top, left, sums, _known(sums).view(3, len(tops), len(lefts)))


def followed(ours: Gradients, theirs: Tensor, start: Tensor) -> Tensor:
    """The nodes' motion to a fraction of a pixel from where it starts: frames x 2 x nodes x nodes."""
    begun = start.flatten(2)
    moved = torch.empty_like(begun)
    for some in chunks(len(ours.top), len(theirs)):
        place = ours.top[some], ours.left[some]
        moved[..., some] = _follow(_blocks(ours, place), ours.sums[:, some], theirs, place, begun[..., some])
    return moved.view(start.shape)


def agreed(motion: Tensor, known: Tensor) -> Tensor:
    """Each node's motion with those around it, each by what its gradients know and by how well it fits here."""
    v, u = motion.unbind(1)
    dd, da, aa = known[0] + LEAST_, known[1], known[2] + LEAST_
    own = [*(each.expand_as(v) for each in (dd, da, aa)), dd * v + da * u, da * v + aa * u]
    sums = torch.stack(own).double()
    for part in _told_around(motion, known).unbind(1):
        sums += part
    dd, da, aa, toward, along = sums
    whole = dd * aa - da * da
    return torch.stack([(aa * toward - da * along) / whole, (dd * along - da * toward) / whole], dim=1).float()


def _told_around(motion: Tensor, known: Tensor) -> Tensor:
    """What each node around adds to the normal equations here: 5 x nodes around x frames x nodes x nodes."""
    w, x = _around(motion).unbind(2)
    y, z = w - motion[:, 0], x - motion[:, 1]
    odds = ((known[0] * y * y).double() + 2 * known[1].double() * y * z + known[2] * z * z) / DOUBT_
    trust = 1 / (1 + odds * odds)
    p, q, r = (trust * each for each in _around(known)[:, :, None].unbind(1))
    return torch.stack([p, q, r, p * w + q * x, q * w + r * x])


def _around(planes: Tensor) -> Tensor:
    """The nodes around each node, row by row without itself, 0 beyond the grid: a new first axis."""
    rows, columns = planes.shape[-2:]
    near, side = torch.nn.functional.pad(planes, [AROUND] * 4), range(2 * AROUND + 1)
    steps = [step for step in product(side, side) if step != (AROUND, AROUND)]
    return torch.stack([near[..., down : down + rows, across : across + columns] for down, across in steps])


def _products(down: Tensor, across: Tensor, top: Tensor, left: Tensor) -> Tensor:
    d, a = (patches(each[None], top[None] - 1, left[None] - 1, FINE_PX)[:, :, 0] for each in (down, across))
    return torch.stack([_summed(d * d), _summed(d * a), _summed(a * a)])


def _summed(block: Tensor) -> Tensor:
    """The sums of blocks (side x side x ...): column by column, then of the columns as the CPU adds them."""
    parts = block[0]
    for row in block[1:]:
        parts = parts + row
    eight = parts[:8] + parts[8:]
    four = eight[:4] + eight[4:]
    return (four[0] + four[1]) + (four[2] + four[3])


def _known(sums: Tensor) -> Tensor:
    dd, da, aa = sums
    middle, tilt = 0.5 * (dd + aa), 0.5 * (dd - aa)
    apart = (tilt * tilt + da * da).double().sqrt().float()  # torch's own root may be off by a bit on the CPU
    more, less = (middle + apart - SURE_).clamp_min(0), (middle - apart - SURE_).clamp_min(0)
    share = 0.5 * (more - less) / apart.clamp_min(TINY_)
    mean = 0.5 * (more + less)
    return torch.stack([mean + share * tilt, share * da, mean - share * tilt])


def _blocks(ours: Gradients, place: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Our blocks (side x side x 1 x nodes), and their gradients (side x side x 2 x 1 x nodes)."""
    top, left = (each[None] for each in place)
    gradients = [patches(each[None], top - 1, left - 1, FINE_PX) for each in (ours.down, ours.across)]
    return patches(ours.picture[None], top, left, FINE_PX), torch.stack(gradients, dim=2)


def _follow(
    blocks: tuple[Tensor, Tensor], sums: Tensor, theirs: Tensor, place: tuple[Tensor, Tensor], start: Tensor
) -> Tensor:
    dd, da, aa = sums[0] + LEAST_, sums[1], sums[2] + LEAST_
    whole = dd * aa - da * da
    v0, u0 = v, u = start.unbind(1)
    for _ in range(ROUNDS):
        toward, along = _slopes(blocks, theirs, place, (v, u))
        toward, along = toward - LEAST_ * (v - v0), along - LEAST_ * (u - u0)
        v = v + (aa * toward - da * along) / whole
        u = u + (dd * along - da * toward) / whole
        v = v.clamp(v0 - FARTHEST_, v0 + FARTHEST_)
        u = u.clamp(u0 - FARTHEST_, u0 + FARTHEST_)
    return torch.stack([v, u], dim=1)


def _slopes(
    blocks: tuple[Tensor, Tensor], theirs: Tensor, place: tuple[Tensor, Tensor], motion: tuple[Tensor, Tensor]
) -> Tensor:
    """Sums of gradients times difference over blocks, their pictures moved by `motion` and mixed of four pixels.

    2 x frames x nodes.
    """
    (mine, gradients), (v, u) = blocks, motion
    whole_v, whole_u = v.floor(), u.floor()
    f, g = v - whole_v, u - whole_u
    y0 = (place[0] + whole_v.long()).clamp(0, theirs.shape[1] - FINE_PX - 1)
    x0 = (place[1] + whole_u.long()).clamp(0, theirs.shape[2] - FINE_PX - 1)
    pixels = patches(theirs, y0, x0, FINE_PX + 1)
    upper, lower = pixels[:-1], pixels[1:]
    mixed = ((1 - f) * (1 - g) * upper[:, :-1]).add_((1 - f) * g * upper[:, 1:])
    mixed += (f * (1 - g) * lower[:, :-1]).add_(f * g * lower[:, 1:])
    return _summed(gradients * (mine - mixed)[:, :, None])
