from dataclasses import dataclass

from faceplate.spec import NodeSpec, Settings, knob, register


@dataclass(frozen=True, kw_only=True)
class FaceCheckSettings(Settings):
    """What FaceCheck shows."""

    show: str = knob(
        "difference",
        help="Comp: the comp itself. Difference: how far it is from the plate. Outside: the same where the matte is 0, "
        "so black if all is well. Nan: samples that are no number, or infinite. Clipped: samples at or over white, or "
        "under black. Grain: how far each sample of the comp is from the blurred comp.",
        choices=("comp", "difference", "outside", "nan", "clipped", "grain"),
        group="Check",
    )
    gain: float = knob(
        10.0, help="What differences and grain are multiplied by.", group="Check", minimum=0.001, maximum=100000.0
    )
    white: float = knob(
        100.0, help="Scene-linear light from which on a sample counts as clipped.", group="Check", minimum=0.0
    )
    black: float = knob(
        -1.0, help="Scene-linear light under which a sample counts as clipped.", group="Check", maximum=0.0
    )


FACE_CHECK = register(
    NodeSpec(
        name="FaceCheck",
        version=1,
        summary="Shows what differs from the plate, what is no number, what is clipped, and the grain of both.",
        inputs=("comp", "plate", "matte"),
        settings=FaceCheckSettings,
    )
)
