import numpy as np

from faceplate.values import Floats

# Between neighbouring frames of one shot the measure stays below 0.035, six frames apart below 0.095 (fast gestures,
# camera moves, 2 400 frames of eight clips); between any two of these clips it is above 0.11, two of them one room.
CUT = 0.1
# Things may move by this many thumbnail pixels between frames: a sixteenth of the picture.
REACH_PX = 2
BLOCK_PX = 4
# Something may cross the picture: this part of the blocks, those that fit worst, is left out.
LEFT_OUT = 1 / 8
# Thumbnails with less contrast than this are told apart by their level, not by noise blown up.
LEAST_CONTRAST = 0.02


def is_cut(before: Floats, after: Floats) -> bool:
    """True where two neighbouring thumbnails show different shots."""
    return unlikeness(before, after) > CUT


def unlikeness(before: Floats, after: Floats) -> float:
    """How far two thumbnails (rows x columns x 3) are from showing the same things; 0 for the same picture.

    Both are brought to one mean and contrast, so a flash or a fade is no cut; then each block is compared with the
    place within reach that it fits best in the other thumbnail, so movement is none either. The worse direction counts.
    """
    one, other = _standardised(before), _standardised(after)
    return max(_unexplained(one, other), _unexplained(other, one))


def _standardised(thumbnail: Floats) -> Floats:
    standard: Floats = (thumbnail - thumbnail.mean()) / max(float(thumbnail.std()), LEAST_CONTRAST)
    return standard


def _unexplained(picture: Floats, by: Floats) -> float:
    reach = 2 * REACH_PX + 1
    padded = np.pad(by, ((REACH_PX, REACH_PX), (REACH_PX, REACH_PX), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (reach, reach), axis=(0, 1))
    apart = np.abs(picture[..., None, None] - around).mean(axis=2)
    rows, columns = picture.shape[0] // BLOCK_PX, picture.shape[1] // BLOCK_PX
    blocks = apart.reshape(rows, BLOCK_PX, columns, BLOCK_PX, reach * reach).mean(axis=(1, 3))
    fits = np.sort(blocks.min(axis=-1), axis=None)
    return float(fits[: round(fits.size * (1 - LEFT_OUT))].mean())
