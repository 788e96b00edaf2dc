from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from faceplate.colour.chain import decoding_chain, encoding_chain
from faceplate.colour.codes import code_bits, table_samples
from faceplate.colour.config import scene_linear
from faceplate.colour.convert import processor_between
from faceplate.colour.kernels import Steps, Three, decode_pixels, encode_pixels
from faceplate.colour.steps import plain_steps, steps_of
from faceplate.colour.tables import bend_table, code_table, level_table, no_bend, with_rises
from faceplate.values import Array, Floats, Matrix, Sample

unchanged = np.eye(3, 4)
"""The 3 x 4 matrix that changes nothing."""

decode_tolerance = {"relative": 5e-6, "absolute": 0.0}
"""How far straight lines may stray from a curve between two matrices: the noise of OpenColorIO's own ADX density."""

encode_tolerance = {"relative": 5e-6, "absolute": 1e-5}
"""The same on the way back, where such a curve gives codes: a hundredth of a ten-bit one."""


@dataclass(frozen=True)
class Tables:
    """All that the loops over pixels read for one encoding and kind of sample.

    Attributes:
        table: what the curve at the plate's end makes of each code.
        near: 3 x 4, the first matrix of the way to scene-linear.
        bend: the curve after it; three empty arrays where there is none.
        level: where that curve has no inverse.
        far: 3 x 4, the matrix after that curve.
        far_back: 3 x 4, the first matrix of the way from scene-linear; only read where there is a bend.
        bend_back: the curve after it; empty where there is none.
        near_back: 3 x 4, the last matrix.
        steps: where the codes of the curve at the plate's end change.
    """

    table: Three
    near: Matrix
    bend: Three
    level: Three
    far: Matrix
    far_back: Matrix
    bend_back: Three
    near_back: Matrix
    steps: Steps


def tables_for(config: Any, encoding: str, sample: Sample) -> Tables | None:
    """The tables of an encoding; None where it is not made of curves and matrices alone."""
    working = scene_linear(config)
    there = decoding_chain(config, processor_between(config, encoding, working))
    back = encoding_chain(config, processor_between(config, working, encoding))
    if there is None or back is None:
        return None
    bend = bend_table(there.middle, **decode_tolerance) if there.middle else no_bend
    bend_back = bend_table(back.middle, **encode_tolerance) if back.middle else no_bend
    table = code_table(there.edge, sample)
    steps = steps_of(back.edge, table, sample) if back.edge else plain_steps(sample)
    if bend is None or bend_back is None or steps is None:
        return None
    near, far, near_back, far_back = (_filled(each) for each in (there.near, there.far, back.near, back.far))
    level = level_table(there.middle, bend) if there.middle else no_bend
    there_bent, back_bent = (with_rises(each) if each[0].size else no_bend for each in (bend, bend_back))
    return Tables(table, near, there_bent, level, far, far_back, back_bent, near_back, steps)


@lru_cache(maxsize=len(table_samples))
def plain_tables(sample: Sample) -> Tables:
    """The tables that turn stored samples to the numbers they stand for and back, with no change of encoding."""
    table, steps = code_table(None, sample), plain_steps(sample)
    return Tables(table, unchanged, no_bend, no_bend, unchanged, unchanged, no_bend, unchanged, steps)


def decoded(tables: Tables, stored: Array, sample: Sample) -> Floats:
    """Scene-linear light of stored samples, both rows x columns x 3."""
    linear = np.empty(stored.shape, np.float32)
    decode_pixels(code_bits(stored, sample), tables.table, tables.near, tables.bend, tables.far, linear)
    return linear


def encoded(tables: Tables, linear: Floats, sample: Sample) -> Array:
    """Stored samples of scene-linear light, both rows x columns x 3."""
    light = np.ascontiguousarray(linear, np.float32)
    stored = np.empty(light.shape, sample.dtype)
    bits = stored.view(np.uint16) if sample is Sample.HALF else stored
    encode_pixels(light, tables.far_back, tables.bend_back, tables.near_back, tables.steps, bits)
    return stored


def _filled(matrix: Matrix | None) -> Matrix:
    return unchanged if matrix is None else np.ascontiguousarray(matrix)
