from dataclasses import replace

import numpy as np
import pytest
from people_staged import face

from faceplate.track import FaceTrackSettings
from faceplate.track.people.measured import measured_people


def chain(places, **looks):
    return {place: face(0, **looks) for place in places}


def people(*chains, frames=10, **knobs):
    return measured_people(chains, frames, FaceTrackSettings(**knobs))


def test_frames_without_the_person_are_not_a_number():
    (person,) = people(chain([0, 1, 2, 6, 7]))
    assert person.seen.tolist() == [True] * 3 + [False] * 3 + [True] * 2 + [False] * 2
    for name in ("landmarks_plate", "depth_px", "confidence", "presence"):
        values = getattr(person, name).reshape(10, -1)
        assert np.isnan(values[~person.seen]).all()
        assert np.isfinite(values[person.seen]).all()
    assert person.motion is None


def test_exposure_is_kept_by_frame_and_unknown_where_it_was_not_measured():
    faces = {place: replace(each, exposure=0.1 * place) for place, each in chain([0, 1, 2, 6, 7]).items()}
    (person,) = people(faces)
    np.testing.assert_allclose(person.exposure, [0, 0.1, 0.2, *[np.nan] * 3, 0.6, 0.7, np.nan, np.nan], rtol=1e-6)
    assert np.isnan(people(chain(range(5)))[0].exposure).all()


def test_a_small_face_seen_long_comes_before_a_large_face_seen_shortly():
    first, second = people(chain(range(5), size=1.5), chain(range(10)))
    assert (first.seen.sum(), second.seen.sum()) == (10, 5)


@pytest.mark.parametrize(("length", "count"), [(4, 0), (5, 1)])
def test_a_face_has_to_be_seen_for_the_minimum_length(length, count):
    assert len(people(chain(range(length)), min_length=5)) == count


def test_a_shorter_range_asks_for_no_more_than_it_has():
    assert len(people(chain(range(2)), frames=2, min_length=5)) == 1


def test_at_most_so_many_people_are_kept_and_the_largest_of_them():
    (kept,) = people(chain(range(10), size=0.5), chain(range(10)), max_people=1)
    assert np.ptp(kept.landmarks_plate[0, :, 0]) == pytest.approx(100)


def test_who_is_asked_for_may_be_smaller_than_the_largest():
    assert len(people(chain(range(10)), chain(range(10), size=0.5), max_people=1, who="0 0 1")) == 2
