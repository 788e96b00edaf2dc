from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from faceplate.plate.pixels import check_size
from faceplate.plate.timecode import timecode_at
from faceplate.values import Array, Attribute, ChannelGroup, Frame, Header, Sample, Window

# Matrix coefficients by their code in ITU-T H.273, table 4.
_matrices = {
    1: ("bt709", Colorspace.ITU709),
    4: ("fcc", Colorspace.FCC),
    5: ("bt601", Colorspace.ITU601),
    6: ("bt601", Colorspace.ITU601),
    7: ("smpte240m", Colorspace.SMPTE240M),
    9: ("bt2020", Colorspace.BT2020),
    10: ("bt2020", Colorspace.BT2020),
}
_high_definition_rows = 720
_exact = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
# Bits a sample -> the planar or packed RGB that holds them, and how the codes are stored.
_targets = {8: ("rgb24", Sample.UINT8), 10: ("gbrp10le", Sample.UINT10), 12: ("gbrp12le", Sample.UINT12)}
_deepest = ("gbrp16le", Sample.UINT16)
# swscale takes 255 as white at any depth: 255 * 2^8 in a word of 16 bits.
_limited_white = 255 << 8


def movie_frame(path: Path, number: int, picture: av.VideoFrame, stream: av.VideoStream) -> Frame:
    """A decoded picture as R, G, B codes of its own depth over the full range, upright, with its stream's particulars.

    Y'CbCr is converted with the matrix and range that the stream names; where it names none, BT.709 from 720 rows up
    and BT.601 below, limited range. Alpha is not kept.

    Raises:
        PlateError: the picture is larger than any plate.
    """
    bits = max(component.bits for component in picture.format.components)
    target, sample = next((_targets[depth] for depth in sorted(_targets) if bits <= depth), _deepest)
    check_size(path, Window(0, 0, picture.width, picture.height), (sample,) * 3)
    pixels = _upright(_rgb(picture, bits, sample, target), picture.rotation)
    window = Window(0, 0, pixels.shape[1], pixels.shape[0])
    header = Header(
        file_format="movie",
        display=window,
        data=window,
        channels=("R", "G", "B"),
        samples=(sample,) * 3,
        pixel_aspect=_pixel_aspect(stream, picture.rotation),
        attributes=_attributes(number, picture, stream),
    )
    return Frame(number, str(path), header, (ChannelGroup(header.channels, pixels),))


def _rgb(picture: av.VideoFrame, bits: int, sample: Sample, target: str) -> Array:
    """R, G, B codes over the full range of the sample."""
    if sample is Sample.UINT8 or picture.format.is_rgb:
        return _converted(picture, target)
    full = _range(picture) is ColorRange.JPEG
    white = (2**bits - 1) << (16 - bits) if full else _limited_white
    codes: Array = _codes_of_words(white, int(sample.top_code or 0))[_converted(picture, _deepest[0])]
    return codes


def _converted(picture: av.VideoFrame, target: str) -> Array:
    converted = VideoReformatter().reformat(
        picture,
        format=target,
        src_colorspace=_matrix(picture)[1],
        src_color_range=_range(picture),
        dst_color_range=ColorRange.JPEG,
        interpolation=_exact,
        threads=1,
    )
    pixels: Array = np.ascontiguousarray(converted.to_ndarray())
    return pixels


@cache
def _codes_of_words(white: int, top_code: int) -> Array:
    """The code for each 16 bit word that swscale gives, whose white is not at the end of the words."""
    codes: Array = np.minimum(np.rint(np.arange(2**16) * (top_code / white)), top_code).astype(np.uint16)
    return codes


def _matrix(picture: av.VideoFrame) -> tuple[str, Colorspace]:
    assumed = 1 if picture.height >= _high_definition_rows else 6
    return _matrices.get(picture.colorspace, _matrices[assumed])


def _range(picture: av.VideoFrame) -> ColorRange:
    full = picture.color_range == ColorRange.JPEG or picture.format.name.startswith("yuvj") or picture.format.is_rgb
    return ColorRange.JPEG if full else ColorRange.MPEG


def _upright(pixels: Array, rotation_deg: int) -> Array:
    """The picture as the camera held it; phones store it lying and say by how much to turn it."""
    quarters = round(rotation_deg / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels


def _pixel_aspect(stream: av.VideoStream, rotation_deg: int) -> float:
    aspect = float(stream.sample_aspect_ratio or 1)
    return 1 / aspect if round(rotation_deg / 90) % 2 else aspect


def _attributes(number: int, picture: av.VideoFrame, stream: av.VideoStream) -> tuple[Attribute, ...]:
    rate = Fraction(stream.average_rate or stream.guessed_rate or 0)
    said = {
        "movie:codec": stream.codec_context.name,
        "movie:pixelFormat": picture.format.name,
        "movie:matrix": "rgb" if picture.format.is_rgb else _matrix(picture)[0],
        "movie:range": "full" if _range(picture) is ColorRange.JPEG else "limited",
    }
    texts = tuple(Attribute(name, "string", text) for name, text in said.items())
    return texts + _rate(rate) + _timecode(number, stream, rate)


def _rate(rate: Fraction) -> tuple[Attribute, ...]:
    return (Attribute("framesPerSecond", "rational", (rate.numerator, rate.denominator)),) if rate else ()


def _timecode(number: int, stream: av.VideoStream, rate: Fraction) -> tuple[Attribute, ...]:
    start = stream.metadata.get("timecode") or stream.container.metadata.get("timecode")
    word = timecode_at(start, rate, number - 1) if start and rate else None
    return (Attribute("smpte:TimeCode", "timecode", word),) if word else ()
