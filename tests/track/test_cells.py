import numpy as np
import pytest

from faceplate.track import cells
from faceplate.track.cells import cell_means, covered, lattice_between
from faceplate.values import Sample

RNG = np.random.default_rng(3)
# Single precision: sums of up to 64 samples between 0 and 1.
ROUNDING = 1e-6


def half(shape):
    return RNG.random(shape).astype(np.float16)


def codes(top, dtype):
    return lambda shape: RNG.integers(0, top + 1, shape).astype(dtype)


STORED = {
    Sample.HALF: half,
    Sample.FLOAT: lambda shape: RNG.random(shape).astype(np.float32),
    Sample.UINT8: codes(255, np.uint8),
    Sample.UINT10: codes(1023, np.uint16),
    Sample.UINT12: codes(4095, np.uint16),
    Sample.UINT16: codes(65535, np.uint16),
    Sample.UINT32: codes(2**32 - 1, np.uint32),
}


def planes_of(pixels):
    return tuple(pixels[..., at] for at in range(3))


def expected(pixels, sample, cell, stride):
    """The mean over the middle of every stride x stride pixels of a cell, in double precision."""
    numbers = pixels.astype(np.float64) / (sample.top_code or 1)
    taken = numbers[stride // 2 :: stride, stride // 2 :: stride]
    each, (rows, columns) = cell // stride, taken.shape[:2]
    return taken.reshape(rows // each, each, columns // each, each, 3).mean(axis=(1, 3))


def means(planes, sample, cell, stride):
    rows, columns = planes[0].shape
    lattices = (lattice_between(0, extent, 0, extent, stride) for extent in (rows, columns))
    return cell_means(planes, sample, *lattices, (rows // cell, columns // cell))


@pytest.mark.parametrize(("cell", "stride"), [(1, 1), (4, 1), (9, 3), (15, 5)])
@pytest.mark.parametrize("sample", STORED, ids=lambda sample: sample.value)
def test_a_cell_is_the_mean_of_its_samples_however_they_are_stored(sample, cell, stride):
    pixels = STORED[sample]((cell * 6, cell * 8, 3))
    found = means(planes_of(pixels), sample, cell, stride)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(pixels, sample, cell, stride), atol=ROUNDING)


@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT, Sample.UINT8], ids=lambda sample: sample.value)
def test_it_does_not_matter_how_the_channels_lie_in_memory(sample):
    pixels = STORED[sample]((24, 32, 3))
    whole = means(planes_of(pixels), sample, 4, 1)
    beside_alpha = np.concatenate([pixels, pixels[..., :1]], axis=-1)
    backwards = pixels[..., ::-1].copy()
    apart = np.moveaxis(np.moveaxis(pixels, -1, 0).copy(), 0, -1)
    turned = pixels[::-1, ::-1].copy()[::-1, ::-1]
    within = np.pad(pixels, ((3, 2), (5, 1), (0, 0)))[3:-2, 5:-1]
    for laid in (beside_alpha, apart, turned, within):
        assert np.array_equal(means(planes_of(laid), sample, 4, 1), whole)
    assert np.array_equal(means(planes_of(backwards)[::-1], sample, 4, 1), whole)


def test_a_picture_of_one_pixel_spread_over_a_frame_is_that_pixel():
    spread = np.broadcast_to(np.float16([0.25, 0.5, 2.0]), (20, 20, 3))
    assert (means(planes_of(spread), Sample.HALF, 5, 1) == [0.25, 0.5, 2.0]).all()


def test_every_half_is_its_own_mean():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(1, -1)
    found = means((finite, finite, finite), Sample.HALF, 1, 1)
    np.testing.assert_array_equal(found[..., 0], finite.astype(np.float32))
    interleaved = np.stack([finite, finite[:, ::-1], finite], axis=-1)
    np.testing.assert_array_equal(means(planes_of(interleaved), Sample.HALF, 1, 1), interleaved.astype(np.float32))


def test_a_half_that_is_not_finite_is_known_wherever_it_lies():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    odd = halves[~np.isfinite(halves)].reshape(1, -1)
    expected = np.nan_to_num(odd.astype(np.float32), posinf=65504, neginf=-65504)
    for planes in ((odd, odd, odd), planes_of(np.stack([odd] * 3, axis=-1))):
        np.testing.assert_array_equal(means(planes, Sample.HALF, 1, 1)[..., 0], expected)


def test_a_processor_without_halves_finds_the_very_same_means(monkeypatch):
    pixels = STORED[Sample.HALF]((30, 40, 3))
    by_instruction = means(planes_of(pixels), Sample.HALF, 5, 1)
    monkeypatch.setattr(cells, "widens_halves", False)
    assert np.array_equal(means(planes_of(pixels), Sample.HALF, 5, 1), by_instruction)


def test_light_below_black_and_above_white_survives():
    pixels = np.float32([[[-0.5, 1.5, 70000.0]]])
    np.testing.assert_array_equal(means(planes_of(pixels), Sample.FLOAT, 1, 1), pixels)


@pytest.mark.parametrize(("odd", "shown"), [(np.nan, 0.0), (np.inf, 65504.0), (-np.inf, -65504.0)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_is_not_finite_stays_in_its_own_cell_and_channel(odd, shown, dtype):
    pixels = np.full((8, 8, 3), 0.5, dtype)
    pixels[5, 2, 1] = odd
    found = means(planes_of(pixels), Sample.HALF if dtype is np.float16 else Sample.FLOAT, 4, 1)
    assert found[1, 0, 1] == shown
    found[1, 0, 1] = 0.5
    assert (found == 0.5).all()


def test_cells_that_reach_outside_repeat_the_last_sample_and_know_how_much_of_them_is_there():
    line = np.float32([[1, 2, 3, 4, 5, 6]])
    rows, columns = lattice_between(0, 1, 0, 1, 1), lattice_between(0, 8, 1, 7, 1)
    found = cell_means((line, line, line), Sample.FLOAT, rows, columns, (1, 2))
    np.testing.assert_allclose(found[0, :, 0], [(1 + 1 + 2 + 3) / 4, (4 + 5 + 6 + 6) / 4])
    np.testing.assert_allclose(columns.coverage(2), [0.75, 0.75])
    shown = covered(np.float32([[[1.0, -1.0, np.nan], [2.0, 0.5, np.inf]]]), rows, columns)
    np.testing.assert_allclose(shown[0], [[0.75, 0, 0], [0.75, 0.375, 0.75]])
