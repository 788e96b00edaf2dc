"""What the engine is asked: nothing that stands in no other script, nothing stale, nothing twice."""

import json
import sys
from pathlib import Path

import pytest
from nuke_knobs import String_Knob
from nuke_stand_in import Group, Node
from obedient import FAILED, FRAMES, colour, finished, said, settled

from faceplate.graph.script import parse_script
from shots import write_plate


@pytest.fixture
def grade(nuke, plate):
    node = nuke.create("Grade")
    node.setInput(0, plate)
    node._knobs["white"] = String_Knob(node, "white", "1")
    return node


@pytest.fixture
def graded(nuke, engine, grade):  # noqa: ARG001 -- works for it
    """One of ours below a Grade."""
    node = nuke.create("FaceDegrain")
    node.setInput(0, grade)
    return node


def read_of(asked):
    return next(node.values for node in parse_script(asked["script"]).nodes if node.klass == "Read")


def in_group(nuke, above, klass):
    """A node of ours inside an artist's group whose input is given."""
    group = Group(nuke, "Group", nuke.root, (("name", "Mine"),))
    nuke.nodes.append(group)
    group._inputs = [above]
    with group:
        enter = Node(nuke, "Input", group, (("name", "Input1"), ("number", "0")))
        nuke.nodes.append(enter)
        node = nuke.create(klass)
        node._inputs = [enter]
    return node


@pytest.mark.parametrize(("knob", "value"), [("workingSpaceLUT", "ACEScg"), ("format", "64 32 0 0 64 32 1 small")])
def test_what_nuke_writes_is_written_anew_for_another_project(nuke, engine, graded, knob, value):
    finished(nuke, graded)
    nuke.root[knob].fromScript(value)
    finished(nuke, graded)
    first, second = (read_of(asked)["file"] for asked in engine.asked)
    assert first != second
    assert Path(second % 1001).is_file()


def test_a_node_in_a_group_goes_out_of_date_by_what_stands_above_the_group(nuke, engine, grade):
    inner = in_group(nuke, grade, "FaceDegrain")
    finished(nuke, inner)
    grade["white"].setValue("2")
    settled(nuke)
    assert said(inner) == "out of date: rendered 1001-1004"
    finished(nuke, inner)
    assert len(engine.asked) == 2


def test_a_card_written_beside_a_model_makes_its_pictures_out_of_date(nuke, engine, plate, tmp_path):
    node, model = nuke.create("FaceMatte"), tmp_path / "m.onnx"
    model.write_bytes(b"model")
    node.setInput(0, plate)
    node["model_file"].setValue(str(model))
    node["track_file"].setValue(str(tmp_path / "shot.track"))
    finished(nuke, node)
    (tmp_path / "m.onnx.card.json").write_text("{}")
    settled(nuke)
    assert said(node) == "out of date: rendered 1001-1004"
    assert len(engine.asked) == 1


def test_each_source_picture_that_changes_makes_the_pictures_out_of_date(nuke, engine, plate, tmp_path):
    node = nuke.create("FaceSwap")
    node.setInput(0, plate)
    for name in ("m.onnx", "one.png", "two.png"):
        (tmp_path / name).write_bytes(b"known")
    node["model_file"].setValue(str(tmp_path / "m.onnx"))
    node["track_file"].setValue(str(tmp_path / "shot.track"))
    node["source"].setValue(f"{tmp_path}/one.png; {tmp_path}/two.png")
    finished(nuke, node)
    (tmp_path / "two.png").write_bytes(b"another")
    settled(nuke)
    assert said(node) == "out of date: rendered 1001-1004"
    assert len(engine.asked) == 1


def test_a_plain_read_above_a_group_is_read_by_the_engine_itself(nuke, engine, plate):
    finished(nuke, in_group(nuke, plate, "FaceDegrain"))
    assert read_of(engine.asked[0])["file"] == plate["file"].value()


