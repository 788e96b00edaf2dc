import cv2
import numpy as np
import pytest
from grain_plates import TRUTH, grainy, picture
from grain_scenes import textured

from faceplate.grain.apply.cells import CELL_PX, cells_window, interpolate_row, spans_of, spread
from faceplate.grain.apply.detail import band_row, band_shares, detail_reach_px, detail_row, levels_of
from faceplate.grain.apply.leak import leak_of
from faceplate.grain.apply.planes import planes_of, sigma_planes
from faceplate.values import Window

SIZE = (320, 384)
WINDOW = Window(0, 0, SIZE[1], SIZE[0])
GHOST = 0.03  # the most that grain may look like the plate's detail


@pytest.fixture(scope="module")
def scene():
    """A plate and its true clean version: patches of texture on a waving exposure, cards with hard edges."""
    clean = cv2.GaussianBlur(textured(SIZE), (0, 0), 0.6).astype(np.float32)
    return grainy(clean, np.random.default_rng(1)).astype(np.float32), clean


def found(plate, clean, sensitivity=1.0, window=WINDOW):
    profile, (plate, clean) = TRUTH.profile(), (planes_of(each) for each in (plate, clean))
    return leak_of(plate, clean, sigma_planes(profile, clean), profile, window, sensitivity)


def details_of(plane):
    """Of its rows, KINDS x rows x columns."""
    details, even = np.empty((plane.shape[0], 5, plane.shape[1]), np.float32), np.ones(plane.shape[1], np.float32)
    levels = levels_of(plane, (0, 0), *plane.shape)
    for row, detail in enumerate(details):
        detail_row(levels, row, even, detail)
    return np.moveaxis(details, 1, 0)


def bands_of(plane):
    """Of its rows, BANDS x rows x columns."""
    bands, levels = np.empty((plane.shape[0], 3, plane.shape[1]), np.float32), levels_of(plane, (0, 0), *plane.shape)
    for row, band in enumerate(bands):
        band_row(levels, row, band)
    return np.moveaxis(bands, 1, 0)


def blurred(clean, wide):
    return cv2.GaussianBlur(clean, (0, 0), wide)


