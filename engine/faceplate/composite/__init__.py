"""The swap put into the plate: residual or in its place, colour matched, blended in scene-linear light."""

from faceplate.composite.face import Composite, composite_face

__all__ = ["Composite", "composite_face"]
