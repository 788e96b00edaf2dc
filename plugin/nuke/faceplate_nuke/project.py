"""The project as the engine needs it: what says what colour and frames mean."""

from __future__ import annotations

import os

import nuke

PROJECT = (
    *("colorManagement", "OCIO_config", "customOCIOConfigPath", "OCIOConfigPath", "workingSpaceLUT"),
    *("int8Lut", "int16Lut", "logLut", "floatLut", "format", "fps"),
)


def project_knobs() -> dict[str, str]:
    """The project's knobs that matter; `$OCIO` goes before them, as it does in Nuke."""
    root = nuke.root()
    knobs = {name: str(root[name].toScript()) for name in PROJECT if root.knob(name) is not None}
    if os.environ.get("OCIO"):
        knobs.update(colorManagement="OCIO", OCIO_config="custom", customOCIOConfigPath=os.environ["OCIO"])
    return knobs
