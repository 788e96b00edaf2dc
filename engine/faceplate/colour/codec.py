from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import Any, Literal

import numpy as np

from faceplate.colour.codes import code_bits, table_samples
from faceplate.colour.config import load_config
from faceplate.colour.convert import from_working, to_working
from faceplate.colour.table_path import Tables, decoded, encoded, plain_tables, tables_for
from faceplate.colour.unprocessable import (
    Unprocessable,
    code_classes,
    ends_of,
    unprocessable_codes,
    unprocessable_numbers,
)
from faceplate.samples import normalised, stored_from
from faceplate.values import Array, Floats, Sample


@dataclass(frozen=True)
class PlateCodec:
    """Stored samples to scene-linear light and back, for one encoding and one kind of sample.

    Attributes:
        encoding: the colour space of the stored samples.
        sample: how they are stored.
        path: "tables", filled by OpenColorIO and worked in one pass; "OpenColorIO" where the encoding is more than
            curves and matrices (3D LUTs, fixed functions), or the samples have too many values for a table (float,
            uint32).
        decode: stored rows x columns x 3, of any strides, to new scene-linear floats.
        encode: scene-linear rows x columns x 3 to new stored samples. Integer codes are rounded and clipped, and NaN
            becomes 0; halves are rounded as IEEE 754 says, and NaN stays.
        unprocessable: the pixels of stored rows x columns x 3 that have to stay as they are, counted.
        tables: what `decode` and `encode` work with on the path of tables.
    """

    encoding: str
    sample: Sample
    path: Literal["tables", "OpenColorIO"]
    decode: Callable[[Array], Floats]
    encode: Callable[[Floats], Array]
    unprocessable: Callable[[Array], Unprocessable]
    tables: Tables | None = None


def plate_codec(encoding: str, sample: Sample, config: Any = None) -> PlateCodec:
    """The codec of an encoding (name, alias or role) and a kind of sample: built once, then shared by all threads.

    Raises:
        ColourError: the encoding is unknown, or no path leads from it to the working space.
    """
    with _building:
        return _codec(config or load_config(), encoding, sample)


_building = RLock()


@lru_cache(maxsize=16)
def _codec(config: Any, encoding: str, sample: Sample) -> PlateCodec:
    tables = tables_for(config, encoding, sample) if sample in table_samples else None
    if tables is None:
        return _by_processor(config, encoding, sample)
    classes = code_classes(tables, sample)
    return PlateCodec(
        encoding,
        sample,
        "tables",
        decode=lambda stored: decoded(tables, stored, sample),
        encode=lambda linear: encoded(tables, linear, sample),
        unprocessable=lambda stored: unprocessable_codes(tables, classes, code_bits(stored, sample)),
        tables=tables,
    )


def _by_processor(config: Any, encoding: str, sample: Sample) -> PlateCodec:
    there, back = to_working(encoding, config), from_working(encoding, config)
    lowest, highest = _ends(config, encoding)
    return PlateCodec(
        encoding,
        sample,
        "OpenColorIO",
        decode=lambda stored: there(_numbers(stored, sample)),
        encode=lambda linear: _stored(back(linear), sample),
        unprocessable=lambda stored: unprocessable_numbers(_numbers(stored, sample), lowest, highest),
    )


def _ends(config: Any, encoding: str) -> tuple[Floats, Floats]:
    """Where the encoding's curve ends, for each channel; nowhere, as far as we can tell, if it is no curve."""
    tables = tables_for(config, encoding, Sample.HALF)
    if tables is None:
        return np.full(3, -np.inf, np.float32), np.full(3, np.inf, np.float32)
    return ends_of(code_classes(tables, Sample.HALF))


def _numbers(stored: Array, sample: Sample) -> Floats:
    if sample in table_samples:
        return plain_tables(sample).table[0].take(code_bits(stored, sample))
    return normalised(stored, sample)


def _stored(numbers: Floats, sample: Sample) -> Array:
    if sample in table_samples:
        return encoded(plain_tables(sample), numbers, sample)
    return stored_from(numbers, sample)
