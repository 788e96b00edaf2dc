"""DeepFaceLab's `export SAEHD/AMP as dfm`: BGR, rows x columns x channels, 0 to 1, and nothing else said."""

from faceplate.models import KnobInput, ModelCard, framed_crop
from faceplate.swap.signature import Signature, square_side

kind = "DFM (DeepFaceLab)"
face_type = "whole_face"
"""The file does not say how its faces were cropped; this is how most are."""

image, mattes = "out_celeb_face", {"face": "out_face_mask", "celeb_face": "out_celeb_face_mask"}
unsaid = "not stated: a DFM carries no card; write one beside it"


def dfm_card(found: Signature) -> ModelCard | str:
    """The card of a network that DeepFaceLab exported, or why it is none."""
    inputs, outputs = ({port.stem: port for port in ports} for ports in (found.inputs, found.outputs))
    if "in_face" not in inputs or not inputs.keys() <= {"in_face", "morph_value"}:
        return "its inputs are not in_face, or in_face and morph_value"
    missing = {image, *mattes.values()} - outputs.keys()
    if missing:
        return f"it has in_face, but no {', '.join(sorted(missing))}"
    face = inputs["in_face"]
    side = square_side(face, "NHWC")
    if side is None:
        return f"it has in_face, but {face} is no face of a known size"
    return ModelCard(
        name=kind,
        version="AMP" if "morph_value" in inputs else "SAEHD",
        licence=unsaid,
        source="trained with DeepFaceLab",
        consent=unsaid,
        side_px=side,
        layout="NHWC",
        order="BGR",
        encoding="srgb",
        white=1.0,
        mean=0.0,
        spread=1.0,
        crop=framed_crop(face_type, side),
        framing=face_type,
        input=face.name,
        image=outputs[image].name,
        mattes={name: outputs[output].name for name, output in mattes.items()},
        knobs={port.name: KnobInput(("morph",)) for stem, port in inputs.items() if stem == "morph_value"},
    )
