import math
from dataclasses import replace

import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.knobs import Curve, Key
from faceplate.graph.knobs.roto import RotoPoint, RotoShape, RotoTransform
from faceplate.graph.knobs.roto_writer import roto_text
from faceplate.graph.operators.area import covered_area
from faceplate.graph.render import Box, Format, Session
from faceplate.graph.script import parse_script

arc = 4 / 3 * math.tan(math.pi / 8)
picture = Box(0, 0, 100, 80)


def polygon(*points, out=(), **attributes):
    """A shape of straight edges; `out` are its feather's points, as offsets."""
    feathers = out or [(0.0, 0.0)] * len(points)
    made = tuple(RotoPoint(centre, feather=feather) for centre, feather in zip(points, feathers, strict=True))
    return RotoShape(name=attributes.pop("name", "Shape1"), points=made, **attributes)


def circle(x, y, radius, feather=0.0, **attributes):
    """Four Bezier arcs, and four for the feather."""
    points = []
    for quarter in range(4):
        out = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)][quarter], float)
        along = np.array([-out[1], out[0]]) * arc
        near, far = along * radius, along * (radius + feather)
        numbers = (out * radius + (x, y), -near, near, out * feather, -far, far)
        points.append(RotoPoint(*(tuple(map(float, pair)) for pair in numbers)))
    return RotoShape(name="Circle1", points=tuple(points), **attributes)


def drawn(*shapes, knobs="", frame=1, klass="Roto", **by_name):
    text = f'{klass} {{ curves {{{roto_text(shapes)}}}\n format "100 80 0 0 100 80 1 small"\n {knobs} }}'
    return see(text, frame=frame, **by_name)


def alpha(seen, box=picture):
    return seen.plane(box, "rgba.alpha")


square = polygon((20.25, 10.5), (60.75, 10.5), (60.75, 50.0), (20.25, 50.0))


def test_coverage_is_area_pixel_by_pixel():
    made = alpha(drawn(square))
    assert made.sum(dtype=float) == pytest.approx(40.5 * 39.5, abs=1e-4)
    assert made[30, 20] == np.float32(0.75)
    assert made[10, 20] == np.float32(0.375)
    assert made[30, 60] == np.float32(0.75)
    assert np.all(made[11:50, 21:60] == 1)
    made[10:50, 20:61] = 0
    assert not made.any()


def test_a_triangle_has_the_area_of_a_triangle_whichever_way_round():
    corners = [(11.1, 13.3), (91.7, 22.2), (44.4, 70.9)]
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    one, other = (alpha(drawn(polygon(*points))) for points in (corners, corners[::-1]))
    assert one.sum(dtype=float) == pytest.approx(area, abs=1e-3)
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_circle_of_bezier_arcs():
    """Such arcs lie up to 0.027 % outside of the circle."""
    made = alpha(drawn(circle(50.3, 40.7, 30)))
    assert made.sum(dtype=float) == pytest.approx(math.pi * 900, rel=4e-4)
    y, x = np.mgrid[:80, :100] + 0.5
    away = np.hypot(x - 50.3, y - 40.7)
    assert np.all(made[away < 29] == 1)
    assert not made[away > 31].any()


def test_each_pixel_comes_out_alike_whatever_part_is_asked_for():
    seen = drawn(
        circle(50.3, 40.7, 30, feather=9.0), polygon((5.5, -20.0), (120.0, 40.3), (30.2, 95.0)), knobs="cliptype none"
    )
    whole_box = seen.info().box
    whole = alpha(seen, whole_box)
    for part in (Box(45, 30, 55, 41), Box(6, 0, 13, 70), Box(whole_box.r - 3, 0, whole_box.r, 80)):
        assert same_bits(alpha(seen, part), whole[part.slices(whole_box)])


def test_the_box_holds_the_shape_and_its_feather_within_the_format():
    assert drawn(square).info().box == Box(20, 10, 61, 50)
    assert drawn(circle(50, 40, 20, feather=7.5)).info().box == Box(22, 12, 78, 68)
    far = polygon((50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0))
    assert drawn(far).info().box == Box(50, 50, 100, 80)
    assert drawn(far, knobs="cliptype none").info().box == Box(50, 50, 150, 150)
    assert drawn(square).info().format == Format(100, 80, 1.0, "small")


