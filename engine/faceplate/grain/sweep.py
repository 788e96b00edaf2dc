"""One pass over all blocks of a plane: their cosine coefficients weighed, and the blocks added up again. Compiled.

A block's columns are transformed by a plain product with the waves, once for all blocks of a strip, its rows by a fast
cosine transform, sixteen waves side by side. Sums run in one order wherever a block stands, so a pixel has the same
bits in every picture that holds the blocks over it.
"""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats

SIDE_PX = 16
HOP_PX = 4
BLOCK = SIDE_PX * SIDE_PX
LEAST = np.float32(1e-6)
TINY = np.float32(1e-12)
ZERO = np.float32(0)
ONE = np.float32(1)
HALF = np.float32(0.5)
SCALE = np.float32(2 / SIDE_PX)  # of a plain cosine sum and its inverse; the constant wave's has half of it


def _turns(count: int) -> Floats:
    """The cosine and sine by which a cosine sum of type IV over so many samples turns its outer pairs."""
    angles = (2 * np.arange(count // 2) + 1) * np.pi / (4 * count)
    return np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


C80, C81, C82, C83 = _turns(8)[0]
S80, S81, S82, S83 = _turns(8)[1]
C40, C41 = _turns(4)[0]
S40, S41 = _turns(4)[1]
C20, S20 = _turns(2)[:, 0]
C10 = _turns(1)[0, 0] if False else np.float32(np.sqrt(0.5))


@compiled
def dropped(noisy: Floats, variance: Floats, waves: Floats, window: Floats) -> Floats:
    rows, columns = noisy.shape
    total, weight = np.zeros_like(noisy), np.full_like(noisy, TINY)
    strip, block = np.empty(rows * SIDE_PX, np.float32), np.empty(BLOCK, np.float32)
    summed, line = np.empty(rows * SIDE_PX, np.float32), np.empty(rows, np.float32)
    left = np.empty(SIDE_PX, np.float32)
    back = np.empty(SIDE_PX, np.float32)
    for column in range(0, columns - SIDE_PX + 1, HOP_PX):
        _enter(noisy, column, waves, strip)
        summed[:] = ZERO
        line[:] = ZERO
        for row in range(0, rows - SIDE_PX + 1, HOP_PX):
            _cosines(strip[row * SIDE_PX : row * SIDE_PX + BLOCK], block)
            trust = _keep(block, variance, left)
            _add(block, trust, window, summed[row * SIDE_PX : row * SIDE_PX + BLOCK])
            for at in range(SIDE_PX):
                line[row + at] += trust * window[at]
        _leave(summed, line, column, waves, window, total, weight, back)
    for row in range(rows):
        for column in range(columns):
            total[row, column] /= weight[row, column]
    return total


@compiled
def weighed(noisy: Floats, pilot: Floats, variance: Floats, waves: Floats, window: Floats) -> Floats:
    rows, columns = noisy.shape
    total, weight = np.zeros_like(noisy), np.full_like(noisy, TINY)
    strip, block = np.empty(rows * SIDE_PX, np.float32), np.empty(BLOCK, np.float32)
    guide, guess = np.empty(rows * SIDE_PX, np.float32), np.empty(BLOCK, np.float32)
    summed, line = np.empty(rows * SIDE_PX, np.float32), np.empty(rows, np.float32)
    left = np.empty(SIDE_PX, np.float32)
    back = np.empty(SIDE_PX, np.float32)
    for column in range(0, columns - SIDE_PX + 1, HOP_PX):
        _enter(noisy, column, waves, strip)
        _enter(pilot, column, waves, guide)
        summed[:] = ZERO
        line[:] = ZERO
        for row in range(0, rows - SIDE_PX + 1, HOP_PX):
            _cosines(strip[row * SIDE_PX : row * SIDE_PX + BLOCK], block)
            _cosines(guide[row * SIDE_PX : row * SIDE_PX + BLOCK], guess)
            trust = _weigh(block, guess, variance, left)
            _add(block, trust, window, summed[row * SIDE_PX : row * SIDE_PX + BLOCK])
            for at in range(SIDE_PX):
                line[row + at] += trust * window[at]
        _leave(summed, line, column, waves, window, total, weight, back)
    for row in range(rows):
        for column in range(columns):
            total[row, column] /= weight[row, column]
    return total


@compiled
def _product(x: Floats, waves: Floats, y: Floats) -> None:
    a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
    p, q, r, s, t, u, v, w = x[8], x[9], x[10], x[11], x[12], x[13], x[14], x[15]
    for k in range(SIDE_PX):
        y[k] += (
            (a * waves[k] + b * waves[k + 16] + c * waves[k + 32] + d * waves[k + 48])
            + (e * waves[k + 64] + f * waves[k + 80] + g * waves[k + 96] + h * waves[k + 112])
        ) + (
            (p * waves[k + 128] + q * waves[k + 144] + r * waves[k + 160] + s * waves[k + 176])
            + (t * waves[k + 192] + u * waves[k + 208] + v * waves[k + 224] + w * waves[k + 240])
        )


@compiled
def _enter(plane: Floats, column: int, waves: Floats, strip: Floats) -> None:
    strip[:] = ZERO
    for row in range(plane.shape[0]):
        _product(plane[row, column : column + SIDE_PX], waves[:BLOCK], strip[row * SIDE_PX : (row + 1) * SIDE_PX])


@compiled
def _leave(
    summed: Floats, line: Floats, column: int, waves: Floats, window: Floats, total: Floats, weight: Floats, back: Floats
) -> None:
    for row in range(total.shape[0]):
        _product(summed[row * SIDE_PX : (row + 1) * SIDE_PX], waves[BLOCK:], total[row, column : column + SIDE_PX])
        ow = weight[row, column : column + SIDE_PX]
        for at in range(SIDE_PX):
            ow[at] += line[row] * window[at]


@compiled
def _keep(block: Floats, variance: Floats, left: Floats) -> np.float32:
    """variance: first the limits, then variances."""
    for lane in range(SIDE_PX):
        left[lane] = ZERO
    first = block[0]
    for wave in range(SIDE_PX):
        for lane in range(SIDE_PX):
            at = wave * SIDE_PX + lane
            coefficient, limit, noise = block[at], variance[at], variance[BLOCK + at]
            gain = ONE if coefficient * coefficient > limit else ZERO
            left[lane] += gain * noise
            block[at] = gain * coefficient
    if first * first <= variance[0]:
        block[0] = first
        left[0] += variance[BLOCK]
    return ONE / max(_sum(left), LEAST)


@compiled
def _weigh(block: Floats, guess: Floats, variance: Floats, left: Floats) -> np.float32:
    for lane in range(SIDE_PX):
        left[lane] = ZERO
    first = block[0]
    for wave in range(SIDE_PX):
        for lane in range(SIDE_PX):
            at = wave * SIDE_PX + lane
            energy = guess[at] * guess[at]
            gain = energy / max(energy + variance[at], TINY)
            left[lane] += gain * gain * variance[BLOCK + at]
            block[at] *= gain
    energy = guess[0] * guess[0]
    gain = energy / max(energy + variance[0], TINY)
    left[0] += (ONE - gain * gain) * variance[BLOCK]
    block[0] = first
    return ONE / max(_sum(left), LEAST)


@compiled
def _sum(lanes: Floats) -> np.float32:
    total = ZERO
    for lane in range(SIDE_PX):
        total += lanes[lane]
    return total


@compiled
def _cos2_2(a, b):
    return a + b, (a - b) * C10


@compiled
def _cos2_4(a, b, c, d):
    p, r = _cos2_2(a + d, b + c)
    q, s = _cos4_2(a - d, b - c)
    return p, q, r, s


@compiled
def _cos2_8(a, b, c, d, e, f, g, h):
    p, r, t, v = _cos2_4(a + h, b + g, c + f, d + e)
    q, s, u, w = _cos4_4(a - h, b - g, c - f, d - e)
    return p, q, r, s, t, u, v, w


@compiled
def _cos4_2(a, b):
    return a * C20 + b * S20, a * S20 - b * C20


@compiled
def _cos4_4(a, b, c, d):
    p, q = _cos2_2(a * C40 + d * S40, b * C41 + c * S41)
    r, s = _cos2_2(d * C40 - a * S40, b * S41 - c * C41)
    return p, q - s, q + s, -r


@compiled
def _cos4_8(a, b, c, d, e, f, g, h):
    p, q, r, s = _cos2_4(a * C80 + h * S80, b * C81 + g * S81, c * C82 + f * S82, d * C83 + e * S83)
    t, u, v, w = _cos2_4(h * C80 - a * S80, b * S81 - g * C81, f * C82 - c * S82, d * S83 - e * C83)
    return p, q - w, q + w, r - v, r + v, s - u, s + u, -t


@compiled
def _cosines(x: Floats, y: Floats) -> None:
    for k in range(SIDE_PX):
        (y[k], y[k + 32], y[k + 64], y[k + 96], y[k + 128], y[k + 160], y[k + 192], y[k + 224]) = _cos2_8(
            x[k] + x[k + 240], x[k + 16] + x[k + 224], x[k + 32] + x[k + 208], x[k + 48] + x[k + 192],
            x[k + 64] + x[k + 176], x[k + 80] + x[k + 160], x[k + 96] + x[k + 144], x[k + 112] + x[k + 128],
        )  # fmt: skip
        (y[k + 16], y[k + 48], y[k + 80], y[k + 112], y[k + 144], y[k + 176], y[k + 208], y[k + 240]) = _cos4_8(
            x[k] - x[k + 240], x[k + 16] - x[k + 224], x[k + 32] - x[k + 208], x[k + 48] - x[k + 192],
            x[k + 64] - x[k + 176], x[k + 80] - x[k + 160], x[k + 96] - x[k + 144], x[k + 112] - x[k + 128],
        )  # fmt: skip


@compiled
def _cos3_4(p, q, r, s):
    m, n = p + r * C10, p - r * C10
    t, u = _cos4_2(q, s)
    return m + t, n + u, n - u, m - t


@compiled
def _cos3_8(p, q, r, s, t, u, v, w):
    a, b, c, d = _cos3_4(p, r, t, v)
    e, f, g, h = _cos4_4(q, s, u, w)
    return a + e, b + f, c + g, d + h, d - h, c - g, b - f, a - e


@compiled
def _add(y: Floats, trust: np.float32, window: Floats, x: Floats) -> None:
    """window: 16 x 16 flat? times trust * SCALE."""
    share = trust * SCALE
    for k in range(SIDE_PX):
        a, b, c, d, e, f, g, h = _cos3_8(
            y[k] * HALF, y[k + 32], y[k + 64], y[k + 96], y[k + 128], y[k + 160], y[k + 192], y[k + 224]
        )
        p, q, r, s, t, u, v, w = _cos4_8(
            y[k + 16], y[k + 48], y[k + 80], y[k + 112], y[k + 144], y[k + 176], y[k + 208], y[k + 240]
        )
        x[k] += (a + p) * (share * window[0])
        x[k + 16] += (b + q) * (share * window[1])
        x[k + 32] += (c + r) * (share * window[2])
        x[k + 48] += (d + s) * (share * window[3])
        x[k + 64] += (e + t) * (share * window[4])
        x[k + 80] += (f + u) * (share * window[5])
        x[k + 96] += (g + v) * (share * window[6])
        x[k + 112] += (h + w) * (share * window[7])
        x[k + 128] += (h - w) * (share * window[8])
        x[k + 144] += (g - v) * (share * window[9])
        x[k + 160] += (f - u) * (share * window[10])
        x[k + 176] += (e - t) * (share * window[11])
        x[k + 192] += (d - s) * (share * window[12])
        x[k + 208] += (c - r) * (share * window[13])
        x[k + 224] += (b - q) * (share * window[14])
        x[k + 240] += (a - p) * (share * window[15])
