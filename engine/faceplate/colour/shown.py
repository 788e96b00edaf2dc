"""What of a plate a model can be shown."""

import numpy as np

from faceplate.colour.chain import joined
from faceplate.colour.codec import PlateCodec
from faceplate.colour.codes import code_bits
from faceplate.colour.kernels import clip_pixels, show_pixels
from faceplate.colour.model_range import ModelRange
from faceplate.values import Array, Floats


def shown_plate(stored: Array, codec: PlateCodec, light: ModelRange) -> Floats:
    """A plate's stored samples (rows x columns x 3) in the model's range as far as it is smooth: `light.smooth`.

    White where they are more, infinite ones and those whose light is more than a float holds too; black where they are
    NaN or minus infinity. One pass where codec and range are made of tables, which is most of the work of a large face;
    in memory each channel then stands by itself, as filters like it best.
    """
    lowest, highest = map(np.float32, light.smooth)
    tables, parts = codec.tables, light.parts
    if tables is None or parts is None or tables.bend[0].size or parts.before[0].size:
        shown = light.encode(codec.decode(stored))
        clip_pixels(shown, lowest, highest, shown)
        return shown
    planes = np.empty((3, *stored.shape[:2]), np.float32)
    matrix, codes = np.ascontiguousarray(joined(tables.near, parts.matrix)), code_bits(stored, codec.sample)
    show_pixels(codes, tables.table, matrix, parts.after, lowest, highest, planes)
    return np.moveaxis(planes, 0, -1)
