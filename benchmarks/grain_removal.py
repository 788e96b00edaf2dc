"""How much grain is taken out beside peers, and how sharp a slanted edge stays."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.special import erf

from faceplate.values import Array, Floats, Matrix
from grain_engine import DEGRAIN_FRAMES, cleaned
from grain_figures import GrainFigure
from grain_peers import bm3d, bm3d_is_installed, collaborative, means
from grain_staged import MODELS, GrainModel, Staged, to_linear, to_log

SIZE, FRAMES = (540, 960), 5
CROP_PX, QUICK_CROP_PX = 320, 192
AROUND_PX = 64  # beside the crop, for all denoisers
EDGE_PX = (512, 128)
EDGE_DEG = 5.0
EDGE_PAN_PX, EDGE_TURN_DEG = 2.35, 0.1  # a frame
LENS_PX = 0.7
CONTRASTS = {"4:1": (0.1, 0.4), "1.3:1": (0.18, 0.234)}
FINE = 4  # bins a pixel across the edge
EDGE_REACH_PX = 24


def of_removal(*, quick: bool, vapoursynth: Path | None = None) -> Iterator[GrainFigure]:
    """PSNR in LogC3 against the mean of the middle frame of a shot that pans, zooms and turns, over a crop.

    Ours has the frames beside it too, as has V-BM3D; the other peers are denoisers of single frames. All peers are at
    the strength that this figure likes best. `vapoursynth` is a Python that has VapourSynth and its BM3D.
    """
    for model in MODELS.values():
        for scene in ("texture", "portrait"):
            if quick and scene == "portrait":
                continue
            side = QUICK_CROP_PX if quick else CROP_PX
            yield from _removal(Staged(model, scene, SIZE, FRAMES, moves=True), side, vapoursynth)


def _removal(plate: Staged, side: int, vapoursynth: Path | None) -> Iterator[GrainFigure]:
    middle, wide = FRAMES // 2, side + 2 * AROUND_PX
    top, left = (SIZE[0] - wide) // 2, (SIZE[1] - wide) // 2
    crop, inner = np.s_[top : top + wide, left : left + wide], np.s_[AROUND_PX:-AROUND_PX, AROUND_PX:-AROUND_PX]
    frames = [np.ascontiguousarray(plate.plate(place)[crop]) for place in range(FRAMES)]
    clean, own = plate.clean(middle)[crop][inner], frames[middle]
    ours, alone = (psnr(cleaned(seen, plate.profile)[inner], clean) for seen in (frames, [own]))
    nlm = max(psnr(each[inner], clean) for each in means(own))
    beside = f"ours {ours:.2f} of {DEGRAIN_FRAMES} frames, {alone:.2f} of one; "
    more = f"plate {psnr(own[inner], clean):.2f}, NLM {nlm:.2f}"
    yield GrainFigure(f"removal: dB that NLM is ahead ({plate.name})", nlm - ours, beside + more)
    if vapoursynth:
        told = collaborative(vapoursynth, frames, plate.model)
        single, video = (max(psnr(each[inner], clean) for each in tried) for tried in (told.single, told.video))
        more = f"BM3D with the true response {single:.2f}; {told.versions}"
        yield GrainFigure(f"removal: dB that VapourSynth's BM3D is ahead ({plate.name})", single - ours, beside + more)
        more = f"V-BM3D of {FRAMES} frames {video:.2f}"
        yield GrainFigure(f"removal: dB that V-BM3D is ahead ({plate.name})", video - ours, beside + more)
    if bm3d_is_installed:
        peer = psnr(bm3d(own, plate.model)[inner], clean)
        more = f"BM3D with the true response and spectrum {peer:.2f}"
        yield GrainFigure(f"removal: dB that BM3D is ahead ({plate.name})", peer - ours, beside + more)


def psnr(rgb_linear: Array, clean: Array) -> float:
    """In the log encoding, where an error is as visible in shadows as in highlights."""
    error = to_log(np.maximum(rgb_linear, -0.01)) - to_log(np.maximum(clean, -0.01))
    return float(-10 * np.log10(np.mean(np.square(error))))


def of_edge(*, quick: bool) -> Iterator[GrainFigure]:
    """MTF50 of a slanted edge after degrain, beside that of the plate's mean, by ISO 12233's method.

    The edge moves and turns from frame to frame; what is measured is the mean of takes, so that grain that is left does
    not blur or sharpen the figure.
    """
    takes = 4 if quick else 16
    for model in MODELS.values():
        profile = Staged(model, "texture", SIZE, FRAMES).profile
        for name, contrast in CONTRASTS.items():
            shown = [edge(*contrast, place - FRAMES // 2) for place in range(FRAMES)]
            shots = [_taken(model, shown, take) for take in range(takes)]
            found, alone = (np.mean([cleaned(each, profile) for each in seen], 0) for seen in (shots, _middles(shots)))
            before, after, one = (mtf50(each) for each in (model.seen(shown[FRAMES // 2]), found, alone))
            beside = f"{before:.3f} to {after:.3f} cycles a pixel, {DEGRAIN_FRAMES} frames; of one frame {one:.3f}"
            yield GrainFigure(f"edge: loss of MTF50 % ({model.name}, {name})", 100 * (1 - after / before), beside)


def _taken(model: GrainModel, shown: list[Matrix], take: int) -> list[Floats]:
    return [_stored(model.exposed(each, np.random.default_rng((take, place)))) for place, each in enumerate(shown)]


def _middles(shots: list[list[Floats]]) -> list[list[Floats]]:
    return [[each[FRAMES // 2]] for each in shots]


def _stored(linear: Array) -> Floats:
    return to_linear(to_log(linear).astype(np.float16))


def edge(dark: float, bright: float, place: int) -> Matrix:
    """A grey edge of known blur, EDGE_DEG off upright in frame 0: an error function across it, in closed form."""
    step = (erf(across(place) / (np.sqrt(2) * LENS_PX)) + 1) / 2
    return np.repeat((dark + (bright - dark) * step)[..., None], 3, axis=-1)


def across(place: int = 0) -> Matrix:
    """How far each pixel's centre lies from the edge, px."""
    down, along = np.mgrid[: EDGE_PX[0], : EDGE_PX[1]]
    angle = np.deg2rad(EDGE_DEG + EDGE_TURN_DEG * place)
    middle = EDGE_PX[1] / 2 - 0.5 + EDGE_PAN_PX * place
    return (along - middle) * np.cos(angle) - (down - EDGE_PX[0] / 2 + 0.5) * np.sin(angle)


def mtf50(rgb_linear: Array) -> float:
    """Cycles a pixel at which the luminance's transfer across the edge falls to a half.

    Source: ISO 12233: the edge spread in bins of a quarter pixel, its derivative, a Hamming window, the transform.
    """
    away, luminance = across(), rgb_linear.mean(axis=-1)
    bins = np.floor(away * FINE).astype(int) + EDGE_REACH_PX * FINE
    near = (bins >= 0) & (bins < 2 * EDGE_REACH_PX * FINE)
    spread = np.bincount(bins[near], luminance[near]) / np.bincount(bins[near])
    line = np.diff(spread) * np.hamming(spread.size - 1)
    transfer = np.abs(np.fft.rfft(line, 16 * line.size))
    transfer /= transfer[0]
    frequency = np.fft.rfftfreq(16 * line.size, 1 / FINE)
    below = int(np.argmax(transfer < 0.5))
    return float(np.interp(0.5, transfer[below - 1 : below + 1][::-1], frequency[below - 1 : below + 1][::-1]))
