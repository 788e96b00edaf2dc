"""What a supervisor looks for: differences from the plate, broken samples, clipping, grain."""

from faceplate.check.settings import FACE_CHECK, FaceCheckSettings
from faceplate.check.show import checked, margin_px

__all__ = ["FACE_CHECK", "FaceCheckSettings", "checked", "margin_px"]
