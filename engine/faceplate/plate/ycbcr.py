"""Y'CbCr codes as R'G'B' codes: chroma brought to every pixel, then one matrix, in double precision, rounded once."""

from math import ceil, log2
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Matrix


class Coding(NamedTuple):
    """How a picture's codes stand for its colour.

    `red` and `blue` are the weights Kr and Kb of luma; `is_full` tells codes that use every value from those that leave
    head and foot room; `left` tells chroma that sits on every second column from chroma that sits between two.
    """

    red: float
    blue: float
    bits: int
    is_full: bool
    left: bool = True


def rgb_from_ycbcr(luma: Array, blue_difference: Array, red_difference: Array, coding: Coding, top: int) -> Array:
    """R, G, B codes, rows x columns x 3, of which 0 is black and `top` is white; beyond both is cut off.

    The chroma planes may have fewer columns and rows than luma; between them a cubic runs through their samples
    (Catmull-Rom). Chroma rows lie midway between luma rows.

    Source: ITU-T H.273, equations 23 to 40 (the same as BT.601-7, BT.709-6 and BT.2020-2).
    """
    rows, columns = luma.shape
    dtype = np.uint8 if top == 2**8 - 1 else np.uint16
    rgb: Array = _converted(
        luma,
        blue_difference,
        red_difference,
        _taps(rows, blue_difference.shape[0], on_sample=False),
        _taps(columns, blue_difference.shape[1], on_sample=coding.left),
        _coefficients(coding, top),
        np.empty((rows, columns, 3), dtype),
    )
    return rgb


def _taps(count: int, chroma_count: int, *, on_sample: bool) -> tuple[Array, Matrix]:
    """For each luma position the four chroma samples around it and their weights."""
    step = 2 ** ceil(log2(count / chroma_count))
    luma_at = np.arange(count)
    chroma_at = luma_at / step if on_sample else (luma_at + 0.5) / step - 0.5
    first = np.floor(chroma_at).astype(np.int64)
    t = chroma_at - first
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (t**3 - t**2) / 2,
    )
    around = first[:, None] + np.arange(-1, 3)
    return np.clip(around, 0, chroma_count - 1), np.stack(weights, axis=1)


def _coefficients(coding: Coding, top: int) -> Matrix:
    """Black, grey, and how much a step of luma, Cb and Cr adds to R, G and B in codes up to `top`."""
    scale = 2 ** (coding.bits - 8)
    full = 2**coding.bits - 1
    black, luma_span, chroma_span = (0, full, full) if coding.is_full else (16 * scale, 219 * scale, 224 * scale)
    green = 1 - coding.red - coding.blue
    red_step, blue_step = 2 * (1 - coding.red) * top / chroma_span, 2 * (1 - coding.blue) * top / chroma_span
    green_of_red, green_of_blue = -red_step * coding.red / green, -blue_step * coding.blue / green
    return np.array([black, 128 * scale, top / luma_span, red_step, green_of_red, green_of_blue, blue_step, top])


@compiled
def _converted(
    luma: Array,
    cb: Array,
    cr: Array,
    row_taps: tuple[Array, Matrix],
    column_taps: tuple[Array, Matrix],
    coefficients: Matrix,
    rgb: Array,
) -> Array:
    black, grey, luma_step, red_step, green_of_red, green_of_blue, blue_step, top = coefficients
    near_rows, row_weights = row_taps
    near_columns, column_weights = column_taps
    cb_row, cr_row = np.empty(cb.shape[1]), np.empty(cb.shape[1])
    for row in range(luma.shape[0]):
        for at in range(cb.shape[1]):
            cb_sum, cr_sum = 0.0, 0.0
            for tap in range(4):
                weight, near = row_weights[row, tap], near_rows[row, tap]
                cb_sum += weight * cb[near, at]
                cr_sum += weight * cr[near, at]
            cb_row[at], cr_row[at] = cb_sum - grey, cr_sum - grey
        for column in range(luma.shape[1]):
            blue, red = 0.0, 0.0
            for tap in range(4):
                weight, near = column_weights[column, tap], near_columns[column, tap]
                blue += weight * cb_row[near]
                red += weight * cr_row[near]
            level = (luma[row, column] - black) * luma_step + 0.5
            rgb[row, column, 0] = min(max(level + red * red_step, 0.0), top)
            rgb[row, column, 1] = min(max(level + red * green_of_red + blue * green_of_blue, 0.0), top)
            rgb[row, column, 2] = min(max(level + blue * blue_step, 0.0), top)
    return rgb
