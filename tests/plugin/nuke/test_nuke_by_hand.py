"""Keys on the knobs of FaceTrack's tab `By hand`: what the plugin makes of them, and what it asks of the engine."""

import pytest
from obedient import STALE, colour, finished, said, settled

from faceplate.graph.gizmo import hand_knobs
from faceplate.graph.script import parse_script


@pytest.fixture
def tracked(nuke, engine, tracker, tmp_path):  # noqa: ARG001 -- the engine that the plugin asks
    """A FaceTrack that is tracked, and where its track is."""
    finished(nuke, tracker, "track")
    return tracker, tmp_path / "faceplate" / "FaceTrack1.track"


def asked_group(engine):
    """The group of the script that the engine was asked to render last."""
    script = parse_script(engine.asked[-1]["script"])
    return next(node for node in script.nodes if node.klass == "Group")


def test_key_here_sets_a_key_on_each_knob_of_the_group_at_the_value_it_has(nuke, tracker):
    tracker["hand_group"].setValue("left_eye")
    tracker["hand_left_eye_x"].setValue(3.5)
    nuke.frame = 1003
    nuke.press(tracker, "hand_key")
    texts = [tracker[knob].toScript() for knob in hand_knobs["left_eye"]]
    assert texts == ["{curve x1003 3.5}", "{curve x1003 0}", "{curve x1003 0}", "{curve x1003 1}"]
    nuke.frame = 1001
    nuke.press(tracker, "hand_key")
    assert tracker["hand_left_eye_x"].toScript() == "{curve x1001 3.5 x1003 3.5}"
    assert tracker["hand_nose_x"].toScript() == "0"


def test_a_key_puts_the_track_out_of_date_and_taking_it_away_brings_it_back(nuke, tracked):
    node, _ = tracked
    node["hand_lips_x"].fromScript("{curve x1002 4.5}")
    settled(nuke)
    assert said(node) == "out of date: tracked 1001-1004"
    assert colour(node) == STALE
    node["hand_lips_x"].fromScript("0")
    settled(nuke)
    assert said(node) == "tracked 1001-1004"


def test_apply_has_a_copy_of_the_track_solved_again_and_the_plate_is_not_tracked_anew(nuke, engine, tracked):
    node, place = tracked
    place.write_text("mended on the command line")
    seen = []
    engine.before_frame = lambda file: seen.append(file.read_text())
    node["hand_lips_x"].fromScript("{curve x1002 4.5}")
    finished(nuke, node, "hand_apply")
    assert seen == ["mended on the command line"]
    group = asked_group(engine)
    assert group.values["hand_lips_x"] == "{curve x1002 4.5}"
    assert "faceplate_edits_from" not in group.values
    assert place.read_text() == "track of 1001"
    assert (place.parent / "FaceTrack1.previous-1.track").read_text() == "mended on the command line"
    assert said(node) == "tracked 1001-1004"
    finished(nuke, node, "track")
    assert len(engine.asked) == 2


def test_a_track_made_anew_gets_the_edits_of_the_one_before(nuke, engine, tracked):
    node, place = tracked
    node["min_confidence"].setValue(0.9)
    finished(nuke, node, "track")
    assert asked_group(engine).values["faceplate_edits_from"] == place.as_posix()
    assert len(engine.asked) == 2


def test_an_expression_is_handed_on_as_it_is_for_its_values_would_pass_for_keys(nuke, engine, tracked):
    node, _ = tracked
    node["hand_lips_x"].fromScript("{frame*2}")
    finished(nuke, node, "track")
    assert asked_group(engine).values["hand_lips_x"] == "{frame*2}"


def test_a_node_of_an_earlier_version_lacks_knobs_and_is_tracked_all_the_same(nuke, engine, tracker):
    later = ("tiles", "hand_person", *hand_knobs["lips"])
    tracker._knobs = {name: knob for name, knob in tracker._knobs.items() if name not in later}
    tracker._order = [(name, value) for name, value in tracker._order if name not in later]
    finished(nuke, tracker, "track")
    assert said(tracker) == "tracked 1001-1004"
    assert "tiles" not in asked_group(engine).values
