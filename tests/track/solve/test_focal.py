import math

import pytest

from faceplate.track import FaceTrackSettings
from faceplate.track.solve.camera import focal_px_of
from faceplate.values import Attribute, Header, Sample, Window

PICTURE = Window(0, 0, 2000, 1000)
PITCH = (Attribute("sensorPhotositePitch", "float", 8.25),)
RECTANGLE = (Attribute("sensorAcquisitionRectangle", "vector2i[2]", (100, 0, 3099, 1599)),)
SENSOR = (Attribute("sensorOverallDimensions", "float2", (25.0, 14.0)),)


def focal_px(*attributes, aspect=1.0, **knobs):
    header = Header("openexr", PICTURE, PICTURE, ("R", "G", "B"), (Sample.HALF,) * 3, aspect, attributes)
    return focal_px_of(header, FaceTrackSettings(**knobs))


def test_knobs_give_the_focal_length_in_pixels():
    assert focal_px(focal_mm=50.0, sensor_mm=25.0) == 4000


def test_an_unsqueezed_sensor_counts_over_unsqueezed_columns():
    assert focal_px(focal_mm=50.0, sensor_mm=50.0, aspect=2.0) == 4000


def test_the_header_says_what_the_knobs_leave_open():
    assert focal_px(Attribute("focalLength", "float", 50.0), *SENSOR) == 4000
    assert focal_px(Attribute("focalLength", "float", 35.0), *SENSOR, focal_mm=50.0) == 4000
    assert focal_px(Attribute("Exif:FocalLength", "urational", (500, 10)), sensor_mm=25.0) == 4000
    assert focal_px(Attribute("focalLength", "string", "50 mm"), sensor_mm=25.0) == 4000


def test_the_part_of_the_sensor_that_was_read_comes_before_its_whole():
    assert focal_px(*SENSOR, *RECTANGLE, *PITCH, focal_mm=24.75) == pytest.approx(2000)


def test_the_pinhole_focal_length_comes_before_what_stands_on_the_barrel():
    names = {"nominalFocalLength": 50.0, "focalLength": 50.0, "pinholeFocalLength": 52.0}
    attributes = [Attribute(name, "float", value) for name, value in names.items()]
    assert focal_px(*attributes, sensor_mm=26.0) == 4000


def test_a_sensor_in_the_header_is_spread_over_the_unsqueezed_picture():
    assert focal_px(*SENSOR, focal_mm=50.0, aspect=2.0) == 4000


@pytest.mark.parametrize("value", [0.0, -50.0, "unknown", "", math.nan, None, (1, 0), b"50"])
def test_what_is_no_length_leaves_the_focal_length_unknown(value):
    assert math.isnan(focal_px(Attribute("focalLength", "any", value), sensor_mm=25.0))


def test_without_a_sensor_the_focal_length_is_unknown():
    assert math.isnan(focal_px(focal_mm=50.0))
