"""A file's header in Nuke's words, and back: `exr/owner`, `input/timecode`, each keeping the file's own entry."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from faceplate.plate import exr_name, timecode_at
from faceplate.values import Attribute, Frame, Header

Metadata = Mapping[str, Attribute]

modes = (
    "no metadata",
    "default metadata",
    "default metadata and exr/*",
    "all metadata except input/*",
    "all metadata",
)
"""What a Write may be told to take along, from nothing to all."""

_layout = frozenset({"compression", "openexr:lineOrder", "openexr:tiles", "openexr:levels", "openexr:pLinear"})
_time_code, _key_code = "smpte:TimeCode", "smpte:KeyCode"
_rates = ("framesPerSecond", "FramesPerSecond", "dpx:FrameRate", "dpx:TemporalFrameRate")
# Standard entries that are no text, though a script may set one as text.
_typed = frozenset({
    "adoptedNeutral", "chromaticities", "expTime", "framesPerSecond", "keyCode", "timeCode", "whiteLuminance",
})  # fmt: skip
_capital = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_drop_flag = 0x40
_bits = {"half": 16, "float": 32}


def metadata_of(frame: Frame) -> dict[str, Attribute]:
    """What Nuke would tell of a file: `input/...` for all kinds of file, and the header's entries by its format.

    An entry under the format's own prefix (`exr/`, `dpx/`) is the attribute as it stands in the file.
    """
    header = frame.header
    prefix = "exr" if header.file_format == "openexr" else header.file_format
    own = {f"{prefix}/{_own_name(entry, prefix)}": entry for entry in header.attributes if entry.name not in _layout}
    return {**_input(frame), **own}


def _own_name(entry: Attribute, prefix: str) -> str:
    if prefix == "exr":
        return exr_name(entry)
    return _capital.sub("_", entry.name.removeprefix(f"{prefix}:").removeprefix("smpte:")).lower()


def _input(frame: Frame) -> dict[str, Attribute]:
    header, path = frame.header, Path(frame.source)
    depths = [_bits.get(sample.value) or int(sample.value.removeprefix("uint")) for sample in header.samples]
    values: dict[str, str | int | float] = {
        "filename": frame.source,
        "filereader": "exr" if header.file_format == "openexr" else header.file_format,
        "frame": frame.number,
        "width": header.display.width,
        "height": header.display.height,
        "bitsperchannel": max(depths),
        "pixel_aspect": header.pixel_aspect,
        **_times(path),
    }
    if (code := timecode_text(header)) is not None:
        values["timecode"] = code
    if (rate := _rate(header)) is not None:
        values["frame_rate"] = rate
    if isinstance(exposure := header.attribute("ExposureTime"), float):
        values["exposure"] = exposure
    return {f"input/{name}": _entry(f"input/{name}", value) for name, value in values.items()}


def _entry(name: str, value: str | float) -> Attribute:
    kind = "string" if isinstance(value, str) else "int" if isinstance(value, int) else "float"
    return Attribute(name, kind, value)


def _times(path: Path) -> dict[str, str]:
    try:
        about = path.stat()
    except OSError:
        return {}
    stamps = {"ctime": about.st_ctime, "mtime": about.st_mtime}
    return {
        name: datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S") for name, stamp in stamps.items()
    } | {"filesize": str(about.st_size)}


def timecode_text(header: Header) -> str | None:
    """`01:02:03:04` of the header's SMPTE time code, `;` before the frames of a drop-frame one; None without one."""
    entry = next((each for each in header.attributes if each.name == _time_code and each.type == "timecode"), None)
    return None if entry is None else _written(entry.value[0])


def _written(word: int) -> str:
    pairs = [(word >> shift & mask) for shift, mask in ((24, 0x3F), (16, 0x7F), (8, 0x7F), (0, 0x3F))]
    digits = [f"{pair >> 4}{pair & 15}" for pair in pairs]
    return ":".join(digits[:3]) + (";" if word & _drop_flag else ":") + digits[3]


def _rate(header: Header) -> float | None:
    values = (header.attribute(name) for name in _rates)
    return next((number for value in values if (number := _as_rate(value)) is not None), None)


