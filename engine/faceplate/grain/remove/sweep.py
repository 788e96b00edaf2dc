"""One pass over all blocks of a plane, compiled: their cosine coefficients weighed, and the blocks added up again.

A strip of SIDE_PX columns at a time: its rows are transformed once for all blocks, then each block down its columns.
Every sum runs in one order wherever a block stands.
"""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.remove.cosines import BLOCK, SIDE_PX, WINDOW, add_back, cosine_basis, cosines
from faceplate.grain.remove.merge import merged
from faceplate.values import Floats

HOP_PX = 4
LEAST = np.float32(1e-6)
TINY = np.float32(1e-12)
LENIENT = np.float32(0.1)  # what several frames left of the grain is faint: less of it is taken, for faint edges' sake
ZERO, ONE = np.float32(0), np.float32(1)

ACROSS = cosine_basis(SIDE_PX).T.astype(np.float32).ravel()
BACK = (cosine_basis(SIDE_PX).astype(np.float32) * WINDOW).ravel()


class Noise(NamedTuple):
    """What a pass is told of the grain, each of BLOCK coefficients, slowest wave first.

    bound: squares of the plain cosine sums below which coefficients are dropped, or with a pilot the grain's share in
        them. variance: the grain's in each coefficient. odds: as `merged` wants them.
    """

    bound: Floats
    variance: Floats
    odds: Floats


@compiled
def swept(noisy: Floats, pilot: Floats | None, noise: Noise, first: int, clean: Floats) -> None:
    """Fills columns of a plane with what its blocks say, each block counted by how little noise is left in it.

    Args:
        noisy: frames x rows x columns, ours first; rows and columns a multiple of HOP_PX and SIDE_PX at least.
        pilot: what is known of the plane without noise. Without it coefficients are dropped or kept.
        noise: what is known of the noise.
        first: the first column of `clean`, a multiple of HOP_PX. Columns have the same bits whichever are asked for.
        clean: rows x columns, filled.
    """
    rows, columns = noisy.shape[1:]
    total = np.zeros((rows, SIDE_PX + HOP_PX), np.float32)
    weight = np.full((rows, SIDE_PX + HOP_PX), TINY)
    end = columns - SIDE_PX + HOP_PX
    last = first + clean.shape[1]
    for column in range(max(first - SIDE_PX + HOP_PX, 0), min(last, end), HOP_PX):
        summed, trusted = _strip(noisy, pilot, noise, column)
        _leave(summed, trusted, total, weight)
        if column >= first:
            _finish(total, weight, clean[:, column - first : column - first + HOP_PX])
    if last > end:
        begun = max(first - end, 0)
        skipped = HOP_PX + begun
        _finish(total[:, skipped:], weight[:, skipped:], clean[:, end + begun - first :])


