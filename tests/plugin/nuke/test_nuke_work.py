"""From a button to the result, with an engine that writes empty files and does as it is told."""

import os
import threading
from pathlib import Path

import pytest
from obedient import FAILED, FRAMES, STALE, WELL, WORKING, colour, finished, said, settled

from faceplate.graph.script import parse_script
from shots import write_plate

pytestmark = pytest.mark.usefixtures("engine")


def test_a_press_gives_the_inner_read_the_pictures_that_the_engine_made(nuke, degrain, tmp_path):
    finished(nuke, degrain)
    assert (said(degrain), colour(degrain)) == ("rendered 1001-1004", WELL)
    read = degrain.node("Result")
    made = sorted(Path(read["file"].value()).parent.iterdir())
    assert [path.name for path in made] == [f"FaceDegrain.{frame}.exr" for frame in FRAMES]
    assert made[0].is_relative_to(tmp_path / "faceplate" / "cache" / f"shot-{degrain['faceplate_id'].value()}")
    assert [read[name].value() for name in ("first", "last", "origfirst", "origlast")] == [1001, 1004, 1001, 1004]
    assert read["raw"].value()
    assert nuke.module.Undo.steps == ["Faceplate result"]


def test_a_plain_read_goes_to_the_engine_as_its_files_with_its_colour_and_range(nuke, engine, degrain, plate):
    finished(nuke, degrain)
    (asked,) = engine.asked
    read = parse_script(asked["script"]).nodes[0].values
    assert read["file"] == plate["file"].value()
    assert (read["colorspace"], read["first"], read["last"], read["raw"]) == (
        "ARRI LogC3 (EI800)",
        "1001",
        "1004",
        "false",
    )
    assert asked["frames"] == list(FRAMES)


def test_dots_switched_off_nodes_and_an_untouched_facetrack_are_no_reason_to_copy_a_plate(nuke, engine, plate):
    above = plate
    for klass in ("Dot", "Grade", "FaceTrack", "NoOp"):
        node = nuke.create(klass)
        node.setInput(0, above)
        above = node
        if klass == "Grade":
            node["disable"].setValue(True)
    check = nuke.create("FaceCheck")
    for slot in (0, 1):
        check.setInput(slot, above)
    finished(nuke, check)
    assert said(check) == "rendered 1001-1004"
    script = parse_script(engine.asked[0]["script"])
    files = [node.values["file"] for node in script.nodes if node.klass == "Read"]
    assert files == [plate["file"].value()] * 2


def test_settings_and_curves_reach_the_engine_as_the_knobs_hold_them(nuke, engine, degrain):
    degrain["luminance"].fromScript("{curve x1001 0.5 x1004 1}")
    degrain["amount"].setValue(0.25)
    finished(nuke, degrain)
    script = parse_script(engine.asked[0]["script"])
    group = next(node for node in script.nodes if node.klass == "Group").values
    assert (group["luminance"], group["amount"]) == ("{curve x1001 0.5 x1004 1}", "0.25")
    assert group["faceplate_class"] == degrain["faceplate_class"].value()
    assert script.root_values["OCIO_config"] == nuke.root["OCIO_config"].value()


def test_what_ordinary_nodes_inside_do_is_no_reason_to_make_anything_anew(nuke, engine, degrain):
    finished(nuke, degrain)
    file = degrain.node("Result")["file"].value()
    degrain["mix"].setValue(0.5)
    finished(nuke, degrain)
    assert len(engine.asked) == 1
    assert degrain.node("Result")["file"].value() == file


def test_a_changed_setting_is_made_into_other_files_and_the_old_ones_are_found_again(nuke, engine, degrain):
    finished(nuke, degrain)
    first = degrain.node("Result")["file"].value()
    degrain["amount"].setValue(0.5)
    finished(nuke, degrain)
    assert degrain.node("Result")["file"].value() != first
    degrain["amount"].setValue(1.0)
    finished(nuke, degrain)
    assert degrain.node("Result")["file"].value() == first
    assert len(engine.asked) == 2


