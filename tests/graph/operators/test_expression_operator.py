import math

import numpy as np
import pytest
from operator_scripts import Plate, bits, flat, noise, render, rgba, same_bits, small

from faceplate.errors import ScriptError
from faceplate.graph.knobs.functions import functions, unrendered
from faceplate.graph.render import Box


def test_lines_are_for_red_green_blue_and_alpha_and_empty_ones_change_nothing():
    plate = noise(1)
    _, planes = render("Expression { expr0 g*2\n expr3 1-a }", plate)
    assert np.array_equal(bits(planes["rgba.red"]), bits(plate.planes["rgba.green"] * np.float32(2)))
    assert np.array_equal(bits(planes["rgba.alpha"]), bits(1 - plate.planes["rgba.alpha"]))
    assert np.array_equal(bits(planes["rgba.green"]), bits(plate.planes["rgba.green"]))


def test_x_and_y_are_the_whole_pixel():
    _, planes = render("Expression { expr0 x\n expr1 y }", noise(1, box=Box(-2, -1, 12, 8)))
    assert planes["rgba.red"][0].tolist() == list(range(-2, 12))
    assert planes["rgba.green"][:, 0].tolist() == list(range(-1, 8))


def test_cx_and_cy_are_0_in_the_middle_and_1_half_a_width_away():
    _, planes = render("Expression { expr0 cx\n expr1 cy\n expr2 width+height/100 }", noise(1))
    np.testing.assert_allclose(planes["rgba.red"][0, [0, -1]], [-1 + 1 / 12, 1 - 1 / 12], rtol=1e-6)
    np.testing.assert_allclose(planes["rgba.green"][[0, -1], 0], [-3.5 / 6, 3.5 / 6], rtol=1e-6)
    np.testing.assert_allclose(planes["rgba.blue"], 12.08, rtol=1e-6)


def test_variables_are_seen_by_those_after_them_and_may_take_a_channels_name():
    plate = noise(2)
    node = "Expression { temp_name0 r\n temp_expr0 r*2\n temp_name1 q\n temp_expr1 r+1\n expr0 q\n expr1 r }"
    _, planes = render(node, plate)
    doubled = plate.planes["rgba.red"] * np.float32(2)
    assert np.array_equal(bits(planes["rgba.green"]), bits(doubled))
    assert np.array_equal(bits(planes["rgba.red"]), bits(doubled + np.float32(1)))


def test_one_line_may_be_for_many_channels_and_make_new_ones():
    info, planes = render("Expression { channel0 rgb\n expr0 a>0.5?1:0\n channel3 depth\n expr3 r }", noise(3))
    assert info.channels == (*rgba, "depth.Z")
    assert np.array_equal(planes["rgba.red"], planes["rgba.blue"])
    assert set(np.unique(planes["rgba.red"])) == {0, 1}


def test_knobs_brackets_and_the_frame_are_numbers_in_it():
    node = r'Expression { expr0 "r*frame + mix + \[expr 1+1]"' + "\n expr1 Op.mix*t }"
    _, planes = render(node, flat(1.0), frame=4)
    assert [planes[name][0, 0] for name in rgba[:2]] == [7, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r == 0.5 && g", 1),
        ("!r || b", 0),
        ("-r**2", -0.25),
        ("2^3", 8),
        ("7 % 4", 3),
        ("r < g ? 10 : b ? 20 : 30", 10),
        ("r/b", math.inf),
        ("max(r,g,b,0.6)", 0.75),
        ("clamp(r*4)", 1),
        ("isinf(r/b)", 1),
    ],
)
def test_operators_bind_as_in_knobs(text, expected):
    _, planes = render(f'Expression {{ expr3 "{text}" }}', flat((0.5, 0.75, 0.0, 1.0)))
    assert (planes["rgba.alpha"] == np.float32(expected)).all()


@pytest.mark.parametrize("name", sorted(functions.keys() - unrendered))
def test_functions_over_planes_are_those_of_knobs(name):
    function = functions[name]
    count = max(function.fewest, min(function.most, 3)) if function.most != 2 else 2
    if name == "clamp":
        count = 3
    sources = {"rgba.red": noise(4), "rgba.green": noise(5), "rgba.blue": noise(6)}
    plate = Plate({each: source.planes[each] for each, source in sources.items()})
    arguments = ",".join("rgb"[:count])
    _, planes = render(
        f'Expression {{ expr3 "{name}({arguments})" }}' if count else f"Expression {{ expr3 {name} }}", plate
    )
    for number, made in enumerate(planes["rgba.alpha"].ravel().tolist()):
        values = [float(plate.planes[each].ravel()[number]) for each in list(sources)[:count]]
        np.testing.assert_allclose(made, np.float32(function.call(*values)), rtol=3e-4, atol=1e-5)


def test_mergeexpression_reads_both_inputs():
    below, above = noise(7), noise(8, (*rgba, "depth.Z"))
    node = "MergeExpression { expr0 Ar-Br\n expr1 A.g+B.green\n expr2 Adepth.Z\n expr3 B.rgba.alpha*A.depth.Z }"
    _, planes = render(node, below, above)
    assert np.array_equal(bits(planes["rgba.red"]), bits(above.planes["rgba.red"] - below.planes["rgba.red"]))
    assert np.array_equal(bits(planes["rgba.green"]), bits(above.planes["rgba.green"] + below.planes["rgba.green"]))
    assert np.array_equal(bits(planes["rgba.blue"]), bits(above.planes["depth.Z"]))
    np.testing.assert_allclose(planes["rgba.alpha"], below.planes["rgba.alpha"] * above.planes["depth.Z"], rtol=1e-6)


def test_an_expression_without_input_fills_the_format():
    info, planes = render("Expression { expr0 x/width }", None)
    assert info.box == info.format.box
    assert planes["rgba.red"][0, info.format.width // 2] == 0.5


def test_its_mask_and_mix_are_the_usual_ones():
    _, planes = render("Expression { expr0 1\n mix 0.5 }", flat(0.0), flat(0.5, ("rgba.alpha",)))
    np.testing.assert_allclose(planes["rgba.red"], 0.25)


@pytest.mark.parametrize("line", ["random(x,y)", "nobody.knows", "sin(r,g)", "r +", "wobble(r)", "g(x+1,y)"])
def test_what_means_nothing_is_refused_by_its_knob(line):
    with pytest.raises(ScriptError, match=r"Op\.expr0"):
        render(f'Expression {{ expr0 "{line}" }}', noise(1))


def test_as_it_comes_it_changes_nothing():
    plate = noise(9)
    assert same_bits(render("Expression { }", plate)[1], plate.planes)
    assert same_bits(render("Expression { expr0 x*r\n mix 0 }", plate, box=small.box)[1], plate.planes)