@pytest.mark.parametrize(
    ("kind", "ramp"),
    [
        (0, lambda v: v),
        (1, lambda v: v * v * (2 - v)),
        (2, lambda v: v * (1 + v - v * v)),
        (3, lambda v: v * v * (3 - 2 * v)),
    ],
)
@pytest.mark.parametrize("falloff", [1.0, 2.0])
def test_a_feather_falls_off_evenly_or_by_its_ramp(kind, ramp, falloff):
    out = [(0.0, 0.0), (16.0, 0.0), (16.0, 0.0), (0.0, 0.0)]
    shape = polygon(
        (20.0, -50.0),
        (60.0, -50.0),
        (60.0, 150.0),
        (20.0, 150.0),
        out=out,
        feather_type=float(kind),
        feather_falloff=falloff,
    )
    row = alpha(drawn(shape))[40]
    left = 1 - (np.arange(16) + 0.5) / 16
    np.testing.assert_allclose(row[60:76], ramp(left) ** falloff, atol=0.004)
    assert np.all(row[20:60] == 1)
    assert not row[76:].any()


def test_a_feather_may_point_inwards_and_be_of_the_whole_shape():
    inwards = alpha(drawn(circle(50, 40, 30, feather=-10.0)))[40]
    assert inwards[50] == pytest.approx(1, abs=1e-6)
    assert inwards[74] == pytest.approx(0.5, abs=0.06)
    assert inwards[79] == pytest.approx(0.05, abs=0.06)
    around = alpha(drawn(replace(circle(50.0, 40.0, 20), feather=(10.0, 10.0))))[40]
    np.testing.assert_allclose(around[70:80], 1 - (np.arange(10) + 0.5) / 10, atol=0.01)
    switched_off = replace(circle(50, 40, 20, feather=10.0), is_feathered=0.0)
    np.testing.assert_allclose(alpha(drawn(switched_off)), alpha(drawn(circle(50, 40, 20))), atol=0.005)


def test_opacity_colour_and_order():
    top = replace(square, opacity=0.25, colour=(2.0, -1.0, 0.5, 1.0), name="Top")
    below = polygon((40.0, 0.0), (100.0, 0.0), (100.0, 80.0), (40.0, 80.0), colour=(0.0, 1.0, 0.0, 1.0), name="Below")
    seen = drawn(top, below)
    red, green = (seen.plane(picture, f"rgba.{name}") for name in ("red", "green"))
    assert (red[30, 30], green[30, 30]) == (0.5, -0.25)
    assert (red[30, 50], green[30, 50]) == (0.5, 0.5)
    assert (red[30, 90], green[30, 90]) == (0, 1)
    assert alpha(seen)[30, 50] == 1
    assert alpha(seen)[30, 30] == 0.25


def test_an_inverted_shape_fills_what_lies_outside():
    made = alpha(drawn(replace(square, inverted=1.0)))
    np.testing.assert_allclose(made, 1 - alpha(drawn(square)), atol=1e-6)


def test_over_a_picture_what_is_not_covered_keeps_its_bits():
    plane = noise(100, 80)
    seen = drawn(square, A=Picture(plane))
    red = seen.plane(picture)
    outside = alpha(drawn(square)) == 0
    assert same_bits(red[outside], plane[outside])
    assert np.all(red[11:50, 21:60] == 1)
    np.testing.assert_allclose(red[30, 20], 0.25 * plane[30, 20] + 0.75, atol=1e-6)
    assert seen.info().channels == ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")


def test_only_the_output_channels_are_painted():
    plane = noise(100, 80)
    seen = drawn(square, knobs="output alpha", A=Picture(plane))
    assert same_bits(seen.plane(picture), plane)
    assert alpha(seen)[30, 30] == 1
    layer = drawn(square, knobs="output mask.a", A=Picture(plane))
    assert "mask.a" in layer.info().channels
    assert layer.plane(picture, "mask.a")[30, 30] == 1


def test_premultiply_keeps_the_picture_inside_the_shapes():
    plane = noise(100, 80)
    made = drawn(replace(square, opacity=0.5), knobs="output alpha\n premultiply rgb", A=Picture(plane)).plane(picture)
    np.testing.assert_allclose(made, plane * 0.5 * alpha(drawn(square)), atol=1e-6)


def test_replace_begins_with_nothing():
    plane = np.full((80, 100), 7, np.float32)
    made = drawn(square, knobs="replace true\n output alpha", A=Picture(plane))
    np.testing.assert_array_equal(alpha(made), alpha(drawn(square)))
    assert np.all(made.plane(picture) == 7)


def test_shapes_are_cut_as_the_knob_says():
    small = Picture(noise(20, 20), box=Box(10, 10, 30, 30), format=Format(100, 80))
    far = polygon((25.0, 25.0), (150.0, 25.0), (150.0, 40.0), (25.0, 40.0))
    for kind, box in (("none", Box(10, 10, 150, 40)), ("bbox", Box(10, 10, 30, 30)), ("format", Box(10, 10, 100, 40))):
        assert drawn(far, knobs=f"cliptype {kind}", A=small).info().box == box


