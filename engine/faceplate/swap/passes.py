"""A crop finer than a model's own, as shifted pictures of the model's size, and what came of them joined again.

Of n passes an axis, pass i sees every n-th pixel of the fine crop from the i-th on. In pixels of the model, which are n
of the fine ones, its centres lie (i + 1/2) / n - 1/2 beside those of a single pass: the shifts have no mean, so the
whole stays where it was.
"""

from collections.abc import Sequence

import numpy as np

from faceplate.values import Floats


def passes_of(fine: Floats, passes: int) -> list[Floats]:
    """The pictures that the model sees, row of passes by row: each every `passes`-th pixel of each axis."""
    return [fine[down::passes, across::passes] for down in range(passes) for across in range(passes)]


def joined_passes(parts: Sequence[Floats], passes: int) -> Floats:
    """The fine picture that `passes_of` takes apart in that order; a single one as it is."""
    if passes == 1:
        return parts[0]
    rows, columns, *channels = parts[0].shape
    whole = np.stack(parts).reshape(passes, passes, rows, columns, *channels)
    return np.ascontiguousarray(np.moveaxis(whole, (0, 1), (1, 3))).reshape(rows * passes, columns * passes, *channels)
