from dataclasses import replace

from faceplate.colour import load_config, resolve_encoding
from faceplate.plate import open_plate
from faceplate.values import Plate


def open_encoded_plate(source: str, frame_range: str | None = None, colourspace: str | None = None) -> Plate:
    """A plate with its encoding known: the colour space that was named, else the one its header declares.

    Raises:
        PlateError: no such plate, or frames of the range are missing.
        ColourError: nobody names the encoding, or the config does not know it.
    """
    plate = open_plate(source, frame_range)
    header = plate.read(plate.frames[0]).header
    return replace(plate, encoding=resolve_encoding(load_config(), colourspace, header, source))
