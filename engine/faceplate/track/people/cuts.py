"""Where one shot ends and the next begins, told by thumbnails of the frames."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from faceplate.track.people.dissolves import dissolves_in
from faceplate.track.people.flashes import flash_length
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
# Two set-ups of one room are 0.11 apart and more; a set-up that is cut back to is nearer to itself than this.
SAME_SET_UP = 0.08


class Shots(NamedTuple):
    """The places that begin another shot (0 is not among them), and those of flash frames, which end none."""

    cuts: tuple[int, ...]
    flashes: frozenset[int]

    def ranges(self, frames: int) -> list[range]:
        """The places of each shot, of so many frames in all."""
        return [range(*between) for between in pairwise([0, *self.cuts, frames])]


def shots_of(thumbnails: Sequence[Floats]) -> Shots:
    """Cuts, the middles of dissolves, and flashes of a sequence of thumbnails (rows x columns x 3, display-referred).

    A picture that is there again after up to four frames of other light, or clipped, was never away.
    """
    cuts: list[int] = []
    flashes: set[int] = set()
    last, place = 0, 1
    while place < len(thumbnails):
        if is_cut(thumbnails[last], thumbnails[place]):
            flash = flash_length(thumbnails[last], thumbnails[place:], is_cut)
            flashes |= set(range(place, place + flash))
            cuts += [] if flash else [place]
            place += flash
        last, place = place, place + 1
    dissolves = dissolves_in(thumbnails, unlikeness)
    hard = {cut for cut in cuts if not any(cut in mixed or cut == mixed.stop for mixed in dissolves)}
    soft = {(mixed.start + mixed.stop) // 2 for mixed in dissolves}
    return Shots(tuple(sorted(hard | soft)), frozenset(flashes))


def same_set_up(one: Floats, other: Floats) -> bool:
    """True where two thumbnails show the same set-up, however much time lies between them."""
    return unlikeness(one, other) < SAME_SET_UP


def is_cut(before: Floats, after: Floats) -> bool:
    """True where two neighbouring thumbnails show different shots."""
    if np.abs(_standardised(before) - _standardised(after)).mean() <= CUT:
        return False  # what does not move at all need not be looked for
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
    rows, columns = picture.shape[0] // BLOCK_PX, picture.shape[1] // BLOCK_PX
    padded = np.pad(by, ((REACH_PX, REACH_PX), (REACH_PX, REACH_PX), (0, 0)), mode="edge")
    best = np.full((rows, columns), np.inf)
    for down, across in np.ndindex(2 * REACH_PX + 1, 2 * REACH_PX + 1):
        apart = np.abs(picture - padded[down : down + picture.shape[0], across : across + picture.shape[1]])
        np.minimum(best, apart.reshape(rows, BLOCK_PX, columns, -1).mean(axis=(1, 3)), out=best)
    fits = np.sort(best, axis=None)
    return float(fits[: round(fits.size * (1 - LEFT_OUT))].mean())
