"""One-shot swappers: a face of one person in, and an embedding of another, who is then seen on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from faceplate.models import Amount, IdentityInput, ModelCard, framed_crop
from faceplate.swap.initialiser import Initialiser
from faceplate.swap.signature import Port, Signature, fits, square_side

kind = "one-shot swapper"
not_ours = "not stated: the file carries no card; ask who is in the source pictures"


@dataclass(frozen=True)
class Family:
    """One-shot swappers that are alike in all but their weights.

    Attributes:
        name: as the knob `one_shot` has it.
        side_px: of their faces.
        framing: how those are cropped.
        identity: their second input.
        licence: as their authors publish them.
        mean, spread: of what they see, RGB.
        image_mean, image_spread: of what they give, where that is another range.
        named: what their inputs are called, face and embedding, in the files there are.
    """

    name: str
    side_px: int
    framing: str
    identity: IdentityInput
    licence: str
    mean: Amount = 0.0
    spread: Amount = 1.0
    image_mean: Amount | None = None
    image_spread: Amount | None = None
    named: tuple[tuple[str, str], ...] = (("target", "source"),)

    def __str__(self) -> str:
        return f"{self.name} {self.side_px}"


simswap_licence = "CC BY-NC 4.0, as its authors publish it: academic and non-commercial use alone"
imagenet: tuple[tuple[float, float, float], tuple[float, float, float]] = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# Shapes, ranges and crops as the programs that serve them have them: InsightFace's `inswapper.py`, FaceFusion 3.8.1.
families = (
    Family(
        "inswapper", 128, "arcface_128", IdentityInput("source", mapped=True),
        "InsightFace's, as its authors publish it: non-commercial research use alone",
    ),
    Family(
        "simswap", 256, "arcface_112_v1", IdentityInput("source", "simswap"),
        simswap_licence, *imagenet, image_mean=0.0, image_spread=1.0,
    ),
    Family(
        "simswap", 512, "arcface_112_v1", IdentityInput("source", "simswap"), simswap_licence,
        named=(("target", "source"), ("input", "onnx::Gemm_1")),
    ),
    Family(
        "ghost", 256, "arcface_112_v1", IdentityInput("source", "ghost", length="own"),
        "Apache-2.0, as its authors publish it", 0.5, 0.5,
    ),
    Family(
        "hyperswap", 256, "arcface_128", IdentityInput("source"),
        "ResearchRAIL, as its authors publish it: research use alone", 0.5, 0.5,
    ),
)  # fmt: skip
names = tuple(dict.fromkeys(family.name for family in families))
ghost_outputs = ("781", "1165", "1549")
"""What exporting the three Ghosts left as the names of their outputs."""


def one_shot_card(found: Signature, asked: str, last: Callable[[], Initialiser | None]) -> tuple[ModelCard, str] | str:
    """The card of a one-shot swapper and what it was known by, or why it is none.

    `asked` is the family that a person named, or `auto`. `last` reads the file's last initialiser, where it matters.
    """
    inputs = {port.name: port for port in found.inputs}
    named = {names: inputs.keys() == set(names) for family in families for names in family.named}
    called = next((names for names, holds in named.items() if holds), None)
    if called is None or not found.outputs:
        return f"its inputs are not {' or '.join(' and '.join(names) for names in named)}"
    face, who = (inputs[name] for name in called)
    likely = [family for family in families if called in family.named and asked in ("auto", family.name)]
    fitting = [family for family in likely if family.side_px == square_side(face, "NCHW")]
    against = _against(fitting, likely, face, who, found.outputs[0])
    if against:
        return f"it has {' and '.join(called)}, but {against}"
    family, why = _told(fitting, found.outputs, asked, " and ".join(called))
    if family is not None and family.identity.mapped and not _maps(last(), family.identity):
        wanted = f"{family.identity.values} x {family.identity.values}"
        return f"it is {family} by its inputs, but its last initialiser is not the {wanted} it should be: {last()}"
    return why if family is None else (_card(family, found, called), why)


def _against(fitting: Sequence[Family], likely: Sequence[Family], face: Port, who: Port, image: Port) -> str:
    """Which of the shapes is that of no family; empty where all are."""
    if not fitting:
        return f"{face} is no face of {', '.join(map(str, likely)) or 'the family that was named'}"
    side, values = fitting[0].side_px, fitting[0].identity.values
    if not fits(who, (1, values)):
        return f"{who} is no embedding of {values}"
    return "" if fits(image, (1, 3, side, side)) else f"{image} is no face of {side} px"


def _told(fitting: Sequence[Family], outputs: tuple[Port, ...], asked: str, inputs: str) -> tuple[Family | None, str]:
    """The one family of several, and by what it is told from the others."""
    if len(fitting) == 1:
        by = f"its inputs, {inputs}" if asked == "auto" else "the knob one_shot, which its inputs bear out"
        return fitting[0], f"{fitting[0]}, by {by}"
    marks = {
        "hyperswap": len(outputs) > 1 and fits(outputs[1], (1, 1, fitting[0].side_px, fitting[0].side_px)),
        "ghost": outputs[0].name in ghost_outputs,
    }
    marked = [family for family in fitting if marks.get(family.name)]
    if len(marked) == 1:
        by = " and ".join(f"output {port}" for port in outputs)
        return marked[0], f"{marked[0]}, by its inputs, {inputs}, and its {by}"
    either = " or ".join(map(str, fitting))
    return None, f"it may be {either}, which look alike: say which with FaceSwap's knob one_shot (--one-shot)"


def _maps(last: Initialiser | None, about: IdentityInput) -> bool:
    return last is not None and last.shape == (about.values, about.values)


def _card(family: Family, found: Signature, called: tuple[str, str]) -> ModelCard:
    return ModelCard(
        name=str(family),
        version="unknown",
        licence=family.licence,
        source="unknown; recognised by its inputs",
        consent=not_ours,
        side_px=family.side_px,
        layout="NCHW",
        order="RGB",
        encoding="srgb",
        white=1.0,
        mean=family.mean,
        spread=family.spread,
        image_mean=family.image_mean,
        image_spread=family.image_spread,
        crop=framed_crop(family.framing, family.side_px),
        framing=family.framing,
        input=called[0],
        image=found.outputs[0].name,
        mattes={},
        identity=replace(family.identity, input=called[1]),
    )
