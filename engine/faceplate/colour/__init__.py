"""Encodings, the working space, and the range a model sees. OpenColorIO lives here."""

from faceplate.colour.config import (
    builtin_config,
    colour_spaces,
    config_identity,
    load_config,
    resolve_encoding,
    scene_linear,
)
from faceplate.colour.convert import (
    Conversion,
    conversion,
    from_model_range,
    from_working,
    to_display,
    to_model_range,
    to_working,
)

__all__ = [
    "Conversion",
    "builtin_config",
    "colour_spaces",
    "config_identity",
    "conversion",
    "from_model_range",
    "from_working",
    "load_config",
    "resolve_encoding",
    "scene_linear",
    "to_display",
    "to_model_range",
    "to_working",
]
