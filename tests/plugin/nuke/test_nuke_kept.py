"""What is kept: tracks corrected by hand, pictures of other nodes and other versions of a script, other nodes' work."""

from pathlib import Path

import pytest
from obedient import FAILED, WORKING, colour, finished, said, settled

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def copy(nuke, degrain, plate):
    """A copy of a node whose pictures are made, with all its knobs."""
    finished(nuke, degrain)
    node = nuke.create("FaceDegrain")
    node.setInput(0, plate)
    for name in ("faceplate_id", "faceplate_job", "status"):
        node[name].text = degrain[name].text
    node.node("Result")["file"].setValue(degrain.node("Result")["file"].value())
    return node


def made(node, frame=1001):
    return Path(node.node("Result")["file"].value() % frame)


def tracks(tmp_path):
    return {path.name: path.read_text() for path in (tmp_path / "faceplate").glob("*.track")}


def test_a_track_corrected_by_hand_stays_when_track_is_pressed_again(nuke, engine, tracker, tmp_path):
    finished(nuke, tracker, "track")
    (tmp_path / "faceplate" / "FaceTrack1.track").write_text("by hand")
    for _ in range(2):
        finished(nuke, tracker, "track")
    assert tracks(tmp_path) == {"FaceTrack1.track": "by hand"}
    assert said(tracker) == "tracked 1001-1004"
    assert len(engine.asked) == 1


def test_every_track_that_had_to_make_way_is_kept_under_a_number(nuke, tracker, tmp_path):
    place = tmp_path / "faceplate" / "FaceTrack1.track"
    for number, words in enumerate(("first", "second"), start=1):
        place.parent.mkdir(exist_ok=True)
        place.write_text(words)
        tracker["min_confidence"].setValue(number / 10)
        finished(nuke, tracker, "track")
    assert tracks(tmp_path) == {
        "FaceTrack1.track": "track of 1001",
        "FaceTrack1.previous-1.track": "first",
        "FaceTrack1.previous-2.track": "second",
    }


def test_another_file_of_the_tracks_is_not_taken_for_the_jobs(nuke, tracker, tmp_path):
    finished(nuke, tracker, "track")
    (tmp_path / "faceplate" / "other.track").write_text("of somebody else")
    tracker["track_file"].setValue(f"{tmp_path}/faceplate/other.track")
    finished(nuke, tracker, "track")
    assert tracks(tmp_path)["other.track"] == "track of 1001"
    assert tracks(tmp_path)["other.previous-1.track"] == "of somebody else"


def test_clear_of_a_copy_leaves_the_pictures_that_the_original_shows(nuke, degrain, copy):
    nuke.press(copy, "clear")
    assert said(copy) == "not rendered"
    assert made(degrain).exists()
    nuke.press(degrain, "clear")
    assert degrain.node("Result")["file"].value() == ""


def test_a_copy_shows_its_originals_pictures_until_it_is_changed(nuke, engine, degrain, copy):
    finished(nuke, copy)
    assert (said(copy), len(engine.asked)) == ("rendered 1001-1004", 1)
    assert made(copy) == made(degrain)
    copy["amount"].setValue(0.5)
    finished(nuke, copy)
    assert made(copy) != made(degrain)


def test_clear_in_a_later_version_of_a_script_leaves_the_earlier_ones_pictures(nuke, degrain, tmp_path):
    finished(nuke, degrain)
    earlier = made(degrain)
    nuke.save(tmp_path / "shot_v002.nk")
    degrain["amount"].setValue(0.5)
    finished(nuke, degrain)
    later = made(degrain)
    degrain["amount"].setValue(1.0)
    finished(nuke, degrain)
    own = made(degrain)
    nuke.press(degrain, "clear")
    assert earlier.exists()
    assert later.exists()
    assert not own.exists()


def test_scripts_of_one_name_in_several_folders_share_nothing_of_a_common_cache(nuke, degrain, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEPLATE_CACHE", str(tmp_path / "disk"))
    finished(nuke, degrain)
    first = made(degrain)
    (tmp_path / "next").mkdir()
    nuke.save(tmp_path / "next" / "shot.nk")
    nuke.press(degrain, "clear")
    assert first.exists()
    finished(nuke, degrain)
    assert made(degrain).parents[2] != first.parents[2]


def test_clear_takes_one_state_and_leaves_the_others(nuke, degrain):
    finished(nuke, degrain)
    first = made(degrain)
    degrain["amount"].setValue(0.5)
    finished(nuke, degrain)
    second = made(degrain)
    nuke.press(degrain, "clear")
    assert first.exists()
    assert not second.exists()


def test_cancel_of_a_copy_leaves_the_originals_work_alone(nuke, engine, degrain, copy):
    degrain["amount"].setValue(0.5)
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    copy["faceplate_id"].setValue(degrain["faceplate_id"].value())
    nuke.press(copy, "cancel")
    nuke.press(copy, "clear")
    engine.goes_on.set()
    nuke.run_until(lambda: colour(degrain) != WORKING)
    assert said(degrain) == "rendered 1001-1004"
    assert said(copy) == "not rendered"


def test_the_original_is_at_work_though_a_copy_of_it_was_made(nuke, engine, degrain, plate):
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    copy = nuke.create("FaceDegrain")
    copy.setInput(0, plate)
    copy["faceplate_id"].setValue(degrain["faceplate_id"].value())
    nuke.press(degrain, "render")
    assert "at work already" in said(degrain)
    engine.goes_on.set()
    nuke.run_until(lambda: said(degrain) == "rendered 1001-1004")
    assert copy.node("Result")["file"].value() == ""
    assert len(engine.asked) == 1


def test_a_script_saved_while_rendering_says_what_is_there_and_goes_out_of_date(nuke, engine, degrain, tmp_path):
    finished(nuke, degrain)
    degrain["amount"].setValue(0.5)
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    nuke.save(tmp_path / "shot.nk")
    engine.goes_on.set()
    nuke.run_until(lambda: colour(degrain) != WORKING)
    nuke.open(tmp_path / "shot.nk")
    opened = next(node for node in nuke.nodes if node.name() == "FaceDegrain1")
    assert said(opened) == "rendered 1001-1004"
    settled(nuke)
    assert said(opened) == "out of date: rendered 1001-1004"


def test_a_script_saved_during_the_first_render_says_that_nothing_is_there(nuke, engine, degrain, tmp_path):
    engine.waits_at = 1001
    nuke.press(degrain, "render")
    nuke.save(tmp_path / "shot.nk")
    nuke.open(tmp_path / "shot.nk")
    opened = next(node for node in nuke.nodes if node.name() == "FaceDegrain1")
    assert said(opened) == "not rendered"
    engine.goes_on.set()
    nuke.run_until(lambda: any("gone" in line for line in nuke.printed))
    assert said(opened) == "not rendered"  # the work was another script's
    finished(nuke, opened)
    assert said(opened) == "rendered 1001-1004"


def test_a_track_that_cannot_be_put_in_its_place_is_a_failure_and_no_endless_work(nuke, tracker, tmp_path):
    (tmp_path / "file").touch()
    tracker["track_file"].setValue(str(tmp_path / "file" / "x.track"))
    finished(nuke, tracker, "track")
    assert said(tracker).startswith("failed: ")
    assert colour(tracker) == FAILED


@pytest.mark.parametrize("button", ["track", "clear"])
def test_a_track_without_a_file_is_refused_before_any_work(nuke, engine, tracker, button):
    tracker["track_file"].setValue("")
    nuke.press(tracker, button)
    assert "no file is named" in said(tracker)
    assert engine.asked == []
