"""The plate's own samples wherever the face has changed nothing, or has no sample to give."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array

_endless = {np.dtype(np.float16): 0x7C00, np.dtype(np.float32): 0x7F800000}
"""The bits that NaN and infinite samples have set, all of them."""


def put_back(made: Array, plate: Array, changed: Array) -> bool:
    """Puts the plate's samples into what was made, in place; False where no pixel is left that was made.

    `made` and `plate` are rows x columns x 3, stored samples of one kind; `changed` (rows x columns) says what was
    made. A pixel of which a sample came out NaN or infinite is the plate's, too.
    """
    bits = np.dtype(f"u{made.itemsize}")
    return bool(_put_back(made.view(bits), plate.view(bits), changed, bits.type(_endless.get(made.dtype, 0))))


@compiled
def _put_back(made: Array, plate: Array, changed: Array, endless: int) -> bool:
    some = False
    for row in range(made.shape[0]):
        for column in range(made.shape[1]):
            sound = changed[row, column]
            if sound and endless != 0:
                for channel in range(3):
                    sound = sound and made[row, column, channel] & endless != endless
            if sound:
                some = True
            else:
                for channel in range(3):
                    made[row, column, channel] = plate[row, column, channel]
    return some
