import cv2
import numpy as np
import pytest
from grain_plates import TRUTH, field_of, grainy, portrait
from grain_scenes import textured

from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain,
    regrain,
    sigma_at,
    threads,
    transfer_grain,
    transfer_margin_px,
)
from faceplate.values import Window

PLAIN, OWN = FaceRegrainSettings(), FaceRegrainSettings(source="own")
GHOST = 0.03  # the most that an insert's grain may look like the plate's detail
LEAK = 0.15
SIZE = (384, 448)


@pytest.fixture(scope="module")
def pictures():
    clean = portrait(256).astype(np.float32)
    return grainy(clean, np.random.default_rng(0)).astype(np.float32), clean


def test_where_the_comp_is_the_clean_plate_the_result_is_the_plate_bit_for_bit(pictures):
    plate, clean = pictures
    out = transfer_grain(clean.copy(), plate, clean, TRUTH.profile(), PLAIN)
    assert np.array_equal(out.view(np.uint32), plate.view(np.uint32))


def test_a_change_in_one_place_leaves_the_plate_in_every_other(pictures):
    plate, clean = pictures
    comp = clean.copy()
    comp[100:120, 90:140] *= 2
    out = transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN)
    untouched = np.ones(clean.shape[:2], bool)
    untouched[100:120, 90:140] = False
    assert np.array_equal(out[untouched], plate[untouched])


@pytest.mark.parametrize("level", [0.02, 0.18, 3.0, 20.0])
def test_an_insert_has_grain_as_strong_as_its_own_exposure_asks(pictures, level):
    plate, clean = pictures
    comp = np.full_like(clean, level)
    added = transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN) - comp
    assert added.std(axis=(0, 1)) == pytest.approx(TRUTH.sigma(level), rel=0.03)


def test_amount_0_gives_the_comp(pictures):
    plate, clean = pictures
    comp = clean + np.float32(0.1)
    out = transfer_grain(comp, plate, clean, TRUTH.profile(), FaceRegrainSettings(amount=0.0))
    assert np.array_equal(out, comp)


def test_a_broken_sample_of_the_plate_does_not_reach_the_comp(pictures):
    plate, clean = (each.copy() for each in pictures)
    plate[3, 4], clean[5, 6], clean[7, 8] = np.nan, np.inf, np.nan
    comp = np.full_like(clean, 0.5)
    assert np.isfinite(transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN)).all()
    comp[9, 9] = np.nan
    assert np.isnan(transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN)[9, 9]).all()


@pytest.fixture(scope="module")
def scene():
    """A plate, its true clean version, and its detail in units of grain."""
    clean = cv2.GaussianBlur(textured(SIZE), (0, 0), 0.6).astype(np.float32)
    plate = grainy(clean, np.random.default_rng(1)).astype(np.float32)
    return plate, clean, (clean - cv2.GaussianBlur(clean, (0, 0), 2.0)) / TRUTH.sigma(clean)


def inserted(plate, clean, settings=PLAIN, level=0.18, **about):
    """The grain, in sigmas, of a flat insert."""
    comp = np.full_like(clean, level)
    return (transfer_grain(comp, plate, clean, TRUTH.profile(), settings, **about) - comp) / TRUTH.sigma(level)


def likeness(one, other):
    return max(abs(np.corrcoef(one[..., each].ravel(), other[..., each].ravel())[0, 1]) for each in range(3))


def true_grain(plate, clean):
    return (plate - clean) / TRUTH.sigma(clean)


def lacking(clean, share=LEAK, wide=2.0):
    return clean - np.float32(share) * (clean - cv2.GaussianBlur(clean, (0, 0), wide))


def moved(clean, across, down):
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float64)
    return cv2.warpAffine(clean, matrix, clean.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


@pytest.mark.parametrize(
    "leaky", [lacking, lambda clean: lacking(clean, 0.3, 4.0), lambda clean: moved(clean, 0.3, 0.2)]
)
def test_detail_that_leaked_into_the_grain_is_not_seen_in_an_insert(scene, leaky):
    plate, clean, detail = scene
    given = leaky(clean)
    leaked = (clean - given) / TRUTH.sigma(clean)
    assert likeness(inserted(plate, given, OWN), leaked) > 5 * GHOST
    assert likeness(inserted(plate, given), leaked) < GHOST
    assert likeness(inserted(plate, given), detail) < GHOST


def test_without_a_leak_own_grain_is_carried_and_with_one_too(scene):
    plate, clean, _ = scene
    assert likeness(inserted(plate, clean), true_grain(plate, clean)) > 0.98
    assert likeness(inserted(plate, lacking(clean)), true_grain(plate, clean)) > 0.93


def test_grain_carried_with_replacement_is_as_strong_as_the_profile_says(scene):
    plate, clean, _ = scene
    for given in (clean, lacking(clean), moved(clean, 1.5, 1.0), moved(clean, 9, 4)):
        assert inserted(plate, given).std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.03)


