"""Re-ageing networks after Disney's FRAN, as its open re-implementation is exported: two ages beside a face."""

from faceplate.models import KnobInput, ModelCard, framed_crop
from faceplate.swap.signature import Signature, fits, square_side

kind = "re-ageing (FRAN)"
framing = "ffhq_512"
unsaid = "not stated: the file carries no card; write one beside it"


def reage_card(found: Signature) -> ModelCard | str:
    """The card of a network that takes a face `target` and its two ages as `direction`, or why it is none.

    The ages are over 100: how old on the plate, then how old wanted. The face is RGB, 0 to 1, cropped as FFHQ.
    """
    inputs = {port.name: port for port in found.inputs}
    if inputs.keys() != {"target", "direction"} or len(found.outputs) != 1:
        return "its inputs are not target and direction, its output one picture"
    side = square_side(inputs["target"], "NCHW")
    if side is None:
        return f"it has target and direction, but {inputs['target']} is no face of a known size"
    if not (fits(inputs["direction"], (2,)) or fits(inputs["direction"], (1, 2))):
        return f"it has target and direction, but {inputs['direction']} are not two ages"
    return ModelCard(
        name=kind,
        version="unknown",
        licence=unsaid,
        source="unknown; recognised by its inputs",
        consent=unsaid,
        side_px=side,
        layout="NCHW",
        order="RGB",
        encoding="srgb",
        white=1.0,
        mean=0.0,
        spread=1.0,
        crop=framed_crop(framing, side),
        framing=framing,
        input="target",
        image=found.outputs[0].name,
        mattes={},
        knobs={"direction": KnobInput(("age_from", "age_to"), 0.01)},
    )
