from dataclasses import dataclass

from faceplate.align import sampling_filters
from faceplate.models import face_types
from faceplate.spec import NodeSpec, Settings, knob, register
from faceplate.swap.devices import device_choices
from faceplate.swap.one_shot_settings import OneShotSettings
from faceplate.swap.processor_settings import ProcessorSettings


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
        help="In replace mode, how far the swap's colours inside the matte are brought to the plate's.",
        minimum=0.0,
        maximum=1.0,
        group="Colour",
    )
    colour_match_method: str = knob(
        "mean",
        help="What of the colours is matched: their mean; mean and contrast of each channel (mean_variance); how the "
        "channels go together, too (covariance); or each channel's whole histogram.",
        choices=("mean", "mean_variance", "covariance", "histogram"),
        group="Colour",
    )
    colour_smooth: int = knob(
        0,
        help="The colour match goes by this many frames to either side, too, as far as they are under the same light: "
        "from 2 on it is steady on a static shot. 0 matches each frame by itself; "
        "each of the others is read once more.",
        unit="frames",
        minimum=0,
        maximum=24,
        group="Colour",
    )
    filter: str = knob(
        "keys",
        help="What a picture is enlarged with on its way to the model and back, by Nuke's names: simon, rifman and "
        "Lanczos are sharper than keys, mitchell is softer; a picture that gets smaller is anti-aliased with all of "
        "these. Deepfacelab samples as that system does, bicubic and without anti-aliasing, for models trained so.",
        choices=sampling_filters,
        group="Sampling",
    )
    face_type: str = knob(
        "model",
        help="The crop that the model was trained on, by DeepFaceLab's face types. Model takes what the model's card "
        "says; a DFM file says nothing, and is taken for whole_face.",
        choices=("model", *face_types),
        group="Model",
    )
    passes: int = knob(
        1,
        help="How many times finer, across and down, than the model's own pixels a face goes through it: in n x n "
        "passes, each of the whole face a part of a pixel beside the last, put together again. For faces larger than "
        "the model's. Edges land where they belong instead of on the model's pixels; what is finer than those, no "
        "pass sees. Costs n x n runs.",
        minimum=1,
        maximum=8,
        group="Model",
    )
    morph: float = knob(
        1.0,
        help="For models with a morph input (DeepFaceLab's AMP): 0 is the plate's person, 1 the model's. Such a "
        "network goes from one to the other in steps.",
        minimum=0.0,
        maximum=1.0,
        group="Model",
    )
    age_from: float = knob(
        40.0,
        help="For models that take ages: how old the person looks on the plate.",
        unit="years",
        minimum=0.0,
        maximum=120.0,
        group="Model",
    )
    age_to: float = knob(
        40.0,
        help="For models that take ages: how old they are to look.",
        unit="years",
        minimum=0.0,
        maximum=120.0,
        group="Model",
    )
    blend_bands: float = knob(
        0.0,
        help="How many octaves, counted down from the face's size, are left to the plate, so that its light and "
        "contrast stay: with n, all that is larger than the face / 2^(n - 1). Finer ones are each blended over a width "
        "of their own. 0 blends all at once, by the matte alone.",
        minimum=0.0,
        maximum=6.0,
        group="Blend",
    )
    detail: float = knob(
        0.0,
        help="In replace mode, how much of the swap's fine detail on skin gives way to the plate's own: pores, "
        "stubble, and grain, which is then not added again. Eyes, nostrils and the inside of the mouth are left out.",
        minimum=0.0,
        maximum=1.0,
        group="Blend",
    )
    detail_size: float = knob(
        1.0,
        help="What counts as fine detail, in hundredths of the face square: pores from 0.3 on, wrinkles up to 3.",
        unit="%",
        minimum=0.1,
        maximum=10.0,
        group="Blend",
    )
    sharpness_match: float = knob(
        0.0,
        help="How far the swap is given the plate's defocus and motion blur, as each frame shows them in the face. It "
        "is only ever made softer.",
        minimum=0.0,
        maximum=1.0,
        group="Blend",
    )


@dataclass(frozen=True, kw_only=True)
class FaceSwapFileSettings(Settings):
    """With what FaceSwap works in a node graph, and what it gives."""

    model_file: str = knob("", help="The swap model: ONNX with its card, DFM, or one-shot.", group="Swap", file=".onnx")
    track_file: str = knob(
        "", help="The track to go by; where empty, that of the FaceTrack above.", group="Swap", file=".track"
    )
    device: str = knob(
        "auto",
        help="What runs the model: auto takes CUDA where it is there, and the CPU otherwise. Tensorrt builds the "
        "network anew for the GPU in every process, which takes minutes, and may round it otherwise each time.",
        choices=device_choices,
        group="Swap",
    )
    output: str = knob(
        "comp",
        help="Comp is the plate with the face in it; face is the face alone, premultiplied, in the smallest box.",
        choices=("comp", "face"),
        group="Swap",
    )
    layers: bool = knob(
        default=False,
        help="Puts what the comp is made of beside it, to be shuffled and written: face, which merged over the plate "
        "gives the comp; face_raw, the model's answer as it came; face_matte_outline and face_matte_model, what its "
        "matte is made of; face_to_plate, an STMap that reads the model's square and gives the plate.",
        group="Layers",
    )


@dataclass(frozen=True, kw_only=True)
class FaceSwapGraphSettings(OneShotSettings, ProcessorSettings, FaceSwapFileSettings):
    """What FaceSwap is told in a node graph."""


FACE_SWAP = register(
    NodeSpec(
        name="FaceSwap",
        version=4,
        summary="Runs a swap model on the tracked face and puts the result into the plate, in scene-linear light.",
        inputs=("plate", "matte"),
        settings=FaceSwapSettings,
        graph_settings=FaceSwapGraphSettings,
        layers=(
            ("face", ("face.red", "face.green", "face.blue", "face.alpha")),
            ("face_raw", ("face_raw.red", "face_raw.green", "face_raw.blue")),
            ("face_matte_outline", ("face_matte_outline.alpha",)),
            ("face_matte_model", ("face_matte_model.alpha",)),
            ("face_to_plate", ("face_to_plate.u", "face_to_plate.v", "face_to_plate.alpha")),
            ("face_grain_lost", ("face_grain_lost.alpha",)),
        ),
    )
)
