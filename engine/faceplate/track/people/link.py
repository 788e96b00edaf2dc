from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

from faceplate.track.find.sightings import Sighting
from faceplate.track.landmarks.mesh import Face
from faceplate.track.people.cuts import is_cut

Chain: TypeAlias = dict[int, Face]
"""One person's faces by the place of their frame in the range."""

# A face may move by this much of its own size from frame to frame, and stay away for this many frames.
REACH = 0.6
LONGEST_GAP_FRAMES = 12
IMPOSSIBLE = 1e6


def cuts_of(sightings: Sequence[Sighting]) -> tuple[int, ...]:
    """The places that begin another shot."""
    return tuple(
        place
        for place in range(1, len(sightings))
        if is_cut(sightings[place - 1].thumbnail, sightings[place].thumbnail)
    )


def link(sightings: Sequence[Sighting]) -> list[Chain]:
    """Faces of one person joined over the frames of each shot; a cut ends every chain.

    A face out of sight for up to `LONGEST_GAP_FRAMES` frames is taken up again near where it was last seen.
    """
    done: list[Chain] = []
    open_chains: list[Chain] = []
    for place, sighting in enumerate(sightings):
        cut = place > 0 and is_cut(sightings[place - 1].thumbnail, sighting.thumbnail)
        going_on = [] if cut else [chain for chain in open_chains if place - max(chain) <= LONGEST_GAP_FRAMES + 1]
        done += [chain for chain in open_chains if not any(chain is other for other in going_on)]
        open_chains = going_on + _take_up(going_on, sighting.faces, place)
    return done + open_chains


def _take_up(chains: list[Chain], faces: tuple[Face, ...], place: int) -> list[Chain]:
    """Adds each face to the chain it belongs to; those that belong to none start the chains given back."""
    costs = np.array([[_distance(chain, face, place) for face in faces] for chain in chains]).reshape(
        len(chains), len(faces)
    )
    pairs = [(row, column) for row, column in zip(*linear_sum_assignment(costs), strict=True)]
    taken = set()
    for row, column in pairs:
        if costs[row, column] < IMPOSSIBLE:
            chains[row][place] = faces[column]
            taken.add(column)
    return [{place: face} for column, face in enumerate(faces) if column not in taken]


def _distance(chain: Chain, face: Face, place: int) -> float:
    """How far the landmarks have moved, in sizes of the face, or `IMPOSSIBLE` where that is out of reach."""
    last = chain[max(chain)]
    moved = np.linalg.norm(face.landmarks_plate - last.landmarks_plate, axis=1).mean()
    distance = float(moved / max(min(face.size, last.size), 1e-6))
    waited = place - max(chain) - 1
    return distance if distance < REACH * (1 + waited / LONGEST_GAP_FRAMES) else IMPOSSIBLE
