"""The light in which a profile's numbers hold."""

from typing import Any

from faceplate.colour import CameraLight, camera_light, working_light
from faceplate.values import GrainProfile


def grain_light(profile: GrainProfile, config: Any = None) -> CameraLight:
    """That of the plate it was measured on: its grain is worked on in that plate's own primaries.

    Raises:
        ColourError: the config does not know the encoding of that plate.
    """
    return camera_light(profile.encoding, config) if profile.light == "camera" else working_light
