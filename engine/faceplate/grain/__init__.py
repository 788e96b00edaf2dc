"""The plate's grain: measured, taken out, made anew, carried over, kept in a file.

frames -> measure/ (with response/) -> GrainProfile (profile/) -> remove/, apply/
"""

from faceplate.grain.apply.field import grain_field
from faceplate.grain.apply.outputs import grain_output
from faceplate.grain.apply.regrain import (
    FACE_REGRAIN,
    FaceRegrainGraphSettings,
    FaceRegrainSettings,
    grain_outputs,
    grain_pictures,
    regrain,
)
from faceplate.grain.apply.resized import resized_profile
from faceplate.grain.apply.transfer import transfer_grain, transfer_margin_px
from faceplate.grain.measure.compared import frames_apart, frames_to_measure
from faceplate.grain.measure.measure import BlocksUsed, GrainMeasureSettings, measure_grain
from faceplate.grain.profile.curve_file import curve_as_json, with_curve
from faceplate.grain.profile.profile import read_profile, write_profile
from faceplate.grain.profile.profile_json import profile_as_json, profile_from_json, profile_notes, radial_power
from faceplate.grain.remove.degrain import degrain, degrain_margin_px, degrain_motion_margin_px
from faceplate.grain.remove.devices import degrain_device, degrain_device_choices, degrain_gpu_problem
from faceplate.grain.remove.settings import (
    FACE_DEGRAIN,
    DegrainProcessorSettings,
    FaceDegrainGraphSettings,
    FaceDegrainSettings,
)
from faceplate.grain.response.response import sigma_at

__all__ = [
    "FACE_DEGRAIN",
    "FACE_REGRAIN",
    "BlocksUsed",
    "DegrainProcessorSettings",
    "FaceDegrainGraphSettings",
    "FaceDegrainSettings",
    "FaceRegrainGraphSettings",
    "FaceRegrainSettings",
    "GrainMeasureSettings",
    "curve_as_json",
    "degrain",
    "degrain_device",
    "degrain_device_choices",
    "degrain_gpu_problem",
    "degrain_margin_px",
    "degrain_motion_margin_px",
    "frames_apart",
    "frames_to_measure",
    "grain_field",
    "grain_output",
    "grain_outputs",
    "grain_pictures",
    "measure_grain",
    "profile_as_json",
    "profile_from_json",
    "profile_notes",
    "radial_power",
    "read_profile",
    "regrain",
    "resized_profile",
    "sigma_at",
    "transfer_grain",
    "transfer_margin_px",
    "with_curve",
    "write_profile",
]
