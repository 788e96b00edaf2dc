"""Mattes of passes over a plate's grain: how much of each pixel is meant."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from faceplate.errors import PlateError
from faceplate.plate import normalised
from faceplate.values import Floats, Frame, Plate, Window

Band: TypeAlias = Callable[[Window], Floats]
"""Gives the pixels of one window of a frame."""


def read_beside(plate: Plate, frame: Frame) -> Frame:
    """The frame of the same number, refused where it is of another format.

    Raises:
        PlateError: it is, or it is not there.
    """
    beside = plate.read(frame.number)
    ours, theirs = frame.header.display, beside.header.display
    if (ours.width, ours.height) != (theirs.width, theirs.height):
        raise PlateError(
            beside.source,
            expected=f"a picture of {ours.width}x{ours.height}, as {frame.source}",
            came=f"{theirs.width}x{theirs.height}",
            next_step="give all pictures of one format",
        )
    return beside


def matte_band(mattes: Plate | None, frame: Frame) -> Band:
    """Gives a matte over windows of a frame, rows x columns, 0 to 1: its channel A, or its first; 1 without a matte.

    The top code of integers is 1, and NaN is 0.
    """
    if mattes is None:
        return lambda window: np.ones((window.height, window.width), np.float32)
    beside = read_beside(mattes, frame)
    group = next((group for group in beside.groups if "A" in group.names), beside.groups[0])
    channel = group.names.index("A") if "A" in group.names else 0
    sample = beside.header.samples[beside.header.channels.index(group.names[channel])]

    def band(window: Window) -> Floats:
        shared = window.intersect(beside.header.data)
        matte = np.zeros((window.height, window.width), np.float32)
        if not shared.is_empty:
            stored = group.pixels[(*shared.slices(beside.header.data), channel)]
            matte[shared.slices(window)] = np.nan_to_num(normalised(stored, sample), nan=0.0)
        return np.clip(matte, 0, 1)

    return band