def test_a_longer_range_asks_for_the_new_frames_alone(nuke, engine, degrain):
    nuke.root["last_frame"].setValue(1002)
    finished(nuke, degrain)
    nuke.root["last_frame"].setValue(1004)
    finished(nuke, degrain)
    assert [asked["frames"] for asked in engine.asked] == [[1001, 1002], [1003, 1004]]
    assert said(degrain) == "rendered 1001-1004"


def test_cancel_in_the_progress_bar_keeps_what_is_finished_and_says_what(nuke, engine, degrain):
    engine.waits_at, nuke.cancel_at = 1003, 3
    finished(nuke, degrain)
    assert (said(degrain), colour(degrain)) == ("partial 1001-1002", STALE)
    assert degrain.node("Result")["last"].value() == 1002
    engine.waits_at = nuke.cancel_at = None
    finished(nuke, degrain)
    assert engine.asked[-1]["frames"] == [1003, 1004]
    assert said(degrain) == "rendered 1001-1004"


def test_the_cancel_button_does_the_same(nuke, engine, degrain):
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    nuke.run_until(lambda: nuke.tasks[-1].messages[-1:] == ["frame 1002, 1 of 4"])
    assert (said(degrain), colour(degrain)) == ("rendering 1001-1004", WORKING)
    nuke.press(degrain, "cancel")
    nuke.run_until(lambda: colour(degrain) != WORKING)
    assert said(degrain) == "partial 1001"


def test_a_second_press_while_it_works_is_told_so(nuke, engine, degrain):
    engine.waits_at = 1001
    nuke.press(degrain, "render")
    nuke.press(degrain, "render")
    assert "at work already" in said(degrain)
    engine.goes_on.set()
    nuke.run_until(lambda: colour(degrain) == WELL)
    assert len(engine.asked) == 1


def test_what_the_engine_refuses_is_said_in_the_node_with_the_log_and_no_window(nuke, engine, degrain):
    engine.fails_at = 1003
    finished(nuke, degrain)
    assert colour(degrain) == FAILED
    assert said(degrain) == (
        "failed: FaceDegrain1: expected a plate; came smoke. Next: look. Log: /somewhere/engine.log"
    )
    assert degrain.node("Result")["last"].value() == 1002


def test_a_fault_of_the_plugin_itself_does_not_leave_the_node_at_work(nuke, engine, degrain, monkeypatch):
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda about: seen.append(about.exc_type))
    engine.request = lambda *_, **__: [{"no": "event"}, 3]
    finished(nuke, degrain)
    assert said(degrain).startswith("failed: the plugin stopped")
    assert seen == [TypeError]


def test_without_a_window_the_work_is_done_when_the_button_returns(nuke, degrain):
    nuke.module.GUI = False
    nuke.press(degrain, "render")
    assert said(degrain) == "rendered 1001-1004"
    assert nuke.tasks == []
    assert nuke.printed == ["FaceDegrain1: rendering 1001-1004: frame 1001, 0 of 4"]


def test_without_a_window_a_problem_is_printed_too(nuke):
    nuke.module.GUI = False
    node = nuke.create("FaceDegrain")
    nuke.press(node, "render")
    assert nuke.printed == [f"FaceDegrain1: {said(node).removeprefix('failed: ')}"]
    assert "connect the plate" in nuke.printed[0]


def test_a_script_that_is_not_saved_is_asked_to_be(nuke, engine, degrain):
    nuke.root["name"].text = ""
    nuke.press(degrain, "render")
    assert "save it" in said(degrain)
    assert engine.asked == []