def test_keyed_points_and_transforms_follow_the_frame():
    slide = Curve((Key(x=1.0, y=0.0, interpolation="L"), Key(x=11.0, y=20.0, interpolation="L")))
    shape = replace(square, transforms=(RotoTransform(translate=(slide, 0.0)),))
    still, moved = (alpha(drawn(shape, frame=frame)) for frame in (1, 6))
    np.testing.assert_allclose(moved[:, 10:], still[:, :-10], atol=1e-6)
    turned = replace(square, transforms=(RotoTransform(rotate=90.0, pivot=(50.0, 40.0)),))
    np.testing.assert_allclose(alpha(drawn(turned))[:, 10:90], np.rot90(still[:, 10:90], -1), atol=1e-5)


def test_shapes_show_in_their_time_only():
    seen = [
        alpha(drawn(replace(square, lifetime="frame range", lifetime_frames=(3.0, 5.0)), frame=frame)).any()
        for frame in range(1, 8)
    ]
    assert seen == [False, False, True, True, True, False, False]


def test_a_mask_limits_the_shapes():
    mask = np.zeros((80, 100), np.float32)
    mask[:, 40:] = 1
    made = drawn(
        square, knobs="maskChannelMask rgba.alpha", A=Picture(np.zeros((80, 100), np.float32)), M=Picture(mask)
    ).plane(picture)
    assert not made[:, :40].any()
    assert made[30, 50] == 1


def test_no_shapes_change_nothing():
    plane = noise(100, 80)
    assert same_bits(see("Roto { }", A=Picture(plane)).plane(), plane)
    assert drawn(replace(square, visible=0.0)).info().box.is_empty


@pytest.mark.parametrize(
    ("shape", "what"),
    [
        (replace(square, is_closed=False), "open spline"),
        (replace(square, blending=4.0), "blending mode"),
    ],
)
def test_what_is_not_drawn_is_refused_by_its_name(shape, what):
    with pytest.raises(ScriptError, match=rf"Last\.curves.*Shape1.*{what}"):
        alpha(drawn(shape, klass="RotoPaint"))


def test_strokes_are_refused_by_their_name():
    text = roto_text([square]).replace(
        "{curvegroup Shape1", "{cubiccurve Brush1 512 catmullrom {cc {f 8192}}}\n    {curvegroup Shape1"
    )
    with pytest.raises(ScriptError, match=r"Last\.curves.*Brush1: a paint stroke"):
        see(f"RotoPaint {{ curves {{{text}}} }}", A=Picture(noise(20, 20))).info()


def test_curves_of_another_kind_are_refused_with_their_node():
    with pytest.raises(ScriptError, match=r"Last\.curves.*Nuke 7"):
        see('Roto { curves {AnimTree: "" { Version: 1.2 }} }', A=Picture(noise(20, 20))).info()


def test_outlines_that_run_far_off_cost_neither_memory_nor_bits():
    huge = np.array([(-1e30, -1e30), (1e30, -1e30), (1e30, 40.0), (-1e30, 40.0)])
    made = covered_area([(huge, 1.0)], Box(10, 0, 20, 80))
    assert np.all(made[:40] == 1)
    assert not made[40:].any()
    wide = np.array([(-70000.0, 3.3), (90.2, 3.3), (90.2, 30.0), (-70000.0, 51.0)])
    whole = covered_area([(wide, 1.0)], Box(0, 0, 100, 80))
    assert same_bits(covered_area([(wide, 1.0)], Box(40, 20, 60, 60)), whole[20:60, 40:60])


def test_what_is_kept_of_one_frame_is_not_shown_in_another():
    slide = Curve((Key(x=1.0, y=0.0, interpolation="L"), Key(x=11.0, y=20.0, interpolation="L")))
    shape = replace(square, transforms=(RotoTransform(translate=(slide, 0.0)),))
    roto = f'Roto {{\n inputs 0\n name R\n format "100 80 0 0 100 80 1 small"\n curves {{{roto_text([shape])}}}\n}}\n'
    text = roto + "set N1 [stack 0]\nDot {\n name A\n}\npush $N1\nDot {\n name B\n}\n"
    session = Session(parse_script(text))
    first, sixth = (session.pull().source(session.named("A"), frame).plane(picture, "rgba.alpha") for frame in (1, 6))
    assert not np.array_equal(first, sixth)
    assert same_bits(sixth, alpha(drawn(shape, frame=6)))


@pytest.mark.parametrize(("attribute", "said"), [("mbo 1", 1), ("mbo x3f800000", 1), ("mbo 0", 0)])
def test_motion_blur_that_is_not_rendered_is_said(attribute, said):
    text = roto_text((square,)).replace("{a ", "{a " + attribute + " ", 1)
    assert attribute in text
    session = Session(parse_script(f"Roto {{ curves {{{text}}}\n name Roto1 }}"))
    assert session.pull().source(0, 1).plane(picture, "rgba.alpha").any()
    assert len(session.notes) == said
