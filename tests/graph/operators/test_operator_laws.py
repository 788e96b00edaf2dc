"""What every operator owes, whatever it does."""

import numpy as np
import pytest
from operator_scripts import Plate, bits, graph, noise, rgba, same_bits, session, small

from faceplate.graph.render import Box, rendered_classes

structure = {"Group", "Gizmo", "LiveGroup", "VariableGroup", "Input"}
"""Classes whose pictures are those of other nodes around them: tested where scripts are."""

outside_world = {name for name in rendered_classes() if name in {"Read", "Write"} or name.endswith(" result")}
"""Classes that need files or models: tested beside their own operators."""

classes = [name for name in rendered_classes() if name not in structure | outside_world]

settings = {
    "Add": "value 0.1",
    "AddChannels": "channels depth\n color 0.5",
    "AdjBBox": "numpixels 3",
    "Blur": "size {3 2}",
    "ChannelMerge": "A rgba.red\n output depth.Z",
    "ColorMatrix": "matrix {{0.9 0.2 0} {0.1 1 0} {0 0.3 0.7}}",
    "Constant": "color 0.5",
    "Copy": "from0 rgba.red\n to0 rgba.alpha\n mix 0.7",
    "CornerPin2D": "to1 {1 0}\n to2 {11 1}\n to3 {12 8}\n to4 {0 7}\n from2 {12 0}\n from3 {12 8}\n from4 {0 8}",
    "Crop": "box {2 1 9 6}",
    "Dilate": "size 2",
    "Dissolve": "which 0.3",
    "Erode": "size 2",
    "Expression": "expr0 sin(x*0.7)*r+cy\n expr3 a>0.5?1:g",
    "FilterErode": "size 2",
    "FrameHold": "first_frame 2",
    "Gamma": "value 1.7",
    "Grade": "multiply 1.2\n gamma 0.8\n unpremult rgba.alpha",
    "Invert": "mix 0.4",
    "Keymix": "mix 0.6",
    "Log2Lin": "operation lin2log",
    "Merge": "operation screen",
    "Merge2": "operation over\n mix 0.8",
    "MergeExpression": "expr0 Ar*Ba+Br\n expr1 y*Bg",
    "Multiply": "value {2 0.5 1 1}",
    "OCIOColorSpace": "out_colorspace ACEScct",
    "Reformat": "type scale\n scale 0.5",
    "Remove": "channels red",
    "Saturation": "saturation 0.4",
    "Shuffle": "red alpha\n alpha white",
    "Shuffle2": 'mappings "1 rgba.red 0 0 rgba.blue 0 2"',
    "STMap": "uv rgba",
    "Switch": "which 1",
    "TimeOffset": "time_offset 2",
    "Transform": "translate {1.5 -2}\n rotate 12\n scale 1.1\n center {6 4}",
}
"""Knobs with which a class does something."""

neutral = {
    "Add": "",
    "AddChannels": "",
    "Blur": "size 0",
    "Clamp": "minimum_enable false\n maximum_enable false",
    "ColorMatrix": "",
    "Copy": "",
    "CornerPin2D": "",
    "CopyMetaData": "",
    "Dilate": "size 0",
    "Dissolve": "",
    "Dot": "",
    "Erode": "size 0\n blur 0",
    "Expression": "",
    "FilterErode": "size 0",
    "Gamma": "",
    "Grade": "black_clamp false",
    "Invert": "mix 0",
    "Keymix": "mix 0",
    "Merge2": "mix 0",
    "ModifyMetaData": "",
    "MergeExpression": "",
    "Mirror2": "",
    "Multiply": "",
    "NoOp": "",
    "OCIOColorSpace": "",
    "Premult": "alpha none",
    "Remove": "channels none",
    "Saturation": "",
    "Shuffle": "",
    "Shuffle2": "",
    "Switch": "",
    "Transform": "",
    "Unpremult": "alpha none",
}
"""Knobs with which a class gives back input 0."""

pixelwise = [
    "Add",
    "ChannelMerge",
    "Clamp",
    "ColorMatrix",
    "Copy",
    "Dissolve",
    "Expression",
    "Gamma",
    "Grade",
    "Invert",
    "Keymix",
    "Log2Lin",
    "Merge2",
    "MergeExpression",
    "Multiply",
    "OCIOColorSpace",
    "Premult",
    "Saturation",
    "Shuffle",
    "Shuffle2",
    "ShuffleCopy",
    "Unpremult",
]

plates = {
    "B": noise(1, (*rgba, "depth.Z")),
    "A": noise(2, box=Box(3, -2, 10, 7), outside="black"),
    "M": noise(3, ("rgba.alpha",), box=Box(1, 2, 11, 10), outside="black"),
}


