import math

import numpy as np
import pytest
from operator_scripts import Plate, flat, noise, render, rgba, same_bits, small

from faceplate.errors import ScriptError
from faceplate.graph.render import Box

neutral = "black_clamp false"


identity = {"blackpoint": 0, "whitepoint": 1, "black": 0, "white": 1, "multiply": 1, "add": 0, "gamma": 1}


def graded(x, knobs, clamps):
    """Grade of one value as its help states it: A*x + B, the clamps, the gamma straight above 1."""
    of = {**identity, **knobs}
    slope = of["multiply"] * (of["white"] - of["black"]) / (of["whitepoint"] - of["blackpoint"])
    value = slope * x + of["add"] + of["black"] - slope * of["blackpoint"]
    value = max(value, 0) if clamps[0] else value
    value = min(value, 1) if clamps[1] else value
    if 0 < value < 1:
        return value ** (1 / of["gamma"])
    return value if value <= 0 else 1 + (value - 1) / of["gamma"]


@pytest.mark.parametrize(
    "knobs",
    [
        {"blackpoint": 0.1, "whitepoint": 0.8},
        {"black": -0.2, "white": 3},
        {"multiply": -0.5, "add": 0.3},
        {"gamma": 2.2},
        {"gamma": 0.45, "blackpoint": -0.1, "white": 1.7, "add": 0.05},
    ],
)
@pytest.mark.parametrize("clamps", [(True, False), (False, False), (True, True)])
def test_it_is_the_formula_of_its_help(knobs, clamps):
    plate = noise(1)
    text = "\n".join(f" {name} {value}" for name, value in knobs.items())
    flags = f"black_clamp {str(clamps[0]).lower()}\n white_clamp {str(clamps[1]).lower()}"
    _, planes = render(f"Grade {{ {flags}\n{text} }}", plate)
    for name in rgba[:3]:
        expected = [graded(x, knobs, clamps) for x in plate.planes[name].ravel().tolist()]
        np.testing.assert_allclose(planes[name].ravel(), expected, rtol=2e-5, atol=2e-6)
    assert np.array_equal(planes["rgba.alpha"], plate.planes["rgba.alpha"])


def test_neutral_without_clamps_gives_the_very_planes():
    plate = noise(2)
    _, planes = render(f"Grade {{ {neutral}\n channels all\n unpremult rgba.alpha }}", plate)
    assert same_bits(planes, plate.planes)


def test_black_clamp_is_on_as_it_comes_and_leaves_the_rest_alone():
    plate = flat((-1.0, 2.0, -0.0, -5.0))
    _, planes = render("Grade { }", plate)
    assert (planes["rgba.red"] == 0).all()
    assert (planes["rgba.green"] == 2).all()
    assert (planes["rgba.alpha"] == -5).all()


def test_reversed_it_undoes_itself():
    knobs = "blackpoint 0.02\n whitepoint 0.9\n black 0.01\n white 1.3\n multiply 1.1\n add 0.02\n gamma 1.4"
    plate = Plate({name: np.abs(plane) + 0.05 for name, plane in noise(3).planes.items()})
    _, there = render(f"Grade {{ {neutral}\n {knobs} }}", plate)
    _, back = render(f"Grade {{ {neutral}\n reverse true\n {knobs} }}", Plate(there))
    for name in rgba[:3]:
        np.testing.assert_allclose(back[name], plate.planes[name], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("reverse", "expected"), [("false", (0, 0, 1, math.inf)), ("true", (0, 1, 1, 1))])
def test_gamma_0_is_a_step(reverse, expected):
    values = np.tile(np.float32([-1, 0.5, 1, 2]), (8, 3))
    _, planes = render(f"Grade {{ {neutral}\n gamma 0\n reverse {reverse} }}", Plate({"rgba.red": values}))
    assert tuple(planes["rgba.red"][0, :4]) == expected


def test_each_colour_has_its_own_number_and_further_layers_go_by_place():
    plate = flat(1.0, (*rgba, "forward.u", "forward.v", "depth.Z"))
    _, planes = render("Grade { channels all\n multiply {2 3 4 5} }", plate)
    assert [planes[name][0, 0] for name in (*rgba, "forward.u", "forward.v", "depth.Z")] == [2, 3, 4, 5, 2, 3, 2]


def test_equal_points_make_the_steepest_ramp():
    _, planes = render(f"Grade {{ {neutral}\n blackpoint 0.5\n whitepoint 0.5 }}", flat(0.75))
    np.testing.assert_allclose(planes["rgba.red"], 2500, rtol=1e-5)


def test_colour_is_worked_on_unpremultiplied():
    _, planes = render("Grade { add 0.1\n unpremult rgba.alpha }", flat((0.2, 0.2, 0.2, 0.5)))
    np.testing.assert_allclose(planes["rgba.red"], (0.2 / 0.5 + 0.1) * 0.5, rtol=1e-6)


def test_where_alpha_is_0_the_premultiplied_values_are_graded():
    _, planes = render("Grade { add 0.1\n unpremult rgba.alpha }", flat((0.2, 0.2, 0.2, 0.0)))
    np.testing.assert_allclose(planes["rgba.red"], 0.3, rtol=1e-6)


@pytest.mark.parametrize(
    "knobs", ["gamma 2", "gamma 2\n reverse true", "multiply 3", "gamma 0", "gamma 0\n reverse true"]
)
def test_nan_stays_where_it_is(knobs):
    values = np.full(small.box.shape, 0.5, np.float32)
    values[2, 3] = np.nan
    _, planes = render(f"Grade {{ {knobs} }}", Plate({"rgba.red": values}))
    assert np.isnan(planes["rgba.red"])[2, 3]
    assert np.isnan(planes["rgba.red"]).sum() == 1


def test_lifted_black_reaches_past_a_box_that_was_black_outside():
    plate = flat(0.5, box=Box(4, 3, 8, 6), outside="black")
    info, _ = render("Grade { add 0.25 }", plate)
    _, wide = render("Grade { add 0.25 }", plate, box=small.box)
    assert info.outside == "edge"
    assert wide["rgba.red"][0, 0] == 0.25
    assert wide["rgba.red"][4, 5] == 0.75


def test_a_mix_of_the_luminance_is_refused():
    with pytest.raises(ScriptError, match=r"Op\.mix_luminance"):
        render("Grade { multiply 2\n mix_luminance 0.5 }", noise(1))


@pytest.mark.parametrize("word", ["fringe", "inject"])
def test_a_mask_that_is_to_be_fringed_or_injected_is_refused(word):
    with pytest.raises(ScriptError, match=rf"Op\.{word}"):
        render(f"Grade {{ multiply 2\n {word} true }}", noise(1), flat(0.5))
