import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, TypeAlias

import numpy as np

from faceplate.errors import ModelError
from faceplate.models.framing import CropGeometry, framed_crop, framings
from faceplate.models.identity_input import IdentityInput, embedding_range, lengths, recognisers

card_key = "faceplate.card"
card_format = 1
side_range_px = (16, 4096)
crop_scale_range = (0.5, 10.0)
channels = 3
largest_number = 3.4e38
"""What a float32 still holds."""
network_knobs = ("age_from", "age_to", "morph")
"""The knobs of FaceSwap that a network may take as an input."""

Amount: TypeAlias = float | tuple[float, float, float]
"""One number for all channels, or one each for R, G and B, whatever the order of the network's own channels."""


@dataclass(frozen=True)
class KnobInput:
    """An input of a network that FaceSwap's knobs set.

    Attributes:
        names: the knobs, in the order the input holds their values.
        scale: what each knob's value is multiplied by.
    """

    names: tuple[str, ...]
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a swap model wants and gives, and on whose terms. It travels in the ONNX file, or beside it.

    Attributes:
        name: as shown to artists.
        version: of the trained weights.
        licence: SPDX identifier, or the licence's own words.
        source: how and from what it was trained.
        consent: who agreed to be shown, and where that is on record.
        side_px: side of the square crop it sees and gives.
        layout: NCHW or NHWC.
        order: RGB or BGR.
        encoding: colour space of its pixels, a name or alias of the OpenColorIO config (`acescct`), or `srgb`.
        primaries: a scene-linear colour space whose primaries the pixels have under the curve of `encoding`
            (`acescg`, `rec709`); empty for the primaries of `encoding` itself.
        white: scene-linear value that stands at 1.0 once exposed and encoded.
        anchor: scene-linear luminance to which a face's median is exposed for the model; 0 leaves exposure alone.
        mean: subtracted from an encoded value before the network; one number, or one each for R, G and B.
        spread: the encoded value is divided by this after `mean`; one number above 0, or one each for R, G and B.
        image_mean: added to what the image output gives, after `image_spread`; None where that is `mean`.
        image_spread: what the image output gives is multiplied by this; None where that is `spread`.
        crop: geometry of the crop; for a `framing`, that of the mean face.
        framing: name of the framing that the crop follows face by face (`framings`); empty where `crop` says it all.
        input: name of the network's image input.
        image: name of its image output.
        mattes: its matte outputs, name of the matte to name of the output.
        knobs: its inputs that knobs set, by name; under the name of the image input, planes that follow its colours.
        identity: the input that says whom to show, for one-shot models; None for models of known people.
    """

    name: str
    version: str
    licence: str
    source: str
    consent: str
    side_px: int
    layout: str
    order: str
    encoding: str
    primaries: str = ""
    white: float
    anchor: float = 0.0
    mean: Amount
    spread: Amount
    image_mean: Amount | None = None
    image_spread: Amount | None = None
    crop: CropGeometry
    framing: str = ""
    input: str
    image: str
    mattes: Mapping[str, str]
    knobs: Mapping[str, KnobInput] = field(default_factory=dict)
    identity: IdentityInput | None = None

    @property
    def image_range(self) -> tuple[Amount, Amount]:
        """What the image output is multiplied by, and what is then added, to be encoded values again."""
        spread = self.spread if self.image_spread is None else self.image_spread
        return spread, self.mean if self.image_mean is None else self.image_mean


_nothing = object()
_unsaid = {
    entry.name: entry.default if entry.default is not MISSING else {}
    for entry in fields(ModelCard)
    if entry.default is not MISSING or entry.default_factory is not MISSING
}


def card_to_json(card: ModelCard) -> str:
    """The text that stands in the ONNX file under `faceplate.card`; what is left at its default is not written."""
    entries = {name: value for name, value in asdict(card).items() if value != _unsaid.get(name, _nothing)}
    framing = entries.pop("framing", "")
    entries["crop"] = framing or {"scale": card.crop.scale, "centre": card.crop.centre}
    return json.dumps({"card": card_format, **entries}, indent=1)


def card_from_json(text: str, source: str) -> ModelCard:
    """The card in a model's metadata or beside it, checked; `source` names the file in errors.

    Raises:
        ModelError: not JSON, of a newer format, or with a field that is missing, unknown or out of range.
    """
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as fault:
        raise _refusal(source, "a card in JSON", str(fault)) from fault
    if not isinstance(entries, dict) or entries.pop("card", None) != card_format:
        raise _refusal(source, f"a card of format {card_format}", text[:80])
    try:
        framed = _framed(entries.pop("crop"), entries["side_px"])
        amounts = {name: _amount(entries.pop(name)) for name in ("mean", "spread")}
        amounts |= {name: _amount(entries.pop(name)) for name in ("image_mean", "image_spread") if name in entries}
        knobs = {name: _knob_input(**about) for name, about in entries.pop("knobs", {}).items()}
        identity = IdentityInput(**entries.pop("identity")) if "identity" in entries else None
        card = ModelCard(**framed, **amounts, knobs=knobs, identity=identity, **entries)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError) as fault:
        raise _refusal(source, "every field of the model card", str(fault)) from fault
    check_card(card, source)
    return card


def check_card(card: ModelCard, source: str) -> None:
    """Refuses a card with a field out of range; `source` names the file in errors.

    Raises:
        ModelError: a field is out of range.
    """
    words = ("name", "version", "licence", "source", "consent", "encoding", "input", "image")
    rules: list[tuple[str, Any, bool]] = [
        *((word, getattr(card, word), _is_text(getattr(card, word))) for word in words),
        ("layout NCHW or NHWC", card.layout, card.layout in ("NCHW", "NHWC")),
        ("order RGB or BGR", card.order, card.order in ("RGB", "BGR")),
        ("side_px of 16 to 4096", card.side_px, isinstance(card.side_px, int) and _within(card.side_px, side_range_px)),
        ("crop scale of 0.5 to 10", card.crop.scale, _within(card.crop.scale, crop_scale_range)),
        ("crop centre as two numbers", card.crop.centre, bool(np.isfinite(card.crop.centre).all())),
        (f"framing as one of {', '.join(framings)}, or nothing", card.framing, card.framing in ("", *framings)),
        ("primaries as a name, or nothing", card.primaries, card.primaries == "" or _is_text(card.primaries)),
        ("white as a number above 0", card.white, _is_number(card.white) and card.white > 0),
        ("anchor as a luminance of 0 or more", card.anchor, _is_number(card.anchor) and card.anchor >= 0),
        *(
            (f"{name} as a number, or one for each of R, G, B", amount, all(map(_is_number, _each(amount))))
            for name, amount in (("mean", card.mean), ("image_mean", card.image_range[1]))
        ),
        *(
            (
                f"{name} as a number above 0, or one for each of R, G, B",
                amount,
                all(_is_number(part) and np.float32(part) > 0 for part in _each(amount)),
            )
            for name, amount in (("spread", card.spread), ("image_spread", card.image_range[0]))
        ),
        ("mattes as names", card.mattes, _is_names(card.mattes)),
        (f"knobs among {', '.join(network_knobs)}", card.knobs, all(map(_is_knob_input, card.knobs.values()))),
        (_identity_rule, card.identity, card.identity is None or _is_identity(card.identity, card)),
    ]
    for expected, came, holds in rules:
        if not holds:
            raise _refusal(source, expected, repr(came))


def _framed(crop: Any, side_px: Any) -> dict[str, Any]:
    """Crop and framing, of a framing's name or of scale and centre."""
    if not isinstance(crop, str):
        return {"crop": CropGeometry(float(crop["scale"]), (float(crop["centre"][0]), float(crop["centre"][1])))}
    if crop not in framings:
        raise ValueError(f"crop {crop!r}, which is none of {', '.join(framings)}")
    return {"crop": framed_crop(crop, side_px), "framing": crop}