@compiled
def _strip(noisy: Floats, pilot: Floats | None, noise: Noise, column: int) -> tuple[Floats, Floats]:
    """The sums of the weighed blocks of SIDE_PX columns, transformed across alone, and their weights by row."""
    frames, rows, _ = noisy.shape
    strips, guide = np.empty((frames, rows * SIDE_PX), np.float32), np.empty(rows * SIDE_PX, np.float32)
    blocks, work = np.empty((frames, BLOCK), np.float32), np.empty((4, BLOCK), np.float32)
    block, known = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    share, left = np.ones(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    sums, trusted = np.zeros(rows * SIDE_PX, np.float32), np.zeros(rows, np.float32)
    for frame in range(frames):
        _enter(noisy[frame, :, column : column + SIDE_PX], strips[frame].reshape(rows, SIDE_PX))
    if pilot is not None:
        _enter(pilot[:, column : column + SIDE_PX], guide.reshape(rows, SIDE_PX))
    for row in range(0, rows - SIDE_PX + 1, HOP_PX):
        start = row * SIDE_PX
        for frame in range(frames):
            cosines(strips[frame, start : start + BLOCK], blocks[frame])
        if pilot is None:
            merged(blocks, blocks[0], noise.odds, work, block, share)
            _keep(block, share, noise.bound, noise.variance, left)
        else:
            cosines(guide[start : start + BLOCK], known)
            merged(blocks, known, noise.odds, work, block, share)
            _weigh(block, known, share, noise.bound, noise.variance, left)
        trust = _trust(left)
        add_back(block, trust, sums[start : start + BLOCK])
        for at in range(SIDE_PX):
            trusted[row + at] += trust * WINDOW[at]
    return sums.reshape(rows, SIDE_PX), trusted


@compiled
def _enter(pixels: Floats, strip: Floats) -> None:
    """Cosine coefficients of each row of SIDE_PX pixels."""
    for row in range(strip.shape[0]):
        x = pixels[row]
        a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
        p, q, r, s, t, u, v, w = x[8], x[9], x[10], x[11], x[12], x[13], x[14], x[15]
        for k in range(SIDE_PX):
            strip[row, k] = (
                (a * ACROSS[k] + b * ACROSS[k + 16] + c * ACROSS[k + 32] + d * ACROSS[k + 48])
                + (e * ACROSS[k + 64] + f * ACROSS[k + 80] + g * ACROSS[k + 96] + h * ACROSS[k + 112])
            ) + (
                (p * ACROSS[k + 128] + q * ACROSS[k + 144] + r * ACROSS[k + 160] + s * ACROSS[k + 176])
                + (t * ACROSS[k + 192] + u * ACROSS[k + 208] + v * ACROSS[k + 224] + w * ACROSS[k + 240])
            )


@compiled
def _leave(summed: Floats, trusted: Floats, total: Floats, weight: Floats) -> None:
    """Moves on by HOP_PX columns, and adds the rows that these coefficients stand for, windowed, and their weights."""
    for row in range(summed.shape[0]):
        x, trust = summed[row], trusted[row]
        a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
        p, q, r, s, t, u, v, w = x[8], x[9], x[10], x[11], x[12], x[13], x[14], x[15]
        for k in range(SIDE_PX):
            total[row, k] = total[row, k + HOP_PX] + (
                (
                    (a * BACK[k] + b * BACK[k + 16] + c * BACK[k + 32] + d * BACK[k + 48])
                    + (e * BACK[k + 64] + f * BACK[k + 80] + g * BACK[k + 96] + h * BACK[k + 112])
                )
                + (
                    (p * BACK[k + 128] + q * BACK[k + 144] + r * BACK[k + 160] + s * BACK[k + 176])
                    + (t * BACK[k + 192] + u * BACK[k + 208] + v * BACK[k + 224] + w * BACK[k + 240])
                )
            )
        for k in range(SIDE_PX):
            weight[row, k] = weight[row, k + HOP_PX] + trust * WINDOW[k]


@compiled
def _finish(total: Floats, weight: Floats, clean: Floats) -> None:
    for row in range(clean.shape[0]):
        for column in range(clean.shape[1]):
            clean[row, column] = np.divide(total[row, column], weight[row, column])


@compiled
def _keep(block: Floats, share: Floats, limit: Floats, variance: Floats, left: Floats) -> None:
    first = block[0]
    for at in range(BLOCK):
        gain = np.float32(block[at] * block[at] > limit[at] * share[at])
        left[at] = gain * variance[at] * share[at]
        block[at] *= gain
    block[0], left[0] = first, variance[0] * share[0]


@compiled
def _weigh(block: Floats, known: Floats, share: Floats, noise: Floats, variance: Floats, left: Floats) -> None:
    first = block[0]
    for at in range(BLOCK):
        energy = known[at] * known[at]
        taken = noise[at] * share[at] * min(ONE, share[at] + LENIENT)
        gain = np.divide(energy, max(energy + taken, TINY))
        left[at] = gain * gain * variance[at] * share[at]
        block[at] *= gain
    block[0], left[0] = first, variance[0] * share[0]


@compiled
def _trust(left: Floats) -> np.float32:
    """A block counts the more, the less noise is left in it."""
    for at in range(128):
        left[at] += left[at + 128]
    for at in range(64):
        left[at] += left[at + 64]
    for at in range(32):
        left[at] += left[at + 32]
    total = ZERO
    for at in range(32):
        total += left[at]
    return np.float32(np.divide(ONE, max(total, LEAST)))
