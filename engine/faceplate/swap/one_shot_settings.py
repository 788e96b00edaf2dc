from dataclasses import dataclass

from faceplate.models import recognisers
from faceplate.spec import Settings, knob
from faceplate.swap import one_shot


@dataclass(frozen=True, kw_only=True)
class OneShotSettings(Settings):
    """What a one-shot swapper is told: whom it is to show, by which recogniser, and that its licence is accepted."""

    source: str = knob(
        "",
        help="For one-shot models: pictures of the person to be put in, parted by semicolons. Of several, the mean "
        "of what the recogniser says is taken.",
        group="One-shot",
        file=".png, .jpg, .exr",
    )
    source_face: int = knob(
        0,
        help="Whose face in source pictures that show several, counted from the left; 0 refuses such pictures.",
        group="One-shot",
        minimum=0,
        maximum=64,
    )
    source_colourspace: str = knob(
        "",
        help="Colour space of the source pictures. Empty takes what their headers say, and sRGB for PNG, JPEG and "
        "TIFF files of whole numbers.",
        group="One-shot",
    )
    identity_model: str = knob(
        "",
        help="The face recogniser that says whom the source pictures show: ONNX of the ArcFace family.",
        group="One-shot",
        file=".onnx",
    )
    identity_kind: str = knob(
        "w600k",
        help="Which recogniser that is: w600k of InsightFace (buffalo_l) and those like it, or SimSwap's or Ghost's "
        "own.",
        choices=recognisers,
        group="One-shot",
    )
    identity_converter: str = knob(
        "",
        help="For SimSwap and Ghost with w600k: the ONNX file that turns its embeddings into theirs (crossface).",
        group="One-shot",
        file=".onnx",
    )
    one_shot: str = knob(
        "auto",
        help="Which family a one-shot model is of; auto goes by the file, and asks where it does not tell.",
        choices=("auto", *one_shot.names),
        group="One-shot",
    )
    accept_licence: bool = knob(
        default=False,
        help="One-shot models are not run until this says that the licence of the model and of its recogniser is "
        "accepted, and that the person in the source pictures agreed to be shown. Most are for non-commercial "
        "research alone.",
        group="One-shot",
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """The source pictures."""
        return tuple(name.strip() for name in self.source.split(";") if name.strip())
