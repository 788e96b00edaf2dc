"""The swap put into the plate: residual or in its place, colour matched, blended in scene-linear light."""

from faceplate.composite.face import Composite, PlateRegion, composite_face

__all__ = ["Composite", "PlateRegion", "composite_face"]
