"""The plate's grain: measured, taken out, made anew, carried over, kept in a file.

frames -> measure_grain -> GrainProfile -> degrain, regrain, transfer_grain
"""

from faceplate.grain.degrain import (
    FACE_DEGRAIN,
    FaceDegrainGraphSettings,
    FaceDegrainSettings,
    degrain,
    degrain_margin_px,
)
from faceplate.grain.field import grain_field
from faceplate.grain.measure import GrainMeasureSettings, measure_grain
from faceplate.grain.profile import profile_as_json, profile_notes, read_profile, write_profile
from faceplate.grain.regrain import FACE_REGRAIN, FaceRegrainGraphSettings, FaceRegrainSettings, regrain
from faceplate.grain.response import sigma_at
from faceplate.grain.transfer import transfer_grain

__all__ = [
    "FACE_DEGRAIN",
    "FACE_REGRAIN",
    "FaceDegrainGraphSettings",
    "FaceDegrainSettings",
    "FaceRegrainGraphSettings",
    "FaceRegrainSettings",
    "GrainMeasureSettings",
    "degrain",
    "degrain_margin_px",
    "grain_field",
    "measure_grain",
    "profile_as_json",
    "profile_notes",
    "read_profile",
    "regrain",
    "sigma_at",
    "transfer_grain",
    "write_profile",
]
