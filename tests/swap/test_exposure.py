import numpy as np
import pytest

from faceplate.errors import TrackError
from faceplate.swap import FaceSwapSettings, exposure_ev
from shots import known_track
from swap_models import card

FRAMES = tuple(range(1001, 1041))
ANCHORED = card(anchor=0.18)


def person(exposure):
    return known_track(FRAMES, exposure=exposure).people[0]


def test_a_face_is_brought_to_the_models_anchor():
    ev = exposure_ev(ANCHORED, person(0.045), FaceSwapSettings())
    assert ev.shape == (len(FRAMES),)
    np.testing.assert_allclose(ev, 2.0, atol=1e-5)


def test_match_says_how_far_and_the_artists_own_exposure_comes_on_top():
    ev = exposure_ev(ANCHORED, person(0.045), FaceSwapSettings(exposure_match=0.5, exposure_ev=-0.25))
    np.testing.assert_allclose(ev, 0.75, atol=1e-5)


@pytest.mark.parametrize(("about", "knobs"), [(card(), {}), (ANCHORED, {"exposure_match": 0.0})])
def test_without_an_anchor_or_a_match_the_track_is_not_asked(about, knobs):
    ev = exposure_ev(about, person(np.nan), FaceSwapSettings(exposure_ev=1.5, **knobs))
    np.testing.assert_array_equal(ev, 1.5)


def test_a_track_that_does_not_know_the_exposure_is_refused_with_the_next_step():
    with pytest.raises(TrackError, match=r"exposure of person1: .*exposed to 0\.18.*Next: track the plate again"):
        exposure_ev(ANCHORED, person(np.nan), FaceSwapSettings())


def test_it_does_not_pump_on_a_noisy_face():
    random = np.random.default_rng(0)
    ev = exposure_ev(ANCHORED, person(0.1 * 2 ** random.normal(0, 0.02, len(FRAMES))), FaceSwapSettings())
    assert np.abs(np.diff(ev)).max() < 0.01
    np.testing.assert_allclose(ev, np.log2(1.8), atol=0.03)


def test_a_face_in_the_dark_is_not_lit_without_end():
    np.testing.assert_allclose(exposure_ev(ANCHORED, person(1e-30), FaceSwapSettings()), 10.0)
