import struct
from pathlib import Path
from typing import NamedTuple

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.tiff_attributes import directory_attributes
from faceplate.plate.tiff_directory import TiffEntry, TiffLayout, TiffSource
from faceplate.values import Attribute

_bits_tag, _photometric_tag, _format_tag = 258, 262, 339
_whole_bits = (8, 16, 32)
_widened_bits = (1, 2, 4, 10, 12, 14)
_integer_types = (3, 4, 16)
_unsigned, _floating = 1, 3
_black_is_zero, _rgb, _palette, _inks, _ycbcr = 1, 2, 3, 5, 6
_read_as = {_black_is_zero: _black_is_zero, _rgb: _rgb, _palette: _rgb, _inks: _inks, _ycbcr: _rgb}
_names = {0: "white is zero", 4: "a mask", 8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32803: "a colour mosaic"}
_named_types = {_unsigned: "unsigned", 2: "signed", _floating: "float"}


class _Samples(NamedTuple):
    """How samples are stored, by the tags of a directory."""

    photometric: int
    bits: tuple[int, ...]
    formats: tuple[int, ...]


def read_tiff_attributes(path: Path) -> tuple[Attribute, ...]:
    """Every attribute of a TIFF, those of its Exif and GPS directories too, and the layout of the file.

    `tiff:Orientation` is how the file stores its picture; the frame itself stands upright.

    Raises:
        PlateError: a directory is damaged, or samples are of a kind that we do not read.
    """
    try:
        with path.open("rb") as file:
            source = TiffSource(str(path), file, path.stat().st_size)
            layout, first = source.layout()
            entries = source.directory(layout, first)
            samples = _samples(layout, entries)
            _refuse_other_samples(path, samples)
            attributes = directory_attributes(source, layout, entries)
    except (struct.error, OverflowError) as error:
        raise damaged(path, expected="a whole TIFF", came=str(error)) from error
    return tuple(_as_read(entry, samples) for entry in attributes) + _layout_attributes(layout)


def _samples(layout: TiffLayout, entries: tuple[TiffEntry, ...]) -> _Samples:
    told = (entry for entry in entries if entry.tag in (_bits_tag, _photometric_tag, _format_tag))
    found = {entry.tag: layout.numbers(entry) for entry in told if entry.type in _integer_types}

    def numbers(tag: int, otherwise: int) -> tuple[int, ...]:
        return tuple(int(number) for number in found.get(tag) or (otherwise,))

    photometric = numbers(_photometric_tag, _black_is_zero)[0]
    return _Samples(photometric, numbers(_bits_tag, 1), numbers(_format_tag, _unsigned))


def _refuse_other_samples(path: Path, samples: _Samples) -> None:
    if samples.photometric not in _read_as:
        named = _names.get(samples.photometric, f"photometric interpretation {samples.photometric}")
        raise _unread(path, "grey with black as zero, RGB, a palette, CMYK or Y'CbCr", named)
    kinds = set(zip(samples.bits, samples.formats * len(samples.bits), strict=False))
    bits, kind = max(kinds)
    integer = kind == _unsigned and bits in _whole_bits + _widened_bits
    if len(kinds) > 1 or not (integer or (kind == _floating and bits in _whole_bits[1:])):
        came = ", ".join(f"{bits} bit {_named_types.get(kind, 'other')}" for bits, kind in sorted(kinds))
        raise _unread(path, "1 to 16 or 32 bit codes, or 16 or 32 bit float, alike in every channel", came)


def _unread(path: Path, expected: str, came: str) -> PlateError:
    return PlateError(str(path), expected=expected, came=came, next_step="convert the file to 16 bit or float RGB")


def _as_read(attribute: Attribute, samples: _Samples) -> Attribute:
    """The attribute, true for the samples as they come: palettes and Y'CbCr come as RGB."""
    if attribute.name != "tiff:PhotometricInterpretation":
        return attribute
    return attribute._replace(value=_read_as[samples.photometric])


def _layout_attributes(layout: TiffLayout) -> tuple[Attribute, ...]:
    endian = Attribute("tiff:Endian", "string", "big" if layout.order == ">" else "little")
    return (endian, Attribute("tiff:Big", "int", 1)) if layout.is_big else (endian,)
