"""Roto shapes: read, drawn, written, read again."""

import struct

import numpy as np
import pytest
from scipy.interpolate import BSpline

from faceplate.errors import ScriptError
from faceplate.graph.knobs import Curve, Key, RotoPoint, RotoShape, RotoTransform, read_roto, roto_text, value_at
from faceplate.graph.script import parse_script, script_text
from faceplate.graph.script.model import Script, ScriptNode


def x(number):
    return "x" + struct.pack(">f", number).hex()


def curves(inside, root="{f 2097152} {t 0 0} {a}"):
    return f"{{{{v x3f99999a}}\n {{f 0}}\n {{n\n {{layer Root\n {root}\n {inside}}}}}}}"


def bezier(points, second="idem", extra="{tx 1 0 0} {a opc 1 ltn 1 ltm 1 tt x40800000}", *, flags=512, cc=8192):
    return f"{{curvegroup Bezier1 {flags} bezier\n {{{{cc {{f {cc}}} {points}}} {second}}} {extra}}}"


SQUARE = (
    f"{{px 1 {{0 {x(-2)}}} {{{x(10)} {x(20.5)}}} {{0 {x(2)}}}"
    f" {{0 0}} {{{x(30)} {x(20)}}} {{0 0}} {{1 1}} {{{x(30)} {x(40)}}} {{1 0}}}}"
)


def only(text):
    (shape,) = read_roto(text).shapes
    return shape


def test_points_are_triples_of_tangent_point_and_tangent_as_bits_of_singles():
    shape = only(curves(bezier(SQUARE)))
    assert shape.points[0] == RotoPoint((10.0, 20.5), (0.0, -2.0), (0.0, 2.0), (0.0, 0.0), (0.0, -2.0), (0.0, 2.0))
    assert len(shape.points) == 3
    assert shape.is_closed
    assert shape.is_shown(50.0)


def test_an_outline_is_places_and_not_offsets():
    outline = only(curves(bezier(SQUARE))).outline(1.0)
    assert outline.shape == (3, 6, 2)
    assert outline[0].tolist() == [[10, 18.5], [10, 20.5], [10, 22.5], [10, 18.5], [10, 20.5], [10, 22.5]]


def test_a_feather_is_offset_from_its_point_and_its_tangents_from_the_feather():
    feather = f"{{cc {{f 8192}} {{px 1 {{0 0}} {{{x(5)} 0}} {{0 1}} {{0 0}} {{0 0}} {{0 0}} {{0 0}} {{0 0}} {{0 0}}}}}}"
    outline = only(curves(bezier(SQUARE, feather))).outline(1.0)
    assert outline[0, 3:].tolist() == [[15, 20.5], [15, 20.5], [15, 21.5]]


KEYED = (
    f"{{px {{{x(1254)} {x(1255)} {x(1256)}}}\n {{{{{{0 -}}}} {{{{0 -}}}}}}\n"
    f" {{{{{{{x(457.86038)} 0 1 {x(199.73698)} 1}}"
    f" {{{x(595.7819)} {x(14.290649)} 1 {x(14.290649)} 1}} {{{x(600.5454)} -}}}}"
    f" {{{{x 2 {{{x(8)} -}}}} {x(9)}}}}}\n {{{{{{0 -}}}} {{{{0 -}}}}}}}}"
)


def test_keyed_points_follow_the_slopes_that_nuke_wrote():
    shape = only(curves(bezier(KEYED)))
    right, up = shape.points[0].centre
    assert isinstance(right, Curve)
    assert value_at(right, 1255.0) == pytest.approx(595.7819, abs=1e-4)
    assert right.derivative(1254.0) == pytest.approx(199.73698, abs=1e-4)
    assert [value_at(up, frame) for frame in (1254.0, 1255.0, 1256.0)] == pytest.approx([8, 8, 9])
    assert shape.points[0].left == (0.0, 0.0)


def test_attributes_and_transforms_may_bring_their_own_keys():
    opacity = f"{{{{1 {x(0.5)} -}} {{{x(11)} {x(1)} -}}}}"
    attributes = f"{{a opc {opacity} fx {x(3)} fy {x(-4)} ff {x(1.5)} inv 1 bm {x(3)} fo 0 ft 1}}"
    transform = f"{{t {x(100)} {x(50)} 0 {{{{1 0 -}} {{{x(11)} {x(20)} -}}}} {x(7)} 0 0 0 {x(90)} {x(2)} 1}}"
    shape = only(curves(bezier(SQUARE, extra=f"{transform} {attributes}")))
    assert value_at(shape.opacity, 6.0) == pytest.approx(0.75)
    assert (shape.feather, shape.feather_falloff, shape.feather_type) == ((3.0, -4.0), 1.5, 1.0)
    assert (shape.inverted, shape.blending, shape.is_feathered) == (1.0, 3.0, 0.0)
    # (10, 20.5) about (100, 50): twice as wide, turned left by a quarter, moved by (10, 7) half way.
    assert shape.outline(6.0)[0, 1].tolist() == pytest.approx([100 + 29.5 + 10, 50 - 180 + 7])


