from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from faceplate.plate.dpx_fields import dpx_holds
from faceplate.plate.exr_attributes import attribute_to_exr
from faceplate.plate.exr_header import structure
from faceplate.plate.pixels import check_size
from faceplate.samples import normalised, stored_from
from faceplate.values import Array, Attribute, ChannelGroup, Frame, Header, Sample

_top10 = 1023
_top16 = 65535
_rgb = ("R", "G", "B")
_sample_of_top = {_top10: Sample.UINT10, _top16: Sample.UINT16}
_highest_rate = 1000
_film = ("dpx:FilmManufacturer", "dpx:FilmType", "dpx:FilmPrefix", "dpx:FilmCount", "dpx:PerforationOffset")
_digits = (2, 2, 6, 4, 2)
# Perforations per frame and per count of 35 mm film, which a DPX does not say.
_perforations = (4, 64)
_too_large_for_a_sign = 2**31
_alpha_beside = {"R": "A", "r": "a", "red": "alpha"}
# Entries by which readers of EXR find their way; from another file they are only words.
_exr_own = structure | {
    "deepImageState", "dwaCompressionLevel", "envmap", "maxSamplesPerPixel", "multiView", "name", "pLinear", "preview",
    "screenWindowCenter", "screenWindowWidth", "type", "version", "view",
}  # fmt: skip
# Standard entries that are no text.
_exr_typed = frozenset((
    "adoptedNeutral", "altitude", "aperture", "chromaticities", "expTime", "focus", "framesPerSecond", "isoSpeed",
    "keyCode", "latitude", "longitude", "originalDataWindow", "timeCode", "utcOffset", "whiteLuminance",
    "worldToCamera", "worldToNDC", "xDensity",
))  # fmt: skip
_longest_exr_name_bytes = 255
# What TIFF and PNG both have a place for.
_still_names = ("Copyright", "Artist", "DocumentName", "ImageDescription", "Software", "DateTime", "ICCProfile")


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
    group = ChannelGroup(_rgb, _codes_of_picture(frame, _top10))
    return replace(frame, header=_dpx_header(header), groups=(group,), colour=_rgb)


def as_still16(frame: Frame, file_format: str) -> Frame:
    """The picture as 16 bit TIFF (`tiff`) or PNG (`png`): 0.0 as code 0 and 1.0 as code 65535.

    R, G and B over the display window, and A where the picture has one, as they stand: give a frame in the encoding
    that the file is to have. Pixels outside the frame's data window are black, overscan is cut off. Of the header, what
    both formats have a place for is carried. A frame of that format already comes back as it is, in its own samples.
    NaN becomes 0.

    Raises:
        PlateError: the frame has no R, G and B of one type.
    """
    header = frame.header
    if header.file_format == file_format:
        return frame
    pixels, alpha = _codes_of_picture(frame, _top16), _alpha_codes(frame)
    names = (*_rgb, "A") if alpha is not None else _rgb
    group = ChannelGroup(names, pixels if alpha is None else np.concatenate([pixels, alpha], axis=2))
    carried = tuple(entry for entry in header.attributes if entry.name in _still_names)
    made = Header(
        file_format=file_format,
        display=header.display,
        data=header.display,
        channels=names,
        samples=(Sample.UINT16,) * len(names),
        pixel_aspect=header.pixel_aspect,
        attributes=carried,
    )
    return replace(frame, header=made, groups=(group,), colour=_rgb)


def as_exr(frame: Frame) -> Frame:
    """The frame as EXR: integer codes become half floats, code over top code; half and float stay as they are.

    Every attribute is carried; one whose name means something else in EXR is named after its format, as `png:tiles`. A
    frame that is EXR already comes back as it is.
    """
    header = frame.header
    if header.file_format == "openexr":
        return frame
    sample_of = dict(zip(header.channels, header.samples, strict=True))
    groups = tuple(_as_half(group, sample_of[group.names[0]]) for group in frame.groups)
    samples = tuple(Sample.HALF if sample.top_code else sample for sample in header.samples)
    named = (_exr_named(_exr_attribute(entry), header.file_format) for entry in header.attributes)
    attributes = tuple(entry for entry in named if len(entry.name.encode(errors="replace")) <= _longest_exr_name_bytes)
    carried = replace(header, file_format="openexr", samples=samples, origin=(0, 0), attributes=attributes)
    return replace(frame, header=carried.with_attributes(*_exr_attributes(carried)), groups=groups)


def _as_half(group: ChannelGroup, sample: Sample) -> ChannelGroup:
    if sample.top_code is None:
        return group
    return replace(group, pixels=stored_from(normalised(group.pixels, sample), Sample.HALF))


def _codes_of_picture(frame: Frame, top: int) -> Array:
    """R, G and B over the display window as codes up to `top`; black where the frame has no pixels."""
    header = frame.header
    check_size(Path(frame.source), header.display, (_sample_of_top[top],) * 3)
    window = header.data.intersect(header.display)
    pixels = np.zeros((header.display.height, header.display.width, 3), np.uint16)
    if not window.is_empty:
        pixels[window.slices(header.display)] = _codes(frame.stored(window), frame.sample, top)
    return pixels


def _alpha_codes(frame: Frame) -> Array | None:
    """The alpha beside the frame's colour channels as 16 bit codes, 0 outside the data window; None where none is."""
    header = frame.header
    layer, dot, red = frame.colour[0].rpartition(".")
    name = layer + dot + _alpha_beside.get(red, "A")
    group = next((group for group in frame.groups if name in group.names), None)
    if group is None:
        return None
    window = header.data.intersect(header.display)
    alpha = np.zeros((header.display.height, header.display.width, 1), np.uint16)
    at = group.names.index(name)
    stored = group.pixels[..., at : at + 1][window.slices(header.data)]
    if not window.is_empty:
        alpha[window.slices(header.display)] = _codes(stored, header.samples[header.channels.index(name)], _top16)
    return alpha


