import numpy as np
import pytest
from operator_scripts import Plate, bits, flat, graph, noise, render, rgba, same_bits, session, small

from faceplate.errors import ScriptError
from faceplate.graph.operators.channel_merge import formulas
from faceplate.graph.render import Box


def same(planes, name, plate, other=None):
    return np.array_equal(bits(planes[name]), bits(plate.planes[other or name]))


def test_copy_takes_pairs_and_sets_from_a():
    below, above = noise(1), noise(2, (*rgba, "depth.Z", "forward.u"))
    node = "Copy { from0 rgba.red\n to0 rgba.alpha\n from1 depth.Z\n to1 pos.red\n channels forward }"
    info, planes = render(node, below, above)
    assert info.channels == (*rgba, "forward.u", "pos.red")
    assert same(planes, "rgba.alpha", above, "rgba.red")
    assert same(planes, "pos.red", above, "depth.Z")
    assert same(planes, "forward.u", above)
    assert same(planes, "rgba.red", below)


def test_copy_mixes_and_masks():
    node = "Copy { from0 rgba.red\n to0 rgba.red\n mix 0.5 }"
    _, planes = render(node, flat(0.0), flat(1.0), flat(0.5, ("rgba.alpha",)))
    np.testing.assert_allclose(planes["rgba.red"], 0.25)


def test_a_pair_that_is_switched_off_is_not_copied():
    below = noise(3)
    assert same_bits(render("Copy { from0 -rgba.red\n to0 -rgba.alpha }", below, noise(4))[1], below.planes)


def test_copied_channels_are_not_asked_of_b():
    with session(graph("Copy { from0 rgba.alpha\n to0 rgba.alpha }", "B", "A"), {"A": noise(1), "B": noise(2)}) as made:
        made.pull().source(made.named("Op"), 1).pixels(small.box, rgba)
        assert {path: channels for path, _, channels in made.asked} == {"B": rgba[:3], "A": rgba[3:]}


def test_shuffle_puts_colours_black_and_white_where_it_is_told():
    plate = noise(5)
    _, planes = render("Shuffle { red green\n green alpha\n blue black\n alpha white }", plate)
    assert same(planes, "rgba.red", plate, "rgba.green")
    assert same(planes, "rgba.green", plate, "rgba.alpha")
    assert (planes["rgba.blue"] == 0).all()
    assert (planes["rgba.alpha"] == 1).all()


def test_a_layer_of_one_channel_fills_every_colour():
    plate = noise(6, (*rgba, "depth.Z"))
    _, planes = render("Shuffle { in depth }", plate)
    assert all(same(planes, name, plate, "depth.Z") for name in rgba)
    _, planes = render("Shuffle { in alpha }", plate)
    assert all(same(planes, name, plate, "rgba.alpha") for name in rgba)


def test_the_second_layer_has_the_knobs_that_follow():
    plate = noise(7)
    node = "Shuffle { black red\n white green\n red2 blue\n green2 alpha\n out2 mine }"
    text = "add_layer {mine mine.red mine.green mine.blue mine.alpha}\n" + graph(node, "B")
    with session(text, {"B": plate}) as made:
        source = made.pull().source(made.named("Op"), 1)
        planes = source.pixels(small.box, source.info.channels)
    assert all(same(planes, f"mine.{name.partition('.')[2]}", plate, name) for name in rgba)
    assert all(same(planes, name, plate) for name in rgba)


def test_shuffle_as_it_comes_changes_nothing():
    plate = noise(8)
    assert same_bits(render("Shuffle { }", plate)[1], plate.planes)


def test_shufflecopy_as_it_comes_puts_the_alpha_of_a_into_b():
    below, above = noise(9), noise(10)
    _, planes = render("ShuffleCopy { }", below, above)
    assert all(same(planes, name, below) for name in rgba[:3])
    assert same(planes, "rgba.alpha", above)


def test_shufflecopy_reads_its_first_layer_from_a():
    below, above = noise(11), noise(12)
    _, planes = render("ShuffleCopy { red red\n green green\n blue blue\n alpha alpha2 }", below, above)
    assert all(same(planes, name, above) for name in rgba[:3])
    assert same(planes, "rgba.alpha", below)


def test_shuffle2_draws_lines_from_both_inputs():
    below, above = noise(13), noise(14)
    lines = (
        "4 rgba.red 0 0 rgba.blue 0 2 rgba.alpha 1 3 rgba.red 0 0 white -1 -1 rgba.alpha 0 3 black -1 -1 depth.Z 1 0"
    )
    node = f'Shuffle2 {{ in2 rgba\n fromInput1 {{{{0}} B A}}\n fromInput2 {{{{1}} B A}}\n mappings "{lines}" }}'
    info, planes = render(node, below, above)
    assert same(planes, "rgba.blue", below, "rgba.red")
    assert same(planes, "rgba.red", above, "rgba.alpha")
    assert same(planes, "rgba.green", below)
    assert (planes["rgba.alpha"] == 1).all()
    assert (planes["depth.Z"] == 0).all()
    assert info.channels == (*rgba, "depth.Z")