def test_a_renamed_node_is_no_reason_to_make_anything_anew(nuke, engine, graded, grade):
    finished(nuke, graded)
    grade.setName("Warmer")
    graded.setName("Clean_plate")
    finished(nuke, graded)
    assert len(engine.asked) == 1
    grade["white"].setValue("2")
    settled(nuke)
    assert said(graded) == "out of date: rendered 1001-1004"


def test_what_goes_into_which_input_counts(nuke, engine, plate, grade):
    merge = nuke.create("Merge2")
    merge.setInput(0, plate)
    merge.setInput(1, grade)
    node = nuke.create("FaceDegrain")
    node.setInput(0, merge)
    finished(nuke, node)
    merge.setInput(0, grade)
    merge.setInput(1, plate)
    finished(nuke, node)
    assert len(engine.asked) == 2


@pytest.mark.usefixtures("engine")
def test_all_channels_are_written_where_the_comp_is_divided_by_a_layer(nuke, plate, grade):
    node = nuke.create("FaceRegrain")
    for slot, above in enumerate((grade, plate)):
        node.setInput(slot, above)
    written = []
    executed = nuke.module.execute
    try:
        nuke.module.execute = lambda write, *rest: (written.append(write["channels"].value()), executed(write, *rest))
        for channel in ("none", "rgba.alpha", "matte.alpha"):
            node["unpremult"].setValue(channel)
            finished(nuke, node)
    finally:
        nuke.module.execute = executed
    usual = "rgba.red rgba.green rgba.blue rgba.alpha face_grain_lost.alpha"
    assert written == [usual, "all"]
    assert node.node("Export_comp")["channels"].value() == usual


@pytest.mark.parametrize(
    ("expression", "sent"),
    [("{{Control.mix/2}}", "0.25"), ("{{Control.mix*(frame-1000)}}", "{curve x1001 0.5 x1002 1 x1003 1.5 x1004 2}")],
)
def test_an_expression_goes_along_as_its_values(nuke, engine, degrain, expression, sent):
    control = nuke.create("Grade")
    control.setName("Control")
    control._knobs["mix"] = String_Knob(control, "mix")
    control["mix"].setValue("0.5")
    degrain["amount"].fromScript(expression)
    finished(nuke, degrain)
    group = next(node for node in parse_script(engine.asked[0]["script"]).nodes if node.klass == "Group")
    assert group.values["amount"] == sent


def test_brackets_in_the_names_of_files_are_no_commands(nuke, engine, degrain, plate, tmp_path):
    (tmp_path / "[x]").mkdir()
    plate["file"].setValue(write_plate(tmp_path / "[x]" / "plate", FRAMES).replace("[", "\\[").replace("]", "\\]"))
    degrain["profile_file"].setValue(f"{tmp_path}/\\[x\\]/a.grain")
    finished(nuke, degrain)
    script = parse_script(engine.asked[0]["script"])
    group = next(node for node in script.nodes if node.klass == "Group")
    assert read_of(engine.asked[0])["file"].endswith("/\\[x\\]/plate/plate.%04d.exr")
    assert group.values["profile_file"].endswith("/\\[x\\]/a.grain")


@pytest.mark.parametrize("folder", ["ep#1", "s%04d", "v%V"])
def test_a_script_in_a_folder_that_reads_as_a_sequence_is_refused(nuke, engine, degrain, tmp_path, folder):
    (tmp_path / folder).mkdir()
    nuke.save(tmp_path / folder / "shot.nk")
    nuke.press(degrain, "render")
    assert "taken for a frame or a view" in said(degrain)
    assert engine.asked == []


def test_frames_that_the_engine_left_out_are_a_failure_and_nobodys_cancel(nuke, engine, degrain, monkeypatch):
    monkeypatch.setattr("obedient.Obeyed._make", lambda *_: None)
    finished(nuke, degrain)
    assert said(degrain).startswith("failed: the engine is done, but 1001-1004 is not in the cache")
    assert len(engine.asked) == 1


