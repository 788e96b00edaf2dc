from dataclasses import replace

from faceplate.align import frame_face
from faceplate.models import card_beside, network_knobs
from faceplate.swap import dfm
from faceplate.swap.model import SwapModel
from faceplate.swap.settings import FaceSwapSettings
from faceplate.track import mesh_to_68
from faceplate.values import Array, Matrix


def fit_model(model: SwapModel, settings: FaceSwapSettings, alignment: Matrix, landmarks_plate: Array) -> SwapModel:
    """The model for one face of one frame: its crop laid over that face, its inputs that knobs set at their values.

    `alignment` is 2 x 3, plate pixels to the unit face square; `landmarks_plate` is points x 2. A model whose card
    gives its crop by scale and centre keeps it, unless FaceSwap's `face_type` names another.
    """
    framing = model.card.framing if settings.face_type == "model" else settings.face_type
    knobs = {name: getattr(settings, name) for name in network_knobs}
    if not framing:
        return replace(model, knobs=knobs)
    crop = frame_face(framing, model.card.side_px, alignment, landmarks_plate[list(mesh_to_68)])
    return replace(model, card=replace(model.card, crop=crop), knobs=knobs)


def assumed_crop(model: SwapModel, settings: FaceSwapSettings) -> str:
    """What a person should know where nobody has said how a model's faces were cropped; empty where it is known."""
    if settings.face_type != "model" or model.recognised.kind != dfm.kind:
        return ""
    return (
        f"{model.source} does not say how its faces were cropped: taken for {model.card.framing}. "
        f"Set face_type, or write {card_beside(model.source).name} beside it"
    )