def _codes(stored: Array, sample: Sample, top: int) -> Array:
    """Stored samples as codes of which `top` stands for 1.0, rounded; float and half are clipped, NaN is 0."""
    if sample is Sample.HALF:
        return _codes_of_halves(top)[np.ascontiguousarray(stored).view(np.uint16)]
    if sample is Sample.FLOAT:
        return stored_from(stored, _sample_of_top[top])
    own_top = int(sample.top_code or 1)
    codes: Array = (stored.astype(np.uint64) * (2 * top) + own_top) // (2 * own_top)
    return codes.astype(np.uint16)


@cache
def _codes_of_halves(top: int) -> Array:
    """The code of each of the 65536 half values."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    return stored_from(normalised(halves, Sample.HALF), _sample_of_top[top])


def dpx_attributes(header: Header) -> tuple[Attribute, ...]:
    """What a DPX carries of another format's header: rate, film, date, time code, and what it has a field for."""
    return _dpx_header(header).attributes


def _dpx_header(header: Header) -> Header:
    base = Header(
        file_format="dpx",
        display=header.display,
        data=header.display,
        channels=("R", "G", "B"),
        samples=(Sample.UINT10,) * 3,
        pixel_aspect=header.pixel_aspect,
        attributes=(
            Attribute("dpx:Version", "string", "V2.0"),
            Attribute("dpx:Orientation", "uint16", 0),
            Attribute("dpx:Transfer", "string", "User defined"),
            Attribute("dpx:Colorimetric", "string", "User defined"),
        ),
    )
    # How codes of another depth were packed says nothing about these.
    carried = (entry for entry in header.attributes if dpx_holds(entry) and entry.name != "dpx:Packing")
    return base.with_attributes(*_dpx_rate(header), *_dpx_film(header), *_dpx_date(header)).with_attributes(*carried)


def _dpx_rate(header: Header) -> tuple[Attribute, ...]:
    rate = _typed(header, "framesPerSecond", "rational")
    if rate is None or not rate[1]:
        return ()
    return tuple(Attribute(name, "float", rate[0] / rate[1]) for name in ("dpx:FrameRate", "dpx:TemporalFrameRate"))


def _dpx_film(header: Header) -> tuple[Attribute, ...]:
    """The key code's numbers as the digits that DPX keeps."""
    code = _typed(header, "smpte:KeyCode", "keycode") or ()
    numbers = [*zip(_film, code, _digits, strict=False)]
    if any(not 0 <= number < 10**digits for _, number, digits in numbers):
        return ()
    return tuple(Attribute(name, "string", f"{number:0{digits}d}") for name, number, digits in numbers)


def _typed(header: Header, name: str, kind: str) -> tuple[int, ...] | None:
    """The value of an entry where it is of the type that the name promises."""
    return next((entry.value for entry in header.attributes if (entry.name, entry.type) == (name, kind)), None)


def _dpx_date(header: Header) -> tuple[Attribute, ...]:
    date = header.attribute("DateTime")
    return (Attribute("dpx:CreationTime", "string", date.replace(" ", ":")),) if isinstance(date, str) else ()


def _exr_attribute(entry: Attribute) -> Attribute:
    """The entry in a type that EXR has: its rationals have a sign."""
    if entry.type == "urational" and max(entry.value) < _too_large_for_a_sign:
        return entry._replace(type="rational")
    return entry


def _exr_named(entry: Attribute, file_format: str) -> Attribute:
    """The entry under a name that EXR leaves free for it."""
    stored = attribute_to_exr(entry)
    taken = not stored.name or stored.name in _exr_own or (stored.name in _exr_typed and stored.type == "string")
    return entry._replace(name=f"{file_format}:{entry.name}") if taken else entry


def _exr_attributes(header: Header) -> tuple[Attribute, ...]:
    """What EXR has its own entries for, unless the header has them already."""
    made = (Attribute("compression", "string", "zips"), *_exr_rate(header), *_exr_key_code(header), *_exr_date(header))
    return tuple(entry for entry in made if header.attribute(entry.name) is None)


def _exr_rate(header: Header) -> tuple[Attribute, ...]:
    rate = header.attribute("dpx:FrameRate") or header.attribute("dpx:TemporalFrameRate")
    if not isinstance(rate, float) or not 0 < rate < _highest_rate:
        return ()
    exact = Fraction(rate).limit_denominator(1001)
    return (Attribute("framesPerSecond", "rational", (exact.numerator, exact.denominator)),)


def _exr_key_code(header: Header) -> tuple[Attribute, ...]:
    numbers = [str(header.attribute(name)) for name in _film]
    if not all(number.isdecimal() for number in numbers):
        return ()
    return (Attribute("smpte:KeyCode", "keycode", (*map(int, numbers), *_perforations)),)


def _exr_date(header: Header) -> tuple[Attribute, ...]:
    """`2023:05:04:10:11:12:LTZ` as `2023:05:04 10:11:12`."""
    fields = str(header.attribute("dpx:CreationTime") or "").split(":")[:6]
    whole = len(fields) == len("YMDhms") and all(field.isdecimal() for field in fields)
    return (Attribute("DateTime", "string", ":".join(fields[:3]) + " " + ":".join(fields[3:])),) if whole else ()