@pytest.fixture
def record(nuke, installed):  # noqa: ARG001 -- puts the plugin on the path
    """The installation's record, which a test may damage."""
    from faceplate_nuke import installed as installation  # noqa: PLC0415 -- on the path by now

    path, before = installed / "faceplate.json", (installed / "faceplate.json").read_text()
    installation.record.cache_clear()
    yield path
    path.write_text(before)
    installation.record.cache_clear()
    installation.engine.cache_clear()


@pytest.mark.parametrize("text", ["[]", "{}", "", '{"python": 3, "version": "1", "nodes": {"FaceDegrain": []}}'])
def test_a_damaged_record_is_said_by_the_button_and_breaks_no_knob(nuke, degrain, record, text):
    degrain["faceplate_job"].setValue("x 1001-1004")
    record.write_text(text)
    degrain["amount"].setValue(0.3)
    nuke.press(degrain, "render")
    assert "`faceplate install nuke` again" in said(degrain)


def test_a_plugin_that_is_damaged_breaks_no_change_of_a_knob(nuke, degrain, monkeypatch):
    class Damaged:
        def find_spec(self, name, _path=None, _target=None):
            if name == "faceplate_nuke":
                raise SyntaxError("a file of the plugin")

    monkeypatch.delitem(sys.modules, "faceplate_nuke")
    monkeypatch.setattr(sys, "meta_path", [Damaged(), *sys.meta_path])
    degrain["amount"].setValue(0.3)
    nuke.module.message = (said_in_window := []).append
    try:
        nuke.press(degrain, "render")
    finally:
        del nuke.module.message
    assert "a file of the plugin" in said_in_window[0]


@pytest.mark.parametrize("gui", [True, False])
def test_an_engine_that_is_gone_is_named_with_what_to_do_each_time(nuke, plate, record, tmp_path, monkeypatch, gui):
    from faceplate_nuke import installed as installation  # noqa: PLC0415 -- on the path by now

    (tmp_path / "own").mkdir(mode=0o700)
    monkeypatch.setenv("FACEPLATE_SOCKET", str(tmp_path / "own" / "e.sock"))
    record.write_text(json.dumps({**json.loads(record.read_text()), "python": "/gone/bin/python"}))
    installation.record.cache_clear()
    installation.engine.cache_clear()
    nuke.module.GUI = gui
    node = nuke.create("FaceDegrain")
    node.setInput(0, plate)
    for _ in range(2):
        finished(nuke, node)
        assert colour(node) == FAILED
        assert "`/gone/bin/python -m faceplate.cli` to start" in said(node)
        assert "run `faceplate install nuke` again" in said(node)


@pytest.mark.usefixtures("engine")
def test_a_fault_in_the_terminal_leaves_no_node_at_work(nuke, engine, degrain):
    nuke.module.GUI = False
    engine.request = lambda *_, **__: [{"no": "event"}, 3]
    with pytest.raises(TypeError):
        nuke.press(degrain, "render")
    assert said(degrain).startswith("failed: the plugin stopped")


@pytest.mark.parametrize(("count", "written"), [("1", [1002, 1003]), ("3", [1001, 1002, 1003, 1004]), ("7", FRAMES)])
def test_frames_beside_those_that_are_rendered_are_written_too(nuke, engine, graded, count, written):
    nuke.root["first_frame"].setValue(1002)
    nuke.root["last_frame"].setValue(1003)
    graded["frames"].fromScript(count)
    finished(nuke, graded)
    assert engine.asked[0]["frames"] == [1002, 1003]
    file = read_of(engine.asked[0])["file"]
    assert sorted(int(path.suffixes[0][1:]) for path in Path(file).parent.glob("*.exr")) == list(written)


def test_what_regrain_gives_out_is_the_engines_own_menu(nuke, engine, plate):
    node = nuke.create("FaceRegrain")
    for slot in range(3):
        node.setInput(slot, plate)
    node["output"].setValue("plate grain")
    finished(nuke, node)
    group = next(node for node in parse_script(engine.asked[0]["script"]).nodes if node.klass == "Group")
    assert group.values["output"] in ('"plate grain"', "plate grain", "1")
