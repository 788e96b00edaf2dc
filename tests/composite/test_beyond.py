import numpy as np
import pytest

from faceplate.composite.beyond import parts_beyond
from faceplate.values import Window

SMOOTH = (-0.1, 1.0)
WINDOW = Window(-40, 100, 660, 500)


def felt(reach_px):
    return lambda part: part.grow(reach_px)


def picture(*spots):
    """Grey, with samples beyond what is smooth at these plate pixels (x, y, channel, value)."""
    grey = np.full((WINDOW.height, WINDOW.width, 3), 0.5, np.float32)
    for x, y, channel, value in spots:
        grey[y - WINDOW.top, x - WINDOW.left, channel] = value
    return grey


def holds(part, x, y):
    return part.left <= x < part.right and part.top <= y < part.bottom


def test_a_picture_within_the_range_has_no_parts():
    assert parts_beyond(picture(), WINDOW, SMOOTH, felt(5)) == []


def test_what_is_no_number_or_infinite_is_no_part():
    odd = picture((0, 200, 1, np.nan), (300, 300, 0, np.inf), (301, 300, 2, -np.inf))
    assert parts_beyond(odd, WINDOW, SMOOTH, felt(5)) == []


@pytest.mark.parametrize("spot", [(-40, 100, 0, 1.01), (659, 499, 2, -0.2), (123, 321, 1, 40.0)])
def test_one_sample_beyond_is_held_by_one_small_part_inside_the_window(spot):
    (part,) = parts_beyond(picture(spot), WINDOW, SMOOTH, felt(5))
    assert holds(part, *spot[:2])
    assert part.intersect(WINDOW) == part
    assert max(part.width, part.height) <= 32


def test_highlights_far_apart_stand_alone_and_near_ones_together():
    eyes = picture((50, 200, 0, 2.0), (400, 210, 0, 2.0))
    assert len(parts_beyond(eyes, WINDOW, SMOOTH, felt(20))) == 2
    assert len(parts_beyond(eyes, WINDOW, SMOOTH, felt(200))) == 1


def test_joining_two_may_reach_a_third():
    across = [(x, 120, 0, 2.0) for x in range(0, 300, 16)]
    down = [(345, y, 0, 2.0) for y in range(150, 400, 16)]
    spots = (*across, *down, (100, 300, 0, 2.0))
    assert len(parts_beyond(picture(*spots), WINDOW, SMOOTH, felt(2))) == 3
    (part,) = parts_beyond(picture(*spots), WINDOW, SMOOTH, felt(30))
    assert all(holds(part, *spot[:2]) for spot in spots)


def test_parts_hold_every_sample_beyond_and_are_felt_on_no_pixel_twice():
    rng = np.random.default_rng(3)
    for reach in (0, 10, 40):
        spots = [(int(rng.integers(-40, 660)), int(rng.integers(100, 500)), 0, 3.0) for _ in range(12)]
        parts = parts_beyond(picture(*spots), WINDOW, SMOOTH, felt(reach))
        assert all(sum(holds(part, *spot[:2]) for part in parts) == 1 for spot in spots)
        grown = [part.grow(reach) for part in parts]
        assert all(one.intersect(other).is_empty for at, one in enumerate(grown) for other in grown[:at])
