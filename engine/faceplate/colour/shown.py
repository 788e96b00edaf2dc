"""What of a plate a model can be shown."""

import numpy as np

from faceplate.colour.codec import PlateCodec
from faceplate.colour.codes import code_bits
from faceplate.colour.kernels import clip_pixels, show_pixels
from faceplate.colour.model_range import ModelRange
from faceplate.colour.swift import Parts
from faceplate.colour.table_path import Tables
from faceplate.values import Array, Floats, Matrix


def shown_plate(stored: Array, codec: PlateCodec, light: ModelRange) -> Floats:
    """A plate's stored samples (rows x columns x 3) in the model's range as far as it is smooth: `light.smooth`.

    White where they are more, black where they are NaN or minus infinity. One pass where codec and range are made of
    tables, which is most of the work of a large face.
    """
    lowest, highest = map(np.float32, light.smooth)
    shown = np.empty(stored.shape, np.float32)
    if codec.tables is not None and light.parts is not None and not codec.tables.bend[0].size:
        matrix = _joined(codec.tables, light.parts)
        table, after = codec.tables.table, light.parts.after
        show_pixels(code_bits(stored, codec.sample), table, matrix, after, lowest, highest, shown)
    else:
        clip_pixels(light.encode(codec.decode(stored)), lowest, highest, shown)
    return shown


def _joined(tables: Tables, parts: Parts) -> Matrix:
    """The matrix to scene-linear and the one on from there as one, 3 x 4."""
    first, second = tables.near, parts.matrix
    joined = np.column_stack([second[:, :3] @ first[:, :3], second[:, :3] @ first[:, 3] + second[:, 3]])
    return np.ascontiguousarray(joined)
