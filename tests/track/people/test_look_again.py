import numpy as np
import pytest
from people_staged import SETS, face, sighting

from faceplate.track import FaceTrackSettings, unheard
from faceplate.track.find.sightings import is_among
from faceplate.track.people.link import link, shots_in
from faceplate.track.people.look_again import REACH_FRAMES, look_again
from faceplate.values import Header, Sample, Window

WINDOW = Window(-5000, -5000, 5000, 5000)


class Stage:
    """A plate on paper: who is there in each frame, and what a search shows of them when it is made."""

    header = Header("made", WINDOW, WINDOW, ("R", "G", "B"), (Sample.HALF,) * 3, 1.0)

    def __init__(self, there):
        self.there, self.regions, self.surveyed = there, [], []

    def look_in_tiles(self, places, progress):
        self.surveyed += places
        for place in places:
            progress(place)
        return {place: tuple(self.there[place]) for place in places}

    def look_near(self, regions, progress):
        self.regions.append(regions)
        for place in regions:
            progress(place)
        return {place: tuple(self._within(place, each)) for place, each in regions.items()}

    def _within(self, place, regions):
        return [
            found
            for found in self.there[place]
            if any(np.abs(found.middle - (one.x, one.y)).max() < one.side / 2 for one in regions)
        ]

    @property
    def read(self):
        """The places that were read again, in the order of the rounds."""
        return [place for each in self.regions for place in each]


def looked_again(there, missed, shots=None, progress=unheard, **knobs):
    """The stage, and the sightings once it was looked at again; `missed` says who is not found at first, by frame."""
    stage = Stage(there)
    sets = shots or [0] * len(there)
    first = [
        sighting(*[found for at, found in enumerate(faces) if not missed(place, at)], shot=sets[place])
        for place, faces in enumerate(there)
    ]
    settings = FaceTrackSettings(**{"tiles": "off", **knobs})
    return stage, look_again(stage, first, shots_in(first), settings, progress)


def counts(sightings):
    return [len(each.faces) for each in sightings]


def walking(frames, *, x=0.0, speed=8.0, who=1, size=1.0):
    return [face(x + speed * frame, 0.0, size, who, frame) for frame in range(frames)]


def two(frames):
    """Two people who stand far apart."""
    return [list(pair) for pair in zip(walking(frames), walking(frames, x=900, who=2), strict=True)]


def chains_of(sightings):
    return sorted(link(sightings, shots_in(sightings)), key=len, reverse=True)


def test_a_person_found_in_a_few_frames_is_found_in_all_of_them():
    stage, seen = looked_again(two(40), lambda place, at: at == 1 and place not in (11, 12, 30))
    assert counts(seen) == [2] * 40
    assert [len(chain) for chain in chains_of(seen)] == [40, 40]
    assert not {11, 12, 30} & set(stage.read)


def test_where_everybody_is_seen_nothing_is_read_again():
    stage, seen = looked_again(two(30), lambda *_: False)
    assert stage.read == stage.surveyed == []
    assert counts(seen) == [2] * 30


def test_behind_an_occluder_nobody_is_invented_and_the_frames_beside_it_are_found():
    there = [[each] if not 10 <= place < 20 else [] for place, each in enumerate(walking(30))]
    _, seen = looked_again(there, lambda place, _: 7 <= place < 23)
    assert counts(seen) == [len(each) for each in there]


def test_an_end_is_carried_no_further_than_a_person_is_found():
    there = [[each] if place < 30 else [] for place, each in enumerate(walking(90))]
    stage, seen = looked_again(there, lambda place, _: place > 10)
    assert counts(seen) == [1] * 30 + [0] * 60
    assert max(stage.read) == 29 + REACH_FRAMES


def test_the_other_person_is_not_taken_for_the_one_who_is_missing():
    gone = [[one, other] if place < 10 else [other] for place, (one, other) in enumerate(two(20))]
    for place in range(10, 20):
        gone[place] = [face(8.0 * place, 0.0, who=2, frame=place)]
    _, seen = looked_again(gone, lambda *_: False)
    assert counts(seen) == [2] * 10 + [1] * 10
    _, unseen = looked_again(gone, lambda place, _: place >= 10)
    assert counts(unseen) == [2] * 10 + [0] * 10


