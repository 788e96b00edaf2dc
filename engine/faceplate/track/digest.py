"""A short text for each picture of a plate, by which a track knows the plate it was made of."""

import hashlib
import struct

import numpy as np

from faceplate.errors import TrackError
from faceplate.plate import normalised
from faceplate.values import Array, Floats, Frame, Track

# So many places across and down the display window are looked at.
ACROSS, DOWN = 96, 54
DIGITS = 16


def frame_digest(frame: Frame) -> str:
    """What a frame shows, as 16 hex characters: the same however the file is compressed, laid out, or named.

    SHA-256 over the display window's size, the pixel aspect, and the colour samples of a lattice as numbers, 0 where
    there is no data. Another grade, another encoding or a lossy copy of the same picture has another digest.

    Raises:
        PlateError: the frame has no three colour channels of one type.
    """
    display = frame.header.display
    shape = struct.pack("<qqd", display.width, display.height, round(frame.header.pixel_aspect, 4))
    return hashlib.sha256(shape + _lattice(frame).tobytes()).hexdigest()[:DIGITS]


def check_digest(track: Track, frame: Frame) -> None:
    """Refuses a frame that shows another picture than the one that was tracked under its number.

    Tracks that came from elsewhere do not know the pictures they were made of; they are not checked.

    Raises:
        TrackError: the digests differ.
    """
    known = dict(zip(track.frames, track.digests, strict=False)).get(frame.number)
    if not known or (came := frame_digest(frame)) == known:
        return
    raise TrackError(
        f"track of {track.plate}, frame {frame.number}",
        expected=f"the picture that was tracked, digest {known}",
        came=f"{frame.source}, digest {came}",
        next_step="track this plate, or say --other-plate if its faces stand in the very same places",
    )


def _lattice(frame: Frame) -> Floats:
    """Down x across x 3, little-endian; NaN is one NaN, and zero has no sign."""
    data, display = frame.header.data, frame.header.display
    rows, rows_there = _places(display.top, display.height, DOWN, data.top, data.bottom)
    columns, columns_there = _places(display.left, display.width, ACROSS, data.left, data.right)
    values = np.zeros((DOWN, ACROSS, 3), "<f4")
    numbers = normalised(frame.stored(data)[rows[:, None], columns], frame.sample) + np.float32(0)
    numbers[np.isnan(numbers)] = np.nan
    values[np.ix_(rows_there, columns_there)] = numbers
    return values


def _places(start: int, extent: int, count: int, first: int, last: int) -> tuple[Array, Array]:
    """Pixels spread over an axis of the display window, counted from the data window; and which of them it holds."""
    pixels = start + (2 * np.arange(count) + 1) * extent // (2 * count)
    there = (pixels >= first) & (pixels < last)
    return pixels[there] - first, there