def test_runs_of_keys_count_frames_on():
    attributes = f"{{a opc {{r {{{{{{{x(1500)} 0 -}} {x(3)}}} {{{{{x(1503)} 1 -}} 1}}}}}}}}"
    shape = only(curves(bezier(SQUARE, extra=attributes)))
    assert [value_at(shape.opacity, frame) for frame in (1500.0, 1502.0, 1503.0, 1600.0)] == [0, 0, 1, 1]


def test_layers_move_what_is_in_them():
    inner = f"{{layer Inner {{f 512}} {{t 0 0 0 {x(100)} 0}} {{a}} {bezier(SQUARE)}}}"
    shape = only(curves(inner, root=f"{{f 2097152}} {{t 0 0 0 0 {x(1000)} 0 0 0 0 {x(2)} {x(2)}}} {{a}}"))
    assert shape.outline(1.0)[0, 1].tolist() == [220, 1041]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [(0, (1, 5, 9, 12)), (1, (1, 5, 9)), (2, (5,)), (3, (5, 9, 12)), (4, (5, 9))],
)
def test_lifetimes_say_when_a_shape_shows(kind, shown):
    shape = only(curves(bezier(SQUARE, extra=f"{{a ltt {x(kind)} ltn {x(5)} ltm {x(9)}}}")))
    assert tuple(frame for frame in (1, 5, 9, 12) if shape.is_shown(float(frame))) == shown


def test_hidden_shapes_and_layers_do_not_show():
    assert not only(curves(bezier(SQUARE, flags=0))).is_shown(1.0)
    assert not only(curves(bezier(SQUARE, extra="{a vis 0}"))).is_shown(1.0)
    assert read_roto(curves(f"{{layer L {{f 0}} {{a}} {bezier(SQUARE)}}}")).shapes == ()


def test_open_splines_are_known():
    assert not only(curves(bezier(SQUARE, cc=1056800))).is_closed


def test_a_bspline_is_the_uniform_cubic_one_of_its_points():
    controls = np.array([[0.0, 0], [40, 0], [50, 30], [20, 60], [-10, 30]])
    points = " ".join(f"{{{{a te {x(4)}}} {x(a)} {x(b)}}}" for a, b in controls)
    text = f"{{curvegroup B 512 bspline {{{{cc {{f 8192}} {{px 1 {points}}}}} idem}} {{tx 1 0 0}} {{a}}}}"
    outline = only(curves(text)).outline(1.0)
    spline = BSpline(np.arange(-3.0, 12.0), np.concatenate([controls, controls, controls])[4:15], 3)
    for place in range(5):
        after = outline[(place + 1) % 5]
        bezier_points = np.array([outline[place, 1], outline[place, 2], after[0], after[1]])
        for t in (0.0, 0.25, 0.5, 0.9):
            weights = np.array([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3])
            assert (weights @ bezier_points).tolist() == pytest.approx(spline(place + t).tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("{cubiccurve Brush1 512 catmullrom {cc {f 2080} {px 1 {0 0 1}}} {a}}", "Brush1: a paint stroke"),
        (bezier("{p {} {{=origin.x x41200000} {=origin.y 0}} {}}"), "Bezier1: the expression origin.x"),
        (bezier(SQUARE, extra="{a opc {=parent.Opacity 1}}"), "Bezier1: the expression parent.Opacity"),
        (bezier(SQUARE, extra=f"{{t 0 0 0 0 0 0 0 0 0 1 1 1 {x(3)}}}"), "Bezier1: a skew"),
        (bezier(SQUARE, extra=f"{{t 0 0 0 0 0 0 {x(9)}}}"), "Bezier1: a rotation out of the picture"),
        (bezier("{px 1 {0 0} {1 1}}"), "Bezier1: a curve without both tangents at each point"),
        ("{curvegroup Odd 512 hermite {{cc {f 0} {p}} idem}}", "Odd: a shape of kind hermite"),
        (f"{{layer L {{f 512}} {{a opc {x(0.5)}}} {bezier(SQUARE)}}}", "L: a layer's own opc"),
        (bezier(SQUARE, extra="{a ltt x41200000}"), "Bezier1: a lifetime of type 10"),
        (bezier("{px {1 x40000000} {{{0 -} {0 -} {0 -}} 0} {0 0} {0 0}}"), "Bezier1: 3 keys at 2 times"),
    ],
)
def test_what_is_not_rendered_is_named(inside, said):
    found = read_roto(curves(inside))
    assert found.shapes == ()
    assert found.unsupported == (said,)


