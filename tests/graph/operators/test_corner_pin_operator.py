import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.operators.matrices import between_points
from faceplate.graph.render import Box

frame = ((0, 0), (64, 0), (64, 48), (0, 48))


def pins(kind, points):
    return "\n".join(f" {kind}{corner} {{{x} {y}}}" for corner, (x, y) in enumerate(points, start=1))


def coordinates():
    y, x = np.mgrid[:48, :64] + 0.5
    return x.astype(np.float32), y.astype(np.float32)


def read_back(node, points):
    """Which place of the source is seen at points of the result, by pictures of the places themselves."""
    found = []
    for plane in coordinates():
        seen = see(node, A=Picture(plane))
        found.append([seen.plane(Box(int(x), int(y), int(x) + 1, int(y) + 1))[0, 0] for x, y in points])
    return np.array(found).T


def test_corners_land_where_the_pins_are():
    to = ((10, 6), (57, 3), (50, 40), (14, 44))
    node = f"CornerPin2D {{\n{pins('to', to)}\n{pins('from', frame)}\n filter Keys }}"
    # A perspective leads diagonals to diagonals: the middle is seen where those of the pins cross.
    a, b, c, d = (np.array(point, float) for point in to)
    along = np.linalg.solve(np.column_stack([c - a, b - d]), b - a)
    cross = a + along[0] * (c - a)
    at = np.floor(cross)
    gradient = between_points(to, frame) @ (*(at + 0.5), 1)
    np.testing.assert_allclose(read_back(node, [cross])[0], gradient[:2] / gradient[2], atol=0.02)
    np.testing.assert_allclose(
        between_points(frame, to) @ (32, 24, 1) / (between_points(frame, to) @ (32, 24, 1))[2], (*cross, 1)
    )


def test_a_pin_and_its_inverse_are_nothing():
    to = ((10, 6), (57, 3), (50, 40), (14, 44))
    plane = noise(64, 48)
    there = f"CornerPin2D {{\n{pins('to', to)}\n{pins('from', frame)}\n }}"
    seen = see(there, there.replace("\n }", "\n invert true }"), A=Picture(plane))
    assert same_bits(seen.plane(), plane)
    swapped = f"CornerPin2D {{\n{pins('from', to)}\n{pins('to', frame)}\n }}"
    np.testing.assert_allclose(see(there, swapped, A=Picture(plane)).plane(Box(0, 0, 64, 48)), plane, atol=1e-5)


@pytest.mark.parametrize(
    ("count", "to", "probe", "expected"),
    [
        (1, ((3, 4),), (20, 20), (17, 16)),
        (2, ((0, 0), (0, 64)), (-16, 32), (32, 16)),
        (3, ((0, 0), (128, 0), (128, 48)), (64, 24), (32, 24)),
    ],
)
def test_fewer_corners_move_turn_and_shear(count, to, probe, expected):
    matrix = between_points(frame[:count], to)
    np.testing.assert_allclose(np.linalg.inv(matrix) @ (*probe, 1), (*expected, 1), atol=1e-9)
    disabled = "\n".join(f" enable{corner} false" for corner in range(count + 1, 5))
    node = f"CornerPin2D {{\n{pins('to', to)}\n{pins('from', frame)}\n{disabled}\n black_outside false\n filter Keys }}"
    found = read_back(node, [probe])[0]
    np.testing.assert_allclose(found, (np.linalg.inv(matrix) @ (probe[0] + 0.5, probe[1] + 0.5, 1))[:2], atol=0.05)


def test_no_corner_moves_nothing():
    plane = noise(64, 48)
    disabled = "\n".join(f" enable{corner} false" for corner in range(1, 5))
    assert same_bits(
        see(f"CornerPin2D {{\n{pins('to', ((9, 9),) * 4)}\n{disabled}\n }}", A=Picture(plane)).plane(), plane
    )


def test_the_extra_matrix_moves_on():
    plane = noise(64, 48)
    extra = "transform_matrix {1 0 0 5 0 1 0 -3 0 0 1 0 0 0 0 1}"
    seen = see(f"CornerPin2D {{ {extra} }}", A=Picture(plane))
    assert seen.info().box == Box(5, -3, 69, 45)
    assert same_bits(seen.plane(), plane)


def test_corners_in_a_line_are_refused_with_their_node():
    with pytest.raises(ScriptError, match=r"Last\.to1.*corners that span"):
        see(
            f"CornerPin2D {{\n{pins('to', ((0, 0), (10, 0), (20, 0), (30, 0)))}\n{pins('from', frame)}\n }}",
            A=Picture(noise(64, 48)),
        ).info()


def test_what_lies_behind_the_eye_is_not_seen():
    """The pins of a plane that passes the eye: beyond its horizon the result is black, and made in no time."""
    to = ((0, 0), (64, 0), (40, 20), (24, 20))
    inner = ((0, 0), (64, 0), (64, 12), (0, 12))
    seen = see(
        f"CornerPin2D {{\n{pins('to', to)}\n{pins('from', inner)}\n }}", A=Picture(np.ones((4800, 64), np.float32))
    )
    made = seen.plane(Box(0, 0, 64, 48))
    assert made[5, 32] == 1
    assert not made[40:].any()
    assert np.isfinite(made).all()


def test_corners_that_are_not_written_are_the_pictures():
    seen = see("CornerPin2D { to1 {0 0}\n to2 {128 0}\n to3 {128 48}\n to4 {0 48} }", A=Picture(noise(64, 48)))
    assert seen.info().box == Box(-1, 0, 129, 48)