def test_two_who_are_missing_in_one_place_keep_their_names():
    there = [[one, face(8.0 * place + 130, 20.0, who=2, frame=place)] for place, one in enumerate(walking(30))]
    _, seen = looked_again(there, lambda place, _: 10 <= place < 18)
    assert counts(seen) == [2] * 30
    for chain in chains_of(seen):
        assert len(chain) == 30
        aside = [chain[place].middle[0] - 8.0 * place for place in range(30)]
        assert np.ptp(aside) < 1e-6


def test_a_cut_is_not_crossed():
    there = [[each] for each in walking(24, speed=0.0)]
    stage, seen = looked_again(there, lambda place, _: place >= 9, [0] * 12 + [1] * 12)
    assert counts(seen) == [1] * 12 + [0] * 12
    assert set(stage.read) == {9, 10, 11}


def test_a_person_who_walks_out_of_the_picture_is_not_looked_for_outside():
    there = [[each] if place < 10 else [] for place, each in enumerate(walking(40, x=4455, speed=60))]
    stage, _ = looked_again(there, lambda *_: False)
    assert stage.read == []


def test_a_face_found_twice_is_kept_once():
    there = two(20)
    for place in range(20):
        there[place].append(face(8.0 * place + 3, 0.0, who=1, frame=place))
    _, seen = looked_again(there, lambda place, at: at == 2 or (at == 1 and place > 5))
    assert counts(seen) == [2] * 20
    assert not any(is_among(one, [other]) for one, other in (each.faces for each in seen))


@pytest.mark.parametrize("tiles", ["auto", "on", "off"])
def test_a_small_person_beside_a_larger_one_is_found_in_tiles_and_followed_from_there(tiles):
    there = [[big, face(900.0, 40.0, 0.3, 2, place)] for place, big in enumerate(walking(60))]
    stage, seen = looked_again(there, lambda _, at: at == 1, tiles=tiles)
    assert counts(seen) == [2 if tiles == "auto" else 1] * 60
    assert stage.surveyed == ([30] if tiles == "auto" else [])


def test_every_shot_is_searched_for_small_people_and_long_ones_more_than_once():
    there = [[each] for each in walking(220, speed=0.0)]
    stage, _ = looked_again(there, lambda *_: False, [0] * 20 + [1] * 200, tiles="auto")
    assert stage.surveyed == [10, 53, 119, 186]


def test_of_a_crowd_only_as_many_are_looked_for_as_are_kept():
    there = [[face(150.0 * who, 0, 1 - 0.1 * who, who, place) for who in range(4)] for place in range(20)]
    _, seen = looked_again(there, lambda place, _: place != 10, max_people=2)
    assert counts(seen) == [2] * 10 + [4] + [2] * 9
    _, seen = looked_again(there, lambda place, _: place != 10, max_people=2, who="largest")
    assert counts(seen) == [4] * 20


def test_what_is_read_again_is_announced_and_told():
    class Told:
        frames, beyond = 0, 0

        def __call__(self, _):
            self.frames += 1

        def more(self, frames):
            self.beyond += frames

    told = Told()
    stage, _ = looked_again(two(30), lambda place, at: at == 1 and place > 9, progress=told, tiles="auto")
    assert told.frames == told.beyond == len(stage.read) + len(stage.surveyed) >= 20


def test_a_face_in_a_flash_is_found_by_its_place_alone():
    there = [[each] for each in walking(20, speed=0.0)]
    there[10] = [face(0.0, 0.0, who=3, frame=10)]
    first = [sighting(*([] if place == 10 else faces)) for place, faces in enumerate(there)]
    first[10] = type(first[10])((), np.clip(SETS[0] * 3 + 0.4, 0, 1).astype(np.float32))
    shots = shots_in(first)
    assert shots.flashes == {10}
    seen = look_again(Stage(there), first, shots, FaceTrackSettings(tiles="off"), unheard)
    assert counts(seen) == [1] * 20
    assert seen[10].faces[0].signature is not None


def test_where_somebody_else_is_seen_nobody_is_looked_for():
    there = [[face(4.0 * place, 0.0, who=1 if place < 10 else 2, frame=place)] for place in range(20)]
    stage, seen = looked_again(there, lambda *_: False)
    assert len(chains_of(seen)) == 2
    assert stage.read == []


def test_a_hole_is_read_once_while_nobody_is_found_in_it():
    there = [[each] if not 10 <= place < 30 else [] for place, each in enumerate(walking(40, speed=0.0))]
    stage, _ = looked_again(there, lambda *_: False)
    assert sorted(stage.read) == list(range(10, 30))
