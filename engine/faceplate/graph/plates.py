from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from faceplate.colour import load_config, resolve_encoding
from faceplate.errors import EngineError, PlateError
from faceplate.plate import open_plate
from faceplate.values import Header, Plate, describe_frames


def open_encoded_plate(
    source: str,
    frame_range: str | None = None,
    colourspace: str | None = None,
    *,
    layer: str | None = None,
    view: str | None = None,
    any_frame: bool = False,
) -> Plate:
    """A plate with its encoding known: the colour space that was named, else the one its header declares.

    The header is that of its first frame; of the first that can be read, where `any_frame` will do.

    Raises:
        PlateError: no such plate, layer or view, or frames of the range are missing.
        ColourError: nobody names the encoding, or the config does not know it.
    """
    plate = open_plate(source, frame_range, layer=layer, view=view)
    header = _header(plate, plate.frames if any_frame else plate.frames[:1])
    return replace(plate, encoding=resolve_encoding(load_config(), colourspace, header, source))


def _header(plate: Plate, frames: Sequence[int]) -> Header:
    """That of the first of these frames that can be read; where none can, what is wrong with the last is raised."""
    for number in frames[:-1]:
        with suppress(PlateError):
            return plate.read(number).header
    return plate.read(frames[-1]).header


def check_holds(plate: Plate, numbers: tuple[int, ...], asked: str = "frames") -> None:
    """Refuses, before any work, a plate that lacks one of the frames that will be asked of it.

    Raises:
        PlateError: naming the frames that are missing.
    """
    missing = tuple(number for number in numbers if number not in plate.frames)
    if missing:
        raise PlateError(
            plate.source,
            expected=f"{asked} {describe_frames(numbers)}",
            came=f"missing {describe_frames(missing)}",
            next_step="restore the missing files, or ask for a --range that every input holds",
        )


def encoding_of(plate: Plate) -> str:
    """The colour space of a plate that was opened with its encoding.

    Raises:
        EngineError: it was opened without; a fault of ours.
    """
    if plate.encoding is None:
        raise EngineError(
            plate.source,
            expected="a plate with its encoding",
            came="none",
            next_step="report this with the call you made",
        )
    return plate.encoding