def _as_rate(value: object) -> float | None:
    if isinstance(value, tuple | list) and len(value) == 2 and value[1]:  # noqa: PLR2004 -- a fraction
        return float(value[0]) / float(value[1])
    return value if isinstance(value, float) and 0 < value < float("inf") else None


def header_entries(metadata: Metadata, mode: str, *, prefix: bool) -> tuple[Attribute, ...]:
    """The entries that a Write of an EXR takes into its header, by the mode that its knob `metadata` names.

    What stands under `exr/` keeps its name, and its type where the file gave it one; the rest is named after where it
    comes from, with `nuke/` before it where `prefix` says so. Time code, key code, frame rate and exposure are written
    as EXR has them.
    """
    rank = modes.index(mode)
    if rank == 0:
        return ()
    kept: dict[str, Attribute] = {entry.name: entry for entry in _defaults(metadata)}
    for name, entry in metadata.items():
        written = _written_entry(name, entry, rank, prefix=prefix)
        if written is not None:
            kept.setdefault(written.name, written)
    return tuple(kept.values())


def _written_entry(name: str, entry: Attribute, rank: int, *, prefix: bool) -> Attribute | None:
    exr_only, but_input, everything = 2, 3, 4
    if name.startswith("exr/"):
        # One that was set in the script bears the name of its key, not of an entry of a file.
        own = entry if entry.name != name else entry._replace(name=name.removeprefix("exr/"))
        mistyped = own.type == "string" and exr_name(own) in _typed
        return own if rank >= exr_only and not mistyped else None
    if rank < (everything if name.startswith("input/") else but_input):
        return None
    return entry._replace(name=f"nuke/{name}" if prefix else name)


def _defaults(metadata: Metadata) -> Iterable[Attribute]:
    """Time code, key code, frame rate and exposure: the file's own entries where they still say the same."""
    code, rate, exposure = (metadata.get(f"input/{name}") for name in ("timecode", "frame_rate", "exposure"))
    if (own := _time_code_entry(metadata, code)) is not None:
        yield own
    keys = _file_entry(metadata, _key_code, "keycode")
    if keys is not None:
        yield keys
    if rate is not None:
        yield from _rate_entry(metadata, rate)
    if exposure is not None and isinstance(exposure.value, float):
        yield _file_entry(metadata, "ExposureTime", "float") or Attribute("ExposureTime", "float", exposure.value)


def timecode_entry(metadata: Metadata) -> tuple[Attribute, ...]:
    """The SMPTE time code that the metadata tells, as files hold it; empty where it tells none."""
    found = _time_code_entry(metadata, metadata.get("input/timecode"))
    return () if found is None else (found,)


def _time_code_entry(metadata: Metadata, said: Attribute | None) -> Attribute | None:
    """As the file has it, user bits and all; made anew where the script says another."""
    own = _file_entry(metadata, _time_code, "timecode")
    if own is not None and (said is None or _written(own.value[0]) == said.value):
        return own
    if said is None:
        return None
    words = (timecode_at(str(said.value), Fraction(rate), 0) for rate in _counting_rates(metadata))
    return next((Attribute(_time_code, "timecode", word) for word in words if word is not None), None)


def _counting_rates(metadata: Metadata) -> tuple[float, ...]:
    """Rates at which a time code may count, the stated one first."""
    stated = metadata.get("input/frame_rate")
    known = stated is not None and isinstance(stated.value, float | int) and 0 < stated.value < 2**20
    return (*((float(stated.value),) if stated is not None and known else ()), 24.0, 30.0, 60.0)


def _rate_entry(metadata: Metadata, rate: Attribute) -> Iterable[Attribute]:
    own = _file_entry(metadata, "framesPerSecond", "rational")
    if own is not None and _as_rate(own.value) == rate.value:
        return [own]
    if not isinstance(rate.value, float | int) or not 0 < rate.value < 2**20:
        return []
    exact = Fraction(rate.value).limit_denominator(1001)
    return [Attribute("framesPerSecond", "rational", (exact.numerator, exact.denominator))]


def _file_entry(metadata: Metadata, name: str, kind: str) -> Attribute | None:
    found = (entry for entry in metadata.values() if entry.name == name and entry.type == kind)
    return next(found, None)