def _knob_input(names: Any, scale: Any = 1.0) -> KnobInput:
    return KnobInput(tuple(names) if isinstance(names, list) else (names,), scale)


def _is_knob_input(about: KnobInput) -> bool:
    return bool(about.names) and all(name in network_knobs for name in about.names) and _is_number(about.scale)


_identity_rule = (
    f"identity by an input of its own, a recogniser of {', '.join(recognisers)}, "
    f"{embedding_range[0]} to {embedding_range[1]} values and a length of {' or '.join(lengths)}"
)


def _is_identity(about: IdentityInput, card: ModelCard) -> bool:
    return (
        _is_text(about.input)
        and about.input not in (card.input, *card.knobs)
        and about.recogniser in recognisers
        and isinstance(about.values, int)
        and _within(about.values, embedding_range)
        and about.length in lengths
        and isinstance(about.mapped, bool)
    )


def _amount(value: Any) -> Any:
    """JSON has no tuples; anything that is not a list of three is left for `check_card` to refuse."""
    return tuple(value) if isinstance(value, list) and len(value) == channels else value


def _each(amount: Any) -> tuple[Any, ...]:
    return amount if isinstance(amount, tuple) else (amount,)


def _within(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= largest_number


def _is_names(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(part) for pair in value.items() for part in pair)


_mend = "export the model again with a complete card, or correct the one beside it"


def _refusal(source: str, expected: str, came: str) -> ModelError:
    return ModelError(f"{source}: model card", expected=expected, came=came, next_step=_mend)
