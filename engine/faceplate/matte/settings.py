from dataclasses import dataclass, field
from typing import Any

from faceplate.spec import NodeSpec, Settings, knob, knobs_of, register
from faceplate.swap import FaceSwapGraphSettings, FaceSwapSettings


@dataclass(frozen=True, kw_only=True)
class FaceMatteSettings(Settings):
    """The knobs of FaceMatte."""

    erode: float = knob(
        0.0,
        help="Draws the outline in; below 0 it is let out. In hundredths of the face square's side.",
        minimum=-50.0,
        maximum=50.0,
        group="Outline",
    )
    feather: float = knob(
        12.0,
        help="Width of the soft edge, inwards from the outline, in hundredths of the face square's side.",
        minimum=0.5,
        maximum=100.0,
        group="Outline",
    )
    model_matte: float = knob(
        1.0,
        help="How far the model's own matte narrows the outline's.",
        minimum=0.0,
        maximum=1.0,
        group="Model",
    )


def _as_in_face_swap(name: str) -> Any:
    """The knob of FaceSwap of this name, so that both nodes ask the model the same."""
    about, default, _ = {**knobs_of(FaceSwapGraphSettings), **knobs_of(FaceSwapSettings)}[name]
    return field(default=default, metadata={"knob": about})


@dataclass(frozen=True, kw_only=True)
class FaceMatteGraphSettings(Settings):
    """What FaceMatte is told in a node graph."""

    track_file: str = knob(
        "", help="The track to go by; where empty, that of the FaceTrack above.", group="Matte", file=".track"
    )
    person: str = knob("person1", help="Whose face is covered, by the track's name for them.", group="Matte")
    model_file: str = knob(
        "",
        help="A swap model whose own matte narrows the outline's; where empty, the outline alone.",
        group="Matte",
        file=".onnx",
    )
    output: str = knob(
        "stream",
        help="Stream is the plate with the layer matte beside it; matte is the coverage alone, as alpha.",
        choices=("stream", "matte"),
        group="Matte",
    )
    face_type: str = _as_in_face_swap("face_type")
    morph: float = _as_in_face_swap("morph")
    age_from: float = _as_in_face_swap("age_from")
    age_to: float = _as_in_face_swap("age_to")
    passes: int = _as_in_face_swap("passes")
    filter: str = _as_in_face_swap("filter")
    exposure_ev: float = _as_in_face_swap("exposure_ev")
    exposure_match: float = _as_in_face_swap("exposure_match")
    exposure_smooth: float = _as_in_face_swap("exposure_smooth")
    device: str = _as_in_face_swap("device")
    gpu_memory: int = _as_in_face_swap("gpu_memory")
    batch: int = _as_in_face_swap("batch")


FACE_MATTE = register(
    NodeSpec(
        name="FaceMatte",
        version=2,
        summary="Coverage of the face: the landmarks' outline times the model's own matte, feathered.",
        inputs=("plate",),
        settings=FaceMatteSettings,
        graph_settings=FaceMatteGraphSettings,
        layers=(("matte", ("matte.alpha",)),),
    )
)
