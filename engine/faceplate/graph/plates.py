from dataclasses import replace

from faceplate.colour import load_config, resolve_encoding
from faceplate.errors import PlateError
from faceplate.plate import open_plate
from faceplate.values import Plate, describe_frames


def open_encoded_plate(
    source: str,
    frame_range: str | None = None,
    colourspace: str | None = None,
    *,
    layer: str | None = None,
    view: str | None = None,
) -> Plate:
    """A plate with its encoding known: the colour space that was named, else the one its header declares.

    Raises:
        PlateError: no such plate, layer or view, or frames of the range are missing.
        ColourError: nobody names the encoding, or the config does not know it.
    """
    plate = open_plate(source, frame_range, layer=layer, view=view)
    header = plate.read(plate.frames[0]).header
    return replace(plate, encoding=resolve_encoding(load_config(), colourspace, header, source))


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
