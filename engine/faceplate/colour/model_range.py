"""Scene-linear light to the pixels that a swap model was trained on, and back."""

from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import permutations
from typing import Any

import numpy as np

from faceplate.colour.config import builtin_config, load_config, open_config, scene_linear
from faceplate.colour.convert import Conversion, conversion
from faceplate.colour.swift import Parts, swift_conversion, swift_parts
from faceplate.errors import ColourError
from faceplate.models import ModelCard

short_words = {
    "srgb": "srgb_rec709_scene",
    "rec709": "lin_rec709_scene",
    "rec2020": "lin_rec2020_scene",
    "p3d65": "lin_p3d65_scene",
    "ap0": "lin_ap0_scene",
    "ap1": "lin_ap1_scene",
}
"""What cards may say instead of a colour space's name; they mean the same under every config."""

noise_floor = -0.0625
"""Noise round black and colours out of gamut reach down to here, in light as the model sees it: exposed."""

lowest_filtered = -1.0
"""Scene-linear light below this is a fault of an earlier filter, not a colour, however it is exposed."""

most_mixing = 1e-4
"""Rounding in a config's matrices mixes channels by this much; other primaries do by a hundred times as much."""

least_light = 1e-3


@dataclass(frozen=True)
class ModelRange:
    """The way from scene-linear to the range a model's card states, exposed, and back; neither clips.

    Attributes:
        encode: from scene-linear to the model's range.
        decode: the way back.
        gain: what light gains on its way in.
        parts: what `encode` works with where that is a matrix and a curve; None where it is more.
    """

    encode: Conversion
    decode: Conversion
    gain: float
    parts: Parts | None = None

    @property
    def smooth(self) -> tuple[float, float]:
        """How far a plate is filtered with its crop, in the model's range: its noise round black, and up to white."""
        floor = max(noise_floor / self.gain, lowest_filtered)
        return min(0.0, float(self.encode(np.full((1, 1, 3), floor, np.float32)).min())), 1.0


def model_range(card: ModelCard, exposure_ev: float = 0.0, config: Any = None) -> ModelRange:
    """The range of a card's model; `exposure_ev` is what light gains on its way in and loses on its way out.

    Raises:
        ColourError: the card names a colour space that nobody knows, primaries that are not scene-linear, or a curve
            that cannot stand on other primaries than its own.
    """
    config = config or load_config()
    gain, steps = 2.0**exposure_ev / card.white, _steps(card, config)
    parts = swift_parts(*steps[0], config, gain_in=gain) if len(steps) == 1 else None
    return ModelRange(_through(steps, config, gain), _back_through(steps, config, gain), gain, parts)


def to_model_range(card: ModelCard, config: Any = None) -> Conversion:
    """From scene-linear to the encoding the card states, its white at 1.0; values beyond white go on above 1.

    Raises:
        ColourError: as `model_range` says.
    """
    return model_range(card, config=config).encode


def from_model_range(card: ModelCard, config: Any = None) -> Conversion:
    """The way back of `to_model_range`, to scene-linear.

    Raises:
        ColourError: as `model_range` says.
    """
    return model_range(card, config=config).decode


def _through(steps: list[tuple[str, str]], config: Any, gain: float) -> Conversion:
    first, *others = steps
    return _chained(
        [swift_conversion(*first, config, gain_in=gain), *(swift_conversion(*step, config) for step in others)]
    )


def _back_through(steps: list[tuple[str, str]], config: Any, gain: float) -> Conversion:
    first, *others = [(target, source) for source, target in steps]
    return _chained(
        [
            *(swift_conversion(*step, config) for step in reversed(others)),
            swift_conversion(*first, config, gain_out=1 / gain),
        ]
    )


def _chained(conversions: list[Conversion]) -> Conversion:
    return lambda rgb: reduce(lambda so_far, convert: convert(so_far), conversions, rgb)


def _steps(card: ModelCard, config: Any) -> list[tuple[str, str]]:
    """Pairs of colour spaces that lead from the working space to the model's; from one to the next only names change.

    The curve of an encoding stands between the encoding and the linear space of its own primaries. Light on other
    primaries goes through that curve as if they were these.
    """
    working, encoding = scene_linear(config), short_words.get(card.encoding.lower(), card.encoding)
    if not card.primaries:
        return [(working, encoding)]
    primaries = short_words.get(card.primaries.lower(), card.primaries)
    if not _is_linear(working, primaries, config):
        raise _refusal(card, "primaries that are a scene-linear space", primaries, "name one, such as acescg or rec709")
    return [(working, primaries), (_linear_twin(card, encoding, config), encoding)]


@lru_cache(maxsize=32)
def _is_linear(working: str, primaries: str, config: Any) -> bool:
    light = np.array([[[-0.5, 1.0, 4.0], [-0.25, 0.5, 2.0]]], np.float32)
    seen = conversion(working, primaries, config)(light)[0]
    return bool(np.allclose(seen[0], 2 * seen[1], rtol=1e-4, atol=1e-5))


def _linear_twin(card: ModelCard, encoding: str, config: Any) -> str:
    """The linear space with the primaries of `encoding`: the one between which and the encoding no channels mix."""
    found = _twin(encoding, config)
    if found is None:
        step = "leave primaries empty, or name the encoding whose curve it is on its own primaries"
        raise _refusal(card, "an encoding with a linear space of its own primaries", encoding, step)
    return found


@lru_cache(maxsize=32)
def _twin(encoding: str, config: Any) -> str | None:
    spaces = [
        space.getName()
        for home in (config, open_config(f"ocio://{builtin_config}"))
        for space in home.getColorSpaces()
        if space.getEncoding() == "scene-linear"
    ]
    mixing = {space: _mixing(encoding, space, config) for space in spaces}
    nearest = min(mixing, key=mixing.__getitem__)
    return nearest if mixing[nearest] <= most_mixing else None


def _mixing(encoding: str, linear: str, config: Any) -> float:
    """How far a channel of the linear space hangs on the encoding's other channels, as a share of its light."""
    levels = np.array([0.3, 0.5, 0.7], np.float32)
    order = np.array(list(permutations(range(levels.size))))
    decode = conversion(encoding, linear, config)
    alone = decode(np.repeat(levels[None, :, None], 3, axis=2))[0][order, range(3)]
    return float((np.abs(decode(levels[order][None])[0] - alone) / (np.abs(alone) + least_light)).max())


def _refusal(card: ModelCard, expected: str, came: str, next_step: str) -> ColourError:
    return ColourError(f"model card {card.name}", expected=expected, came=came, next_step=next_step)
