import numpy as np
import pytest
from scipy.ndimage import affine_transform, fourier_shift, gaussian_filter

from faceplate.track.motion.patches import Search, find_patches

RNG = np.random.default_rng(2)
TEXTURE = gaussian_filter(RNG.normal(size=(256, 256)), 2.5, mode="wrap")
TEXTURE /= TEXTURE.std()
AT = np.stack(np.meshgrid(np.arange(60, 200, 28.3), np.arange(60, 200, 27.7)), axis=-1).reshape(-1, 2)
SHAPES = np.tile(np.eye(2), (len(AT), 1, 1))


def shifted(dx, dy):
    return np.fft.ifft2(fourier_shift(np.fft.fft2(TEXTURE), (dy, dx))).real.astype(np.float32)


def found(target, start=AT, shapes=SHAPES, **options):
    search = Search(**{"reach": (14, 14), "affine": True, "rounds": 20, **options})
    return find_patches(TEXTURE.astype(np.float32), AT, target, start, shapes, search)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.25), (-0.31, 0.77), (2.4, -1.6)])
@pytest.mark.parametrize("affine", [True, False])
def test_a_shift_is_found_to_a_hundredth_of_a_pixel(shift, affine):
    error = found(shifted(*shift), affine=affine).at - AT - shift

    assert np.abs(error).max() < 0.02
    assert np.abs(error.mean(axis=0)).max() < 0.006


def test_gain_and_offset_do_not_matter():
    plain, bright = found(shifted(0.4, 0.2)), found(3 * shifted(0.4, 0.2) + 5)

    np.testing.assert_allclose(bright.at, plain.at, atol=1e-3)
    np.testing.assert_allclose(bright.gain, 3 * plain.gain, rtol=1e-2)


def test_a_turn_and_a_stretch_are_found_as_the_shape():
    shape = np.array([[1.04, -0.05], [0.02, 0.97]])
    middle = np.array([128.0, 128.0])
    # Rows come first there, and it leads from the target to the source.
    back = np.linalg.inv(shape)[::-1, ::-1]
    target = affine_transform(TEXTURE, back, middle - back @ middle, order=5, mode="wrap").astype(np.float32)
    there = (AT - middle) @ shape.T + middle
    start = there + RNG.normal(scale=0.5, size=there.shape)

    seen = found(target, start)
    assert np.abs(seen.at - there).max() < 0.03
    np.testing.assert_allclose(seen.shapes, np.tile(shape, (len(AT), 1, 1)), atol=0.02)


@pytest.mark.parametrize("strength", [0.02, 0.1, 0.4])
def test_errors_under_grain_are_as_large_as_the_deviation_says(strength):
    told = []
    for _ in range(8):
        grain = gaussian_filter(RNG.normal(size=(2, 256, 256)), (0, 1.2, 1.2))
        grain *= strength / grain.std()
        source, target = (TEXTURE + grain[0]).astype(np.float32), shifted(0.4, 0.7) + grain[1].astype(np.float32)
        seen = find_patches(source, AT, target, AT, SHAPES, Search((14, 14), affine=True, rounds=20))
        told.append((seen.at - AT - (0.4, 0.7)) / seen.deviation)
    assert 0.75 < np.sqrt(np.nanmean(np.square(told))) < 1.3


def test_other_texture_correlates_with_nothing():
    other = gaussian_filter(np.random.default_rng(9).normal(size=(256, 256)), 2.5).astype(np.float32)

    seen = found(other)
    assert np.median(seen.correlation) < 0.6
    assert np.median(seen.deviation) > 0.3


def test_flat_texture_and_patches_beyond_the_picture_are_not_found():
    flat = find_patches(
        np.ones_like(TEXTURE, np.float32), AT, shifted(0, 0), AT, SHAPES, Search((14, 14), affine=True, rounds=9)
    )
    assert np.isnan(flat.at).all()
    assert np.isinf(flat.deviation).all()
    assert np.isnan(found(shifted(0, 0), AT - 200).at).all()
    assert np.isnan(found(shifted(0, 0), np.full_like(AT, np.nan)).at).all()
