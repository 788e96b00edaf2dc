import math
import re
from collections.abc import Sequence
from typing import Any

from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Header

# Millimetres. OpenEXR's standard attributes since 3.2 (openexr.com, "Standard Attributes"; the pinhole's is the one
# that perspective goes by), what writers of EXR used before, V-Ray's, and Exif 2.3, tag 37386.
focal_names = (
    "pinholeFocalLength", "effectiveFocalLength", "nominalFocalLength", "focalLength", "cameraFocalLength",
    "Exif:FocalLength",
)  # fmt: skip
# The width that the picture shows, millimetres: V-Ray's film gate.
width_names = ("cameraAperture",)
# OpenEXR 3.2 again: box2i of photosites; the distance between two of them in micrometres; the sensor's size, v2f mm.
RECTANGLE, PITCH, SENSOR = "sensorAcquisitionRectangle", "sensorPhotositePitch", "sensorOverallDimensions"
MICROMETRES = 1000.0


def focal_px_of(header: Header, settings: FaceTrackSettings) -> float:
    """The focal length in square plate pixels; NaN where neither knobs nor header say focal length and sensor.

    Knobs come first, each by itself. The sensor's width counts unsqueezed, as the knob says it; a header says that of
    the sensor itself, which an anamorphic lens spreads over `pixel_aspect` times as many square pixels.
    """
    focal_mm = settings.focal_mm or _first(header, focal_names)
    sensor_mm = settings.sensor_mm or _sensor_mm(header) * header.pixel_aspect
    columns_square = header.display.width * header.pixel_aspect
    return focal_mm / sensor_mm * columns_square


def _sensor_mm(header: Header) -> float:
    """The width of the sensor that the plate shows; NaN where the header does not tell."""
    rectangle, pitch = header.attribute(RECTANGLE), _number(header.attribute(PITCH))
    if isinstance(rectangle, Sequence) and len(rectangle) == len(("left", "top", "right", "bottom")):
        read_out = (_number(rectangle[2]) - _number(rectangle[0]) + 1) * pitch / MICROMETRES
        if read_out > 0:
            return read_out
    size = header.attribute(SENSOR)
    width = _number(size[0]) if isinstance(size, Sequence) and len(size) else math.nan
    return width if width > 0 else _first(header, width_names)


def _first(header: Header, names: Sequence[str]) -> float:
    """The first of these attributes that holds a length; NaN where none does."""
    lengths = (_number(header.attribute(name)) for name in names)
    return next((length for length in lengths if length > 0), math.nan)


def _number(value: Any) -> float:
    """A finite number, a fraction of two, or the number that a text begins with; NaN for anything else."""
    if isinstance(value, tuple | list):
        top, below = (*value, math.nan, math.nan)[:2]
        return _number(top) / _number(below) if isinstance(below, int | float) and below else math.nan
    if isinstance(value, str):
        leading = re.match(r"\s*\d+(\.\d+)?", value)
        return float(leading[0]) if leading else math.nan
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.nan
