from dataclasses import replace

import numpy as np
import pytest
from people_staged import SETS, TWIN, actors_of, face, looks_of, sighting, stage

from faceplate.track.people.link import link, shots_in

LONGEST_GAP_FRAMES = 48


def linked(sightings):
    return link(sightings, shots_in(sightings))


def places(chains):
    return sorted((sorted(chain) for chain in chains), key=lambda each: (each[0], -len(each)))


def straight(speed, *, meets, y=0.0):
    """A way along x that is at 500 px in the frame `meets`."""
    return lambda frame: (500 + speed * (frame - meets), y)


def test_a_face_that_moves_is_one_chain():
    assert places(linked([sighting(face(20.0 * n)) for n in range(10)])) == [list(range(10))]


def test_a_face_that_suddenly_moves_by_half_its_size_is_the_same():
    assert places(linked([sighting(face(0 if n < 5 else 50)) for n in range(10)])) == [list(range(10))]


def test_two_people_keep_apart_whatever_the_order_of_the_detector():
    left, right = [face(2.0 * n) for n in range(6)], [face(300 - 2.0 * n) for n in range(6)]
    chains = linked(
        [sighting(*((a, b) if n % 2 else (b, a))) for n, (a, b) in enumerate(zip(left, right, strict=True))]
    )
    assert places(chains) == [list(range(6))] * 2
    for chain in chains:
        steps = np.diff([chain[n].landmarks_plate[0, 0] for n in range(6)])
        assert np.ptp(steps) < 1e-9


@pytest.mark.parametrize("gap", [1, 12, LONGEST_GAP_FRAMES])
def test_an_absence_leaves_a_hole_and_nothing_invented(gap):
    seen = [sighting(face(0))] * 3
    assert places(linked(seen + [sighting()] * gap + seen)) == [[0, 1, 2, gap + 3, gap + 4, gap + 5]]


def test_a_long_absence_ends_the_chain_of_a_face_whose_looks_nobody_knows():
    chains = linked([sighting(face(0)), *[sighting()] * (LONGEST_GAP_FRAMES + 1), sighting(face(0))])
    assert places(chains) == [[0], [LONGEST_GAP_FRAMES + 2]]


def test_a_face_far_away_is_another_person():
    assert places(linked([sighting(face(0)), sighting(face(500))])) == [[0], [1]]


def test_a_face_of_another_size_at_the_same_place_is_another_person():
    assert places(linked([sighting(face(0)), sighting(face(0, size=3.0))])) == [[0], [1]]


@pytest.mark.parametrize("gap", [0, 1, 5, 30])
def test_somebody_who_looks_otherwise_at_the_same_place_is_another_person(gap):
    one = [sighting(face(0, who=1, frame=n)) for n in range(8)]
    other = [sighting(face(0, who=2, frame=n)) for n in range(8)]
    assert len(linked(one + [sighting()] * gap + other)) == 2


def test_no_faces_give_no_chains():
    assert linked([sighting(), sighting()]) == []


@pytest.mark.parametrize("looks", [(1, 2), (TWIN, TWIN), (None, None)], ids=["different", "twins", "unknown"])
@pytest.mark.parametrize("speeds", [(2, 0), (2, -2), (5, 2), (12, -12), (25, -5)])
@pytest.mark.parametrize("size", [1.0, 0.7])
def test_people_who_cross_keep_their_names(looks, speeds, size):
    frames = 800 // (speeds[0] - speeds[1])
    actors = [(straight(speeds[0], meets=frames / 2), 1.0), (straight(speeds[1], meets=frames / 2), size)]
    sightings, casts = stage(actors, frames, looks=looks)
    assert min(map(len, casts)) == 1
    found = actors_of(linked(sightings), sightings, casts)
    assert sorted(sorted(set(each)) for each in found) == [[0], [1]]


@pytest.mark.parametrize("hidden_px", [0, 10, 20])
def test_people_who_meet_and_turn_back_are_told_by_their_looks(hidden_px):
    actors = [
        (lambda frame: (500 - hidden_px - 4 * abs(frame - 60), 0), 1.0),
        (lambda frame: (500 + hidden_px + 4 * abs(frame - 60), 0), 0.9),
    ]
    sightings, casts = stage(actors, 120, looks=(1, 2))
    found = actors_of(linked(sightings), sightings, casts)
    assert sorted(sorted(set(each)) for each in found) == [[0], [1]]


@pytest.mark.parametrize("seed", range(3))
def test_three_who_walk_about_are_three(seed):
    rng = np.random.default_rng(seed)
    actors = [
        (lambda n, v=v, y=y, meets=meets: (600 + v * (n - meets) + 6 * np.sin(n / 5), y), size)
        for v, y, meets, size in zip(
            rng.uniform(-10, 10, 3), rng.uniform(-60, 60, 3), rng.uniform(45, 75, 3), (1.2, 1.0, 0.8), strict=True
        )
    ]
    sightings, casts = stage(actors, 120, looks=(1, 2, 3), jitter_px=2.5)
    found = actors_of(linked(sightings), sightings, casts)
    assert sorted(sorted(set(each)) for each in found) == [[0], [1], [2]]


