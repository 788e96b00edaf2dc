"""Who comes back: the same person after they left the picture, or after a cut back to the same set-up."""

from collections.abc import Mapping, Sequence

import numpy as np

from faceplate.track.people.assignment import IMPOSSIBLE, sure_pairs
from faceplate.track.people.cuts import same_set_up
from faceplate.track.people.likeness import SURE, unlikeness
from faceplate.track.people.paths import (
    Chain,
    Place,
    apart,
    first_faces,
    first_place,
    last_faces,
    last_place,
    predicted,
    times_larger,
)
from faceplate.values import Floats

# The next best person has to be this much more unlike than the one who came back.
MARGIN = 0.4
# Shorter glimpses are not enough to know somebody by.
LEAST_FRAMES = 6
# Who walks off and comes back may have come nearer to the camera or gone further away.
LARGEST_CHANGE = 2.5
# In the same set-up as before the cut people sit and stand where they were, as large as they were.
SEAT, SEATED_CHANGE = 1.0, 1.4


def joined_again(shots: Sequence[Sequence[Chain]], thumbnails: Sequence[Floats]) -> list[Chain]:
    """The chains of all shots, those of one person joined where looks and place are sure of it.

    A wrong join is worse than none: whoever is not known by their looks, or could be two people, stays new.
    """
    known: list[list[Chain]] = []
    for shot in shots:
        within = _back_in_the_shot(shot)
        costs = [[_over_cuts(person, chain, thumbnails) for chain in within] for person in known]
        pairs = sure_pairs(np.array(costs).reshape(len(known), len(within)), SURE + MARGIN, MARGIN)
        for row, column in pairs:
            known[row].append(within[column])
        known += [[chain] for column, chain in enumerate(within) if column not in {taken for _, taken in pairs}]
    return [_one(chains) for chains in known]


def _back_in_the_shot(chains: Sequence[Chain]) -> list[Chain]:
    costs = [[_after_an_absence(chain, later) for later in chains] for chain in chains]
    pairs = sure_pairs(np.array(costs).reshape(len(chains), len(chains)), SURE + MARGIN, MARGIN)
    return followed(chains, dict(pairs))


def followed(chains: Sequence[Chain], followers: Mapping[int, int]) -> list[Chain]:
    """The chains with each one's follower, by their places in the list, joined to it."""
    joined: list[Chain] = []
    for first in sorted(set(range(len(chains))) - set(followers.values())):
        links = [first]
        while links[-1] in followers:
            links.append(followers[links[-1]])
        joined.append(_one([chains[place] for place in links]))
    return joined


def _one(chains: Sequence[Chain]) -> Chain:
    return {place: face for chain in chains for place, face in chain.items()}


def _after_an_absence(chain: Chain, later: Chain) -> float:
    if last_place(chain) >= first_place(later):
        return IMPOSSIBLE
    larger = times_larger(_end(chain), _start(later))
    return _unlike(chain, later) if larger < LARGEST_CHANGE else IMPOSSIBLE


def _over_cuts(person: Sequence[Chain], later: Chain, thumbnails: Sequence[Floats]) -> float:
    return min(_over_a_cut(chain, later, thumbnails) for chain in person)


def _over_a_cut(chain: Chain, later: Chain, thumbnails: Sequence[Floats]) -> float:
    known_by_face = all(face.embedding is not None for face in (*chain.values(), *later.values()))
    return _unlike(chain, later) if known_by_face or _in_their_seat(chain, later, thumbnails) else IMPOSSIBLE


def _in_their_seat(chain: Chain, later: Chain, thumbnails: Sequence[Floats]) -> bool:
    was, now = _end(chain), _start(later)
    if apart(was, now) > SEAT or times_larger(was, now) > SEATED_CHANGE:
        return False
    return same_set_up(thumbnails[last_place(chain)], thumbnails[first_place(later)])


def _unlike(chain: Chain, later: Chain) -> float:
    if min(len(chain), len(later)) < LEAST_FRAMES:
        return IMPOSSIBLE
    unlike = unlikeness(list(chain.values()), list(later.values()))
    return IMPOSSIBLE if np.isnan(unlike) else unlike


def _end(chain: Chain) -> Place:
    return predicted(last_faces(chain), last_place(chain))


def _start(chain: Chain) -> Place:
    return predicted(first_faces(chain), first_place(chain))
