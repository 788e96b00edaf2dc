"""Curves against SciPy's splines and quadrature, and against the rules that Foundry documents."""

from itertools import pairwise
from math import inf, isnan

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.interpolate import CubicHermiteSpline, CubicSpline

from faceplate.errors import ScriptError
from faceplate.graph.knobs import Curve, Key, curve_text, read_curve

FRAMES = np.linspace(0.0, 20.0, 81)


def values(text, frames=FRAMES):
    curve = read_curve(text)
    return [curve.value(float(frame)) for frame in frames]


def test_set_slopes_with_weights_of_one_give_the_hermite_cubic():
    spline = CubicHermiteSpline([0, 4, 20], [1, 7, 3], [2, -1, 0.5])
    text = "curve x0 1 s2 x4 7 s-1 x20 3 s0.5"
    assert values(text) == pytest.approx(spline(FRAMES).tolist(), abs=1e-12)


def test_slopes_of_the_two_sides_may_differ():
    spline = CubicHermiteSpline([4, 20], [7, 3], [6, 0])
    curve = read_curve("curve x0 1 s2 x4 7 s-1 t6 x20 3 s0")
    for frame in (5.0, 10.0, 19.0):
        assert curve.value(frame) == pytest.approx(float(spline(frame)), abs=1e-12)


def test_cubic_keys_are_the_natural_spline():
    spline = CubicSpline([0, 3, 4, 11, 20], [0, 5, 4, 8, -2], bc_type="natural")
    text = "curve C x0 0 x3 5 x4 4 x11 8 x20 -2"
    assert values(text) == pytest.approx(spline(FRAMES).tolist(), abs=1e-11)


def test_catmull_rom_slopes_point_from_neighbour_to_neighbour_and_ends_have_no_second_derivative():
    inner = (6 - 1) / (12 - 0)
    first, last = (3 * (9 - 1) / 4 - inner) / 2, (3 * (6 - 9) / 8 - inner) / 2
    spline = CubicHermiteSpline([0, 4, 12], [1, 9, 6], [first, inner, last])
    curve = read_curve("curve R x0 1 x4 9 x12 6")
    for frame in (1.0, 3.9, 4.0, 7.0, 11.5):
        assert curve.value(frame) == pytest.approx(float(spline(frame)), abs=1e-12)


def test_smooth_keys_never_leave_the_range_of_their_span():
    random = np.random.default_rng(4)
    for _ in range(50):
        ys = random.normal(0, 10, 6)
        xs = np.cumsum(random.integers(1, 9, 6))
        curve = Curve(tuple(Key(x=float(x), y=float(y)) for x, y in zip(xs, ys, strict=True)))
        for place in range(5):
            low, high = sorted(ys[place : place + 2])
            inside = [curve.value(float(x)) for x in np.linspace(xs[place], xs[place + 1], 30)]
            assert low - 1e-9 <= min(inside)
            assert max(inside) <= high + 1e-9


def test_smooth_slopes_are_those_that_nuke_wrote_into_a_public_script():
    # Three keys a frame apart: the slope in the middle is three times the lesser step, the first one follows from it.
    curve = read_curve("curve x1254 457.8603820800781 595.7819213867188 600.5454711914062")
    assert curve.derivative(1255.0) == pytest.approx(14.2906494140625, abs=1e-4)
    assert curve.derivative(1254.0) == pytest.approx(199.7369842529297, abs=1e-4)


def test_a_peak_of_a_smooth_curve_is_flat():
    assert read_curve("curve x0 0 x10 5 x20 1").derivative(10.0) == 0


def test_linear_keys_run_straight():
    assert values("curve L x0 0 x10 5 x20 -5") == pytest.approx(np.interp(FRAMES, [0, 10, 20], [0, 5, -5]).tolist())


def test_constant_keys_hold_until_the_next():
    curve = read_curve("curve K x4 1 10 7")
    assert [curve.value(x) for x in (0.0, 4.0, 4.9, 5.0, 6.0, 60.0)] == [1, 1, 1, 10, 7, 7]


def test_before_and_after_the_keys_the_curve_holds_or_runs_on():
    held, runs = read_curve("curve L x10 1 x20 3"), read_curve("curve L l x10 1 x20 3")
    assert [held.value(0.0), held.value(30.0)] == [1, 3]
    assert [runs.value(0.0), runs.value(30.0)] == pytest.approx([-1, 5])


def test_letters_hold_for_the_keys_after_them():
    keys = read_curve("curve L x0.047 1 S l x0.5 0.8 x1 0").keys
    assert [key.interpolation for key in keys] == ["L", "S", "S"]
    assert [key.extrapolation for key in keys] == ["k", "l", "l"]


