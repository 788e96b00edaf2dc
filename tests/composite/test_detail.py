import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from faceplate.composite.detail import passed_grain, return_detail
from faceplate.values import Window
from mesh_face import at_unit, face_place

WINDOW = Window(0, 0, 560, 560)
PLACE = face_place(200.0, (180.0, 170.0))
SOUND = np.ones((560, 560), bool)
CHEEK = (slice(265, 275), slice(205, 225))


def grain(seed=0, sigma=0.02):
    return np.random.default_rng(seed).normal(0, sigma, (560, 560, 3)).astype(np.float32)


def slope(across=0.4):
    return np.broadcast_to(np.linspace(0, across, 560, dtype=np.float32)[None, :, None], (560, 560, 3)).copy()


def test_no_detail_leaves_the_face_as_it_is():
    face = slope()
    kept = return_detail(face, grain(), WINDOW, PLACE, SOUND, 0.0, 1.0)
    np.testing.assert_array_equal(face, slope())
    assert not kept.any()


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_on_skin_the_plates_detail_stands_on_the_swaps_light(amount):
    face = slope()
    return_detail(face, grain() + 0.3, WINDOW, PLACE, SOUND, amount, 3.0)
    np.testing.assert_allclose((face - slope())[CHEEK], amount * grain()[CHEEK], atol=0.004)


def test_the_swaps_own_detail_gives_way_to_the_plates():
    face = slope() + grain(seed=5)
    return_detail(face, slope(0.1) + grain(), WINDOW, PLACE, SOUND, 1.0, 3.0)
    np.testing.assert_allclose((face - slope())[CHEEK], grain()[CHEEK], atol=0.005)


def test_detail_is_what_is_finer_than_its_size():
    spots = gaussian_filter(grain(sigma=1.0), (6, 6, 0)).astype(np.float32)
    backs = []
    for size in (0.5, 20.0 / 2):
        face = np.zeros_like(spots)
        return_detail(face, spots, WINDOW, PLACE, SOUND, 1.0, size)
        backs.append(float((face * spots)[CHEEK].sum() / np.square(spots[CHEEK]).sum()))
    assert backs[0] < 0.1
    assert backs[1] > 0.7


def test_eyes_and_mouth_keep_the_swaps_own_and_lend_the_skin_nothing():
    face, plate = slope(), grain()
    staring = plate.copy()
    for opening in ((0.22, 0.21), (0.76, 0.21), (0.49, 0.78)):
        row, column = at_unit(PLACE, opening, WINDOW)
        staring[row - 2 : row + 3, column - 10 : column + 11] += 5.0
    other = face.copy()
    for each, shown in ((face, plate), (other, staring)):
        return_detail(each, shown, WINDOW, PLACE, SOUND, 1.0, 2.0)
    np.testing.assert_array_equal(face, other)
    eye = at_unit(PLACE, (0.22, 0.21), WINDOW)
    np.testing.assert_array_equal(face[eye], slope()[eye])


def test_a_small_highlight_comes_back_at_its_height_and_without_a_ring():
    plate, face = np.full((560, 560, 3), 0.2, np.float32), np.full((560, 560, 3), 0.2, np.float32)
    plate[268:270, 214:216] = 17.0
    # A coarse crop has smeared its white; what lies above is still on its pixels.
    face[265:273, 211:219] = 0.7
    face[268:270, 214:216] += 16.0
    return_detail(face, plate, WINDOW, PLACE, SOUND, 1.0, 2.0)
    cheek = face[CHEEK]
    assert cheek.min() > 0.15
    np.testing.assert_allclose(face[268:270, 214:216], 17.0, atol=0.4)
    assert np.sort(cheek[..., 0].ravel())[-5] < 0.5


@pytest.mark.parametrize("size", [0.5, 1.0, 3.0])
def test_the_grain_that_came_back_is_told(size):
    face = np.zeros_like(grain())
    kept = return_detail(face, grain(), WINDOW, PLACE, SOUND, 0.8, size)
    skin = kept > 0.99 * kept.max()
    assert face[skin].std() / grain()[skin].std() == pytest.approx(float(kept.max()), rel=0.03)
    assert kept[0, 0] == 0


@pytest.mark.parametrize("sigma", [1.0, 2.0, 8.0])
def test_the_share_of_grain_is_that_of_a_high_pass(sigma):
    noise = np.random.default_rng(3).normal(0, 1, (600, 600))
    high = noise - gaussian_filter(noise, sigma)
    assert high.std() / noise.std() == pytest.approx(passed_grain(sigma**2), abs=0.01)


def test_a_narrower_size_than_a_pixel_brings_no_grain():
    assert passed_grain(0.1) == 0


def test_what_is_no_number_takes_no_part():
    face, plate = slope(), grain()
    face[270, 210, 0], plate[268, 215] = np.nan, np.nan
    sound = np.isfinite(plate).all(axis=-1)
    return_detail(face, plate, WINDOW, PLACE, sound, 1.0, 2.0)
    assert np.isnan(face).sum() == 1