def test_shuffle2_without_lines_goes_straight():
    plate = noise(15, (*rgba, "forward.u", "forward.v"))
    _, planes = render("Shuffle2 { in1 forward }", plate)
    assert same(planes, "rgba.red", plate, "forward.u")
    assert same(planes, "rgba.green", plate, "forward.v")
    assert (planes["rgba.blue"] == 0).all()


def test_lines_that_are_cut_short_are_refused():
    with pytest.raises(ScriptError, match=r"Op\.mappings"):
        render('Shuffle2 { mappings "2 rgba.red 0 0 rgba.red 0 0" }', noise(1))


def test_white_reaches_past_the_box():
    plate = flat(0.5, box=Box(2, 2, 4, 4), outside="black")
    _, planes = render("Shuffle { alpha white }", plate, box=small.box)
    assert (planes["rgba.alpha"] == 1).all()
    assert planes["rgba.red"].sum() == 2


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("union", 0.5 + 0.75 - 0.375),
        ("absminus", 0.25),
        ("divide", 0.5 / 0.75),
        ("from", 0.25),
        ("in", 0.375),
        ("max", 0.75),
        ("min", 0.5),
        ("minus", -0.25),
        ("multiply", 0.375),
        ("out", 0.125),
        ("plus", 1.25),
        ("stencil", 0.375),
        ("xor", 0.5),
        ('"b if not a"', 0.5),
    ],
)
def test_channels_are_merged_by_the_word(word, expected):
    assert word.strip('"') in formulas
    node = f"ChannelMerge {{ operation {word}\n A rgba.red\n B rgba.green\n output depth.Z }}"
    info, planes = render(node, flat(0.75), flat(0.5))
    np.testing.assert_allclose(planes["depth.Z"], expected, rtol=1e-6)
    assert info.channels == (*rgba, "depth.Z")


def test_without_a_both_channels_are_those_of_b():
    _, planes = render("ChannelMerge { operation plus\n A rgba.red\n B rgba.green }", flat((0.25, 0.5, 0.0, 0.0)))
    assert (planes["rgba.alpha"] == 0.75).all()


def test_premult_and_unpremult_leave_alpha_and_undo_each_other():
    plate = Plate({**noise(16).planes, "rgba.alpha": np.full(small.box.shape, 0.25, np.float32)})
    _, there = render("Premult { channels all }", plate)
    np.testing.assert_array_equal(there["rgba.red"], plate.planes["rgba.red"] * np.float32(0.25))
    assert same(there, "rgba.alpha", plate)
    assert same_bits(render("Unpremult { channels all }", Plate(there))[1], plate.planes)


def test_unpremult_leaves_what_has_no_alpha():
    plate = flat((0.5, 0.5, 0.5, 0.0))
    assert same_bits(render("Unpremult { }", plate)[1], plate.planes)


def test_remove_takes_away_or_keeps():
    plate = noise(17, (*rgba, "depth.Z", "forward.u"))
    assert render("Remove { channels rgb\n channels2 depth }", plate)[0].channels == ("rgba.alpha", "forward.u")
    info, planes = render("Remove { operation keep\n channels rgb }", plate)
    assert info.channels == rgba[:3]
    assert same(planes, "rgba.red", plate)
    assert (render("Remove { channels alpha }", plate, channels=rgba)[1]["rgba.alpha"] == 0).all()


def test_channels_are_added_in_a_colour_and_those_there_stay():
    plate = noise(18, rgba[:3])
    info, planes = render("AddChannels { channels rgba\n channels2 forward\n color {0.1 0.2 0.3 0.4} }", plate)
    assert info.channels == (*rgba, "forward.u", "forward.v")
    assert [planes[name][0, 0] for name in info.channels[3:]] == [np.float32(each) for each in (0.4, 0.1, 0.2)]
    assert same(planes, "rgba.red", plate)


def test_a_constant_fills_its_format():
    node = 'Constant { channels rgb\n color {0.5 1.5 -2 1}\n format "6 4 0 0 6 4 2 mine"\n first 3\n last 9 }'
    info, planes = render(node)
    assert info.box == Box(0, 0, 6, 4)
    assert info.format.pixel_aspect == 2
    assert info.frames == (3, 9)
    assert {name: float(plane[3, 5]) for name, plane in planes.items()} == {
        "rgba.red": 0.5,
        "rgba.green": 1.5,
        "rgba.blue": -2,
    }
