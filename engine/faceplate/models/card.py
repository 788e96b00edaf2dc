import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

import numpy as np

from faceplate.errors import ModelError

card_key = "faceplate.card"
card_format = 1
side_range_px = (16, 4096)
crop_scale_range = (0.5, 10.0)
channels = 3
largest_number = 3.4e38
"""What a float32 still holds."""

Amount: TypeAlias = float | tuple[float, float, float]
"""One number for all channels, or one each for R, G and B, whatever the order of the network's own channels."""


@dataclass(frozen=True)
class CropGeometry:
    """How a model's crop lies over the unit face square.

    Attributes:
        scale: side of the crop in units of the face square; larger shows more of the head.
        centre: the point of the face square at the middle of the crop.
    """

    scale: float
    centre: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a swap model wants and gives, and on whose terms. It travels inside the ONNX file as metadata.

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
        crop: geometry of the crop.
        input: name of the network's image input.
        image: name of its image output.
        mattes: its matte outputs, name of the matte to name of the output.
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
    crop: CropGeometry
    input: str
    image: str
    mattes: Mapping[str, str]


def card_to_json(card: ModelCard) -> str:
    """The text that stands in the ONNX file under `faceplate.card`; what is left at its default is not written."""
    unsaid = {entry.name for entry in fields(card) if getattr(card, entry.name) == entry.default}
    entries = {name: value for name, value in asdict(card).items() if name not in unsaid}
    return json.dumps({"card": card_format, **entries}, indent=1)


def card_from_json(text: str, source: str) -> ModelCard:
    """The card in a model's metadata, checked; `source` names the file in errors.

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
        crop = entries.pop("crop")
        geometry = CropGeometry(float(crop["scale"]), (float(crop["centre"][0]), float(crop["centre"][1])))
        amounts = {name: _amount(entries.pop(name)) for name in ("mean", "spread")}
        card = ModelCard(crop=geometry, **amounts, **entries)
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise _refusal(source, "every field of the model card", str(fault)) from fault
    _check(card, source)
    return card


def _check(card: ModelCard, source: str) -> None:
    words = ("name", "version", "licence", "source", "consent", "encoding", "input", "image")
    rules: list[tuple[str, Any, bool]] = [
        *((word, getattr(card, word), _is_text(getattr(card, word))) for word in words),
        ("layout NCHW or NHWC", card.layout, card.layout in ("NCHW", "NHWC")),
        ("order RGB or BGR", card.order, card.order in ("RGB", "BGR")),
        ("side_px of 16 to 4096", card.side_px, isinstance(card.side_px, int) and _within(card.side_px, side_range_px)),
        ("crop scale of 0.5 to 10", card.crop.scale, _within(card.crop.scale, crop_scale_range)),
        ("crop centre as two numbers", card.crop.centre, bool(np.isfinite(card.crop.centre).all())),
        ("primaries as a name, or nothing", card.primaries, card.primaries == "" or _is_text(card.primaries)),
        ("white as a number above 0", card.white, _is_number(card.white) and card.white > 0),
        ("anchor as a luminance of 0 or more", card.anchor, _is_number(card.anchor) and card.anchor >= 0),
        ("mean as a number, or one for each of R, G, B", card.mean, all(map(_is_number, _each(card.mean)))),
        (
            "spread as a number above 0, or one for each of R, G, B",
            card.spread,
            all(_is_number(part) and np.float32(part) > 0 for part in _each(card.spread)),
        ),
        ("mattes as names", card.mattes, _is_names(card.mattes)),
    ]
    for expected, came, holds in rules:
        if not holds:
            raise _refusal(source, expected, repr(came))


def _amount(value: Any) -> Any:
    """JSON has no tuples; anything that is not a list of three is left for `_check` to refuse."""
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


def _refusal(source: str, expected: str, came: str) -> ModelError:
    return ModelError(
        f"{source}: model card", expected=expected, came=came, next_step="export the model again with a complete card"
    )
