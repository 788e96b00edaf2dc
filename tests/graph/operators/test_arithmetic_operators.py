import numpy as np
import pytest
from operator_scripts import Plate, bits, flat, noise, render, rgba, same_bits, small

import colour
from faceplate.errors import ScriptError
from faceplate.graph.render import Box


@pytest.mark.parametrize(("node", "value"), [("Multiply { value {2 3 4 5} }", 2), ("Add { value {2 3 4 5} }", 3)])
def test_each_colour_has_its_own_number(node, value):
    _, planes = render(node, flat(1.0))
    assert [planes[name][0, 0] for name in rgba] == [value, value + 1, value + 2, value + 3]


@pytest.mark.parametrize(
    "node", ["Multiply { value 3 }", "Add { value 3 }", "Gamma { value 3 }", "Clamp { }", "Invert { }"]
)
def test_all_channels_are_worked_on_as_they_come(node):
    plate = noise(1, (*rgba, "depth.Z"))
    _, planes = render(node, plate)
    assert not any(
        np.array_equal(planes[name], plate.planes[name]) for name in (*rgba, "depth.Z") if name != "rgba.alpha"
    )


@pytest.mark.parametrize("node", ["Multiply { value 1 }", "Add { value 0 }", "Gamma { value 1 }"])
def test_neutral_numbers_give_the_very_planes(node):
    plate = noise(2)
    assert same_bits(render(node, plate)[1], plate.planes)


def test_products_and_sums_are_those_of_single_precision():
    plate = noise(3)
    for node, expected in (
        ("Multiply { value 0.3 }", lambda x: x * np.float32(0.3)),
        ("Add { value 0.3 }", lambda x: x + np.float32(0.3)),
    ):
        _, planes = render(node, plate)
        assert np.array_equal(bits(planes["rgba.red"]), bits(expected(plate.planes["rgba.red"])))


def test_a_gamma_bends_below_1_and_goes_on_straight_above():
    values = np.tile(np.float32([-1, 0, 0.25, 1, 3, np.inf]), (8, 2))
    _, planes = render("Gamma { value 2 }", Plate({"rgba.red": values}))
    assert planes["rgba.red"][0, :6].tolist() == [-1, 0, 0.5, 1, 2, np.inf]


def test_an_expression_moves_a_number_from_frame_to_frame():
    plate = flat(1.0)
    values = [render("Multiply { value {{frame/2}} }", plate, frame=frame)[1]["rgba.red"][0, 0] for frame in (1, 4)]
    assert values == [0.5, 2]


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ("", [0, 0, 0.5, 1, 1]),
        ("minimum -0.5", [-0.5, 0, 0.5, 1, 1]),
        ("maximum 0.25", [0, 0, 0.25, 0.25, 0.25]),
        ("maximum_enable false", [0, 0, 0.5, 1, 7]),
        ("minimum_enable false", [-2, 0, 0.5, 1, 1]),
        ("minimum 0.25\n MinClampTo_enable true\n MinClampTo -9", [-9, -9, 0.5, 1, 1]),
        ("maximum 0.75\n MaxClampTo_enable true\n MaxClampTo 9", [0, 0, 0.5, 9, 9]),
        ("minimum_enable false\n maximum_enable false", [-2, 0, 0.5, 1, 7]),
    ],
)
def test_clamp_holds_values_between_its_ends(knobs, expected):
    values = np.resize(np.float32([-2, 0, 0.5, 1, 7]), (8, 10)).copy()
    _, planes = render(f"Clamp {{ {knobs} }}", Plate({"rgba.red": values}, box=Box(0, 0, 10, 8)))
    assert planes["rgba.red"][0, :5].tolist() == expected


def test_invert_is_1_less_the_value_and_twice_is_nothing():
    plate = flat((0.25, -1.0, 2.0, 0.0))
    _, once = render("Invert { }", plate)
    assert [once[name][0, 0] for name in rgba] == [0.75, 2, -1, 1]
    assert same_bits(render("Invert { }", Plate(once))[1], plate.planes)


def test_inverted_black_reaches_past_the_box():
    plate = flat(0.25, box=Box(2, 2, 5, 5), outside="black")
    _, planes = render("Invert { }", plate, box=small.box)
    assert planes["rgba.red"][0, 0] == 1
    assert planes["rgba.red"][3, 3] == 0.75


def test_log2lin_is_the_cineon_curve():
    codes = np.linspace(0.05, 1.1, 96, dtype=np.float32).reshape(8, 12)
    _, planes = render("Log2Lin { }", Plate({"rgba.red": codes}))
    np.testing.assert_allclose(planes["rgba.red"], colour.models.log_decoding_Cineon(codes.astype(float)), rtol=2e-6)


def test_lin2log_is_its_inverse_below_0_too():
    light = np.linspace(-0.009, 13, 96, dtype=np.float32).reshape(8, 12)
    _, planes = render("Log2Lin { operation lin2log }", Plate({"rgba.red": light}))
    np.testing.assert_allclose(planes["rgba.red"], colour.models.log_encoding_Cineon(light.astype(float)), rtol=2e-5)
    _, back = render("Log2Lin { }", Plate(planes))
    np.testing.assert_allclose(back["rgba.red"], light, rtol=1e-5, atol=1e-6)


def test_light_below_the_foot_of_the_curve_has_a_code_all_the_same():
    _, planes = render("Log2Lin { operation lin2log }", flat(-5.0))
    assert np.isfinite(planes["rgba.red"]).all()


def test_a_curve_without_slope_is_refused():
    with pytest.raises(ScriptError, match=r"Op\.gamma"):
        render("Log2Lin { gamma 0 }", noise(1))
