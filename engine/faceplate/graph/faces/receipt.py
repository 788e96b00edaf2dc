"""What a delivery tells of the faces in it: whose model, on what consent, by which track."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from faceplate.deliver import file_digest
from faceplate.graph.degrained import degrained_on
from faceplate.graph.faces.analysed import degrain_device_of, model_of
from faceplate.graph.faces.stream import opened
from faceplate.graph.faces.tracked import track_path
from faceplate.graph.render import Node
from faceplate.swap import SwapModel


@dataclass(frozen=True)
class FacesAbout:
    """For a receipt.

    Attributes:
        inputs: models and tracks by the node that uses them.
        model_digest: those of all models, each once, parted by spaces; empty where no face is replaced.
        consent: the consent records of all models, each once, parted by semicolons.
    """

    inputs: dict[str, dict[str, str]]
    model_digest: str
    consent: str


def faces_about(nodes: Sequence[Node]) -> FacesAbout:
    """What is to be told of the faces that these nodes put into a picture, each at its own moment.

    Raises:
        ModelError: a model is missing or damaged.
        PlateError: a track is not there.
    """
    swaps = [(group, model_of(group)) for group in _made_by("FaceSwap", nodes)]
    inputs: dict[str, dict[str, str]] = {}
    for group, model in swaps:
        for role, about in _inputs(group, model):
            # One node may stand in a picture at two frames, with a model for each.
            inputs[role if inputs.get(role, about) == about else f"{role} at frame {group.moment.frame:g}"] = about
    for group in _made_by("FaceDegrain", nodes):
        told = degrained_on(degrain_device_of(group))
        inputs |= {f"{group.path} {role}": about for role, about in told.items()}
    return FacesAbout(
        inputs=inputs,
        model_digest=" ".join(dict.fromkeys(model.digest for _, model in swaps)),
        consent="; ".join(dict.fromkeys(model.card.consent for _, model in swaps)),
    )


def _made_by(name: str, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The groups of ours by this name whose results are among the nodes, each once."""
    groups = (node.parent for node in nodes if node.values.get("faceplate_result") == name)
    return tuple(dict.fromkeys(group for group in groups if group is not None))


def _inputs(group: Node, model: SwapModel) -> Iterable[tuple[str, dict[str, str]]]:
    yield f"{group.path} model", {"path": model.source, "digest": model.digest, "device": model.device}
    if model.identity is not None:
        yield from ((f"{group.path} {role}", dict(about)) for role, about in model.identity.inputs.items())
    source = group.input(0)
    if source is not None:
        track = track_path(group, source)
        yield f"{group.path} track", {"path": track, "digest": opened(group, "track_file", track, file_digest)}
