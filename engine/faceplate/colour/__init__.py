"""Encodings, the working space, and the range a model sees. OpenColorIO lives here."""

from faceplate.colour.camera_light import CameraLight, camera_light, working_light
from faceplate.colour.codec import PlateCodec, plate_codec
from faceplate.colour.config import (
    builtin_config,
    colour_spaces,
    config_identity,
    find_space,
    holds_data,
    load_config,
    open_config,
    rec709_config,
    resolve_encoding,
    scene_linear,
)
from faceplate.colour.convert import (
    Conversion,
    conversion,
    from_working,
    to_working,
)
from faceplate.colour.display import display_encoding, to_display
from faceplate.colour.log_grey import LogGrey, to_log
from faceplate.colour.luminance import Luminance, to_luminance
from faceplate.colour.model_range import ModelRange, from_model_range, model_range, to_model_range
from faceplate.colour.native import native_config, native_spaces
from faceplate.colour.shown import shown_plate
from faceplate.colour.unprocessable import Unprocessable

__all__ = [
    "CameraLight",
    "Conversion",
    "LogGrey",
    "Luminance",
    "ModelRange",
    "PlateCodec",
    "Unprocessable",
    "builtin_config",
    "camera_light",
    "colour_spaces",
    "config_identity",
    "conversion",
    "display_encoding",
    "find_space",
    "from_model_range",
    "from_working",
    "holds_data",
    "load_config",
    "model_range",
    "native_config",
    "native_spaces",
    "open_config",
    "plate_codec",
    "rec709_config",
    "resolve_encoding",
    "scene_linear",
    "shown_plate",
    "to_display",
    "to_log",
    "to_luminance",
    "to_model_range",
    "to_working",
    "working_light",
]
