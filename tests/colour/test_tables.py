import numpy as np

from faceplate.colour.tables import no_bend, with_rises


def parted(pairs):
    return pairs.view(np.float32).reshape(-1, 2)


def test_each_point_stands_beside_the_way_to_the_next():
    points = np.random.default_rng(0).normal(size=(3, 40)).astype(np.float32)
    for packed, channel in zip(with_rises(tuple(points)), points, strict=True):
        np.testing.assert_array_equal(parted(packed)[:, 0], channel[:-1])
        np.testing.assert_array_equal(parted(packed)[:, 1], np.diff(channel))


def test_there_is_no_way_to_or_from_what_is_infinite_or_no_number():
    points = np.array([1.0, np.inf, np.inf, 2.0, np.nan, 3.0, -np.inf, 5.0, 7.0], np.float32)
    (packed, *_) = with_rises((points,) * 3)
    np.testing.assert_array_equal(parted(packed)[:, 0], points[:-1])
    np.testing.assert_array_equal(parted(packed)[:, 1], [0, 0, 0, 0, 0, 0, 0, 2])


def test_channels_that_share_their_curve_share_one_table_that_loops_read_as_no_curve_is():
    shared = np.arange(5, dtype=np.float32)
    red, green, blue = with_rises((shared, shared + 1, shared))
    assert red is blue
    assert red is not green
    for packed in (red, green):
        assert packed.flags.c_contiguous
        assert packed.dtype == no_bend[0].dtype
