from dataclasses import dataclass

from faceplate.grain.remove.devices import degrain_device_choices
from faceplate.spec import NodeSpec, Settings, knob, register


@dataclass(frozen=True, kw_only=True)
class FaceDegrainSettings(Settings):
    """How much grain goes."""

    amount: float = knob(1.0, help="Share of the found grain that is taken out.", group="Grain", minimum=0, maximum=1)
    luminance: float = knob(
        1.0,
        help="How strong grain in the luminance is taken to be, 1 as measured.",
        group="Grain",
        minimum=0,
        maximum=4,
    )
    colour: float = knob(
        1.0, help="How strong grain in the colour is taken to be, 1 as measured.", group="Grain", minimum=0, maximum=4
    )
    frames: int = knob(
        5,
        help="How many frames are looked at, this one in the middle; 1 looks at it alone.",
        group="Grain",
        minimum=1,
        maximum=7,
    )


@dataclass(frozen=True, kw_only=True)
class DegrainProcessorSettings(Settings):
    """On what grain is taken out."""

    device: str = knob(
        "auto",
        help="What takes the grain out: auto takes an NVIDIA GPU where it and torch with CUDA are there, and the CPU "
        "otherwise. The two differ by rounding.",
        choices=degrain_device_choices,
        group="Grain",
    )


@dataclass(frozen=True, kw_only=True)
class FaceDegrainFileSettings(Settings):
    """By what FaceDegrain goes in a node graph."""

    profile_file: str = knob(
        "", help="The plate's measured grain; where empty, it is measured on the plate.", group="Grain", file=".grain"
    )


@dataclass(frozen=True, kw_only=True)
class FaceDegrainGraphSettings(DegrainProcessorSettings, FaceDegrainFileSettings):
    """What FaceDegrain is told in a node graph."""


FACE_DEGRAIN = register(
    NodeSpec(
        name="FaceDegrain",
        version=2,
        summary="Takes the plate's grain out, guided by its measured profile and the frames beside it.",
        inputs=("plate",),
        settings=FaceDegrainSettings,
        graph_settings=FaceDegrainGraphSettings,
        layers=(("face_grain_lost", ("face_grain_lost.alpha",)),),
    )
)
