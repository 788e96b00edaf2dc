"""Where a plate is flat: blocks whose slow variation is small, chosen without looking at the strength of the grain."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.compiled import compiled
from faceplate.errors import PlateError
from faceplate.grain.response.bins import exposure_bin
from faceplate.grain.threads import side_by_side
from faceplate.values import Array, Floats, Matrix

BLOCK_PX = 32
SLOW_ORDER = 5  # polynomials up to this degree hold what the picture does inside a block; grain is measured in the rest
CLIPPED_SHARE = 0.02  # of a block's samples at the frame's very top or bottom
FLAT_FACTOR = 1.3  # of the tenth percentile: about half the blocks of pure grain, few of those with faint texture
LOOSE_FACTOR = 4.0  # of the tenth percentile: all blocks of pure grain, and many of texture as strong as the grain
RUNNER_UP = 4  # blocks that are kept in every bin, flat or not


class Survey(NamedTuple):
    """What is known of every block of a frame: mean colour, slow variation, whether its grain is cut off at the
    frame's very top or bottom, and whether it can be used at all.
    """

    mean_encoded: Floats
    structure: Floats
    clipped: npt.NDArray[np.bool_]
    crushed: npt.NDArray[np.bool_]
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
    strips: list[Survey | None] = [None] * (frame_encoded.shape[0] // BLOCK_PX)

    def look(row: int) -> None:
        strips[row] = _survey_strip(_strip(frame_encoded, row), low, high)

    side_by_side(look, range(len(strips)))
    return Survey(*(np.concatenate(part) for part in zip(*(strip for strip in strips if strip), strict=True)))


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


def choose(
    found: Survey, luminance: Floats, *, per_bin: int, bins_per_stop: int, factor: float = FLAT_FACTOR
) -> npt.NDArray[np.int64]:
    """Indexes of flat blocks in each bin of luminance (scene-linear, one a block), at most `per_bin` in each; `factor`
    says how flat (`flat_among`). Of more than that, as many of every flatness: the flattest alone would have the
    weaker coarse grain.
    """
    bins = np.where(found.usable, exposure_bin(luminance, bins_per_stop), np.iinfo(np.int64).min)
    members = [np.flatnonzero(bins == number) for number in np.unique(bins[found.usable])]
    kept = [_spread(flat_among(each, found.structure, factor), per_bin) for each in members]
    return np.sort(np.concatenate([np.empty(0, np.int64), *kept]))


def flat_among(members: npt.NDArray[np.int64], structure: Floats, factor: float) -> npt.NDArray[np.int64]:
    """The members whose slow variation is no more than `factor` times that of the flat ones, the flattest first.

    Flat is judged by the slow modes alone (`structure`, of all blocks). The modes of one block of Gaussian noise are
    all but independent, so the strength of grain in the other modes does not depend on which blocks are taken.
    """
    order = members[np.argsort(structure[members], kind="stable")]
    limit = factor * np.percentile(structure[order], 10)
    return order[: max(RUNNER_UP, int(np.searchsorted(structure[order], limit, side="right")))]


def _spread(order: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    return order[np.arange(min(count, order.size)) * order.size // min(count, order.size)]


def corners_of(frame_encoded: Array, indexes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Left and top of these blocks, blocks x 2, pixels."""
    across = frame_encoded.shape[1] // BLOCK_PX
    return np.stack([indexes % across, indexes // across], axis=1) * BLOCK_PX


def cut(frame_encoded: Array, corners: npt.NDArray[np.int64], side_px: int = BLOCK_PX) -> Floats:
    """Blocks of a frame that have these corners (blocks x 2, left and top), blocks x side x side x 3."""
    blocks = np.empty((corners.shape[0], side_px, side_px, 3), np.float32)
    for block, (left, top) in zip(blocks, corners.tolist(), strict=True):
        block[:] = frame_encoded[top : top + side_px, left : left + side_px]
    return blocks


def cut_inside(
    frame_encoded: Array, corners: npt.NDArray[np.int64], side_px: int = BLOCK_PX
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Which of these blocks lie in the frame and hold finite samples alone, and those as `cut` gives them."""
    room = np.array(frame_encoded.shape[1::-1])
    inside = np.flatnonzero(((corners >= 0) & (corners + side_px <= room)).all(axis=1))
    blocks = cut(frame_encoded, corners[inside], side_px)
    finite = np.isfinite(blocks).all(axis=(1, 2, 3))
    return inside[finite], blocks[finite]


def _strip(frame_encoded: Array, row: int) -> Floats:
    """One row of blocks: blocks x 3 x BLOCK_PX x BLOCK_PX."""
    across = frame_encoded.shape[1] // BLOCK_PX
    strip = frame_encoded[row * BLOCK_PX : (row + 1) * BLOCK_PX, : across * BLOCK_PX].astype(np.float32)
    return np.ascontiguousarray(strip.reshape(BLOCK_PX, across, BLOCK_PX, 3).transpose(1, 3, 0, 2))


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
    several = (high != low)[None]  # a channel of one value throughout is empty, not clipped
    at_top, at_bottom = ((pixels == end) & several for end in (high, low))
    usable = finite & (np.maximum(_share(at_top), _share(at_bottom)) <= CLIPPED_SHARE)
    return Survey(modes[:, :, 0, 0] / np.float32(BLOCK_PX), structure, _ragged(at_top), _ragged(at_bottom), usable)


def _share(at_end: npt.NDArray[np.bool_]) -> Array:
    return np.asarray(at_end.mean(axis=(2, 3)).max(axis=1))


def _ragged(at_end: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether samples at the end lie scattered in a block, as where grain is cut off; at a black bar they do not."""
    ragged = _share(at_end) > CLIPPED_SHARE
    some = at_end[ragged]
    across, down = some[..., 1:] != some[..., :-1], some[..., 1:, :] != some[..., :-1, :]
    ragged[ragged] = np.minimum(_share(across), _share(down)) > CLIPPED_SHARE
    return ragged
