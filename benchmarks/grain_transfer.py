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
SHIFT_PX = 0.25
LEAST_SIGMA = 1e-4


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
    """A grey insert on a plate whose clean version is not true: is the plate's detail seen in the insert?

    Grain and detail are each compared in units of the true grain where they come from. The clean version lacks LEAK of
    the detail, or stands by SHIFT_PX off, or is our own.
    """
    for plate in staged(quick=quick):
        if plate.scene == "chart":
            continue
        whole, clean = plate.plate(), plate.clean()
        lacking = clean - np.float32(LEAK) * _detail(clean)
        curves = analysed([whole[::STRIDE, ::STRIDE]], [lacking[::STRIDE, ::STRIDE]])
        own, truth, leaky, detail = (_middle(each) for each in (whole, clean, lacking, _detail(clean)))
        comp = np.full_like(truth, MIDDLE_GREY)
        sigma = np.maximum(plate.model.sigma(truth.astype(np.float64)), LEAST_SIGMA)
        seen, grain = detail / sigma, (own - truth) / sigma
        added = carried(comp, own, leaky, plate.profile) - comp
        peer = likeness(carried_by_dasgrain(comp, own, leaky, curves) - comp, seen)
        anew = likeness(new_grain(comp, plate.profile, 1), seen)
        beside = f"DasGrain {peer:.3f}; new grain {anew:.3f}; likeness to the plate's own grain {_alike(added, grain)}"
        yield GrainFigure(f"ghosts: likeness to detail ({plate.name})", likeness(added, seen), beside)
        others = {"shifted": _middle(_shifted(clean)), "our degrain": cleaned([own], plate.profile), "no leak": truth}
        for name, given in others.items():
            added = carried(comp, own, given, plate.profile) - comp
            beside = f"likeness to the plate's own grain {_alike(added, grain)}"
            yield GrainFigure(f"ghosts: likeness to detail ({plate.name}, {name})", likeness(added, seen), beside)


def _alike(added: Array, grain: Array) -> str:
    """The least of any channel."""
    pairs = zip(added.T, grain.T, strict=True)
    return f"{min(float(np.corrcoef(one.ravel(), other.ravel())[0, 1]) for one, other in pairs):.3f}"


def _shifted(clean: Array) -> Array:
    matrix = np.array([[1, 0, SHIFT_PX], [0, 1, SHIFT_PX]], np.float64)
    size = clean.shape[1::-1]
    return cv2.warpAffine(clean, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def _detail(clean: Array) -> Array:
    return clean - cv2.GaussianBlur(clean, (0, 0), DETAIL_PX)


def _middle(picture: Array) -> Array:
    """Its middle, CROP_PX square, as rows of its own."""
    top, left = ((length - CROP_PX) // 2 for length in picture.shape[:2])
    return np.ascontiguousarray(picture[top : top + CROP_PX, left : left + CROP_PX])