def test_a_named_cache_folder_goes_before_the_scripts(nuke, degrain, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEPLATE_CACHE", str(tmp_path / "big_disk"))
    finished(nuke, degrain)
    assert degrain.node("Result")["file"].value().startswith(f"{tmp_path}/big_disk/")


def test_ocio_of_the_environment_goes_before_the_projects(nuke, engine, degrain, tmp_path, monkeypatch):
    monkeypatch.setenv("OCIO", str(tmp_path / "show.ocio"))
    finished(nuke, degrain)
    root = parse_script(engine.asked[0]["script"]).root_values
    assert (root["OCIO_config"], root["customOCIOConfigPath"]) == ("custom", f"{tmp_path}/show.ocio")


def test_a_copied_node_gets_a_folder_of_its_own(nuke, degrain, plate):
    finished(nuke, degrain)
    copy = nuke.create("FaceDegrain")
    copy.setInput(0, plate)
    copy["faceplate_id"].setValue(degrain["faceplate_id"].value())
    finished(nuke, copy)
    nuke.press(copy, "clear")
    assert copy["faceplate_id"].value() != degrain["faceplate_id"].value()
    assert Path(degrain.node("Result")["file"].value() % 1001).exists()


def test_a_node_that_was_renamed_meanwhile_gets_its_result(nuke, engine, degrain):
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    degrain.setName("Clean_plate")
    engine.goes_on.set()
    nuke.run_until(lambda: colour(degrain) == WELL)
    assert said(degrain) == "rendered 1001-1004"


def test_a_node_that_is_gone_meanwhile_is_no_fault(nuke, engine, degrain):
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    nuke.clear()
    engine.goes_on.set()
    nuke.run_until(lambda: nuke.printed)
    assert "gone" in nuke.printed[0]


def test_clear_takes_the_pictures_away_and_nothing_else(nuke, degrain, plate):
    finished(nuke, degrain)
    folder = Path(degrain.node("Result")["file"].value()).parent
    nuke.press(degrain, "clear")
    assert not folder.exists()
    assert (said(degrain), degrain["faceplate_job"].value()) == ("not rendered", "")
    assert degrain.node("Result")["file"].value() == ""
    assert Path(plate["file"].value() % 1001).exists()


def test_open_cache_shows_the_nodes_folder(nuke, degrain, monkeypatch):
    from faceplate_nuke import buttons  # noqa: PLC0415 -- on the path by now

    shown = []
    monkeypatch.setattr(buttons, "show_folder", shown.append)
    finished(nuke, degrain)
    nuke.press(degrain, "open_cache")
    assert shown == [Path(degrain.node("Result")["file"].value()).parents[1]]


def test_a_track_lands_where_the_node_keeps_it(nuke, engine, tracker, tmp_path):
    finished(nuke, tracker, "track")
    assert said(tracker) == "tracked 1001-1004"
    assert (tmp_path / "faceplate" / "FaceTrack1.track").read_text() == "track of 1001"
    assert engine.asked[0]["frames"] == [1001]


def test_only_the_frames_of_the_project_are_tracked(nuke, engine, tracker):
    nuke.root["first_frame"].setValue(1002)
    nuke.root["last_frame"].setValue(1003)
    finished(nuke, tracker, "track")
    read = parse_script(engine.asked[0]["script"]).nodes[0].values
    assert (read["first"], read["last"]) == ("1002", "1003")


def test_a_new_track_keeps_the_one_before_beside_it(nuke, tracker, tmp_path):
    place = tmp_path / "faceplate" / "FaceTrack1.track"
    place.parent.mkdir()
    place.write_text("by hand")
    finished(nuke, tracker, "track")
    assert place.read_text() == "track of 1001"
    assert (place.parent / "FaceTrack1.previous-1.track").read_text() == "by hand"


def test_a_failed_or_cancelled_run_leaves_the_track_as_it_was(nuke, engine, tracker, tmp_path):
    place = tmp_path / "faceplate" / "FaceTrack1.track"
    place.parent.mkdir()
    place.write_text("by hand")
    engine.fails_at = 1001
    finished(nuke, tracker, "track")
    assert said(tracker).startswith("failed: ")
    engine.fails_at, engine.waits_at, nuke.cancel_at = None, 1001, 1
    finished(nuke, tracker, "track")
    assert said(tracker) == "cancelled"
    assert place.read_text() == "by hand"


def test_clear_sets_a_track_aside_and_never_deletes_it(nuke, tracker, tmp_path):
    finished(nuke, tracker, "track")
    nuke.press(tracker, "clear")
    assert said(tracker) == "not tracked"
    assert [path.name for path in (tmp_path / "faceplate").glob("*.track")] == ["FaceTrack1.previous-1.track"]


def test_a_changed_setting_is_marked_and_unmarked_and_starts_nothing(nuke, engine, degrain):
    finished(nuke, degrain)
    degrain["amount"].setValue(0.5)
    settled(nuke)
    assert (said(degrain), colour(degrain)) == ("out of date: rendered 1001-1004", STALE)
    degrain["amount"].setValue(1.0)
    settled(nuke)
    assert (said(degrain), colour(degrain)) == ("rendered 1001-1004", WELL)
    assert len(engine.asked) == 1


def test_a_change_anywhere_above_is_marked(nuke, degrain, plate):
    finished(nuke, degrain)
    plate["colorspace"].setValue("ACEScg")
    settled(nuke)
    assert said(degrain) == "out of date: rendered 1001-1004"


def test_another_input_is_marked(nuke, degrain, tmp_path):
    finished(nuke, degrain)
    other = nuke.create("Read")
    other["file"].setValue(write_plate(tmp_path / "other", FRAMES))
    degrain.setInput(0, other)
    settled(nuke)
    assert said(degrain).startswith("out of date: ")


@pytest.mark.parametrize("name", ["xpos", "label", "mix", "invert_mask"])
def test_what_changes_no_picture_of_the_engines_marks_nothing(nuke, degrain, name):
    finished(nuke, degrain)
    values = {"xpos": 40, "label": "mine", "mix": 0.5, "invert_mask": True}
    degrain[name].setValue(values[name])
    settled(nuke)
    assert said(degrain) == "rendered 1001-1004"


def test_a_change_while_it_works_is_marked_when_it_has_ended(nuke, engine, degrain):
    finished(nuke, degrain)
    degrain["luminance"].setValue(0.5)
    engine.waits_at = 1002
    nuke.press(degrain, "render")
    degrain["amount"].setValue(0.5)
    settled(nuke)
    assert said(degrain) == "rendering 1001-1004"
    engine.goes_on.set()
    nuke.run_until(lambda: colour(degrain) != WORKING)
    settled(nuke)
    assert said(degrain) == "out of date: rendered 1001-1004"


def test_a_new_track_puts_what_goes_by_it_out_of_date(nuke, plate, tmp_path):
    track, matte = (nuke.create(name) for name in ("FaceTrack", "FaceMatte"))
    track.setInput(0, plate)
    matte.setInput(0, track)
    finished(nuke, track, "track")
    finished(nuke, matte)
    settled(nuke)
    assert said(matte) == "rendered 1001-1004"
    track["min_confidence"].setValue(0.9)
    settled(nuke)
    assert said(track) == "out of date: tracked 1001-1004"
    (tmp_path / "faceplate" / "FaceTrack1.track").unlink()
    finished(nuke, track, "track")
    settled(nuke)
    assert said(matte) == "out of date: rendered 1001-1004"


def test_a_change_beside_the_node_marks_nothing(nuke, degrain):
    grade = nuke.create("Read")
    finished(nuke, degrain)
    grade["file"].setValue("/somewhere/else.exr")
    settled(nuke)
    assert said(degrain) == "rendered 1001-1004"


def test_new_files_under_the_same_name_are_marked_when_the_panel_opens(nuke, degrain, plate):
    finished(nuke, degrain)
    os.utime(plate["file"].value() % 1002, ns=(1, 1))
    degrain.knob_changed(type(degrain["label"])(degrain, "showPanel"))
    settled(nuke)
    assert said(degrain).startswith("out of date: ")


def test_opening_a_script_starts_nothing_and_marks_nothing(nuke, engine, degrain, tmp_path):
    finished(nuke, degrain)
    nuke.save(tmp_path / "shot.nk")
    threads = threading.active_count()
    nuke.open(tmp_path / "shot.nk")
    assert threading.active_count() == threads
    opened = next(node for node in nuke.nodes if node.name() == "FaceDegrain1")
    assert (said(opened), colour(opened)) == ("rendered 1001-1004", WELL)
    assert len(engine.asked) == 1
    opened["amount"].setValue(0.5)
    settled(nuke)
    assert said(opened) == "out of date: rendered 1001-1004"


def test_the_colours_are_those_of_the_gizmos(degrain):
    assert colour(degrain) == WELL


def test_another_colour_of_the_project_is_marked(nuke, degrain):
    finished(nuke, degrain)
    nuke.root["workingSpaceLUT"].setValue("ACEScg")
    settled(nuke)
    assert said(degrain).startswith("out of date: ")
