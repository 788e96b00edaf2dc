"""Conversions of floats by tables: for pixels on their way into a model and out of it, not for a plate's samples."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from faceplate.colour.chain import Chain, decoding_chain, encoding_chain
from faceplate.colour.convert import Conversion, conversion, processor_between
from faceplate.colour.kernels import Three, convert_pixels
from faceplate.colour.table_path import unchanged
from faceplate.colour.tables import bend_table, no_bend, with_rises
from faceplate.values import Floats, Matrix

tolerance = {"relative": 5e-6, "absolute": 2e-7, "highest": 65504.0}
"""How far straight lines between 4096 points an octave may stray from a curve, up to the highest light of a half."""


class Parts(NamedTuple):
    """A curve, a matrix, a curve; a curve may be empty. A curve alone stands after the matrix that changes nothing."""

    before: Three
    matrix: Matrix
    after: Three


def swift_conversion(source: str, target: str, config: Any, *, gain_in: float = 1, gain_out: float = 1) -> Conversion:
    """`conversion` at a fifth of its time, within `tolerance` of its curve: OpenColorIO fills the table of the curve.

    What goes in is multiplied by `gain_in`, what comes out by `gain_out`. Spaces that are more than one curve and one
    matrix apart, or whose curve is too crooked for a table, are converted by OpenColorIO itself. NaN and infinite
    samples stay what they are.

    Raises:
        ColourError: a space is unknown, or no path leads from one to the other.
    """
    parts = swift_parts(source, target, config, gain_in=gain_in, gain_out=gain_out)
    if parts is None:
        return _scaled(conversion(source, target, config), np.float32(gain_in), np.float32(gain_out))
    before, matrix, after = parts

    def convert(rgb: Floats) -> Floats:
        converted = np.empty(rgb.shape, np.float32)
        convert_pixels(np.asarray(rgb, np.float32), before, matrix, after, converted)
        return converted

    return convert


def swift_parts(source: str, target: str, config: Any, *, gain_in: float = 1, gain_out: float = 1) -> Parts | None:
    """What a `swift_conversion` works with, the gains in its matrix; None where OpenColorIO has to convert.

    Raises:
        ColourError: a space is unknown, or no path leads from one to the other.
    """
    parts = _parts(source, target, config)
    if parts is not None and parts.matrix is unchanged and gain_out != 1:
        parts = Parts(parts.after, unchanged, no_bend)
    if parts is None or (gain_in != 1 and parts.before[0].size) or (gain_out != 1 and parts.after[0].size):
        return None
    return parts._replace(matrix=np.ascontiguousarray(parts.matrix * [gain_in, gain_in, gain_in, 1.0] * gain_out))


@lru_cache(maxsize=32)
def _parts(source: str, target: str, config: Any) -> Parts | None:
    processor = processor_between(config, source, target)
    there, back = decoding_chain(config, processor), encoding_chain(config, processor)
    if (parts := _short(there)) is not None and parts[1] is not unchanged:
        return Parts(parts[0], parts[1], no_bend)
    if (parts := _short(back)) is not None:
        return Parts(no_bend, parts[1], parts[0])
    return None


def _short(chain: Chain | None) -> tuple[Three, Matrix] | None:
    """The table and the matrix of a chain that has no more than one of each."""
    if chain is None or chain.middle is not None or chain.far is not None:
        return None
    matrix = unchanged if chain.near is None else chain.near
    if chain.edge is None:
        return no_bend, matrix
    table = bend_table(chain.edge, **tolerance)
    return None if table is None else (with_rises(table), matrix)


def _scaled(convert: Conversion, gain_in: np.float32, gain_out: np.float32) -> Conversion:
    if gain_in == gain_out == 1:
        return convert
    return lambda rgb: convert(rgb * gain_in) * gain_out
