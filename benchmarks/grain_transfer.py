"""What carrying the plate's own grain over leaves as it was, and what it brings along that is no grain."""

from collections.abc import Iterator

import cv2
import numpy as np

from faceplate.values import Array
from grain_dasgrain import analysed
from grain_dasgrain import carried as carried_by_dasgrain
from grain_engine import carried, cleaned, new_grain
from grain_figures import GrainFigure
from grain_spectra import likeness
from grain_staged import Staged, staged, to_log

LEAK = 0.15
DETAIL_PX = 2.0
CROP_PX = 512
STRIDE = 2  # DasGrain's curve need not see every pixel
MIDDLE_GREY = np.float32(0.18)


def of_identity(*, quick: bool) -> Iterator[GrainFigure]:
    """Comp is the degrained plate: samples that are not the plate's, once both are rounded to half LogC3."""
    for plate in staged(quick=quick):
        own = _middle(plate.plate())
        clean = cleaned([own], plate.profile)
        differ = _differ(carried(clean.copy(), own, clean, plate.profile), plate)
        peer = _differ(carried_by_dasgrain(clean, own, clean, analysed([own], [clean])), plate)
        yield GrainFigure(f"identity: samples that differ ({plate.name})", differ, f"DasGrain {peer} of {own.size}")


def _differ(linear: Array, plate: Staged) -> int:
    rounded = to_log(linear).astype(np.float16)
    return int(np.count_nonzero(rounded.view(np.uint16) != _middle(plate.stored()).view(np.uint16)))


def of_ghosts(*, quick: bool) -> Iterator[GrainFigure]:
    """A grey insert on a plate whose clean version lacks LEAK of the detail: is the detail seen in the insert?

    Grain and detail are each compared in units of the true grain where they come from.
    """
    for plate in staged(quick=quick):
        if plate.scene == "chart":
            continue
        whole, clean = plate.plate(), plate.clean()
        lacking = clean - np.float32(LEAK) * _detail(clean)
        curves = analysed([whole[::STRIDE, ::STRIDE]], [lacking[::STRIDE, ::STRIDE]])
        own, truth, leaky, detail = (_middle(each) for each in (whole, clean, lacking, _detail(clean)))
        comp = np.full_like(truth, MIDDLE_GREY)
        seen = detail / np.maximum(plate.model.sigma(truth.astype(np.float64)), 1e-4)
        ours = likeness(carried(comp, own, leaky, plate.profile) - comp, seen)
        peer = likeness(carried_by_dasgrain(comp, own, leaky, curves) - comp, seen)
        anew = likeness(new_grain(comp, plate.profile, 1), seen)
        floor = likeness(carried(comp, own, truth, plate.profile) - comp, seen)
        beside = f"DasGrain {peer:.3f}; new grain {anew:.3f}; without a leak {floor:.3f}"
        yield GrainFigure(f"ghosts: likeness to detail ({plate.name})", ours, beside)


def _detail(clean: Array) -> Array:
    return clean - cv2.GaussianBlur(clean, (0, 0), DETAIL_PX)


def _middle(picture: Array) -> Array:
    """Its middle, CROP_PX square, as rows of its own."""
    top, left = ((length - CROP_PX) // 2 for length in picture.shape[:2])
    return np.ascontiguousarray(picture[top : top + CROP_PX, left : left + CROP_PX])
