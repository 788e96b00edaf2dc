"""Stored codes as numbers, and frames as 10 bit DPX or half EXR."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from faceplate.values import Array, Attribute, ChannelGroup, Floats, Frame, Header, Sample

_dpx_top = 1023
_dpx_names = ("smpte:TimeCode", "smpte:KeyCode", "DateTime", "Copyright", "Software", "ImageDescription", "DocumentName")


def normalised(stored: Array, sample: Sample) -> Floats:
    """Stored samples as numbers: integer codes over their top code, 0 to 1; half and float as they are."""
    if sample.top_code is None:
        return stored.astype(np.float32, copy=False)
    if sample is Sample.UINT32:
        return (stored / np.float64(sample.top_code)).astype(np.float32)
    return stored.astype(np.float32) / np.float32(sample.top_code)


def stored_from(values: Floats, sample: Sample) -> Array:
    """Numbers as stored samples, the inverse of `normalised`.

    Integer codes are rounded and clipped to 0 and the top code, NaN becomes 0; half is rounded as IEEE 754 says, so
    values past its range become infinite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if sample.top_code is None:
            return values.astype(sample.dtype)
        codes = np.rint(values.astype(np.float64) * sample.top_code)
        return np.nan_to_num(codes, nan=0.0).clip(0, sample.top_code).astype(sample.dtype)


def as_dpx10(frame: Frame) -> Frame:
    """The picture as 10 bit DPX: R, G and B over the display window, 0.0 as code 0 and 1.0 as code 1023.

    The samples are taken as they stand; give a frame in the encoding that the DPX is to have. A DPX has no data
    window: pixels outside the frame's data window are black, overscan is cut off. Of the header, what DPX has a field
    for is carried. A frame that is 10 bit DPX already comes back as it is. NaN becomes 0.

    Raises:
        PlateError: the frame has no R, G and B of one type.
    """
    header = frame.header
    if header.file_format == "dpx" and frame.sample is Sample.UINT10:
        return frame
    window = header.data.intersect(header.display)
    pixels = np.zeros((header.display.height, header.display.width, 3), np.uint16)
    if not window.is_empty:
        pixels[window.slices(header.display)] = _codes10(frame.stored(window), frame.sample)
    return replace(frame, header=_dpx_header(header), groups=(ChannelGroup(("R", "G", "B"), pixels),))


def as_exr(frame: Frame) -> Frame:
    """The frame as EXR; integer codes become half floats, code over top code, and half and float stay.

    Every attribute is carried. A frame that is EXR already comes back as it is.
    """
    header = frame.header
    if header.file_format == "openexr":
        return frame
    groups = tuple(_as_half(group, sample) for group, sample in zip(frame.groups, _group_samples(frame), strict=True))
    samples = tuple(Sample.HALF if sample.top_code else sample for sample in header.samples)
    layout = Attribute("compression", "string", "zips")
    carried = replace(header, file_format="openexr", samples=samples).with_attributes(layout, *_frame_rate(header))
    return replace(frame, header=carried, groups=groups)


def _group_samples(frame: Frame) -> list[Sample]:
    sample_of = dict(zip(frame.header.channels, frame.header.samples, strict=True))
    return [sample_of[group.names[0]] for group in frame.groups]


def _as_half(group: ChannelGroup, sample: Sample) -> ChannelGroup:
    if sample.top_code is None:
        return group
    return replace(group, pixels=stored_from(normalised(group.pixels, sample), Sample.HALF))


def _codes10(stored: Array, sample: Sample) -> Array:
    if sample is Sample.HALF:
        return _codes_of_halves()[stored.view(np.uint16)]
    if sample is Sample.FLOAT:
        return stored_from(stored, Sample.UINT10)
    top = int(sample.top_code or 1)
    return ((stored.astype(np.uint64) * (2 * _dpx_top) + top) // (2 * top)).astype(np.uint16)


@cache
def _codes_of_halves() -> Array:
    """The 10 bit code of each of the 65536 half values."""
    return stored_from(np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32), Sample.UINT10)


def _dpx_header(header: Header) -> Header:
    width, height = header.display.width, header.display.height
    own = (
        Attribute("dpx:XOffset", "uint", 0),
        Attribute("dpx:YOffset", "uint", 0),
        Attribute("dpx:XOriginalSize", "uint", width),
        Attribute("dpx:YOriginalSize", "uint", height),
    )
    carried = tuple(entry for entry in header.attributes if _has_dpx_field(entry))
    return Header(
        file_format="dpx",
        display=header.display,
        data=header.display,
        channels=("R", "G", "B"),
        samples=(Sample.UINT10,) * 3,
        pixel_aspect=header.pixel_aspect,
        attributes=own + carried + _dpx_rate(header),
    )


def _has_dpx_field(entry: Attribute) -> bool:
    return entry.name in _dpx_names or entry.name.startswith("dpx:")


def _dpx_rate(header: Header) -> tuple[Attribute, ...]:
    rate = header.attribute("framesPerSecond")
    if not (isinstance(rate, tuple) and rate[1]) or header.attribute("dpx:FrameRate") is not None:
        return ()
    return tuple(Attribute(name, "float", rate[0] / rate[1]) for name in ("dpx:FrameRate", "dpx:TemporalFrameRate"))


def _frame_rate(header: Header) -> tuple[Attribute, ...]:
    rate: Any = header.attribute("dpx:FrameRate") or header.attribute("dpx:TemporalFrameRate")
    if header.attribute("framesPerSecond") is not None or not rate or not 0 < rate < _dpx_top:
        return ()
    exact = Fraction(rate).limit_denominator(1001)
    return (Attribute("framesPerSecond", "rational", (exact.numerator, exact.denominator)),)
