"""A crop's pixels to and from the plate, as the person at the graph wants them filtered."""

import cv2

from faceplate.align.enlarge import enlarging_filters
from faceplate.align.resample import read, resample
from faceplate.values import Floats, Matrix, Window

deepfacelab = "deepfacelab"

sampling_filters = (*enlarging_filters, deepfacelab)
"""What a picture may be seen through: `resample` with the enlarging filter of that name, or as DeepFaceLab does it."""


def sampled(image: Floats, source: Window, matrix: Matrix, target: Window, name: str) -> Floats:
    """The picture seen through a 2 x 3 transform, as `resample` gives it, with one of `sampling_filters`.

    `deepfacelab` reads each pixel with OpenCV's bicubic filter (a = -3/4) whether or not the picture gets smaller, as
    DeepFaceLab's merger does: what is finer than the result folds onto it. Beyond its edge the image repeats its last
    row and column.
    """
    if name != deepfacelab:
        return resample(image, source, matrix, target, enlarging=name)
    return read(image, source, matrix, target, interpolation=cv2.INTER_CUBIC)
