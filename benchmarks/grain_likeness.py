"""Spectrum, channels and time of the grain that an insert is given: made anew from what was measured of each plate."""

from collections.abc import Iterator

import numpy as np

from faceplate.values import Array
from grain_engine import new_grain
from grain_figures import GrainFigure
from grain_spectra import (
    SIDE_PX,
    band,
    correlation,
    expected_power,
    likeness,
    power,
    repeats,
    worst_2d_db,
    worst_radial_db,
)
from grain_staged import Staged, moving_plates, staged

FIELD_PX = 1024
MIDDLE_GREY = 0.18
LEAST_SIGMA = 1e-5


def of_spectrum(*, quick: bool) -> Iterator[GrainFigure]:
    """Every model over every scene; measured of moving pictures too; repeats once a model."""
    comp = np.full((FIELD_PX, FIELD_PX, 3), MIDDLE_GREY, np.float32)
    for plate in (*staged(quick=quick), *moving_plates(quick=quick)):
        fields = [new_grain(comp, plate.profile, frame) for frame in range(3)]
        yield from _spectrum(plate, fields)
        if plate.moves:
            continue
        yield from _time(plate, fields)
        if plate.scene == "texture":
            truth = plate.model.exposed(comp.astype(np.float64), np.random.default_rng(2)) - comp
            beside = f"one frame of the model itself {repeats([truth]):.3f}"
            yield GrainFigure(f"spectrum: repeats ({plate.name})", repeats(fields), beside)


def _spectrum(plate: Staged, fields: list[Array]) -> Iterator[GrainFigure]:
    found, true = power(np.concatenate(fields)), expected_power(plate.model.covariance)
    yield GrainFigure(f"spectrum: radial, worst dB ({plate.name})", worst_radial_db(found, true))
    share = 100 * np.mean([band(each).mean() for each in true])
    beside = f"the band is {share:.0f} % of the {SIDE_PX} x {SIDE_PX} frequencies"
    yield GrainFigure(f"spectrum: 2-D, worst dB ({plate.name})", worst_2d_db(found, true), beside)
    grain = np.concatenate(fields)
    off = np.abs(correlation(grain) - plate.model.correlation)[np.triu_indices(3, 1)]
    true_pairs = plate.model.correlation[np.triu_indices(3, 1)]
    beside = "truth RG RB GB " + " ".join(f"{each:.2f}" for each in true_pairs)
    yield GrainFigure(f"spectrum: channels, worst error ({plate.name})", float(off.max()), beside)


def _time(plate: Staged, fields: list[Array]) -> Iterator[GrainFigure]:
    own = [_even_grain(plate, place) for place in (0, 1)]
    beside = f"the plate's own frames {likeness(*own):.3f}"
    yield GrainFigure(f"spectrum: alike in time ({plate.name})", likeness(*fields[:2]), beside)


def _even_grain(plate: Staged, place: int) -> Array:
    """The plate's true grain in units of its own deviation."""
    clean = plate.clean(place).astype(np.float64)
    return (plate.plate(place) - clean) / np.maximum(plate.model.sigma(clean), LEAST_SIGMA)