def test_an_extra_matrix_that_does_nothing_is_fine():
    identity = " ".join("1" if place % 5 == 0 else "0" for place in range(16))
    values = f"0 0 0 0 0 0 0 0 0 1 1 1 0 0 0 0 0 0 0 {identity}"
    assert read_roto(curves(bezier(SQUARE, extra=f"{{t {values}}}"))).unsupported == ()
    assert read_roto(curves(bezier(SQUARE, extra=f"{{t {values[:-1]}0}}"))).unsupported == ("Bezier1: an extra matrix",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('AnimTree: "" {Version: 1.2}', "as Nuke 7 and later write them"),
        ("{{v 1} {n {layer Root", "a closing brace for each opening one"),
        ("}}", "an opening brace for each closing one"),
        ("{" * 1000, "at most 100 braces"),
    ],
)
def test_what_is_no_roto_is_refused(text, words):
    with pytest.raises(ScriptError, match=words):
        read_roto(text)


def test_no_shapes_are_no_shapes():
    assert read_roto("").shapes == ()
    assert read_roto(curves("")).shapes == ()


def moving(*values):
    return Curve(tuple(Key(x=1001.0 + place, y=value) for place, value in enumerate(values)))


SHAPES = (
    RotoShape(
        name="face_outline",
        points=(
            RotoPoint((moving(10.5, 11.25, 12), 20.0), (moving(-1, -2, -1), 0.0), (1.0, 0.0)),
            RotoPoint((30.0, moving(1, 2, 5)), feather=(4.0, 0.0)),
            RotoPoint((30.0, 40.0)),
        ),
        opacity=0.5,
        colour=(1.0, 0.0, 0.5, 1.0),
        feather=(2.0, 3.0),
        inverted=1.0,
        lifetime="frame range",
        lifetime_frames=(1001.0, 1003.0),
        visible=moving(1, 1, 0),
        transforms=(RotoTransform(translate=(moving(0, 5, 9), 1.0), rotate=30.0, scale=(2.0, 1.0), pivot=(8.0, 9.0)),),
    ),
    RotoShape(
        name="still", points=(RotoPoint((0.0, 0.0)), RotoPoint((5.0, 5.0)), RotoPoint((9.0, 0.0))), is_closed=False
    ),
    RotoShape(name="b", kind="bspline", points=tuple(RotoPoint((float(i * i), 4.0 * i)) for i in range(5))),
)


def test_written_shapes_are_read_again_as_they_were():
    found = read_roto(roto_text(SHAPES, pivot=(960.0, 540.0)))
    assert found.unsupported == ()
    assert [shape.name for shape in found.shapes] == ["face_outline", "still", "b"]
    for ours, again in zip(SHAPES, found.shapes, strict=True):
        for frame in (990.0, 1001.0, 1001.5, 1002.0, 1003.0, 1100.0):
            assert again.outline(frame) == pytest.approx(ours.outline(frame), abs=1e-4)
            assert again.is_shown(frame) is ours.is_shown(frame)
        assert (again.kind, again.is_closed, again.opacity) == (ours.kind, ours.is_closed, ours.opacity)
        assert (again.colour, again.feather, again.inverted) == (ours.colour, ours.feather, ours.inverted)


def test_written_shapes_travel_through_a_script():
    text = roto_text(SHAPES)
    node = ScriptNode(klass="Roto", knobs=(("output", "alpha"), ("curves", text), ("name", "Roto1")))
    again = parse_script(script_text(Script(nodes=(node,))))
    assert read_roto(again.nodes[0].values["curves"]) == read_roto(text)


def test_numbers_are_written_as_the_bits_of_singles():
    text = roto_text((RotoShape(name="s", points=(RotoPoint((79.0, 0.0)),)),))
    assert "x429e0000" in text
    assert "{v x3f99999a}" in text


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (RotoShape(name="two words", points=()), "a name of letters"),
        (RotoShape(name="s", points=(RotoPoint((moving(1, 2), moving(1, 2, 3))),)), "keyed at the same frames"),
        (RotoShape(name="s", points=(RotoPoint((1e300, 0.0)),)), "coordinates that a picture has"),
        (
            RotoShape(name="s", points=(), transforms=(RotoTransform(), RotoTransform(rotate=5.0))),
            "no transforms of layers",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(shape, words):
    with pytest.raises(ScriptError, match=words):
        roto_text((shape,))