def script(klass, knobs=None):
    return graph(f"{klass} {{ {settings.get(klass, '') if knobs is None else knobs} }}", "B", "A", "M")


def pulled(made, box=None, channels=None, frame=1):
    source = made.pull().source(made.named("Op"), frame)
    return source.info, source.pixels(box or source.info.box, tuple(channels or source.info.channels))


@pytest.mark.parametrize("klass", classes)
def test_disabled_it_is_input_0_exactly(klass):
    with session(script(klass, settings.get(klass, "") + "\n disable true"), plates) as made:
        info, planes = pulled(made)
    assert info == plates["B"].info
    assert same_bits(planes, plates["B"].planes)


@pytest.mark.parametrize("klass", [name for name in classes if name in neutral])
def test_neutral_knobs_give_the_same_bits(klass):
    with session(script(klass, neutral[klass]), plates) as made:
        _, planes = pulled(made, small.box, plates["B"].planes)
    assert same_bits(planes, plates["B"].planes)


@pytest.mark.parametrize("klass", classes)
def test_a_crop_of_the_result_is_the_result_of_the_crop(klass):
    generator = np.random.default_rng(len(klass))
    whole = small.box.grow(9)
    with session(script(klass), plates) as made:
        info, planes = pulled(made, whole)
        for _ in range(6):
            x, r = sorted(generator.integers(whole.x, whole.r + 1, 2))
            y, t = sorted(generator.integers(whole.y, whole.t + 1, 2))
            box = Box(int(x), int(y), int(r), int(t))
            if box.is_empty:
                continue
            _, cropped = pulled(made, box, info.channels)
            assert same_bits(cropped, {name: plane[box.slices(whole)] for name, plane in planes.items()})


@pytest.mark.parametrize("klass", classes)
def test_each_channel_alone_is_the_same_as_among_all(klass):
    with session(script(klass), plates) as made:
        info, planes = pulled(made)
        for name in info.channels:
            _, alone = pulled(made, info.box, [name])
            assert np.array_equal(bits(alone[name]), bits(planes[name]))


@pytest.mark.parametrize("klass", classes)
def test_planes_are_single_precision_of_the_box_and_no_input_is_written(klass):
    before = {name: {each: plane.copy() for each, plane in plate.planes.items()} for name, plate in plates.items()}
    with session(script(klass), plates) as made:
        info, planes = pulled(made)
    assert all(plane.shape == info.box.shape and plane.dtype == np.float32 for plane in planes.values())
    assert all(same_bits(before[name], plate.planes) for name, plate in plates.items())


@pytest.mark.parametrize("klass", classes)
def test_a_channel_that_nobody_knows_is_black(klass):
    with session(script(klass), plates) as made:
        _, planes = pulled(made, small.box, ["nothing.here"])
    assert not planes["nothing.here"].any()


@pytest.mark.parametrize("klass", classes)
def test_a_frame_alone_is_the_frame_in_a_sequence(klass):
    text = script(klass, settings.get(klass, "") + "\n mix {{frame/8}}")
    with session(text, plates) as made:
        sequence = [pulled(made, frame=frame)[1] for frame in (1, 2, 3, 2)]
    for frame, planes in zip((1, 2, 3, 2), sequence, strict=True):
        with session(text, plates) as made:
            assert same_bits(pulled(made, frame=frame)[1], planes)


@pytest.mark.parametrize("klass", [name for name in pixelwise if name in classes])
def test_nan_and_infinity_stay_where_they_are(klass):
    odd = {}
    for number, (name, plane) in enumerate(plates["B"].planes.items()):
        odd[name] = plane.copy()
        odd[name][3, 3 + number % 2] = (np.nan, np.inf)[number % 2]
    with session(script(klass), plates) as made:
        _, expected = pulled(made)
    with session(script(klass), {**plates, "B": Plate(odd)}) as made:
        info, planes = pulled(made)
    touched = np.zeros(info.box.shape, bool)
    touched[3 - info.box.y, 3 - info.box.x : 5 - info.box.x] = True
    for name, plane in planes.items():
        assert np.array_equal(bits(plane)[~touched], bits(expected[name])[~touched])


@pytest.mark.parametrize("klass", classes)
def test_without_any_input_it_gives_a_picture_all_the_same(klass):
    with session(graph(f"{klass} {{ {settings.get(klass, '')} }}", None, None), {}) as made:
        _, planes = pulled(made, small.box, rgba)
    assert all(plane.shape == small.box.shape and np.isfinite(plane).all() for plane in planes.values())
