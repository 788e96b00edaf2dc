"""The swap put into the plate: residual or in its place, colour matched, blended in scene-linear light."""

from faceplate.composite.face import Composite, composite_face
from faceplate.composite.resampled import PlateRegion, seen_around

__all__ = ["Composite", "PlateRegion", "composite_face", "seen_around"]
