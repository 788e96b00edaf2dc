import numpy as np
import pytest
from face_scripts import FRAMES

from faceplate.grain import sigma_at
from faceplate.graph import measure_shot_grain, open_encoded_plate
from faceplate.graph.faces.analysed import profile_of
from shots import ENCODING


def measured(shot, *nodes):
    """The profile that a FaceDegrain without one goes by."""
    session = shot.session(shot.script(*nodes, shot.node("FaceDegrain", profile_file='""')))
    group = session.pull().source(session.named("FaceDegrain1"), 1002).node
    return profile_of(group, group.input(0))


def test_grain_is_told_in_the_primaries_of_the_file_as_on_the_command_line(shot):
    profile = measured(shot)
    plate = open_encoded_plate(shot.plate, None, ENCODING)
    expected = measure_shot_grain(plate, FRAMES)
    assert (profile.light, profile.encoding) == ("camera", ENCODING)
    grey = np.geomspace(0.01, 1, 20, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert sigma_at(profile, grey) == pytest.approx(sigma_at(expected, grey), rel=0.03)
    assert profile.correlation == pytest.approx(expected.correlation, abs=0.02)


def test_what_stands_between_file_and_node_does_not_hide_the_file(shot):
    below = "Grade {\n multiply 2\n name Grade1\n}\nDot {\n name Dot1\n}"
    assert measured(shot, below).encoding == ENCODING


def test_a_picture_of_no_file_is_measured_in_the_working_space(shot):
    flat = "Constant {\n inputs 0\n color 0.18\n name Constant1\n}"
    assert measured(shot, flat).encoding == "ACEScg"
