import numpy as np
import pytest

from faceplate.composite import put_back

KINDS = [np.float16, np.float32, np.uint8, np.uint16, np.uint32]


def samples(kind, seed):
    return np.random.default_rng(seed).uniform(1, 200, (20, 30, 3)).astype(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_not_changed_is_the_plates_own_sample(kind):
    made, plate = samples(kind, 0), samples(kind, 1)
    changed = np.random.default_rng(2).random((20, 30)) < 0.5
    expected = np.where(changed[..., None], made, plate)
    assert put_back(made, plate, changed)
    assert made.tobytes() == expected.tobytes()


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_a_pixel_that_came_out_as_no_number_is_the_plates_in_all_its_channels(kind, odd):
    made, plate = samples(kind, 0), samples(kind, 1)
    made[3, 4, 1] = odd
    assert put_back(made, plate, np.ones((20, 30), bool))
    assert (made[3, 4] == plate[3, 4]).all()
    assert np.isfinite(made).all()


def test_the_plates_own_nan_keeps_its_bits():
    made, plate = samples(np.float16, 0), samples(np.float16, 1)
    plate.view(np.uint16)[5, 6] = 0x7E51
    changed = np.ones((20, 30), bool)
    changed[5, 6] = False
    put_back(made, plate, changed)
    assert (made.view(np.uint16)[5, 6] == 0x7E51).all()


def test_the_largest_code_of_an_integer_is_a_sample_like_any_other():
    made, plate = np.full((2, 2, 3), 65535, np.uint16), np.zeros((2, 2, 3), np.uint16)
    assert put_back(made, plate, np.ones((2, 2), bool))
    assert (made == 65535).all()


def test_where_nothing_has_changed_it_says_so():
    made, plate = samples(np.float16, 0), samples(np.float16, 1)
    assert not put_back(made, plate, np.zeros((20, 30), bool))
    assert made.tobytes() == plate.tobytes()


def test_a_plate_whose_channels_stand_in_another_order_is_put_back_all_the_same():
    made, plate = samples(np.float16, 0), samples(np.float16, 1)[..., ::-1]
    changed = np.zeros((20, 30), bool)
    changed[0, 0] = True
    put_back(made, plate, changed)
    assert (made[1:] == plate[1:]).all()
