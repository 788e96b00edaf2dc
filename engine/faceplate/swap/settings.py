from dataclasses import dataclass

from faceplate.spec import NodeSpec, Settings, knob, register
from faceplate.swap.devices import device_choices


@dataclass(frozen=True, kw_only=True)
class FaceSwapSettings(Settings):
    """The knobs of FaceSwap."""

    person: str = knob("person1", help="Whose face is replaced, by the track's name for them.", group="Swap")
    mode: str = knob(
        "residual",
        help="Residual carries the model's change to the plate and keeps pores and grain; "
        "replace puts the model's picture in its place.",
        choices=("residual", "replace"),
        group="Swap",
    )
    mix: float = knob(1.0, help="How much of the swap is seen.", minimum=0.0, maximum=1.0, group="Swap")
    exposure_ev: float = knob(
        0.0,
        help="Exposure of the face on its way into the model, taken back on the way out.",
        unit="EV",
        minimum=-10.0,
        maximum=10.0,
        group="Colour",
    )
    exposure_match: float = knob(
        1.0,
        help="How far the face's exposure is brought to what the model expects, where the model's card says what.",
        minimum=0.0,
        maximum=1.0,
        group="Colour",
    )
    exposure_smooth: float = knob(
        24.0,
        help="Changes of the face's light faster than this many frames do not move its exposure.",
        unit="frames",
        minimum=2.0,
        maximum=240.0,
        group="Colour",
    )
    colour_match: float = knob(
        1.0,
        help="In replace mode, how far the swap's mean colour inside the matte is brought to the plate's.",
        minimum=0.0,
        maximum=1.0,
        group="Colour",
    )


@dataclass(frozen=True, kw_only=True)
class FaceSwapGraphSettings(Settings):
    """What FaceSwap is told in a node graph."""

    model_file: str = knob("", help="The swap model.", group="Swap", file=".onnx")
    track_file: str = knob(
        "", help="The track to go by; where empty, that of the FaceTrack above.", group="Swap", file=".track"
    )
    device: str = knob(
        "auto",
        help="What runs the model: auto takes CUDA where it is there, and the CPU otherwise.",
        choices=device_choices,
        group="Swap",
    )
    output: str = knob(
        "comp",
        help="Comp is the plate with the face in it; face is the face alone, premultiplied, in the smallest box.",
        choices=("comp", "face"),
        group="Swap",
    )


FACE_SWAP = register(
    NodeSpec(
        name="FaceSwap",
        version=2,
        summary="Runs a swap model on the tracked face and puts the result into the plate, in scene-linear light.",
        inputs=("plate", "matte"),
        settings=FaceSwapSettings,
        graph_settings=FaceSwapGraphSettings,
    )
)