def test_the_channels_stay_as_alike_as_in_the_profile(scene):
    plate, clean, _ = scene
    for given in (clean, lacking(clean), moved(clean, 9, 4)):
        grain = inserted(plate, given)
        assert np.corrcoef(grain.reshape(-1, 3).T) == pytest.approx(TRUTH.correlation, abs=0.05)


def test_where_the_plate_was_degrained_away_there_is_new_grain(scene):
    plate, _, _ = scene
    grain = inserted(plate, plate.copy())
    assert grain.std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.03)
    assert np.array_equal(grain, inserted(plate, plate.copy()))
    assert likeness(grain, inserted(plate, plate.copy(), frame=1)) < 0.02


def test_new_grain_makes_up_for_what_a_denoiser_left_in_the_clean_plate(scene):
    plate, clean, _ = scene
    left = clean + (plate - clean) * np.float32(0.4)
    assert inserted(plate, left, OWN).std(axis=(0, 1)) == pytest.approx([0.6, 0.6, 0.6], abs=0.03)
    assert inserted(plate, left).std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.04)


def test_our_own_degrain_leaves_an_insert_without_ghosts_and_with_all_its_grain(scene):
    plate, _, detail = scene
    clean = degrain(plate, TRUTH.profile(), FaceDegrainSettings())
    grain = inserted(plate, clean)
    assert likeness(grain, detail) < GHOST
    assert grain.std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.03)


def test_own_grain_that_lacks_its_lowest_frequencies_is_made_up_to_the_spectrum():
    """As our own degrain of five frames leaves it: down by 3 dB beyond 20 px, by 1 at 12 px."""
    clean = np.full((512, 512, 3), 0.18, np.float32)
    plate = grainy(clean, np.random.default_rng(6)).astype(np.float32)
    left = clean + np.float32(0.3) * cv2.GaussianBlur(plate - clean, (0, 0), 2.5)
    own, mixed, true = (
        low_power(each) for each in (inserted(plate, left, OWN), inserted(plate, left), true_grain(plate, clean))
    )
    assert (10 * np.log10(own / true)).min() < -2.5
    assert np.abs(10 * np.log10(mixed / true)).max() < 1


def low_power(grain):
    """Of the rings that hold waves of 64 to 12 px, all channels together."""
    window = np.outer(np.hanning(64), np.hanning(64))[..., None]
    starts = range(0, grain.shape[0] - 63, 32)
    blocks = [grain[top : top + 64, left : left + 64] * window for top in starts for left in starts]
    power = np.mean(np.abs(np.fft.fft2(blocks, axes=(1, 2))) ** 2, axis=(0, 3))
    ring = np.rint(np.hypot(*np.meshgrid(*[np.fft.fftfreq(64) * 64] * 2)))
    return np.array([power[ring == each].mean() for each in range(1, 6)])


def test_a_graded_comp_gets_the_plates_own_grain_and_detail_back(scene):
    """Nothing is taken for a ghost, and nothing made up for: what the denoiser left and took is the comp's own."""
    plate, clean, _ = scene
    left = lacking(clean + (plate - clean) * np.float32(0.4))
    comp = left * np.float32(1.1)
    sigma = TRUTH.sigma(comp)
    whole = transfer_grain(comp, plate, left, TRUTH.profile(), PLAIN)
    own = transfer_grain(comp, plate, left, TRUTH.profile(), OWN)
    assert np.std((whole - own) / sigma) < 0.1


def test_grain_comes_in_gently_at_the_border_of_what_was_changed(scene):
    """Beside the plate an insert has the plate's own grain, deeper in what may be carried: no outline."""
    plate, clean, _ = scene
    away = moved(clean, 9, 4)
    comp = away.copy()
    comp[96:288, 112:336] = 0.18
    out = transfer_grain(comp, plate, away, TRUTH.profile(), PLAIN)
    shown = (out - comp) / TRUTH.sigma(np.maximum(comp, 0))
    just_in, deep = shown[96:104, 112:336], shown[160:224, 180:270]
    assert deep.std() == pytest.approx(1, abs=0.1)
    assert just_in.std() > 0.9


