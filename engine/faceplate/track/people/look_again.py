"""Faces that the first look misses: people are looked for where they must be, once it is known who is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Protocol

import numpy as np

from faceplate.track.find.detect import overlap
from faceplate.track.find.sightings import Sighting, is_among
from faceplate.track.landmarks.face import Face
from faceplate.track.people.assignment import sure_pairs
from faceplate.track.people.cuts import Shots
from faceplate.track.people.link import LIMIT, MARGIN, joining_cost, link, unsigned
from faceplate.track.people.paths import Chain, Place, first_faces, last_faces, predicted
from faceplate.track.people.who import EVERYBODY
from faceplate.track.progress import Progress
from faceplate.track.regions import Region
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Header

# One frame of every so many is searched in tiles, for small faces beside larger ones.
SURVEY_FRAMES = 96
# People are looked for in frames no further than this from one in which they are seen, a few at a time: the next ones
# lie where those say.
REACH_FRAMES = 12
STEP_FRAMES = 4
# Sides of the face: the detectors want to see what is around it, and it may stand off from where it is expected.
REGION_SIDES = 3.0
# Whose place another face takes by so much (intersection over union) is behind it, or is the other.
TAKEN_OVERLAP = 0.6


class Search(Protocol):
    """Who can look at frames again, as `find.plate_search.PlateSearch` does."""

    @property
    def header(self) -> Header:
        """Of the plate's first frame."""

    def look_in_tiles(self, places: Sequence[int], progress: Progress) -> Mapping[int, tuple[Face, ...]]:
        """The faces that overlapping tiles of some frames show."""

    def look_near(self, regions: Mapping[int, Sequence[Region]], progress: Progress) -> Mapping[int, tuple[Face, ...]]:
        """The faces in regions of some frames, in square-pixel space."""


@dataclass(frozen=True)
class Followed:
    """One person within a shot.

    Attributes:
        chain: their faces, in the order of the frames.
        shot: its places.
        tried: where they are seen beside a gap, and a place in it at which they were looked for.
    """

    chain: Chain
    shot: range
    tried: frozenset[tuple[int, int]] = frozenset()

    def missing(self) -> list[int]:
        """The next places to look at."""
        return sorted({place for seen in self.chain for way in (-1, 1) for place in self._beside(seen, way)})

    def _beside(self, seen: int, way: int) -> Iterator[int]:
        untried = 0
        for place in range(seen + way, seen + way * (REACH_FRAMES + 1), way):
            if place in self.chain or place not in self.shot or untried == STEP_FRAMES:
                return
            if (seen, place) not in self.tried:
                untried += 1
                yield place

    def expected(self, place: int) -> Place:
        """Where the person must be: on their way from before, on their way to after, or between the two."""
        before, after = self._parts(place)
        if not before or not after:
            return predicted(last_faces(before) if before else first_faces(after), place)
        one, other = predicted(last_faces(before), place), predicted(first_faces(after), place)
        start, end = next(reversed(before)), next(iter(after))
        share = (place - start) / (end - start)
        return Place(*((1 - share) * here + share * there for here, there in zip(one, other, strict=True)))

    def cost(self, place: int, face: Face) -> float:
        """What it costs to take a face for this person's, from the nearer side."""
        before, after = self._parts(place)
        found = {place: face}
        if after and (not before or next(iter(after)) - place < place - next(reversed(before))):
            return joining_cost(found, after)
        return joining_cost(before, found)

    def with_faces(self, found: Mapping[int, Face], places: Sequence[int]) -> "Followed":
        """Found again in some of the places at which they were looked for."""
        chain = dict(sorted({**self.chain, **found}.items()))
        return replace(self, chain=chain, tried=self.tried.union(*map(self._tries, places)))

    def _tries(self, place: int) -> set[tuple[int, int]]:
        before, after = self._parts(place)
        return {(seen, place) for seen in (*islice(reversed(before), 1), *islice(after, 1))}

    def _parts(self, place: int) -> tuple[Chain, Chain]:
        before = {at: face for at, face in self.chain.items() if at < place}
        return before, {at: face for at, face in self.chain.items() if at > place}


def look_again(
    search: Search, sightings: Sequence[Sighting], shots: Shots, settings: FaceTrackSettings, progress: Progress
) -> list[Sighting]:
    """The sightings, and in them who was missed: frames are read again in which somebody must be and is not seen.

    Small faces beside larger ones are looked for in tiles first, in a few frames of each shot (the knob `tiles` at
    auto). People are then looked for within a shot, in its frames near those in which they are seen, on and on while
    they are found. A face counts that the landmarker is as sure of as ever, that nobody else has in that frame, and
    that would be taken for that person's if it had been found at first. Who is small beyond the `max_people` largest of
    a shot is not looked for.

    Raises:
        PlateError: a frame is missing or damaged.
    """
    again = _LookAgain(search, sightings, shots, progress)
    if settings.tiles == "auto":
        again.survey()
    again.follow(settings.max_people if settings.who == EVERYBODY else None)
    return again.seen


