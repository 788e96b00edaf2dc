"""Grade and Gamma: a ramp and a gamma for each channel.

The formula is that of the Grade in Foundry's public NDK examples (learn.foundry.com, ndkreference/examples/Grade.cpp):
above 1 a gamma goes on as a straight line, at 0 and below it changes nothing.
"""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.channel_places import place_of
from faceplate.graph.operators.standard import Change, Pixelwise, standard_knobs, unpremult_knobs
from faceplate.graph.render import Node, operator
from faceplate.values import Floats

_steepest = np.float32(10000)
"""The slope where whitepoint and blackpoint are the same."""


class Ramp(NamedTuple):
    """What Grade does to one channel, in the order it does it; backwards where it is reversed.

    Attributes:
        slope: multiplies.
        offset: is added.
        gamma: bends; 1 leaves straight.
        black_clamp: what is below 0 becomes 0.
        white_clamp: what is above 1 becomes 1.
        reverse: undoes the same ramp; the clamps come last then.
    """

    slope: np.float32
    offset: np.float32
    gamma: np.float32
    black_clamp: bool
    white_clamp: bool
    reverse: bool

    @property
    def is_neutral(self) -> bool:
        """True where no number changes."""
        straight = self.slope == 1 and self.offset == 0 and self.gamma == 1
        return bool(straight and not self.black_clamp and not self.white_clamp)

    def applied(self, plane: Floats) -> Floats:
        """The plane graded, NaN left as it is."""
        return by_bands(self._backwards if self.reverse else self._forwards, plane)

    def _forwards(self, rows: Floats) -> Floats:
        clamped = self._clamped(self._sloped(rows, self.slope, self.offset))
        if self.gamma <= 0:
            return np.where(clamped < 1, np.float32(0), np.where(clamped > 1, np.float32(np.inf), clamped))
        return bent(clamped, np.float32(1) / self.gamma)

    def _backwards(self, rows: Floats) -> Floats:
        if self.gamma <= 0:
            straight = np.where(np.isnan(rows), rows, (rows > 0).astype(np.float32))
        else:
            straight = bent(rows, self.gamma)
        slope = np.float32(1) / self.slope if self.slope else np.float32(1)
        return self._clamped(self._sloped(straight, slope, -self.offset * slope))

    def _sloped(self, rows: Floats, slope: np.float32, offset: np.float32) -> Floats:
        if self.slope == 1 and self.offset == 0:
            return rows
        made = rows * slope
        made += offset
        return made

    def _clamped(self, rows: Floats) -> Floats:
        if self.black_clamp:
            rows = np.where(rows < 0, np.float32(0), rows)
        return np.where(rows > 1, np.float32(1), rows) if self.white_clamp else rows


def bent(rows: Floats, power: np.float32) -> Floats:
    """The rows to a power between 0 and 1, straight on above with the slope they have there, as they are below."""
    if power == 1:
        return rows
    flat = np.ascontiguousarray(rows).reshape(-1)
    flat.flags.writeable = False
    made = np.empty_like(flat)
    _bend(flat, power, made)
    return made.reshape(rows.shape)


@compiled
def _bend(flat: Floats, power: np.float32, made: Floats) -> None:
    for at in range(flat.size):
        value = flat[at]
        if value <= np.float32(0):
            made[at] = value
        elif value < np.float32(1):
            made[at] = value**power
        else:
            made[at] = np.float32(1) + (value - np.float32(1)) * power


@operator(
    "Grade",
    defaults={
        **standard_knobs,
        **unpremult_knobs,
        "blackpoint": "0",
        "whitepoint": "1",
        "black": "0",
        "white": "1",
        "multiply": "1",
        "add": "0",
        "gamma": "1",
        "reverse": "false",
        "black_clamp": "true",
        "white_clamp": "false",
        "mix_luminance": "0",
    },
)
class Grade(Pixelwise):
    """Black and white points, lift, gain, multiply, offset and gamma of each channel."""

    def change(self, node: Node, channel: str) -> Change | None:
        """The channel's ramp; a fifth channel of a layer has none."""
        place = place_of(channel, node.source(0).info.channels)
        mix_luminance = node.number("mix_luminance")
        if mix_luminance != 0:
            raise node.refusal(
                expected="mix luminance 0",
                came=f"{mix_luminance:g}",
                next_step="set it to 0: it is not rendered",
                knob="mix_luminance",
            )
        ramp = None if place > 3 else _ramp(node, place)  # noqa: PLR2004 -- red, green, blue, alpha
        return None if ramp is None or ramp.is_neutral else ramp.applied


def _ramp(node: Node, place: int) -> Ramp:
    def of(knob: str) -> np.float32:
        return np.float32(node.numbers(knob, 4)[place])

    span = of("whitepoint") - of("blackpoint")
    with np.errstate(all="ignore"):
        slope = ((of("white") - of("black")) / span if span else _steepest) * of("multiply")
        offset = of("add") + of("black") - of("blackpoint") * slope
    flags = (node.flag(knob) for knob in ("black_clamp", "white_clamp", "reverse"))
    return Ramp(slope, offset, of("gamma"), *flags)


@operator("Gamma", defaults={**standard_knobs, **unpremult_knobs, "channels": "all", "value": "1"})
class Gamma(Pixelwise):
    """A gamma for each channel."""

    def change(self, node: Node, channel: str) -> Change | None:
        """A ramp that is only bent."""
        place = place_of(channel, node.source(0).info.channels)
        gamma = np.float32(node.numbers("value", 4)[place]) if place < 4 else np.float32(1)  # noqa: PLR2004 -- as above
        ramp = Ramp(np.float32(1), np.float32(0), gamma, black_clamp=False, white_clamp=False, reverse=False)
        return None if ramp.is_neutral else ramp.applied
