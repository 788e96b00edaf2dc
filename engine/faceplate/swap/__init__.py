"""The swap model: loaded with its card, run on a device, given its crop. ONNX Runtime lives here."""

from faceplate.swap.crop import crop_through, cut_crop, region_of
from faceplate.swap.devices import choose_device, device_choices, device_problems, provider_names, runtime_version
from faceplate.swap.embedding import check_embedding, mean_embedding, with_identity
from faceplate.swap.exposure import exposure_ev
from faceplate.swap.fitted import assumed_crop, fit_model
from faceplate.swap.identity import load_identity_converter, load_identity_model, recogniser_inputs
from faceplate.swap.model import SwapModel, load_model, recognised_model
from faceplate.swap.one_shot_settings import OneShotSettings
from faceplate.swap.processor_settings import ProcessorSettings
from faceplate.swap.recognise import Recognised
from faceplate.swap.settings import FACE_SWAP, FaceSwapGraphSettings, FaceSwapSettings
from faceplate.swap.source_identity import Identity

__all__ = [
    "FACE_SWAP",
    "FaceSwapGraphSettings",
    "FaceSwapSettings",
    "Identity",
    "OneShotSettings",
    "ProcessorSettings",
    "Recognised",
    "SwapModel",
    "assumed_crop",
    "check_embedding",
    "choose_device",
    "crop_through",
    "cut_crop",
    "device_choices",
    "device_problems",
    "exposure_ev",
    "fit_model",
    "load_identity_converter",
    "load_identity_model",
    "load_model",
    "mean_embedding",
    "provider_names",
    "recognised_model",
    "recogniser_inputs",
    "region_of",
    "runtime_version",
    "with_identity",
]
