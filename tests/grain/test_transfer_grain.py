import numpy as np
import pytest
from grain_plates import TRUTH, grainy, portrait

from faceplate.grain import FaceRegrainSettings, transfer_grain

PLAIN = FaceRegrainSettings()


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
