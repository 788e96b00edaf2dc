import numpy as np
import pytest

from faceplate.colour import model_range
from faceplate.composite import fit_match, matched_picture, measure_colours, needs_statistics, smoothed_colours
from faceplate.composite.colour_match import CurveMatch, largest_contrast
from faceplate.swap import FaceSwapSettings
from faceplate.values import Crop, Swap
from swap_models import card

LIGHT = model_range(card(encoding="ACEScct"))
SIDE = 128
WHOLE = np.ones((SIDE, SIDE), np.float32)
METHODS = ("mean", "mean_variance", "covariance", "histogram")

mixing_plate = np.array([[0.09, 0.02, 0.01], [0.03, 0.07, 0.02], [0.00, 0.03, 0.05]])
mixing_swap = np.array([[0.05, 0.00, 0.03], [0.01, 0.06, 0.00], [0.02, 0.01, 0.08]])


def cloud(mixing, mean, seed, side=SIDE):
    normal = np.random.default_rng(seed).standard_normal((side, side, 3))
    return (normal @ mixing.T + mean).astype(np.float32)


def swap_of(plate, made):
    return Swap(made, {}, Crop(plate, np.eye(2, 3), plate))


def statistics(plate, made, coverage=WHOLE):
    return measure_colours(swap_of(plate, made), coverage, LIGHT, levels=True)


def matched(plate, made, method, strength=1.0, coverage=WHOLE):
    return matched_picture(made, fit_match(statistics(plate, made, coverage), method), strength)


def covariance(picture):
    return np.cov(picture.reshape(-1, 3).astype(np.float64).T)


@pytest.fixture
def pair():
    return cloud(mixing_plate, (0.4, 0.35, 0.3), 1), cloud(mixing_swap, (0.5, 0.45, 0.5), 2)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_swap_the_plates_mean(pair, method):
    plate, made = pair
    found = matched(plate, made, method).mean(axis=(0, 1), dtype=np.float64)
    # Curves end at the first and last percent: what lies beyond keeps its own contrast.
    np.testing.assert_allclose(found, plate.mean(axis=(0, 1), dtype=np.float64), atol=1e-3)


def test_mean_variance_gives_each_channel_the_plates_deviation(pair):
    plate, made = pair
    found = matched(plate, made, "mean_variance")
    np.testing.assert_allclose(np.diag(covariance(found)), np.diag(covariance(plate)), atol=1e-5)


def test_covariance_gives_the_swap_the_plates_covariance(pair):
    plate, made = pair
    np.testing.assert_allclose(covariance(matched(plate, made, "covariance")), covariance(plate), atol=5e-5)


def test_the_matrix_of_covariance_is_symmetric_and_positive_and_so_the_one_that_moves_least(pair):
    matrix = fit_match(statistics(*pair), "covariance").matrix
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_a_known_curve_is_found_again():
    made = np.random.default_rng(0).uniform(0.1, 0.7, (SIDE, SIDE, 3)).astype(np.float32)
    plate = (0.05 + 0.9 * made**1.4).astype(np.float32)
    levels = np.repeat(np.linspace(0.12, 0.68, 50, dtype=np.float32)[:, None], 3, axis=1)[None]
    match = fit_match(statistics(plate, made), "histogram")
    np.testing.assert_allclose(matched_picture(levels, match, 1.0), 0.05 + 0.9 * levels**1.4, atol=2e-3)


def test_curves_never_turn_back(pair):
    plate, made = pair
    plate[..., 1] = np.round(plate[..., 1] * 8) / 8
    made[..., 2] = 0.5
    ramp = np.repeat(np.linspace(-1, 3, 4001, dtype=np.float32)[:, None], 3, axis=1)[None]
    for strength in (0.5, 1.0):
        steps = np.diff(matched_picture(ramp, fit_match(statistics(plate, made), "histogram"), strength), axis=1)
        assert steps.min() > 0