def moved(clean, across, down):
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float64)
    return cv2.warpAffine(clean, matrix, clean.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def test_of_a_perfect_clean_plate_all_grain_may_be_carried(scene):
    leak = found(*scene)
    assert leak.carried.mean() > 0.99
    assert leak.taken.mean() < 0.03
    assert leak.made.mean() < 0.03


@pytest.mark.parametrize(("share", "wide"), [(0.15, 2), (0.15, 1), (0.3, 4)])
def test_the_share_that_a_denoiser_took_of_the_detail_is_found(scene, share, wide):
    """In units of grain: what is taken out is as strong as what leaked, where that is stronger than grain."""
    plate, clean = scene
    lacking = clean - np.float32(share) * (clean - blurred(clean, wide))
    sigma = TRUTH.sigma(lacking)
    leaked = ((clean - lacking) / sigma).reshape(SIZE[0] // CELL_PX, CELL_PX, SIZE[1] // CELL_PX, CELL_PX, 3)
    energy = spread(np.mean(leaked**2, axis=(1, 3)), (1, 2, 1)).max(axis=-1) / 16
    strong = energy > 1
    assert strong.sum() > 5
    assert np.median(found(plate, lacking).taken[strong] / energy[strong]) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("sigmas", "left"), [(0.35, 0.25), (0.5, 0.1)])
def test_what_was_taken_of_texture_fainter_than_grain_is_found(sigmas, left):
    """The denoiser took three times what it left."""
    grey, rng = np.full((*SIZE, 3), 0.18, np.float32), np.random.default_rng(8)
    texture = blurred(rng.standard_normal(SIZE), 1)
    texture = (sigmas * texture / texture.std())[..., None] * TRUTH.sigma(grey)
    plate, clean = grainy(grey + 4 * texture, rng).astype(np.float32), (grey + texture).astype(np.float32)
    grain = np.moveaxis(found(plate, clean).grain, 0, -1)
    before, after = (np.vdot(each, texture) for each in ((plate - clean) / TRUTH.sigma(clean), grain))
    assert 0 < after < left * before


@pytest.mark.parametrize("shift", [(1.5, 1.0), (6.0, -4.0)])
def test_a_clean_plate_that_has_moved_is_not_carried_over_where_there_is_detail(scene, shift):
    plate, clean = scene
    away = moved(clean, *shift)
    off = np.abs((away - clean) / TRUTH.sigma(clean)).max(axis=-1)
    cells = off.reshape(SIZE[0] // CELL_PX, CELL_PX, SIZE[1] // CELL_PX, CELL_PX).mean(axis=(1, 3))
    carried = found(plate, away).carried
    assert carried[cells > 4].max() < 0.5
    assert carried[cells > 4].mean() < 0.05


def test_grain_that_is_half_a_stop_stronger_than_the_profile_says_is_still_grain(scene):
    """Variance 1.4 times the profile's."""
    _, clean = scene
    louder = clean + 1.18 * (grainy(clean, np.random.default_rng(2)) - clean)
    assert found(louder.astype(np.float32), clean).carried.mean() > 0.9


def test_what_was_degrained_away_to_zero_is_all_missing(scene):
    plate, clean = scene
    plate = plate.copy()
    plate[:, :160] = clean[:, :160]
    leak = found(plate, clean)
    assert leak.missing[:, :14].min() > 0.95
    assert leak.made[:, 30:].mean() < 0.05


def test_the_part_of_the_variance_that_a_denoiser_left_is_missing(scene):
    plate, clean = scene
    half = clean + (plate - clean) * np.float32(np.sqrt(0.3))
    assert found(plate, half).missing.mean() == pytest.approx(1 - (1 - np.sqrt(0.3)) ** 2, abs=0.08)


def test_coarse_and_fine_grain_are_missed_apart(scene):
    plate, clean = scene
    coarse_left = clean + blurred(plate - clean, 3.0)
    fine, _, coarse = np.median(found(plate, coarse_left).missing, axis=(0, 1, 2))
    assert coarse > 0.7
    assert fine < 0.1


def test_at_sensitivity_0_all_is_grain(scene):
    plate, clean = scene
    leak = found(plate, moved(clean, 5, 5), 0.0)
    assert (leak.carried == 1).all()
    assert not leak.taken.any()


def test_a_higher_sensitivity_carries_less(scene):
    plate, clean = scene
    away = moved(clean, 0.7, 0.4)
    less, plain, more = (found(plate, away, each).carried.mean() for each in (0.5, 1.0, 2.0))
    assert less > plain > more


def test_broken_samples_and_a_channel_without_grain_leave_numbers(scene):
    plate, clean = (each.copy() for each in scene)
    plate[3, 4], clean[50:70, 60:90], clean[100, 100] = np.nan, np.inf, 1e38
    sigma = TRUTH.sigma(np.nan_to_num(clean, posinf=1.0)).astype(np.float32)
    sigma[..., 1], sigma[:40, :, 0] = 0, 1e-30
    leak = leak_of(*(planes_of(each) for each in (plate, clean, sigma)), TRUTH.profile(), WINDOW, 1.0)
    assert all(np.isfinite(each).all() for each in leak)


def test_cells_of_a_window_are_those_of_the_plate(scene):
    plate, clean = scene
    whole, shifted = found(plate, clean, window=Window(40, 16, 40 + SIZE[1], 16 + SIZE[0])), found(plate, clean)
    assert all(np.array_equal(one, other) for one, other in zip(whole, shifted, strict=True))
    assert cells_window(Window(-3, 5, 9, 17)) == Window(-8, 0, 16, 24)


def test_sums_about_some_rows_of_cells_are_those_about_all():
    cells = np.random.default_rng(2).random((7, 5, 3)).astype(np.float32)
    whole = spread(cells, (1, 0, 2, 3, 1))
    assert np.array_equal(spread(cells, (1, 0, 2, 3, 1), slice(2, 4)), whole[2:4])
    padded = np.pad(cells, ((2, 2), (2, 2), (0, 0)))
    shifted = [padded[down : down + 7, across : across + 5] for down in range(5) for across in range(5)]
    weights = np.outer((1, 0, 2, 3, 1), (1, 0, 2, 3, 1)).ravel()
    assert whole == pytest.approx(np.tensordot(weights, shifted, 1), rel=1e-6)


def test_details_and_what_they_leave_are_the_plane():
    plane = np.random.default_rng(0).random((60, 70)).astype(np.float32)
    details = details_of(plane)
    taps = np.array([1, 4, 6, 4, 1]) / 16
    smooth = plane
    for step in (1, 2, 4):
        wide = np.zeros(4 * step + 1)
        wide[::step] = taps
        smooth = cv2.sepFilter2D(smooth, -1, wide, wide, borderType=cv2.BORDER_REPLICATE)
    inner = (slice(detail_reach_px, -detail_reach_px),) * 2
    assert (details[:3].sum(axis=0) + smooth)[inner] == pytest.approx(plane[inner], abs=1e-5)


def test_slopes_are_what_a_shift_leaves():
    down, along = np.mgrid[0:60, 0:70].astype(np.float32)
    details = details_of(3 * along - 2 * down)
    assert details[3, 20:40, 20:50] == pytest.approx(6, abs=1e-4)
    assert details[4, 20:40, 20:50] == pytest.approx(-4, abs=1e-4)


def test_the_expected_shares_of_bands_are_those_of_made_grain():
    grain = grainy(np.full((600, 600, 3), 0.18), np.random.default_rng(3)) - 0.18
    bands = bands_of(np.ascontiguousarray(grain[..., 2], np.float32))
    assert bands.sum(axis=0) == pytest.approx(grain[..., 2], abs=1e-6)
    shares, _ = band_shares(TRUTH.kernels.astype(np.float32))
    assert bands.var(axis=(1, 2)) / grain[..., 2].var() == pytest.approx(shares[2], rel=0.05)


def test_what_bands_have_in_common_foretells_the_variance_of_a_mix_of_them():
    """An oracle by filtering: bands of made grain, mixed, and split into bands again."""
    grain = grainy(np.full((900, 900, 3), 0.18), np.random.default_rng(4))[..., 2] - 0.18
    amplitudes, bands = np.array([0.3, 0.7, 1]), bands_of(grain.astype(np.float32))
    again = bands_of(np.tensordot(amplitudes, bands, 1).astype(np.float32))
    shares, common = (each[2] for each in band_shares(TRUTH.kernels.astype(np.float32)))
    expected = shares * (common @ amplitudes @ amplitudes)
    assert again.var(axis=(1, 2)) / grain.var() == pytest.approx(expected, rel=0.06)


def test_maps_pass_through_the_middles_of_cells_in_straight_lines():
    cells = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    maps = np.empty((1, 5 * CELL_PX), np.float32)
    interpolate_row(spans_of(cells, (11, -4), 1, 5 * CELL_PX), 11, maps)
    ramp = np.clip((np.arange(5 * CELL_PX) + 0.5) / CELL_PX - 1, 0, 3)
    assert maps[0] == pytest.approx(ramp + 4 * (11.5 / CELL_PX - 0.5), abs=1e-5)


def test_the_picture_of_ten_stops_keeps_its_grain_where_the_clean_plate_is_true():
    clean = picture((256, 512)).astype(np.float32)
    plate = grainy(clean, np.random.default_rng(5)).astype(np.float32)
    assert found(plate, clean, window=Window(0, 0, 512, 256)).carried.min() > 0.9
