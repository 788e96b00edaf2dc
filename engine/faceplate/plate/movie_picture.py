from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from faceplate.plate.movie_planes import Planes, planes_of
from faceplate.plate.movie_tags import is_full_range, matrix_of, tags_of, timecode_start
from faceplate.plate.pixels import check_size
from faceplate.plate.timecode import timecode_at
from faceplate.plate.ycbcr import Coding, rgb_from_ycbcr
from faceplate.values import Array, Attribute, ChannelGroup, Frame, Header, Sample, Window

_samples = (Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16)
# JPEG puts chroma midway between columns (JFIF); every other codec on them, unless it says so where PyAV cannot look.
_midway = ("mjpeg", "mjpegb", "jpegls")


def movie_frame(path: Path, number: int, picture: av.VideoFrame, stream: av.VideoStream) -> Frame:
    """A decoded picture as R, G, B codes of its own depth over the full range, upright, with its stream's particulars.

    Alpha is the fourth channel, A, where the movie has one. Y'CbCr is converted with the matrix and range that the
    stream names; where it names none, BT.709 from 720 rows up and BT.601 below, limited range. Depths of 9 and 14 bits
    come as 10 and 16.

    Raises:
        PlateError: the picture is larger than any plate, or in codes of another kind.
    """
    size = Window(0, 0, picture.width, picture.height)
    check_size(path, size, (Sample.UINT16,) * 4)
    planes = planes_of(path, picture)
    sample = next(sample for sample in _samples if planes.bits <= _bits(sample))
    coding = None if picture.format.is_rgb else _coding(path, picture, planes, stream)
    pixels = _upright(_codes(planes, coding, sample), picture.rotation)
    window = Window(0, 0, pixels.shape[1], pixels.shape[0])
    names = ("R", "G", "B", "A")[: pixels.shape[2]]
    header = Header(
        file_format="movie",
        display=window,
        data=window,
        channels=names,
        samples=(sample,) * len(names),
        pixel_aspect=_pixel_aspect(stream, picture.rotation),
        attributes=(*tags_of(path, picture, stream), *_when(number, stream)),
    )
    return Frame(number, str(path), header, (ChannelGroup(names, pixels),))


def _bits(sample: Sample) -> int:
    return int(sample.top_code or 0).bit_length()


def _coding(path: Path, picture: av.VideoFrame, planes: Planes, stream: av.VideoStream) -> Coding:
    _, red, blue = matrix_of(path, picture)
    left = stream.codec_context.name not in _midway
    return Coding(red, blue, planes.bits, is_full=is_full_range(picture), left=left)


def _codes(planes: Planes, coding: Coding | None, sample: Sample) -> Array:
    """R, G, B, and A where there is one, as codes of the sample."""
    top = int(sample.top_code or 0)
    if coding is None:
        rgb = np.stack([_rescaled(planes.colour[index], planes.bits, top) for index in (2, 0, 1)], axis=2)
    else:
        grey = np.full((1, 1), 2 ** (planes.bits - 1), planes.colour[0].dtype)
        luma, blue_difference, red_difference = (*planes.colour, grey, grey)[:3]
        rgb = rgb_from_ycbcr(luma, blue_difference, red_difference, coding, top)
    if planes.alpha is None:
        return np.ascontiguousarray(rgb)
    return np.concatenate([rgb, _rescaled(planes.alpha, planes.bits, top)[..., None]], axis=2)


def _rescaled(codes: Array, bits: int, top: int) -> Array:
    """Codes over the whole range of `bits` as codes up to `top`, rounded."""
    own_top = 2**bits - 1
    if own_top == top:
        return codes
    rescaled: Array = (codes.astype(np.uint32) * 2 * top + own_top) // (2 * own_top)
    return rescaled.astype(codes.dtype)


def _upright(pixels: Array, rotation_deg: int) -> Array:
    """The picture as the camera held it; phones store it lying and say by how much to turn it."""
    quarters = round(rotation_deg / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels


def _pixel_aspect(stream: av.VideoStream, rotation_deg: int) -> float:
    aspect = float(stream.sample_aspect_ratio or 1)
    return 1 / aspect if round(rotation_deg / 90) % 2 else aspect


def _when(number: int, stream: av.VideoStream) -> tuple[Attribute, ...]:
    """The rate, and the time code of the frame where the movie has one."""
    rate = Fraction(stream.average_rate or stream.guessed_rate or 0)
    start = timecode_start(stream)
    word = timecode_at(start, rate, number - 1) if start and rate else None
    entries = [Attribute("framesPerSecond", "rational", (rate.numerator, rate.denominator))] if rate else []
    return (*entries, Attribute("smpte:TimeCode", "timecode", word)) if word else tuple(entries)
