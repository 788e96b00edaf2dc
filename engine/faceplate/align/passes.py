"""A crop seen finer than a model's own pixels, for a model that takes it in several shifted passes."""

import numpy as np

from faceplate.align.resample import resample_between
from faceplate.align.sampled import deepfacelab, sampled
from faceplate.values import Floats, Matrix, Window


def sampled_in_passes(
    image: Floats, source: Window, matrix: Matrix, side_px: int, passes: int, name: str = "keys"
) -> Floats:
    """A square crop of `side_px` x `passes` pixels a side, of which each pass sees every `passes`-th of each axis.

    `matrix` leads from the plate to those fine pixels. Each pass is a sampling of its own through `sampled`, its pixels
    `passes` fine ones large, and anti-aliased for that size: the fine crop shows no finer detail than one pass does,
    but shows it at `passes` x `passes` as many places. One pass is `sampled`, bit for bit.
    """
    own = Window(0, 0, side_px, side_px)
    if passes == 1:
        return sampled(image, source, matrix, own, name)
    between = None if name == deepfacelab else resample_between(image, source, matrix / passes, own, passes)
    if between is not None:
        return between
    fine = np.empty((side_px * passes, side_px * passes, *image.shape[2:]), np.float32)
    for down, across in np.ndindex(passes, passes):
        shifted = pass_matrix(matrix, passes, across, down)
        fine[down::passes, across::passes] = sampled(image, source, shifted, own, name)
    return fine


def pass_matrix(matrix: Matrix, passes: int, across: int, down: int) -> Matrix:
    """From the plate to the pixels of one pass: a single pass moved by (across + 1/2) / passes - 1/2, and so down.

    Pixel k of a pass has its centre at k + 1/2; in the fine crop that is the centre of pixel k * passes + across.
    """
    own = np.asarray(matrix, np.float64) / passes
    own[:, 2] -= (np.array([across, down]) + 0.5) / passes - 0.5
    return own
