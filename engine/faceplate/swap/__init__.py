"""The swap model: loaded with its card, run on a device, given its crop. ONNX Runtime lives here."""

from faceplate.swap.crop import crop_through, cut_crop, region_of
from faceplate.swap.devices import choose_device, cuda_problem, device_choices, runtime_version
from faceplate.swap.exposure import exposure_ev
from faceplate.swap.fitted import assumed_crop, fit_model
from faceplate.swap.identity import load_identity_model
from faceplate.swap.model import SwapModel, load_model, recognised_model
from faceplate.swap.recognise import Recognised
from faceplate.swap.settings import FACE_SWAP, FaceSwapGraphSettings, FaceSwapSettings

__all__ = [
    "FACE_SWAP",
    "FaceSwapGraphSettings",
    "FaceSwapSettings",
    "Recognised",
    "SwapModel",
    "assumed_crop",
    "choose_device",
    "crop_through",
    "cuda_problem",
    "cut_crop",
    "device_choices",
    "exposure_ev",
    "fit_model",
    "load_identity_model",
    "load_model",
    "recognised_model",
    "region_of",
    "runtime_version",
]