def test_curves_do_not_feel_a_few_pixels_far_out(pair):
    plate, made = pair
    spoilt = made.copy()
    spoilt[:4, :20] = 9.0
    levels = np.full((1, 1, 3), 0.5, np.float32)
    moved = [matched_picture(levels, fit_match(statistics(plate, each), "histogram"), 1.0) for each in (made, spoilt)]
    np.testing.assert_allclose(*moved, atol=3e-3)


@pytest.mark.parametrize("method", METHODS)
def test_values_below_black_and_beyond_white_are_moved_and_not_clipped(pair, method):
    match = fit_match(statistics(*pair), method)
    ends = np.float32([[[-0.5] * 3, [-0.4] * 3, [1.5] * 3, [4.0] * 3]])
    found = matched_picture(ends, match, 1.0)
    assert (np.diff(found, axis=1) > 0).all()
    if isinstance(match, CurveMatch):
        np.testing.assert_allclose(np.diff(found, axis=1)[:, ::2], np.diff(ends, axis=1)[:, ::2], rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_swap_like_the_plate_is_left_alone(pair, method):
    plate, _ = pair
    np.testing.assert_allclose(matched(plate, plate.copy(), method), plate, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_strength_goes_straight_from_the_swap_to_the_match(pair, method):
    plate, made = pair
    none, half, whole = (matched(plate, made, method, strength) for strength in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(none, made)
    np.testing.assert_allclose(half, (made + whole) / 2, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_in_a_log_range_exposing_plate_and_swap_alike_exposes_the_match(pair, method):
    plate, made = pair
    brighter = matched(plate + np.float32(0.1), made + np.float32(0.1), method)
    np.testing.assert_allclose(brighter, matched(plate, made, method) + 0.1, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_what_the_matte_leaves_out_is_not_matched(pair, method):
    plate, made = pair
    coverage = WHOLE.copy()
    coverage[:, 64:] = 0
    other = plate.copy()
    other[:, 64:] = 0.9
    np.testing.assert_array_equal(
        matched(plate, made, method, coverage=coverage), matched(other, made, method, coverage=coverage)
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_flat_swap_and_a_flat_plate_blow_nothing_up(pair, method):
    plate, made = pair
    flat = np.full_like(plate, 0.3)
    ramp = np.repeat(np.linspace(0, 1, 11, dtype=np.float32)[:, None], 3, axis=1)[None]
    for pictures in ((plate, flat), (flat, made), (flat, flat)):
        steps = np.diff(matched_picture(ramp, fit_match(statistics(*pictures), method), 1.0), axis=1)
        assert steps.max() <= 0.1 * largest_contrast * 1.001
        assert steps.min() >= 0.1 / largest_contrast * 0.999


@pytest.mark.parametrize("method", METHODS)
def test_a_few_pixels_are_matched_by_their_mean_alone(pair, method):
    plate, made = pair
    coverage = np.zeros_like(WHOLE)
    coverage[:3, :5] = 1
    few = matched(plate, made, method, coverage=coverage)
    np.testing.assert_allclose(few - made, np.broadcast_to((few - made)[0, 0], few.shape), atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_no_pixel_at_all_moves_nothing(pair, method):
    plate, made = pair
    np.testing.assert_array_equal(matched(plate, made, method, coverage=0 * WHOLE), made)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -3e38])
def test_values_that_are_no_picture_are_not_counted(pair, method, wrong):
    plate, made = pair
    spoilt, coverage = made.copy(), WHOLE.copy()
    spoilt[10, 10, 1], coverage[10, 10] = wrong, 0
    good = np.ones((SIDE, SIDE), bool)
    good[10, 10] = False
    found = matched(plate, spoilt, method)[good]
    np.testing.assert_array_equal(found, matched(plate, made, method, coverage=coverage)[good])


@pytest.mark.parametrize(
    ("knobs", "needed"),
    [
        ({}, False),
        ({"mode": "replace"}, False),
        ({"mode": "replace", "colour_match_method": "covariance"}, True),
        ({"mode": "replace", "colour_smooth": 1}, True),
        ({"mode": "residual", "colour_match_method": "histogram", "colour_smooth": 4}, False),
        ({"mode": "replace", "colour_match_method": "histogram", "colour_match": 0.0}, False),
    ],
)
def test_statistics_are_asked_for_where_the_mean_of_the_frame_is_not_enough(knobs, needed):
    assert needs_statistics(FaceSwapSettings(**knobs)) == needed


def parameters(match):
    ramp = np.repeat(np.linspace(0.1, 0.8, 15, dtype=np.float32)[:, None], 3, axis=1)[None]
    return match.moved(np.concatenate([ramp, np.eye(3, dtype=np.float32)[None]], axis=1)).ravel()


def smoothed(frames, at, reach):
    around = [(there - at, frames[there]) for there in range(len(frames)) if 0 < abs(there - at) <= reach]
    return smoothed_colours(frames[at], around, reach)


def flickering(count=40, side=48):
    """A static shot with grain, and a model whose tint and contrast flicker."""
    random = np.random.default_rng(7)
    still, face = cloud(mixing_plate, (0.4, 0.35, 0.3), 1, side), cloud(mixing_swap, (0.5, 0.45, 0.5), 2, side)
    frames = []
    for _ in range(count):
        grain = random.normal(0, 0.01, still.shape)
        made = (face - 0.5) * (1 + random.normal(0, 0.03, 3)) + 0.5 + random.normal(0, 0.01, 3)
        pictures = ((still + grain).astype(np.float32), made.astype(np.float32))
        frames.append(statistics(*pictures, np.ones((side, side), np.float32)))
    return frames


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("reach", [2, 4, 12])
def test_on_a_static_shot_the_match_moves_a_quarter_as_much_from_frame_to_frame(method, reach):
    frames = flickering()
    inner = range(reach, len(frames) - reach)
    alone = np.array([parameters(fit_match(frames[at], method)) for at in inner])
    together = np.array([parameters(fit_match(smoothed(frames, at, reach), method)) for at in inner])
    moved = [np.sqrt(np.mean(np.diff(each, axis=0) ** 2)) for each in (alone, together)]
    assert moved[1] <= moved[0] / 4


@pytest.mark.parametrize("method", METHODS)
def test_smoothing_delays_nothing(method):
    frames = flickering(9)
    backwards = smoothed(frames[::-1], 4, 4)
    np.testing.assert_allclose(
        parameters(fit_match(smoothed(frames, 4, 4), method)), parameters(fit_match(backwards, method)), atol=1e-6
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_flash_is_matched_by_itself_and_its_neighbours_without_it(method):
    frames = flickering(9)
    a_stop = 1 / 17.52
    plate, made = cloud(mixing_plate, (0.4, 0.35, 0.3), 1), cloud(mixing_swap, (0.3, 0.5, 0.5), 9)
    flash = statistics(plate + np.float32(1.1 * a_stop), made + np.float32(1.1 * a_stop))
    with_flash = [*frames[:4], flash, *frames[5:]]
    assert parameters(fit_match(smoothed(with_flash, 4, 4), method)) == pytest.approx(
        parameters(fit_match(flash, method)), abs=1e-7
    )
    without = smoothed_colours(frames[3], [(at - 3, frames[at]) for at in (0, 1, 2, 5, 6, 7)], 4)
    beside = smoothed(with_flash, 3, 4)
    np.testing.assert_array_equal(parameters(fit_match(beside, method)), parameters(fit_match(without, method)))


def test_one_frame_smoothed_over_none_is_itself(pair):
    own = statistics(*pair)
    assert smoothed_colours(own, [], 0).swap_covariance.tobytes() == own.swap_covariance.tobytes()
