"""Tags of a TIFF as `Attribute`s, and back, without loss."""

from math import isnan
from typing import NamedTuple

from faceplate.plate.tiff_directory import TiffEntry, TiffLayout, TiffSource, type_sizes
from faceplate.values import Attribute

# Tags that say where and how samples are stored: the header's windows, channels and samples say it.
_structure = {256, 257, 258, 266, 273, 277, 279, 288, 289, 324, 325, 339}
# Tables of JPEG and of palettes, and directories of other pictures: what belongs to samples that are not written anew.
_not_carried = {320, 330, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532}
_ascii, _undefined = 2, 7
_long, _long8 = 4, 16
_offset_types = (_long, 13, _long8, 18)

prefixes = ("tiff", "Exif", "GPS", "Interop")
"""Directories go by the prefix of their attributes; each stands after the one that points to it."""

_root, _exif, _gps, _interoperability = prefixes
_pointers = {_root: {34665: _exif, 34853: _gps}, _exif: {40965: _interoperability}, _gps: {}, _interoperability: {}}

# Names by TIFF 6.0 and Exif 2.32 in OpenImageIO's spelling, so that a TD finds them by one name in every format.
_names: dict[str, dict[int, str]] = {
    _root: {
        254: "tiff:NewSubfileType",
        259: "tiff:Compression",
        262: "tiff:PhotometricInterpretation",
        269: "DocumentName",
        270: "ImageDescription",
        271: "Make",
        272: "Model",
        274: "tiff:Orientation",
        278: "tiff:RowsPerStrip",
        282: "XResolution",
        283: "YResolution",
        284: "tiff:PlanarConfiguration",
        285: "PageName",
        286: "XPosition",
        287: "YPosition",
        296: "ResolutionUnit",
        305: "Software",
        306: "DateTime",
        315: "Artist",
        316: "HostComputer",
        317: "tiff:Predictor",
        322: "tiff:TileWidth",
        323: "tiff:TileLength",
        338: "tiff:ExtraSamples",
        700: "tiff:XMLPacket",
        33432: "Copyright",
        33723: "tiff:RichTIFFIPTC",
        34377: "tiff:Photoshop",
        34675: "ICCProfile",
    },
    _exif: {
        33434: "ExposureTime",
        33437: "FNumber",
        34855: "Exif:PhotographicSensitivity",
        36864: "Exif:ExifVersion",
        36867: "Exif:DateTimeOriginal",
        36868: "Exif:DateTimeDigitized",
        37377: "Exif:ShutterSpeedValue",
        37378: "Exif:ApertureValue",
        37386: "Exif:FocalLength",
        37500: "Exif:MakerNote",
        40961: "Exif:ColorSpace",
        42033: "Exif:BodySerialNumber",
        42035: "Exif:LensMake",
        42036: "Exif:LensModel",
    },
    _gps: {},
    _interoperability: {},
}
_tags = {name: (place, tag) for place, names in _names.items() for tag, name in names.items()}
_type_names = {3: "uint16", 4: "uint", 5: "urational", 6: "int8", 8: "int16", 9: "int", 10: "rational", 11: "float"}
_type_names |= {12: "double", 13: "tiff:13", 16: "uint64", 17: "int64", 18: "tiff:18"}
_types = {name: kind for kind, name in _type_names.items()}
_pairs = ("rational", "urational")


class PlacedEntry(NamedTuple):
    """An entry and the prefix of the directory that holds it."""

    place: str
    entry: TiffEntry


def directory_attributes(
    source: TiffSource, layout: TiffLayout, entries: tuple[TiffEntry, ...], place: str = _root
) -> tuple[Attribute, ...]:
    """Every attribute of a directory and of the directories it points to, in the order of the file.

    A tag without a name in our table goes by its number. Text is text, numbers are numbers, undefined bytes are
    `uint8[n]` in hex; what decoding would change, and NaN, is kept as `tiff:<type>` with its bytes in hex.

    Raises:
        PlateError: a directory lies outside the file.
    """
    found: list[Attribute] = []
    for entry in entries:
        further = _pointers[place].get(entry.tag)
        if further is not None and entry.type in _offset_types and entry.length == 1:
            inner = source.directory(layout, int(layout.numbers(entry)[0]))
            found += directory_attributes(source, layout, inner, further)
        elif place != _root or entry.tag not in _structure | _not_carried:
            found.append(_attribute(layout, place, entry))
    return tuple(found)


def attribute_entry(layout: TiffLayout, attribute: Attribute) -> PlacedEntry | None:
    """The attribute as a tag in its directory; None for one that TIFF has no tag for."""
    place, tag = _tags.get(attribute.name) or _numbered(attribute.name) or ("", 0)
    value = _bytes_of(layout, attribute) if place else None
    return None if value is None else PlacedEntry(place, value._replace(tag=tag))


def directory_tags(layout: TiffLayout, prefix: str, offset: int) -> tuple[PlacedEntry, ...]:
    """The entry that points to the directory of this prefix; none for the first of the file."""
    kind = _long8 if layout.is_big else _long
    places = ((place, tag) for place, inner in _pointers.items() for tag, name in inner.items() if name == prefix)
    return tuple(PlacedEntry(place, layout.entry(tag, kind, offset)) for place, tag in places)


def _numbered(name: str) -> tuple[str, int] | None:
    place, _, number = name.partition(":")
    return (place, int(number)) if place in _names and number.isdecimal() and int(number) < 2**16 else None


def _attribute(layout: TiffLayout, place: str, entry: TiffEntry) -> Attribute:
    name = _names[place].get(entry.tag, f"{place}:{entry.tag}")
    decoded = _decoded(layout, name, entry)
    if decoded is not None and _bytes_of(layout, decoded) == entry._replace(tag=0):
        return decoded
    return Attribute(name, f"tiff:{entry.type}", entry.value.hex())


def _decoded(layout: TiffLayout, name: str, entry: TiffEntry) -> Attribute | None:
    if entry.type == _ascii:
        return Attribute(name, "string", entry.value[:-1].decode("utf-8", "surrogateescape"))
    if entry.type == _undefined:
        return Attribute(name, f"uint8[{entry.length}]", entry.value.hex())
    if entry.type not in _type_names:
        return None
    kind, numbers = _type_names[entry.type], layout.numbers(entry)
    if any(isnan(number) for number in numbers):
        return None
    if entry.length == 1:
        return Attribute(name, kind, numbers if kind in _pairs else numbers[0])
    return Attribute(name, f"{kind}[{entry.length}]", numbers)


def _bytes_of(layout: TiffLayout, attribute: Attribute) -> TiffEntry | None:
    """The value as an entry without its tag; None where its type has no place in a TIFF."""
    kind, value = attribute.type.partition("[")[0], attribute.value
    if kind == "string":
        return TiffEntry(0, _ascii, value.encode("utf-8", "surrogateescape") + b"\0")
    if kind == "uint8":
        return TiffEntry(0, _undefined, bytes.fromhex(value))
    if kind.startswith("tiff:") and int(kind.removeprefix("tiff:")) in type_sizes:
        return TiffEntry(0, int(kind.removeprefix("tiff:")), bytes.fromhex(value))
    if kind not in _types:
        return None
    return layout.entry(0, _types[kind], *(value if isinstance(value, tuple) else (value,)))
