import numpy as np
import OpenImageIO as oiio  # noqa: N813 -- the name its own documentation uses
import pytest
from operator_scripts import Plate, bits, flat, graph, noise, render, rgba, same_bits, session, small

from faceplate.colour import conversion
from faceplate.errors import ScriptError
from faceplate.graph.render import Box

matrix = "matrix {\n {0.5 0.25 -0.1}\n {0 1.5 0}\n {2 0 0.125}\n }"
rows = np.array([[0.5, 0.25, -0.1], [0, 1.5, 0], [2, 0, 0.125]])


def image(plate):
    planes = np.stack([plate.planes[name] for name in rgba[:3]], axis=-1)
    buffer = oiio.ImageBuf(oiio.ImageSpec(planes.shape[1], planes.shape[0], 3, oiio.FLOAT))
    buffer.set_pixels(oiio.ROI.All, planes)
    return buffer


def test_a_matrix_has_the_new_colours_as_rows():
    plate = noise(1)
    whole = np.eye(4, dtype=np.float32)
    whole[:3, :3] = rows.T  # OpenImageIO multiplies from the left
    expected = oiio.ImageBufAlgo.colormatrixtransform(image(plate), whole.ravel().tolist()).get_pixels()
    _, planes = render(f"ColorMatrix {{ {matrix} }}", plate)
    for place, name in enumerate(rgba[:3]):
        np.testing.assert_allclose(planes[name], expected[..., place], rtol=1e-5, atol=1e-6)
    assert np.array_equal(bits(planes["rgba.alpha"]), bits(plate.planes["rgba.alpha"]))


def test_one_colour_alone_is_made_from_all_three():
    plate = noise(2)
    _, whole = render(f"ColorMatrix {{ {matrix} }}", plate)
    _, red = render(f"ColorMatrix {{ {matrix} }}", plate, channels=["rgba.red"])
    assert np.array_equal(bits(whole["rgba.red"]), bits(red["rgba.red"]))


def test_an_inverted_matrix_leads_back():
    plate = noise(3)
    _, there = render(f"ColorMatrix {{ {matrix} }}", plate)
    _, back = render(f"ColorMatrix {{ {matrix}\n invert true }}", Plate(there))
    np.testing.assert_allclose(back["rgba.red"], plate.planes["rgba.red"], rtol=1e-4, atol=1e-5)


def test_a_matrix_without_inverse_is_refused():
    with pytest.raises(ScriptError, match=r"Op\.matrix"):
        render("ColorMatrix { matrix {{1 0 0} {1 0 0} {0 0 1}}\n invert true }", noise(1))


def test_elements_of_a_matrix_may_be_expressions():
    _, planes = render("ColorMatrix { matrix {{{frame*2} 0 0} {0 1 0} {0 0 {sqrt(4) i}}} }", flat(1.0), frame=3)
    assert [planes[name][0, 0] for name in rgba] == [6, 1, 2, 1]


def test_a_matrix_may_be_that_of_another_node():
    rows_of_links = " ".join(["{{Other.matrix} {Other.matrix} {Other.matrix}}"] * 3)
    other = "ColorMatrix {\n inputs 0\n matrix {{2 0 0} {0 3 0} {0 0 4}}\n name Other\n}\n"
    text = other + graph(f"ColorMatrix {{ matrix {{{rows_of_links}}} }}", "B")
    with session(text, {"B": flat(1.0)}) as made:
        planes = made.pull().source(made.named("Op"), 1).pixels(small.box, rgba)
    assert [planes[name][0, 0] for name in rgba] == [2, 3, 4, 1]


def test_a_matrix_of_seven_numbers_is_refused():
    with pytest.raises(ScriptError, match="three rows"):
        render("ColorMatrix { matrix {{1 0 0} {0 1 0} {0}} }", noise(1))


@pytest.mark.parametrize("node", ["ColorMatrix { unpremult rgba.alpha }", "Saturation { unpremult rgba.alpha }"])
def test_neutral_gives_the_very_planes(node):
    plate = noise(4)
    assert same_bits(render(node, plate)[1], plate.planes)


@pytest.mark.parametrize(
    ("mode", "weights"),
    [('"Rec 709"', (0.2125, 0.7154, 0.0721)), ('"Ccir 601"', (0.299, 0.587, 0.114)), ("Average", (1 / 3,) * 3)],
)
def test_saturation_0_is_the_luminance_of_the_mode(mode, weights):
    plate = noise(5)
    _, planes = render(f"Saturation {{ saturation 0\n mode {mode} }}", plate)
    expected = image(plate).get_pixels().astype(float) @ np.array(weights)
    for name in rgba[:3]:
        np.testing.assert_allclose(planes[name], expected, rtol=1e-5, atol=1e-6)


def test_the_luminance_may_be_the_greatest_colour():
    _, planes = render("Saturation { saturation 0\n mode Maximum }", flat((0.2, 0.9, -3.0, 0.5)))
    assert [planes[name][0, 0] for name in rgba] == [np.float32(0.9)] * 3 + [0.5]


def test_more_saturation_moves_colours_away_from_grey():
    _, planes = render("Saturation { saturation 2\n mode Average }", flat((0.0, 0.5, 1.0, 1.0)))
    np.testing.assert_allclose([planes[name][0, 0] for name in rgba[:3]], [-0.5, 0.5, 1.5])


def test_colour_spaces_are_converted_as_by_the_config():
    plate = noise(6)
    _, planes = render("OCIOColorSpace { in_colorspace ACEScg\n out_colorspace ACEScct }", plate)
    rgb = np.stack([plate.planes[name] for name in rgba[:3]], axis=-1)
    expected = conversion("ACEScg", "ACEScct")(rgb)
    for place, name in enumerate(rgba[:3]):
        assert np.array_equal(bits(planes[name]), bits(expected[..., place]))
    assert np.array_equal(bits(planes["rgba.alpha"]), bits(plate.planes["rgba.alpha"]))


def test_two_names_of_one_space_give_the_very_planes():
    plate = noise(7)
    node = "OCIOColorSpace { in_colorspace scene_linear\n out_colorspace ACEScg\n unpremult rgba.alpha }"
    assert same_bits(render(node, plate)[1], plate.planes)


def test_a_curve_that_lifts_black_reaches_past_the_box():
    plate = flat(0.5, box=Box(3, 3, 6, 6), outside="black")
    node = "OCIOColorSpace { out_colorspace ACEScct }"
    _, planes = render(node, plate, box=small.box)
    np.testing.assert_allclose(planes["rgba.red"][0, 0], 0.0729, atol=1e-3)


def test_a_space_that_the_config_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(ScriptError, match=r"Op\.in_colorspace") as refused:
        render('OCIOColorSpace { in_colorspace "Output - Nowhere" }', noise(1))
    assert "ACEScg" in str(refused.value)