def test_keys_without_frames_go_on_with_the_last_step():
    assert [key.x for key in read_curve("curve 5 6 x10 7 8").keys] == [0, 1, 10, 19]


def test_two_smooth_keys_make_a_straight_line():
    assert read_curve("curve x1001 0.5 x1010 1").value(1004.0) == pytest.approx(0.5 + 3 / 18)


def test_weighted_handles_give_the_bezier_through_frame_and_value():
    # v is the way out of the left key, u the way into the right one, in thirds of the span.
    x, y = np.array([0, 12 / 3 * 2.5, 12 - 12 / 3 * 0.5, 12]), np.array([1, 1 + 0.5 * 10, 4 + 2 * 2, 4])
    t = np.linspace(0.02, 0.98, 25)
    weights = np.array([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
    curve = read_curve("curve x0 1 s0.5 v2.5 x12 4 s-2 u0.5")
    found = [curve.value(float(frame)) for frame in x @ weights]
    assert found == pytest.approx((y @ weights).tolist(), abs=1e-9)


def test_weights_past_their_legal_range_count_as_its_end():
    assert values("curve x0 0 s1 v9 x20 5 s1") == values("curve x0 0 s1 v3 x20 5 s1")


CURVES = [
    "curve x0 1 s2 x4 7 s-1 x20 3",
    "curve K x0 1 x4 7 L x9 2 x20 3",
    "curve l x3 1 s0.5 v2.5 x12 4 s-2 u0.5 x15 9",
    "curve x5 2",
    "curve l C x0 0 3 1 9",
]


@pytest.mark.parametrize("text", CURVES)
def test_the_integral_is_that_of_quadrature(text):
    curve = read_curve(text)
    edges = sorted({-3.0, 25.0, *(key.x for key in curve.keys)})
    expected = sum(quad(curve.value, low, high - 1e-12)[0] for low, high in pairwise(edges))
    assert curve.integrate(-3.0, 25.0) == pytest.approx(expected, abs=1e-6)
    assert curve.integrate(25.0, -3.0) == pytest.approx(-expected, abs=1e-6)
    assert curve.integrate(3.25, 3.75) == pytest.approx(quad(curve.value, 3.25, 3.75)[0], abs=1e-9)


@pytest.mark.parametrize("text", CURVES)
def test_the_derivative_is_the_limit_of_differences(text):
    curve = read_curve(text)
    for frame in (-2.0, 1.3, 6.7, 10.1, 13.9, 30.0):
        step = (curve.value(frame + 1e-5) - curve.value(frame - 1e-5)) / 2e-5
        assert curve.derivative(frame) == pytest.approx(step, abs=1e-4)


def test_a_curve_without_keys_is_nought_and_one_key_is_a_constant():
    assert read_curve("curve").value(7.0) == 0
    assert read_curve("curve x3 5").value(-100.0) == 5
    assert read_curve("curve x3 5").is_constant
    assert not read_curve("curve x3 5 x4 6").is_constant


def test_no_frame_gives_no_value():
    assert isnan(read_curve("curve x1 1 x2 2").value(inf))


@pytest.mark.parametrize(
    "text",
    [
        "curve x1001 0.5 x1010 1",
        "curve i x1 0 x5 2",
        "curve L x0.04740819708 1 S l x0.4987964034 0.7955223322 x1 0",
        "curve x1 355 x40 399.5495605 s6 t-6.953211784 u0.2508043051 v0.9411216378",
        "curve K x4 1 0 1",
        "curve k x1 1",
        "curve",
        *CURVES,
    ],
)
def test_text_keeps_every_key(text):
    curve = read_curve(text)
    assert read_curve(curve_text(curve)) == curve
    assert curve_text(read_curve(curve_text(curve))) == curve_text(curve)


def test_text_is_as_nuke_writes_it():
    assert curve_text(read_curve("curve L x1001 0.5 x1010 1 2")) == "curve L x1001 0.5 x1010 1 2"


@pytest.mark.parametrize("text", ["curve x1", "curve x1 a", "curve s5", "curve xinf 2", "curve x1 1e999", "1 2 3"])
def test_what_is_no_key_is_refused(text):
    if text == "curve x1":
        assert read_curve(text).keys == ()
        return
    with pytest.raises(ScriptError) as caught:
        read_curve(text)
    assert "Next: " in str(caught.value)


def test_a_step_past_all_numbers_is_refused():
    with pytest.raises(ScriptError, match="expected a frame"):
        read_curve("curve x-1e308 0 x1e308 0 5")