def test_with_plates_given_new_grain_alone_may_be_asked_for(scene):
    plate, clean, _ = scene
    comp, new = np.full_like(clean, 0.3), FaceRegrainSettings(source="new")
    window, bare = Window(5, 7, 5 + SIZE[1], 7 + SIZE[0]), np.zeros(SIZE, np.float32)
    out = transfer_grain(comp, plate, clean, TRUTH.profile(), new, window=window, frame=4)
    assert np.array_equal(out, regrain(comp, bare, TRUTH.profile(), window, 4, new))


def test_own_alone_is_the_plates_normalised_and_adapted_grain(scene):
    plate, clean, _ = scene
    comp = clean[::-1].copy()
    expected = comp + (plate - clean) * sigma_at(TRUTH.profile(), comp) / sigma_at(TRUTH.profile(), clean)
    assert transfer_grain(comp, plate, clean, TRUTH.profile(), OWN) == pytest.approx(expected, abs=1e-6)


def test_what_has_lost_no_grain_leaves_as_it_came_and_what_lost_some_gets_that_much(scene):
    plate, clean, _ = scene
    comp = np.full_like(clean, 0.18)
    comp[0, :4] = (-0.0, np.nan, np.inf, 1e-40)[0:1] * 3
    lost = np.zeros(SIZE, np.float32)
    lost[100:200, 100:200], lost[200:300, 100:200] = 1, 0.4
    out = transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN, lost=lost)
    assert np.array_equal(out[lost == 0].view(np.uint32), comp[lost == 0].view(np.uint32))
    some = ((out - comp) / TRUTH.sigma(0.18))[210:290, 110:190]
    assert np.std(some) == pytest.approx(0.4, abs=0.03)


def test_new_grain_beside_what_is_left_of_the_plates_makes_up_the_variance(scene):
    """Where all is new, 0.6 of the old and sqrt(1 - 0.36) of the new."""
    plate, _, _ = scene
    grain = inserted(plate, plate.copy(), lost=np.full(SIZE, 0.4, np.float32))
    assert grain.std() == pytest.approx(0.8, abs=0.03)


def test_a_crop_with_its_margin_has_the_bits_of_the_whole(scene):
    plate, clean, _ = scene
    rng = np.random.default_rng(3)
    comp, given = lacking(clean), lacking(clean)
    comp[60:300, 80:400] = 0.18 + 0.1 * rng.random((240, 320, 3)).astype(np.float32)
    plate = plate.copy()
    plate[150, 160], given[200, 210, 1] = np.nan, np.inf
    plate[220:250, 150:200] = given[220:250, 150:200]
    lost = np.clip(rng.random(SIZE) * 1.5, 0, 1).astype(np.float32)
    whole_window = Window(-37, 1203, SIZE[1] - 37, SIZE[0] + 1203)

    def carried(window):
        rows, columns = window.slices(whole_window)
        crops = [each[rows, columns] for each in (comp, plate, given)]
        about = {"window": window, "frame": 7, "lost": lost[rows, columns]}
        return transfer_grain(*crops, TRUTH.profile(), PLAIN, **about)

    whole = carried(whole_window)
    for _ in range(8):
        left, top = rng.integers(-37, 390), rng.integers(1203, 1560)
        inner = Window(int(left), int(top), int(left) + 60, int(top) + 50).intersect(whole_window)
        wide = inner.grow(transfer_margin_px).intersect(whole_window)
        part, there = carried(wide)[inner.slices(wide)], whole[inner.slices(whole_window)]
        assert np.array_equal(part.view(np.uint32), there.view(np.uint32))


def test_bits_do_not_depend_on_threads(scene, monkeypatch):
    plate, clean, _ = scene
    results = []
    for count in (1, 3):
        monkeypatch.setattr(threads, "threads", count)
        results.append(inserted(plate, lacking(clean)))
    assert np.array_equal(*results)


def test_views_have_other_patterns_unless_the_same_is_asked_for(scene):
    plate, _, _ = scene
    same = FaceRegrainSettings(stereo="same pattern")
    left, right = (inserted(plate, plate.copy(), view=view) for view in ("left", "right"))
    assert likeness(left, right) < 0.02
    assert np.array_equal(*(inserted(plate, plate.copy(), same, view=view) for view in ("left", "right")))
    field = field_of(TRUTH.profile(), Window(0, 0, SIZE[1], SIZE[0]), 0)
    assert inserted(plate, plate.copy()) == pytest.approx(field, abs=0.02)
