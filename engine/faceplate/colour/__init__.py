"""Encodings, the working space, and the range a model sees. OpenColorIO lives here."""

from faceplate.colour.codec import PlateCodec, plate_codec
from faceplate.colour.config import (
    builtin_config,
    colour_spaces,
    config_identity,
    load_config,
    open_config,
    resolve_encoding,
    scene_linear,
)
from faceplate.colour.convert import (
    Conversion,
    conversion,
    from_working,
    to_display,
    to_working,
)
from faceplate.colour.luminance import Luminance, to_luminance
from faceplate.colour.model_range import ModelRange, from_model_range, model_range, to_model_range
from faceplate.colour.shown import shown_plate
from faceplate.colour.unprocessable import Unprocessable

__all__ = [
    "Conversion",
    "Luminance",
    "ModelRange",
    "PlateCodec",
    "Unprocessable",
    "builtin_config",
    "colour_spaces",
    "config_identity",
    "conversion",
    "from_model_range",
    "from_working",
    "load_config",
    "model_range",
    "open_config",
    "plate_codec",
    "resolve_encoding",
    "scene_linear",
    "shown_plate",
    "to_display",
    "to_luminance",
    "to_model_range",
    "to_working",
]