class _LookAgain:
    """What is seen so far, frame by frame."""

    def __init__(self, search: Search, sightings: Sequence[Sighting], shots: Shots, progress: Progress) -> None:
        self.seen = list(sightings)
        self._search, self._shots, self._progress = search, shots, progress

    def survey(self) -> None:
        """Looks at the middle frame of every stretch of a shot in tiles; where nobody is seen that was done before."""
        stretches = [part for shot in self._shots.ranges(len(self.seen)) for part in _stretches(shot)]
        places = [place for place in (part[len(part) // 2] for part in stretches) if self.seen[place].faces]
        self._progress.more(len(places))
        for place, faces in sorted(self._search.look_in_tiles(places, self._progress).items()):
            self._add(place, self._strangers(place, faces))

    def follow(self, most: int | None) -> None:
        """Looks for so many people of each shot, or all, wherever they must be, until nowhere is left to look."""
        chains = link(self.seen, self._shots)
        people = [person for shot in self._shots.ranges(len(self.seen)) for person in _largest(chains, shot)[:most]]
        while any(missing := [person.missing() for person in people]):
            found = self._found(people, missing)
            people = [
                person.with_faces(again, places) for person, again, places in zip(people, found, missing, strict=True)
            ]

    def _found(self, people: Sequence[Followed], places: Sequence[Sequence[int]]) -> list[dict[int, Face]]:
        """Each person's faces at the places at which they are looked for."""
        regions: dict[int, dict[int, Region]] = {}
        for row, person in enumerate(people):
            for place in places[row]:
                expected = person.expected(place)
                if self._may_be_seen(expected, place):
                    regions.setdefault(place, {})[row] = _region(expected, self._search.header.pixel_aspect)
        self._progress.more(len(regions))
        wanted = {place: list(each.values()) for place, each in regions.items()}
        found: list[dict[int, Face]] = [{} for _ in people]
        for place, faces in sorted(self._search.look_near(wanted, self._progress).items()):
            strangers, rows = self._strangers(place, faces), list(regions[place])
            pairs = self._pairs([people[row] for row in rows], place, strangers)
            for at, column in pairs:
                found[rows[at]][place] = self._lit(place, strangers[column])
            self._add(place, [strangers[column] for _, column in pairs])
        return found

    def _pairs(self, people: Sequence[Followed], place: int, faces: Sequence[Face]) -> list[tuple[int, int]]:
        costs = [[person.cost(place, self._lit(place, face)) for face in faces] for person in people]
        return sure_pairs(np.array(costs).reshape(len(people), len(faces)), LIMIT, MARGIN)

    def _may_be_seen(self, expected: Place, place: int) -> bool:
        """False where the middle of a face is out of the picture, or somebody else's is where it would be."""
        header = self._search.header
        low, high = np.array(header.display.join(header.data)).reshape(2, 2)
        others = np.array([face.box for face in self.seen[place].faces]).reshape(-1, 2, 2)
        box = np.array([expected.middle - expected.sides / 2, expected.middle + expected.sides / 2])
        inside = (low <= expected.middle).all() and (expected.middle <= high).all()
        return bool(inside and not (overlap(box, others) > TAKEN_OVERLAP).any())

    def _strangers(self, place: int, faces: Sequence[Face]) -> list[Face]:
        return [face for face in faces if not is_among(face, self.seen[place].faces)]

    def _add(self, place: int, faces: Sequence[Face]) -> None:
        self.seen[place] = replace(self.seen[place], faces=(*self.seen[place].faces, *faces))

    def _lit(self, place: int, face: Face) -> Face:
        return unsigned(face) if place in self._shots.flashes else face


def _stretches(shot: range) -> list[range]:
    """A shot in parts of one length, none longer than `SURVEY_FRAMES`."""
    count = -(-len(shot) // SURVEY_FRAMES)
    edges = [shot.start + len(shot) * part // count for part in range(count + 1)]
    return [range(*between) for between in pairwise(edges)]


def _largest(chains: Sequence[Chain], shot: range) -> list[Followed]:
    """The people of a shot, the largest first."""
    within = [{place: face for place, face in chain.items() if place in shot} for chain in chains]
    there = [chain for chain in within if chain]
    there.sort(key=lambda chain: -float(np.median([face.size for face in chain.values()])))
    return [Followed(chain, shot) for chain in there]


def _region(expected: Place, pixel_aspect: float) -> Region:
    """Where to look for a face, in square-pixel space."""
    square = np.array([pixel_aspect, 1.0])
    (x, y), side = expected.middle * square, float((expected.sides * square).max())
    return Region(float(x), float(y), REGION_SIDES * side)
