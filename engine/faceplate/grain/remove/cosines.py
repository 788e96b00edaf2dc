"""A fast cosine transform down the columns of blocks, sixteen waves side by side, and back; every sum in one order.

Of the sums of outer pairs the even waves are made, of their differences the odd ones, which are sums of the fourth type
(cos((2j + 1)(2k + 1) pi / 4n)); those turn pairs and are two sums of half the length.

Source: Plonka and Tasche, "Fast and numerically stable algorithms for discrete cosine transforms" (2005).
"""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix

Sums = tuple[np.float32, ...]

SIDE_PX = 16
BLOCK = SIDE_PX * SIDE_PX
WINDOW = np.kaiser(SIDE_PX, 2.0).astype(np.float32)
HALF = np.float32(0.5)
RETURNED = np.float32(2 / SIDE_PX)  # of plain cosine sums, summed back; of the constant wave's half as much


def cosine_basis(side: int) -> Matrix:
    """The orthonormal DCT-II, side x side, one wave a row, slowest first."""
    at = (np.arange(side) + 0.5) / side
    waves = np.cos(np.pi * np.arange(side)[:, None] * at) * np.sqrt(2 / side)
    waves[0] = np.sqrt(1 / side)
    return np.asarray(waves, np.float64)


def _turn(pair: int, count: int) -> Sums:
    """Cosine and sine of the angle by which a fourth-type cosine sum of `count` samples turns one of its pairs."""
    angle = (2 * pair + 1) * np.pi / (4 * count)
    return np.float32(np.cos(angle)), np.float32(np.sin(angle))


(C8A, S8A), (C8B, S8B), (C8C, S8C), (C8D, S8D) = (_turn(pair, 8) for pair in range(4))
(C4A, S4A), (C4B, S4B) = (_turn(pair, 4) for pair in range(2))
C2, S2 = _turn(0, 2)
C1, _ = _turn(0, 1)


@compiled
def _two(a: np.float32, b: np.float32) -> Sums:
    return a + b, (a - b) * C1


@compiled
def _four(a: np.float32, b: np.float32, c: np.float32, d: np.float32) -> Sums:
    p, r = _two(a + d, b + c)
    q, s = _two_odd(a - d, b - c)
    return p, q, r, s


@compiled
def _eight(x: Sums) -> Sums:
    a, b, c, d, e, f, g, h = x
    p, r, t, v = _four(a + h, b + g, c + f, d + e)
    q, s, u, w = _four_odd(a - h, b - g, c - f, d - e)
    return p, q, r, s, t, u, v, w


@compiled
def _two_odd(a: np.float32, b: np.float32) -> Sums:
    return a * C2 + b * S2, a * S2 - b * C2


@compiled
def _four_odd(a: np.float32, b: np.float32, c: np.float32, d: np.float32) -> Sums:
    p, q = _two(a * C4A + d * S4A, b * C4B + c * S4B)
    r, s = _two(d * C4A - a * S4A, b * S4B - c * C4B)
    return p, q - s, q + s, -r


@compiled
def _eight_odd(x: Sums) -> Sums:
    a, b, c, d, e, f, g, h = x
    p, q, r, s = _four(a * C8A + h * S8A, b * C8B + g * S8B, c * C8C + f * S8C, d * C8D + e * S8D)
    t, u, v, w = _four(h * C8A - a * S8A, b * S8B - g * C8B, f * C8C - c * S8C, d * S8D - e * C8D)
    return p, q - w, q + w, r - v, r + v, s - u, s + u, -t


@compiled
def cosines(x: Floats, y: Floats) -> None:
    """Plain cosine sums down the columns of a block."""
    for k in range(SIDE_PX):
        a, b, c, d = x[k], x[k + 16], x[k + 32], x[k + 48]
        e, f, g, h = x[k + 64], x[k + 80], x[k + 96], x[k + 112]
        i, j, m, n = x[k + 240], x[k + 224], x[k + 208], x[k + 192]
        p, q, r, s = x[k + 176], x[k + 160], x[k + 144], x[k + 128]
        even = _eight((a + i, b + j, c + m, d + n, e + p, f + q, g + r, h + s))
        odd = _eight_odd((a - i, b - j, c - m, d - n, e - p, f - q, g - r, h - s))
        y[k], y[k + 32], y[k + 64], y[k + 96] = even[0], even[1], even[2], even[3]
        y[k + 128], y[k + 160], y[k + 192], y[k + 224] = even[4], even[5], even[6], even[7]
        y[k + 16], y[k + 48], y[k + 80], y[k + 112] = odd[0], odd[1], odd[2], odd[3]
        y[k + 144], y[k + 176], y[k + 208], y[k + 240] = odd[4], odd[5], odd[6], odd[7]


@compiled
def _back_of_four(p: np.float32, q: np.float32, r: np.float32, s: np.float32) -> Sums:
    a, b = p + r * C1, p - r * C1
    c, d = _two_odd(q, s)
    return a + c, b + d, b - d, a - c


@compiled
def _back_of_eight(x: Sums) -> Sums:
    p, q, r, s, t, u, v, w = x
    a, b, c, d = _back_of_four(p, r, t, v)
    e, f, g, h = _four_odd(q, s, u, w)
    return a + e, b + f, c + g, d + h, d - h, c - g, b - f, a - e


@compiled
def add_back(y: Floats, trust: np.float32, x: Floats) -> None:
    """Adds the block that has these plain cosine sums down its columns, windowed down them and weighed."""
    share = trust * RETURNED
    for k in range(SIDE_PX):
        a, b, c, d, e, f, g, h = _back_of_eight(
            (y[k] * HALF, y[k + 32], y[k + 64], y[k + 96], y[k + 128], y[k + 160], y[k + 192], y[k + 224])
        )
        p, q, r, s, t, u, v, w = _eight_odd(
            (y[k + 16], y[k + 48], y[k + 80], y[k + 112], y[k + 144], y[k + 176], y[k + 208], y[k + 240])
        )
        x[k] += (a + p) * (share * WINDOW[0])
        x[k + 16] += (b + q) * (share * WINDOW[1])
        x[k + 32] += (c + r) * (share * WINDOW[2])
        x[k + 48] += (d + s) * (share * WINDOW[3])
        x[k + 64] += (e + t) * (share * WINDOW[4])
        x[k + 80] += (f + u) * (share * WINDOW[5])
        x[k + 96] += (g + v) * (share * WINDOW[6])
        x[k + 112] += (h + w) * (share * WINDOW[7])
        x[k + 128] += (h - w) * (share * WINDOW[8])
        x[k + 144] += (g - v) * (share * WINDOW[9])
        x[k + 160] += (f - u) * (share * WINDOW[10])
        x[k + 176] += (e - t) * (share * WINDOW[11])
        x[k + 192] += (d - s) * (share * WINDOW[12])
        x[k + 208] += (c - r) * (share * WINDOW[13])
        x[k + 224] += (b - q) * (share * WINDOW[14])
        x[k + 240] += (a - p) * (share * WINDOW[15])
