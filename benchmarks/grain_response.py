"""How strong grain is at each exposure: as measured, made anew and carried over, beside the truth and DasGrain."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from faceplate.grain import sigma_at
from faceplate.values import Array, Floats, GrainProfile
from grain_dasgrain import analysed
from grain_dasgrain import carried as carried_by_dasgrain
from grain_engine import carried, new_grain
from grain_figures import GrainFigure
from grain_staged import Staged, moving_plates, neutral, staged, worst_percent

PRESENT = 1e-3  # the share of a plate's pixels that a bin must hold
TEXTURE_EV = 0.35
INSERT_PX = 512
STRIDE = 3  # pixel by pixel operators need not see every pixel
Grained = Callable[[Floats], Array]
"""A comp to the grain it is given."""


class Levels(NamedTuple):
    """Middles of the half-stop bins that a plate holds, and one stop above the highest."""

    present: Array
    beyond: Array


def of_response(*, quick: bool) -> Iterator[GrainFigure]:
    """Every model over every scene; what is measured, of moving pictures too."""
    for plate in staged(quick=quick):
        levels = levels_of(plate.clean())
        yield from _measured(plate, levels)
        yield from _told("regrain", plate, levels, _anew(plate.profile, 1 if quick else 3))
        yield from _carried(plate, levels)
    for plate in moving_plates(quick=quick):
        yield from _measured(plate, levels_of(plate.clean()))


def levels_of(clean: Floats) -> Levels:
    """What of luminance is present, from eight stops below middle grey on."""
    luminance = clean.mean(axis=-1)
    bins = np.floor(2 * np.log2(luminance[luminance > 0.18 / 256])).astype(int)
    numbers, counts = np.unique(bins, return_counts=True)
    present = np.exp2((numbers[counts >= PRESENT * luminance.size] + 0.5) / 2)
    return Levels(present, 2 * present[-1:])


def _measured(plate: Staged, levels: Levels) -> Iterator[GrainFigure]:
    for title, some in (("response", levels.present), ("a stop beyond", levels.beyond)):
        exposure = neutral(some)
        ratio = sigma_at(plate.profile, exposure) / plate.model.sigma(exposure)
        yield _figure(f"measured: {title}", plate, ratio, some)


def _told(title: str, plate: Staged, levels: Levels, grained: Grained) -> Iterator[GrainFigure]:
    """Flat inserts at every level present, one beyond, and an insert of texture."""
    present, beyond = (np.array([_ratio(plate, _flat(level), grained) for level in some]) for some in levels)
    yield _figure(f"{title}: response", plate, present, levels.present)
    yield _figure(f"{title}: a stop beyond", plate, beyond, levels.beyond)
    middle = float(np.sqrt(levels.present[0] * levels.present[-1]))
    yield _figure(
        f"{title}: textured insert", plate, _ratio(plate, _texture(middle), grained)[None], np.array([middle])
    )


def _carried(plate: Staged, levels: Levels) -> Iterator[GrainFigure]:
    """The plate's grain over a perfect clean plate, by the engine and by DasGrain's curve from the same frames."""
    some = Levels(levels.present[::2], levels.beyond)
    own, clean = plate.plate(), plate.clean()
    curves = analysed([own[::2, ::2]], [clean[::2, ::2]])
    own, clean = (np.ascontiguousarray(each[::STRIDE, ::STRIDE]) for each in (own, clean))
    ours = _told(
        "carried over", plate, some, lambda comp: carried(_fit(comp, own), own, clean, plate.profile) - _fit(comp, own)
    )
    theirs = _told(
        "dasgrain", plate, some, lambda comp: carried_by_dasgrain(_fit(comp, own), own, clean, curves) - _fit(comp, own)
    )
    for figure, peer in zip(ours, theirs, strict=True):
        yield GrainFigure(figure.name, figure.value, f"DasGrain {peer.value:.1f}; {figure.beside}")


def _fit(comp: Floats, plate: Floats) -> Floats:
    """The comp repeated or cut to the plate's size."""
    times = [-(-wanted // had) for wanted, had in zip(plate.shape[:2], comp.shape[:2], strict=True)]
    return np.tile(comp, (*times, 1))[: plate.shape[0], : plate.shape[1]]


def _anew(profile: GrainProfile, frames: int) -> Grained:
    return lambda comp: np.concatenate([new_grain(comp, profile, frame) for frame in range(frames)])


def _ratio(plate: Staged, comp: Floats, grained: Grained) -> Array:
    """The deviation of grain of unit truth, one a channel."""
    grain = grained(comp)
    expected = plate.model.sigma(_fit(comp, grain).astype(np.float64))
    return np.sqrt(np.mean(np.square(grain / expected), axis=(0, 1)))


def _flat(level: float) -> Floats:
    return np.full((INSERT_PX, INSERT_PX, 3), level, np.float32)


def _texture(level: float) -> Floats:
    white = np.random.default_rng(9).standard_normal((INSERT_PX, INSERT_PX))
    soft = cv2.GaussianBlur(white, (0, 0), 1.5)
    stops = TEXTURE_EV * soft / soft.std()
    return np.repeat((level * np.exp2(stops))[..., None], 3, axis=-1).astype(np.float32)


def _figure(name: str, plate: Staged, ratio: Array, levels: Array) -> GrainFigure:
    off = np.abs(ratio - 1)
    row, channel = np.unravel_index(int(off.argmax()), off.shape)
    beside = f"{'RGB'[channel]} at {levels[row]:.4f}: {ratio[row, channel]:.3f} of the truth"
    return GrainFigure(f"{name}, worst % ({plate.name})", worst_percent(ratio, np.ones_like(ratio)), beside)