def test_a_face_seen_in_every_other_frame_is_one_person():
    frames = [sighting(face(3.0 * n, who=1, frame=n)) if n % 2 else sighting() for n in range(60)]
    assert len(linked(frames)) == 1


def test_one_face_that_could_be_either_of_two_is_neither():
    """Both go out of sight at the same place, and one face comes back there, long after, that looks like both."""
    before = [sighting(face(-30, who=TWIN, frame=n), face(30, who=TWIN, frame=100 + n)) for n in range(8)]
    after = [sighting(face(0, who=TWIN, frame=200 + n)) for n in range(8)]
    assert places(linked(before + [sighting()] * 20 + after)) == [[*range(8)], [*range(8)], [*range(28, 36)]]


# Who comes back.


def walk(who, x, frames, *, shot=0):
    return [sighting(face(x, who=who, frame=1000 * shot + x + n), shot=shot) for n in range(frames)]


def test_who_leaves_the_picture_and_comes_back_elsewhere_is_the_same_person():
    (chain,) = linked(walk(1, 0, 10) + [sighting()] * 100 + walk(1, 900, 10))
    assert sorted(chain) == [*range(10), *range(110, 120)]


def test_somebody_else_who_comes_in_is_a_new_person():
    assert len(linked(walk(1, 0, 10) + [sighting()] * 100 + walk(2, 0, 10))) == 2


def test_a_glimpse_is_not_enough_to_know_somebody_by():
    assert len(linked(walk(1, 0, 10) + [sighting()] * 100 + walk(1, 0, 3))) == 2


def test_who_comes_back_is_nobody_of_two_who_look_the_same():
    pair = [sighting(face(0, who=TWIN, frame=n), face(500, who=TWIN, frame=50 + n)) for n in range(10)]
    assert len(linked(pair + [sighting()] * 100 + walk(TWIN, 250, 10))) == 3


def test_after_a_cut_back_to_the_same_set_up_who_sits_in_their_place_is_the_same_person():
    shots = walk(1, 0, 10) + walk(2, 0, 10, shot=1) + walk(1, 20, 10) + walk(2, 10, 10, shot=1)
    assert shots_in(shots).cuts == (10, 20, 30)
    assert places(linked(shots)) == [[*range(10), *range(20, 30)], [*range(10, 20), *range(30, 40)]]


@pytest.mark.parametrize(
    ("who", "x", "shot"), [(3, 0, 0), (1, 400, 0), (1, 0, 2)], ids=["other looks", "other seat", "other set-up"]
)
def test_after_a_cut_everybody_else_is_a_new_person(who, x, shot):
    assert len(linked(walk(1, 0, 10) + walk(2, 0, 10, shot=1) + walk(who, x, 10, shot=shot))) == 3


def test_a_cut_ends_every_track_even_where_a_face_stays_in_place():
    chains = linked([sighting(face(0), face(300), shot=0)] * 4 + [sighting(face(0), face(300), shot=1)] * 3)
    assert places(chains) == [[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6], [4, 5, 6]]


def test_a_cut_inside_an_absence_ends_the_track():
    chains = linked([sighting(face(0)), sighting(), sighting(shot=1), sighting(face(0), shot=1)])
    assert places(chains) == [[0], [3]]


def test_a_flash_ends_no_chain_whatever_it_does_to_the_looks():
    flash = replace(sighting(face(0)), thumbnail=np.ones_like(SETS[0]))
    flash = replace(flash, faces=(replace(flash.faces[0], signature=looks_of(9)),))
    shot = walk(1, 0, 10)
    (chain,) = linked([*shot[:5], flash, flash, *shot[5:]])
    assert sorted(chain) == list(range(12))


# With an identity model.


def vector(who, noise=0.0):
    rng = np.random.default_rng(who)
    made = rng.normal(size=128) + noise * np.random.default_rng([who, 5]).normal(size=128)
    return (made / np.linalg.norm(made)).astype(np.float32)


def known(sightings, who, noise=0.0):
    return [
        replace(each, faces=tuple(replace(one, embedding=vector(who, noise)) for one in each.faces))
        for each in sightings
    ]


def test_with_an_embedding_a_person_is_known_over_cuts_to_other_set_ups():
    shots = known(walk(1, 0, 10), 1) + known(walk(5, 300, 10, shot=1), 1, noise=0.5) + known(walk(1, 0, 10, shot=2), 2)
    assert places(linked(shots)) == [[*range(20)], [*range(20, 30)]]
