import math

import cv2
import numpy as np
import OpenImageIO
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.operators.filters import fill_weights, filters, room_for, weight_at

soft = ["Mitchell", "Parzen", "Notch"]
sharp = ["Cubic", "Keys", "Simon", "Rifman", "Lanczos4", "Lanczos6", "Sinc4"]


def cubic_convolution(x, a):
    """Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, equation 15 for any a."""
    x = abs(x)
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0


def b_spline(x):
    x = abs(x)
    return (4 - 6 * x**2 + 3 * x**3) / 6 if x < 1 else (2 - x) ** 3 / 6 if x < 2 else 0


def lanczos(lobes):
    return lambda x: np.sinc(x) * np.sinc(x / lobes) if abs(x) < lobes else 0


published = {
    "Cubic": lambda x: cubic_convolution(x, 0),
    "Keys": lambda x: cubic_convolution(x, -0.5),
    "Simon": lambda x: cubic_convolution(x, -0.75),
    "Rifman": lambda x: cubic_convolution(x, -1),
    "Mitchell": lambda x: b_spline(x) / 3 + 2 * cubic_convolution(x, -0.5) / 3,
    "Parzen": b_spline,
    "Lanczos4": lanczos(2),
    "Lanczos6": lanczos(3),
    "Sinc4": lambda x: np.sinc(x) if abs(x) < 2 else 0,
}


@pytest.mark.parametrize("name", published)
def test_kernels_are_the_published_ones(name):
    for x in np.linspace(-3.2, 3.2, 65):
        assert weight_at(float(x), *filters[name]) == pytest.approx(published[name](x), abs=1e-12)


def test_the_notch_has_no_answer_to_the_finest_stripes():
    """What the filter of (3/2, -1/4) is made for: between and on pixels, a pattern of +1 and -1 reads as 0."""
    for at in (0.0, 0.25, 0.5, 0.8):
        stripes = sum((-1) ** k * weight_at(k - at, *filters["Notch"]) for k in range(-3, 5))
        assert stripes == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", [*soft, *sharp])
def test_weights_are_even_and_their_sum_is_1(name):
    room = room_for(filters[name], 3.3)
    for at, width in ((10.2, 1.0), (10.5, 1.0), (7.9, 3.3)):
        _, count = fill_weights(room, at, width, *filters[name])
        assert room[:count].sum() == pytest.approx(1, abs=1e-12)
    fill_weights(room, 11.0, 1.0, *filters[name])
    first, count = fill_weights(room, 11.0, 1.0, *filters[name])
    np.testing.assert_allclose(room[:count], room[:count][::-1])
    assert first + count / 2 == 11


@pytest.mark.parametrize("name", sharp)
def test_a_pixel_read_at_its_centre_is_that_pixel_alone(name):
    room = room_for(filters[name], 1.0)
    assert fill_weights(room, 6.5, 1.0, *filters[name]) == (6, 1)
    assert room[0] == 1


@pytest.mark.parametrize("name", ["Keys", "Mitchell", "Parzen", "Notch"])
def test_these_leave_a_ramp_a_ramp(name):
    ramp = np.tile(np.arange(40, dtype=np.float32), (5, 1))
    moved = see(f"Transform {{ translate {{0.3 0}}\n filter {name}\n black_outside false }}", A=Picture(ramp)).plane()
    np.testing.assert_allclose(moved[2, 5:35], ramp[2, 5:35] - 0.3, atol=1e-5)


@pytest.mark.parametrize("name", [*soft, *sharp])
@pytest.mark.parametrize("factor", [0.31, 0.5, 2.0, 3.7])
def test_a_flat_picture_stays_flat_at_any_size(name, factor):
    flat = np.full((30, 44), 0.18, np.float32)
    assert np.all(
        see(f"Reformat {{ type scale\n scale {factor}\n filter {name} }}", A=Picture(flat)).plane() == np.float32(0.18)
    )


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_enlarging_is_what_opencv_makes_of_it(factor):
    plane = noise(21, 17)
    ours = see(f"Reformat {{ type scale\n scale {factor}\n filter Simon }}", A=Picture(plane)).plane()
    theirs = cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


oiio_names = {"Lanczos6": "nuke-lanczos6", "Parzen": "bspline"}


@pytest.mark.parametrize("name", ["Cubic", "Keys", "Simon", "Rifman", "Mitchell", "Parzen", "Lanczos6"])
def test_shrinking_widens_the_filter_as_openimageio_does(name):
    """OpenImageIO names these filters after Nuke's; its cubics fill a width of 4, Lanczos one of 6."""
    plane = noise(60, 40)
    ours = see(f"Reformat {{ type scale\n scale 0.25\n filter {name} }}", A=Picture(plane)).plane()
    source = OpenImageIO.ImageBuf(np.ascontiguousarray(plane[..., None]))
    result = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(15, 10, 1, "float"))
    theirs = oiio_names.get(name, name.lower())
    width = 6.0 if name == "Lanczos6" else 4.0
    assert OpenImageIO.ImageBufAlgo.resize(result, source, filtername=theirs, filterwidth=width), result.geterror()
    inner = (slice(3, -3), slice(3, -3))
    np.testing.assert_allclose(ours[inner], result.get_pixels(OpenImageIO.FLOAT)[..., 0][inner], atol=2e-4)


def test_impulse_takes_the_nearest_pixel():
    plane = noise(20, 12)
    doubled = see("Reformat { type scale\n scale 2\n filter Impulse }", A=Picture(plane)).plane()
    assert same_bits(doubled, plane.repeat(2, axis=0).repeat(2, axis=1))
    assert same_bits(
        see("Transform { translate {0.4 -0.4}\n filter Impulse }", A=Picture(plane)).plane(Picture(plane).info.box),
        plane,
    )


def test_older_scripts_write_filters_in_lower_case():
    plane = noise(20, 12)
    for name in filters:
        left, right = (
            see(f"Transform {{ rotate 10\n filter {word} }}", A=Picture(plane)).plane() for word in (name, name.lower())
        )
        assert same_bits(left, right)


def test_an_unknown_filter_is_refused_by_node_knob_and_name():
    with pytest.raises(ScriptError, match=r"Last\.filter.*Cubic.*Sharpest") as refused:
        see("Transform { rotate 10\n filter Sharpest }", A=Picture(noise(8, 8))).plane()
    assert "Impulse" in refused.value.expected


def test_half_a_pixel_is_the_mean_of_two():
    plane = noise(20, 12)
    moved = see("Transform { translate {0.5 0} }", A=Picture(plane)).plane()
    assert moved.shape == (12, 21)
    np.testing.assert_allclose(moved[:, 1:-1], (plane[:, 1:] + plane[:, :-1]) / 2, atol=1e-6)
    assert math.isclose(moved.sum(dtype=float), plane.sum(dtype=float), rel_tol=1e-6)


def test_clamp_keeps_overshoot_within_the_pixels_it_is_made_from():
    step = np.zeros((8, 20), np.float32)
    step[:, 10:] = 1
    knobs = "translate {0.3 0}\n filter Rifman\n black_outside false"
    free, held = (see(f"Transform {{ {knobs}\n clamp {flag} }}", A=Picture(step)).plane() for flag in ("false", "true"))
    assert free.min() < -0.02
    assert free.max() > 1.02
    assert held.min() == 0
    assert held.max() == 1
    inside = (free >= 0) & (free <= 1)
    np.testing.assert_allclose(held[inside], free[inside], atol=1e-6)
