"""Where a plate is flat: blocks whose slow variation is small, chosen without looking at the strength of the grain."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.compiled import compiled
from faceplate.errors import PlateError
from faceplate.grain.bins import exposure_bin
from faceplate.values import Array, Floats, Matrix

BLOCK_PX = 32
SLOW_ORDER = 5  # polynomials up to this degree hold what the picture does inside a block; grain is measured in the rest
CLIPPED_SHARE = 0.02  # of a block's samples at the frame's very top or bottom
FLAT_FACTOR = 1.3  # of the tenth percentile: about half the blocks of pure grain, few of those with faint texture
RUNNER_UP = 4  # blocks that are kept in every bin, flat or not


class Survey(NamedTuple):
    """What is known of every block of a frame: mean colour, slow variation, and whether it can be used at all."""

    mean_encoded: Floats
    structure: Floats
    usable: npt.NDArray[np.bool_]


def slow_modes() -> Matrix:
    """Orthonormal polynomials of total degree <= SLOW_ORDER, modes x BLOCK_PX x BLOCK_PX; the mean comes first."""
    waves = polynomials()
    pairs = [(u, total - u) for total in range(SLOW_ORDER + 1) for u in range(total + 1)]
    return np.stack([np.outer(waves[u], waves[v]) for u, v in pairs])


def polynomials() -> Matrix:
    """Orthonormal polynomials of degree 0 to SLOW_ORDER along a block's side, one a row.

    Unlike cosines they hold a plain gradient whole.
    """
    at = np.linspace(-1, 1, BLOCK_PX)
    waves, _ = np.linalg.qr(np.vander(at, SLOW_ORDER + 1, increasing=True))
    return np.asarray(waves.T * np.sign(waves[-1])[:, None], np.float64)


def survey(frame_encoded: Array, name: str) -> Survey:
    """Every whole block of a frame (rows x columns x 3), in order of rows, a strip of blocks at a time.

    Raises:
        PlateError: the frame is not rows x columns x 3, or holds no whole block.
    """
    check_frame(frame_encoded, name)
    low, high = _extremes(frame_encoded)
    strips = [_survey_strip(strip, low, high) for strip in _strips(frame_encoded)]
    return Survey(*(np.concatenate(part) for part in zip(*strips, strict=True)))


def check_frame(frame_encoded: Array, name: str) -> None:
    """Refuses what grain cannot be measured on.

    Raises:
        PlateError: the frame is not rows x columns x 3, or is smaller than one block.
    """
    shape = frame_encoded.shape
    if len(shape) != len("yxc") or shape[2] != len("RGB") or min(shape[:2]) < BLOCK_PX:
        raise PlateError(
            f"{name}: grain",
            expected=f"a picture of rows x columns x 3, at least {BLOCK_PX} pixels on each side",
            came=" x ".join(map(str, shape)),
            next_step="measure grain on whole frames of the plate",
        )


def choose(found: Survey, luminance: Floats, *, per_bin: int, bins_per_stop: int) -> npt.NDArray[np.int64]:
    """Indexes of the flattest blocks in each bin of luminance (scene-linear, one a block), at most `per_bin` in each.

    Flat is judged by the slow modes alone. The modes of one block of Gaussian noise are all but independent, so the
    strength of the grain, which is measured in the other modes, does not depend on which blocks are taken.
    """
    bins = np.where(found.usable, exposure_bin(luminance, bins_per_stop), np.iinfo(np.int64).min)
    kept = [
        _flattest(np.flatnonzero(bins == number), found.structure, per_bin) for number in np.unique(bins[found.usable])
    ]
    return np.sort(np.concatenate(kept)) if kept else np.empty(0, np.int64)


def _flattest(members: npt.NDArray[np.int64], structure: Floats, count: int) -> npt.NDArray[np.int64]:
    order = members[np.argsort(structure[members], kind="stable")]
    limit = FLAT_FACTOR * np.percentile(structure[order], 10)
    flat = max(RUNNER_UP, int(np.searchsorted(structure[order], limit, side="right")))
    return np.asarray(order[: min(flat, count)])


def cut(frame_encoded: Array, indexes: npt.NDArray[np.int64]) -> Floats:
    """These blocks of a frame, blocks x BLOCK_PX x BLOCK_PX x 3."""
    across = frame_encoded.shape[1] // BLOCK_PX
    blocks = np.empty((indexes.size, BLOCK_PX, BLOCK_PX, 3), np.float32)
    for block, index in zip(blocks, indexes.tolist(), strict=True):
        top, left = index // across * BLOCK_PX, index % across * BLOCK_PX
        block[:] = frame_encoded[top : top + BLOCK_PX, left : left + BLOCK_PX]
    return blocks


def _strips(frame_encoded: Array) -> Iterator[Floats]:
    """Rows of blocks: blocks x 3 x BLOCK_PX x BLOCK_PX."""
    across = frame_encoded.shape[1] // BLOCK_PX
    for top in range(0, frame_encoded.shape[0] - BLOCK_PX + 1, BLOCK_PX):
        strip = frame_encoded[top : top + BLOCK_PX, : across * BLOCK_PX].astype(np.float32)
        yield np.ascontiguousarray(strip.reshape(BLOCK_PX, across, BLOCK_PX, 3).transpose(1, 3, 0, 2))


def _extremes(frame_encoded: Array) -> tuple[Floats, Floats]:
    """Lowest and highest finite sample of each channel, each 3 x 1 x 1, a strip of rows at a time."""
    low, high = np.full(3, np.inf, np.float32), np.full(3, -np.inf, np.float32)
    for top in range(0, frame_encoded.shape[0], BLOCK_PX):
        strip = np.ascontiguousarray(frame_encoded[top : top + BLOCK_PX], np.float32)
        _widen(strip.reshape(-1, 3), low, high)
    return low[:, None, None], high[:, None, None]


@compiled
def _widen(pixels: Floats, low: Floats, high: Floats) -> None:
    """Moves the ends apart, so that they hold all finite samples."""
    for pixel in range(pixels.shape[0]):
        for channel in range(3):
            value = pixels[pixel, channel]
            if np.isfinite(value):
                low[channel] = min(low[channel], value)
                high[channel] = max(high[channel], value)


def _survey_strip(strip: Floats, low: Floats, high: Floats) -> Survey:
    finite = np.asarray(np.isfinite(strip).all(axis=(1, 2, 3)))
    pixels = np.where(finite[:, None, None, None], strip, np.float32(0))
    waves = polynomials().astype(np.float32)
    modes = waves @ pixels @ waves.T
    order = np.add.outer(np.arange(SLOW_ORDER + 1), np.arange(SLOW_ORDER + 1))
    curved = (order > 1) & (order <= SLOW_ORDER)
    structure = np.sum(modes**2, axis=(1, 2, 3), where=curved)
    at_end = np.maximum(np.mean(pixels == high, axis=(2, 3)), np.mean(pixels == low, axis=(2, 3)))
    at_end[:, high.ravel() == low.ravel()] = 0  # a channel of one value throughout is empty, not clipped
    usable = finite & (at_end.max(axis=1) <= CLIPPED_SHARE)
    return Survey(modes[:, :, 0, 0] / np.float32(BLOCK_PX), structure, usable)
