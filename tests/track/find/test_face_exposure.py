import numpy as np
import pytest

from faceplate.track import face_oval, steady_exposure
from faceplate.track.find.exposure import face_exposure, inside_oval

PERIOD = 24.0
FRAMES = 120


def landmarks(middle=(60.0, 50.0), radius=30.0):
    angle = np.linspace(0, 2 * np.pi, 478, endpoint=False)
    points = np.asarray(middle) + 0.7 * radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    points[list(face_oval)] = np.asarray(middle) + radius
    return points


def green(rgb):
    return rgb[..., 1]


def noisy(spread_ev, seed=0, frames=FRAMES):
    return 0.2 * 2 ** np.random.default_rng(seed).normal(0, spread_ev, frames)


def test_it_is_the_median_of_the_pixels_under_the_landmarks_inside_the_oval(frame_of):
    picture = np.random.default_rng(0).normal(0.2, 0.3, (100, 120, 3)).astype(np.float32)
    points = landmarks()
    columns, rows = np.floor(points[list(inside_oval)]).astype(int).T
    expected = np.median(picture[rows, columns, 1])
    assert face_exposure(frame_of(picture), points, green) == pytest.approx(expected)
    picture[80, 90] = 1e6
    assert face_exposure(frame_of(picture), points, green) == pytest.approx(expected)


def test_the_oval_itself_and_the_irises_do_not_count():
    assert not set(inside_oval) & (set(face_oval) | set(range(468, 478)))
    assert len(inside_oval) == 478 - 36 - 10


def test_only_pixels_of_the_data_window_that_are_finite_count(frame_of):
    picture = np.full((60, 50, 3), 0.25, np.float32)
    picture[:40] = np.nan
    frame = frame_of(picture, origin=(40, 0), display=(0, 0, 120, 100))
    converted = []

    def counted(rgb):
        converted.append(rgb.shape)
        return green(rgb)

    assert face_exposure(frame, landmarks(), counted) == 0.25
    assert converted[0][1] < len(inside_oval)


@pytest.mark.parametrize(("value", "middle"), [(np.nan, (60.0, 50.0)), (np.inf, (60.0, 50.0)), (0.2, (-900.0, 50.0))])
def test_a_face_without_light_has_none(frame_of, value, middle):
    picture = np.full((100, 120, 3), value, np.float32)
    assert np.isnan(face_exposure(frame_of(picture), landmarks(middle), green))


def test_light_below_zero_is_kept(frame_of):
    picture = np.full((100, 120, 3), -0.02, np.float32)
    assert face_exposure(frame_of(picture), landmarks(), green) == pytest.approx(-0.02)


def test_a_still_face_with_grain_and_jitter_keeps_its_exposure_within_a_two_hundredth_of_a_stop(frame_of):
    """A tenth of grain on a textured face, its landmarks half a pixel off in every frame."""
    random = np.random.default_rng(0)
    face = 0.2 * 2 ** np.repeat(np.repeat(random.normal(0, 0.5, (25, 30, 1)), 4, axis=0), 4, axis=1)
    measured = []
    for number in range(60):
        grainy = (face * (1 + random.normal(0, 0.1, (100, 120, 3)))).astype(np.float32)
        jittered = landmarks() + random.normal(0, 0.5, (478, 2))
        measured.append(face_exposure(frame_of(grainy, number), jittered, green))
    assert np.abs(np.diff(np.log2(measured))).max() > 0.02
    moved = np.abs(np.diff(steady_exposure(np.array(measured), PERIOD)))
    assert moved.max() < 0.01
    assert moved[6:-6].max() < 0.005


def test_noise_of_a_fiftieth_of_a_stop_moves_it_less_than_a_hundredth_from_frame_to_frame():
    moved = [np.abs(np.diff(steady_exposure(noisy(0.02, seed), PERIOD))) for seed in range(20)]
    assert np.max(moved) < 0.01
    assert np.max([each[6:-6] for each in moved]) < 0.004


@pytest.mark.parametrize("at", [0, 1, 60, 118, 119])
@pytest.mark.parametrize("times", [8.0, 0.01])
def test_a_flash_of_one_frame_moves_nothing(at, times):
    still = noisy(0.01)
    flash = still.copy()
    flash[at] *= times
    assert np.abs(steady_exposure(flash, PERIOD) - steady_exposure(still, PERIOD)).max() < 0.005


def test_on_a_still_face_a_flash_of_four_frames_moves_nothing_at_all():
    still = np.full(FRAMES, 0.2)
    flash = still.copy()
    flash[50:54] = 6.0
    np.testing.assert_allclose(steady_exposure(flash, PERIOD), np.log2(still), atol=1e-9)


def test_a_step_in_light_is_followed_over_the_period_without_lag():
    exposure = np.full(FRAMES, 0.2)
    exposure[60:] = 0.4
    risen = steady_exposure(exposure, PERIOD) - np.log2(0.2)
    assert risen[59] + risen[60] == pytest.approx(1.0, abs=1e-6)
    assert (np.abs(np.diff(risen)) < 0.1).all()
    assert 6 <= ((risen > 0.1) & (risen < 0.9)).sum() <= PERIOD
    assert np.abs(risen[:45]).max() < 0.06
    assert np.abs(risen[75:] - 1).max() < 0.06


def test_a_fade_is_followed_as_it_is():
    stops = np.linspace(-3, 0, FRAMES)
    np.testing.assert_allclose(steady_exposure(2**stops, PERIOD)[8:-8], stops[8:-8], atol=0.02)


def test_frames_without_exposure_lie_between_their_neighbours():
    exposure = np.full(FRAMES, 0.2)
    exposure[[0, 40, 41, 42, 119]], exposure[70] = np.nan, -1.0
    np.testing.assert_allclose(steady_exposure(exposure, PERIOD), np.log2(0.2), atol=1e-9)
    assert np.isnan(steady_exposure(np.full(5, np.nan), PERIOD)).all()


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("period", [2.0, 24.0, 240.0])
def test_short_tracks_are_no_exception(frames, period):
    np.testing.assert_allclose(steady_exposure(np.full(frames, 0.3), period), np.log2(0.3), atol=1e-5)
