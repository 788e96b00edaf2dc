"""Faces of one person joined over the frames of a shot, through gaps, and where they come back.

From the sure to the less sure: faces of neighbouring frames become chains wherever nobody else could be meant; chains
are then joined over growing gaps, all at once, so that people who cross do not take each other's name (hierarchical
association: Huang, Wu and Nevatia, "Robust Object Tracking by Hierarchical Association of Detection Responses", ECCV
2008). What stays doubtful stays apart.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from faceplate.track.find.sightings import Sighting
from faceplate.track.landmarks.face import Face
from faceplate.track.people.again import followed, joined_again
from faceplate.track.people.assignment import IMPOSSIBLE, sure_pairs
from faceplate.track.people.cuts import Shots, shots_of
from faceplate.track.people.likeness import DOUBTFUL, SURE, unlikeness
from faceplate.track.people.paths import (
    Chain,
    Place,
    apart,
    first_faces,
    first_place,
    last_faces,
    last_place,
    place_of,
    predicted,
    shape_apart,
    times_larger,
)
from faceplate.values import Matrix

# A face may stand off from where it is expected by this much of its sides in the next frame, and by as much more for
# every so many frames that it was out of sight.
REACH = 0.6
REACH_DOUBLES_FRAMES = 12.0
LARGEST_CHANGE = 1.8
# How much a change of size, of pose and of looks counts beside place, each at its own limit.
SIZE_SHARE, POSE_SHARE, LOOKS_SHARE = 0.4, 0.3, 1.0
LARGEST_POSE_CHANGE = 0.2
POSE_HOLDS_FRAMES = 6.0
# Looks begin to count where stretches of one person seldom get.
LOOKS_FREE = 0.7
# A head that turns fast shows another side: from one frame to the next looks then count so much at most, as its pose
# changes by this part of the largest change (0.2 and more at 30 degrees a frame; 0 where somebody stands in its place).
LOOKS_OF_TURNING, TURNING = 0.2, 0.15
LOOKED_AT_FRAMES = 24
LIMIT, MARGIN = 1.2, 0.15
LONGEST_GAPS_FRAMES = (3, 12, 48)


def shots_in(sightings: Sequence[Sighting]) -> Shots:
    """Where shots begin, and which frames are flashes, as thumbnails tell."""
    return shots_of([sighting.thumbnail for sighting in sightings])


def link(sightings: Sequence[Sighting], shots: Shots) -> list[Chain]:
    """One chain of faces for each person; a person comes back under the same chain where that is sure.

    Nobody is followed over a cut, but who is seen in the same place of the same set-up before and after it, and looks
    the same, is the same person.
    """
    faces = [
        tuple(map(unsigned, each.faces)) if place in shots.flashes else each.faces
        for place, each in enumerate(sightings)
    ]
    linked = [_linked(faces, shot) for shot in shots.ranges(len(sightings))]
    return joined_again(linked, [sighting.thumbnail for sighting in sightings])


def joining_cost(tail: Chain, head: Chain) -> float:
    """What it costs to take `head` for the going on of `tail`, which ends before it; beyond `LIMIT` nobody would."""
    return float(_costs([tail], [head], first_place(head) - last_place(tail))[0, 0])


def unsigned(face: Face) -> Face:
    """A face in a flash, whose looks say nothing."""
    return replace(face, signature=None, embedding=None)


def _linked(faces: Sequence[tuple[Face, ...]], places: range) -> list[Chain]:
    chains = _neighbours_linked(faces, places)
    for longest in LONGEST_GAPS_FRAMES:
        chains = _joined(chains, longest)
    return chains


def _neighbours_linked(faces: Sequence[tuple[Face, ...]], places: range) -> list[Chain]:
    """The chains of faces that are seen in one frame after the other."""
    done: list[Chain] = []
    live: list[Chain] = []
    for place in places:
        heads: list[Chain] = [{place: face} for face in faces[place]]
        pairs = sure_pairs(_costs(live, heads, 1), LIMIT, MARGIN)
        for row, column in pairs:
            live[row] |= heads[column]
            heads[column] = live[row]
        followed = {row for row, _ in pairs}
        done += [chain for row, chain in enumerate(live) if row not in followed]
        live = heads
    return done + live


def _joined(chains: list[Chain], longest_gap: int) -> list[Chain]:
    """The chains with those joined that follow one another after at most so many frames out of sight."""
    return followed(chains, dict(sure_pairs(_costs(chains, chains, longest_gap + 1), LIMIT, MARGIN)))


def _costs(tails: Sequence[Chain], heads: Sequence[Chain], longest: int) -> Matrix:
    """What it costs to take each head for the going on of each tail; `IMPOSSIBLE` for more than `longest` frames on."""
    ahead = cache(lambda row, place: predicted(last_faces(tails[row]), place))
    behind = cache(lambda column, place: predicted(first_faces(heads[column]), place))
    starts = [first_place(head) for head in heads]
    costs = np.full((len(tails), len(heads)), IMPOSSIBLE)
    for row, tail in enumerate(tails):
        end = last_place(tail)
        for column, start in enumerate(starts):
            if 0 < start - end <= longest:
                costs[row, column] = _cost(tail, heads[column], ahead(row, start), behind(column, end))
    return costs


def _cost(tail: Chain, head: Chain, expected: Place, expected_before: Place) -> float:
    """Place, size, pose and looks in one number; where the head is, and the tail was, against what was expected."""
    end, start = last_place(tail), first_place(head)
    waited = start - end - 1
    off = apart(expected, place_of(head[start]))
    if len(head) > 1:
        off = (off + apart(expected_before, place_of(tail[end]))) / 2
    place = off / (REACH * (1 + waited / REACH_DOUBLES_FRAMES))
    size = np.log(times_larger(expected, expected_before)) / np.log(LARGEST_CHANGE)
    if place > 1 or size > 1:
        return IMPOSSIBLE
    pose = min(shape_apart(tail[end], head[start]) / LARGEST_POSE_CHANGE, 1.0) * np.exp(-waited / POSE_HOLDS_FRAMES)
    looks = LOOKS_SHARE * _looks(tail, head)
    if waited == 0 and pose > TURNING:
        looks = min(looks, LOOKS_OF_TURNING)
    return float(place + SIZE_SHARE * size + POSE_SHARE * pose + looks)


def _looks(tail: Chain, head: Chain) -> float:
    """0 for one person, 1 at the limit; not known counts as nothing."""
    unlike = unlikeness(list(tail.values())[-LOOKED_AT_FRAMES:], list(head.values())[:LOOKED_AT_FRAMES])
    if np.isnan(unlike):
        return 0.0
    return IMPOSSIBLE if unlike > DOUBTFUL else max(0.0, (unlike - LOOKS_FREE) / (DOUBTFUL - SURE))
