from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses

from faceplate.values import Floats, Matrix

Curve: TypeAlias = Callable[[Floats], Floats]
"""Takes n x 3 numbers, gives n x 3: each channel through its own curve, whatever the other two hold."""


@dataclass(frozen=True)
class Chain:
    """A conversion in the parts that tables and matrices can stand for, named from the plate's end to the working one.

    Decoding runs edge, near, middle, far; encoding runs far, middle, near, edge. A part that is None changes nothing.

    Attributes:
        edge: the curve at the plate's end.
        near: 3 x 4, a matrix and an offset.
        middle: a curve between two matrices (ADX's density, ACEScc's clamp in AP0).
        far: 3 x 4, beyond the middle.
    """

    edge: Curve | None = None
    near: Matrix | None = None
    middle: Curve | None = None
    far: Matrix | None = None


def decoding_chain(config: Any, processor: Any) -> Chain | None:
    """The chain of a processor that leads from a plate's encoding to the working space; None where it has other parts.

    Other parts are those that mix channels in other ways than a matrix does: 3D LUTs, fixed functions, hue adjustment.
    """
    return _chain(_parts(config, processor))


def encoding_chain(config: Any, processor: Any) -> Chain | None:
    """The chain of a processor that leads from the working space to a plate's encoding, or None."""
    parts = _parts(config, processor)
    return None if parts is None else _chain(parts[::-1])


_Part: TypeAlias = Matrix | Curve


def _chain(parts: Sequence[_Part] | None) -> Chain | None:
    if parts is None:
        return None
    slots: list[_Part | None] = [None, None, None, None]
    place = 0
    for part in parts:
        place += callable(part) == place % 2
        if place > 3:  # noqa: PLR2004 -- the four slots of a chain
            return None
        slots[place] = part
        place += 1
    return Chain(*slots)  # type: ignore[arg-type]  # curves stand in the even slots, matrices in the odd ones


def _parts(config: Any, processor: Any) -> list[_Part] | None:
    """Neighbouring curves and neighbouring matrices joined, in the order in which they are applied."""
    transforms = processor.getOptimizedProcessor(ocio.OPTIMIZATION_LOSSLESS).createGroupTransform()
    parts: list[_Part] = []
    for are_curves, run in groupby(transforms, _is_curve):
        if are_curves:
            parts.append(_curve(config, list(run)))
            continue
        matrices = [_matrix(transform) for transform in run]
        known = [matrix for matrix in matrices if matrix is not None]
        if len(known) < len(matrices):
            return None
        parts.append(reduce(joined, known))
    return parts


_curve_kinds = (
    ocio.ExponentTransform,
    ocio.ExponentWithLinearTransform,
    ocio.LogAffineTransform,
    ocio.LogCameraTransform,
    ocio.LogTransform,
    ocio.RangeTransform,
)


def _is_curve(transform: Any) -> bool:
    if isinstance(transform, ocio.Lut1DTransform):
        return bool(transform.getHueAdjust() == ocio.HUE_NONE)
    return isinstance(transform, _curve_kinds)


def _curve(config: Any, transforms: Sequence[Any]) -> Curve:
    processor = config.getProcessor(ocio.GroupTransform(list(transforms)))
    exact = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)

    def curve(values: Floats) -> Floats:
        packed = np.array(values, np.float32, order="C")
        exact.apply(ocio.PackedImageDesc(packed, len(packed), 1, 3))
        return packed

    return curve


def _matrix(transform: Any) -> Matrix | None:
    """3 x 4, or None where the transform is no matrix of three channels."""
    if not isinstance(transform, ocio.MatrixTransform):
        return None
    whole, offset = np.array(transform.getMatrix()).reshape(4, 4), np.array(transform.getOffset())
    if np.any(whole[:3, 3]):
        return None
    linear = np.column_stack([whole[:3, :3], offset[:3]])
    return _inverted(linear) if transform.getDirection() == ocio.TRANSFORM_DIR_INVERSE else linear


def _inverted(matrix: Matrix) -> Matrix:
    inverse = np.linalg.inv(matrix[:, :3])
    return np.column_stack([inverse, -inverse @ matrix[:, 3]])


def joined(first: Matrix, second: Matrix) -> Matrix:
    """Two 3 x 4 matrices, one after the other, as one."""
    return np.column_stack([second[:, :3] @ first[:, :3], second[:, :3] @ first[:, 3] + second[:, 3]])
