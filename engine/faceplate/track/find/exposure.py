from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.ndimage import median_filter

from faceplate.plate import normalised
from faceplate.track.solve.whittaker import whittaker
from faceplate.track.topology import POINTS, face_oval, irises
from faceplate.values import Array, Floats, Frame, Matrix

ToLuminance: TypeAlias = Callable[[Floats], Floats]
"""Maps rows x columns x 3 of a plate's encoding, normalised, to rows x columns of scene-linear luminance."""

inside_oval = tuple(sorted(set(range(POINTS)) - set(face_oval) - set(irises)))

# A median over this many frames leaves out flashes of up to four, two at an end of the track; steps stay in place.
FLASH_FILTER_FRAMES = 9


def face_exposure(frame: Frame, landmarks_plate: Array, to_luminance: ToLuminance) -> float:
    """The median scene-linear luminance under the landmarks inside the face oval; NaN where none of them has any.

    `landmarks_plate` is 478 x 2 in plate pixels. Only the pixels under the landmarks are converted; those outside the
    data window, and those that are not finite, do not count. Light below 0 does.
    """
    data = frame.header.data
    columns, rows = np.floor(landmarks_plate[list(inside_oval)] - [data.left, data.top]).astype(np.int64).T
    there = (columns >= 0) & (columns < data.width) & (rows >= 0) & (rows < data.height)
    if not there.any():
        return float("nan")
    sampled = frame.stored(data)[rows[there], columns[there]]
    luminance = to_luminance(normalised(sampled, frame.sample)[None])
    finite = luminance[np.isfinite(luminance)]
    return float(np.median(finite)) if finite.size else float("nan")


def steady_exposure(exposure: Array, period_frames: float) -> Matrix:
    """A face's exposure in stops (log2 of scene-linear luminance) over the frames of a track, without its flicker.

    Flashes of up to four frames are left out (two at an end of the track), swings faster than `period_frames` are
    smoothed away without lag, and frames without an exposure (NaN, or not above 0) lie on the line between their
    neighbours. NaN where no frame has one.
    """
    known = np.flatnonzero(np.nan_to_num(exposure) > 0)
    if not known.size:
        return np.full(len(exposure), np.nan)
    stops = np.log2(exposure[known].astype(np.float64))
    width = min(FLASH_FILTER_FRAMES, (known.size - 1) | 1)
    without_flashes = median_filter(stops, width, mode="mirror")
    every = np.interp(np.arange(len(exposure)), known, without_flashes)
    smooth: Matrix = whittaker(every[:, None], period_frames, np.ones(len(every)))[:, 0]
    return smooth
