import threading
import time

import numpy as np
import pytest

import faceplate.graph.operators  # noqa: F401 -- registers the classes that are rendered
from faceplate.deliver import read_receipt
from faceplate.errors import CallError, FaceplateError, PlateError, ScriptError, StorageError
from faceplate.graph import RenderSettings, open_rendering, render_script
from faceplate.graph.render import Box, Info, Node, operator
from faceplate.graph.render import operators as registry
from faceplate.graph.script import parse_script
from faceplate.graph.timing import StageTimes
from faceplate.plate import read_frame
from script_shots import LOG, node, read, root, write, write_exr_plate

FRAMES = range(1001, 1005)


@pytest.fixture
def plate(tmp_path):
    return write_exr_plate(tmp_path / "plate")


def graded(plate, out, **knobs):
    """A script that grades and blurs a plate, with a Write of its own for each name."""
    nodes = read(plate) + node("Grade", name="Grade1", white="1.5 1.2 1 1", black_clamp="false") + node("Blur", size=3)
    return parse_script(root(first_frame=1001, last_frame=1004) + nodes + write(f"{out}/o.%04d.exr", **knobs))


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.*"))}


def test_every_frame_is_made_once_and_the_same_call_makes_none_again(plate, tmp_path):
    script, heard = graded(plate, tmp_path / "out"), []
    first = render_script(script, on_frame=heard.append)
    assert first.made == {"Write1": tuple(FRAMES)}
    assert sorted(heard) == list(FRAMES)
    again = render_script(script)
    assert (again.made, again.done_before) == ({"Write1": ()}, {"Write1": tuple(FRAMES)})
    assert render_script(script, settings=RenderSettings(anew=True)).made == {"Write1": tuple(FRAMES)}


def test_a_node_that_several_writes_read_is_made_once_a_band(plate, tmp_path, monkeypatch):
    grade = registry.class_of("Grade").operator
    made, pixels = [], grade.pixels
    monkeypatch.setattr(grade, "pixels", lambda at, box, names: [made.append(box), pixels(at, box, names)][1])
    monkeypatch.setattr("faceplate.graph.render.hold.spare_bytes", 0)
    monkeypatch.setattr("faceplate.graph.render.row_bands.band_px", 10 * 64)
    script = root() + read(plate) + node("Grade", name="Grade1", white=1.5) + "set g [stack 0]\n"
    script += write(f"{tmp_path}/one/o.%04d.exr") + "push $g\n" + write(f"{tmp_path}/two/o.%04d.exr", name="Write2")
    render_script(parse_script(script), node=("Write1", "Write2"), frames=[1001])
    assert [(box.y, box.t) for box in made] == [(0, 10), (10, 20), (20, 30), (30, 40), (40, 48)]
    one, two = (read_frame(tmp_path / name / "o.1001.exr", 1001).groups[0].pixels for name in ("one", "two"))
    assert one.tobytes() == two.tobytes()


def test_a_frame_alone_has_the_bits_of_the_sequence_in_any_order_on_any_number_of_workers(plate, tmp_path):
    render_script(graded(plate, tmp_path / "all"), settings=RenderSettings(workers=4))
    for number in (1003, 1001, 1004, 1002):
        render_script(
            graded(plate, tmp_path / "one"), frames=[number], settings=RenderSettings(workers=1, cache_bytes=0)
        )
    assert files(tmp_path / "one") == files(tmp_path / "all")
    assert len(files(tmp_path / "all")) == 4


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ({"label": "only a label"}, ()),
        ({"white": 2}, tuple(FRAMES)),
        ({"white": "{{frame==1002?2:1.5}}"}, tuple(FRAMES)),
        ({"mix": "{{1}}"}, tuple(FRAMES)),
    ],
)
def test_a_changed_node_makes_its_frames_anew_and_a_label_none(plate, tmp_path, change, made):
    def script(**knobs):
        grade = node("Grade", name="Grade1", **{"white": 1.5, **knobs})
        return parse_script(root() + read(plate) + grade + write(f"{tmp_path}/out/o.%04d.exr"))

    render_script(script(), frames=FRAMES)
    assert render_script(script(**change), frames=FRAMES).made["Write1"] == made


def test_a_changed_plate_file_makes_its_frame_anew(plate, tmp_path):
    script = graded(plate, tmp_path / "out")
    render_script(script)
    (tmp_path / "plate" / "plate.1003.exr").touch()
    assert render_script(script).made["Write1"] == (1003,)


def test_a_changed_write_makes_all_anew(plate, tmp_path):
    render_script(graded(plate, tmp_path / "out"))
    for knobs in ({"compression": "none"}, {"datatype": "32 bit float"}, {"metadata": "no metadata"}):
        assert render_script(graded(plate, tmp_path / "out", **knobs)).made["Write1"] == tuple(FRAMES)


def test_an_untouched_plate_leaves_as_its_own_chunks(plate, tmp_path):
    script = parse_script(root() + read(plate) + write(f"{tmp_path}/out/o.%04d.exr"))
    render_script(script, frames=FRAMES)
    for number in FRAMES:
        ours, theirs = (read_frame(name, number) for name in (tmp_path / "out" / f"o.{number}.exr", plate % number))
        assert ours.groups[0].pixels.tobytes() == theirs.groups[0].pixels.tobytes()
        said = {entry for entry in ours.header.attributes if not entry.name.startswith("faceplate/")}
        assert said == set(theirs.header.attributes)


class TestWhichNodes:
    def test_the_only_write_needs_no_name_and_a_disabled_one_does_not_count(self, plate, tmp_path):
        off = write(f"{tmp_path}/off/o.%04d.exr", name="Write2", disable="true")
        text = root() + read(plate) + "set N1 [stack 0]\n" + write(f"{tmp_path}/on/o.%04d.exr") + "push $N1\n" + off
        assert list(render_script(parse_script(text), frames=[1001]).made) == ["Write1"]

    def test_of_several_one_has_to_be_named_and_all_are_listed(self, plate, tmp_path):
        second = write(f"{tmp_path}/b/o.%04d.exr", name="Write2")
        script = parse_script(root() + read(plate) + write(f"{tmp_path}/a/o.%04d.exr") + second)
        with pytest.raises(CallError, match="Write1, Write2"):
            render_script(script, frames=[1001])
        assert list(render_script(script, node="Write2", frames=[1001]).made) == ["Write2"]
        both = render_script(script, node=["Write1", "Write2"], frames=FRAMES)
        assert both.made == {"Write1": tuple(FRAMES), "Write2": (1002, 1003, 1004)}

    def test_a_write_in_a_group_goes_by_its_full_name(self, plate, tmp_path):
        inside = node("Input", 0, name="Input1") + write(f"{tmp_path}/o.%04d.exr") + node("Output") + "end_group\n"
        script = parse_script(root() + read(plate) + node("Group", name="Group1") + inside)
        assert list(render_script(script, node="Group1.Write1", frames=[1001]).made) == ["Group1.Write1"]

    @pytest.mark.parametrize("name", ["Write9", "Grade1"])
    def test_what_is_no_write_is_said(self, plate, tmp_path, name):
        with pytest.raises((CallError, ScriptError), match=name):
            render_script(graded(plate, tmp_path), node=name, frames=[1001])

    def test_a_script_without_a_write_is_said(self):
        with pytest.raises(CallError, match="without a Write"):
            render_script(parse_script(root()), frames=[1])


class TestWhichFrames:
    def test_without_a_range_they_are_the_projects(self, plate, tmp_path):
        assert render_script(graded(plate, tmp_path / "out")).made["Write1"] == tuple(FRAMES)

    def test_the_writes_own_limits_come_first_and_hold_for_a_range_too(self, plate, tmp_path):
        script = graded(plate, tmp_path / "out", use_limit="true", first=1002, last=1003)
        assert render_script(script).made["Write1"] == (1002, 1003)
        assert render_script(script, frames=range(1003, 1010), settings=RenderSettings(anew=True)).made["Write1"] == (
            1003,
        )
        with pytest.raises(CallError, match="1002-1003"):
            render_script(script, frames=[1001])

    def test_a_script_that_says_no_range_asks_for_one(self, plate, tmp_path):
        with pytest.raises(CallError, match="--range"):
            render_script(parse_script(root() + read(plate) + write(f"{tmp_path}/o.%04d.exr")))

    @pytest.mark.parametrize(
        ("knobs", "number"),
        [({"frame_mode": "offset", "frame": 10}, 1012), ({"frame_mode": "start at", "frame": 1}, 2),
         ({"frame": "frame-1000"}, 2), ({}, 1002)],
    )  # fmt: skip
    def test_files_may_be_numbered_otherwise(self, plate, tmp_path, knobs, number):
        render_script(graded(plate, tmp_path / "out", **knobs), frames=[1001, 1002])
        assert (tmp_path / "out" / f"o.{number:04d}.exr").is_file()
        assert render_script(graded(plate, tmp_path / "out", **knobs), frames=[1001, 1002]).made["Write1"] == ()


class TestNames:
    def test_one_frame_may_go_to_a_name_without_a_number(self, plate, tmp_path):
        script = parse_script(root() + read(plate) + write(f"{tmp_path}/out/still.exr"))
        assert render_script(script, frames=[1002]).files == {"Write1": str(tmp_path / "out" / "still.exr")}
        assert render_script(script, frames=[1002]).made["Write1"] == ()
        with pytest.raises(ScriptError, match="a name of its own for every frame"):
            render_script(script, frames=[1001, 1002])

    def test_tcl_and_views_stand_in_names(self, plate, tmp_path):
        name = r"\[file dirname \[value root.name\]]/out/\[value name].%V.####.exr"
        script = parse_script(root(name="x") + read(plate) + node("Write", name="Write1", file=name))
        settings = RenderSettings(script_path=tmp_path / "shot.nk", view="left")
        render_script(script, frames=[1001], settings=settings)
        assert (tmp_path / "out" / "Write1.left.1001.exr").is_file()

    def test_names_worked_out_frame_by_frame(self, plate, tmp_path):
        name = rf"{tmp_path}/out/f\[expr \[frame]-1000].exr"
        script = parse_script(root() + read(plate) + write(name))
        render_script(script, frames=[1001, 1002])
        assert sorted(path.name for path in (tmp_path / "out").glob("*.exr")) == ["f1.exr", "f2.exr"]

    def test_a_file_that_the_script_reads_is_not_written(self, plate):
        with pytest.raises(FaceplateError, match=r"input|reads"):
            render_script(parse_script(root() + read(plate) + write(plate)), frames=[1001])
        single = parse_script(root() + node("Read", 0, file=plate % 1001) + write(plate % 1001))
        with pytest.raises(FaceplateError, match=r"input|reads"):
            render_script(single, frames=[1001])
        assert read_frame(plate % 1001, 1001)

    def test_two_writes_of_one_name_are_refused(self, plate, tmp_path):
        twice = write(f"{tmp_path}/o.%04d.exr") + write(f"{tmp_path}/o.####.exr", name="Write2")
        with pytest.raises(CallError, match="another output"):
            render_script(parse_script(root() + read(plate) + twice), node=["Write1", "Write2"], frames=[1001])

    def test_a_folder_that_cannot_be_made_is_said_before_any_work(self, plate, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="file"):
            render_script(graded(plate, tmp_path / "file" / "out"))


def test_an_error_names_node_and_frame_and_what_was_finished_stays(plate, tmp_path):
    (tmp_path / "plate" / "plate.1003.exr").unlink()
    with pytest.raises(PlateError, match="Read1") as raised:
        render_script(graded(plate, tmp_path / "out"), settings=RenderSettings(workers=1))
    assert "frame 1003" in str(raised.value)
    assert {"o.1001.exr", "o.1002.exr"} <= set(files(tmp_path / "out"))


def test_an_error_of_a_knob_names_node_and_frame(plate, tmp_path):
    script = parse_script(
        root()
        + read(plate)
        + node("Grade", name="G1", white="{{frame==1002?Nobody.x:1}}")
        + write(f"{tmp_path}/o.%04d.exr")
    )
    with pytest.raises(ScriptError, match=r"G1\.white") as raised:
        render_script(script, frames=[1001, 1002])
    assert "frame 1002" in str(raised.value)


def test_code_around_a_render_is_never_run_and_this_is_said(plate, tmp_path):
    told = []
    script = graded(plate, tmp_path / "out", beforeRender=f"open('{tmp_path}/bad','w')", afterFrameRender="exec")
    progress = render_script(script, frames=[1001], on_note=told.append)
    assert not (tmp_path / "bad").exists()
    assert told == list(progress.notes)
    assert "beforeRender, afterFrameRender" in told[0]


def test_classes_that_nothing_renders_are_passed_on_request_alone(plate, tmp_path):
    script = parse_script(root() + read(plate) + node("ZDefocus2", name="Z1") + write(f"{tmp_path}/o.%04d.exr"))
    with pytest.raises(ScriptError, match="Z1"):
        render_script(script, frames=[1001])
    settings = RenderSettings(passed=frozenset({"ZDefocus2"}))
    assert render_script(script, frames=[1001], settings=settings).made["Write1"] == (1001,)


@pytest.fixture
def slow(monkeypatch):
    """A class whose pictures take two seconds in steps, and that counts what it was asked to prepare."""
    monkeypatch.setattr(registry, "_classes", dict(registry._classes))
    prepared = []

    @operator("Slow", prepare=lambda at: prepared.append((at.path, at.frame)))
    class Slow:
        def info(self, at: Node) -> Info:
            return at.source(0).info

        def pixels(self, at: Node, box: Box, channels):
            for _ in range(40):
                at.session.check()
                time.sleep(0.05)
            return at.source(0).pixels(box, channels)

    return prepared


@pytest.mark.usefixtures("slow")
def test_a_render_called_off_ends_within_a_second_and_leaves_nothing_half_done(plate, tmp_path):
    script = parse_script(root() + read(plate) + node("Slow", name="S1") + write(f"{tmp_path}/out/o.%04d.exr"))
    over = threading.Event()
    rendering = open_rendering(script, frames=FRAMES, over=over, settings=RenderSettings(workers=2))
    threading.Timer(0.5, over.set).start()
    start = time.monotonic()
    progress = rendering.run()
    assert time.monotonic() - start < 1.5
    assert (progress.is_stopped, progress.made["Write1"]) == (True, ())
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


def test_what_is_called_off_before_it_begins_says_so(plate, tmp_path):
    over = threading.Event()
    over.set()
    progress = render_script(graded(plate, tmp_path / "out"), over=over)
    assert (progress.is_stopped, progress.made["Write1"], files(tmp_path / "out")) == (True, (), {})


def test_nodes_are_prepared_once_and_disabled_ones_not(plate, tmp_path, slow):
    off = node("Slow", name="Off", disable="true")
    script = parse_script(root() + read(plate) + off + node("Slow", name="On") + write(f"{tmp_path}/out/o.%04d.exr"))
    open_rendering(script, frames=FRAMES)
    assert slow == [("On", 1001)]


def test_a_node_is_prepared_where_a_frame_is_made_from_it(plate, tmp_path, slow):
    untaken = "set p [stack 0]\n" + node("Slow", name="Untaken") + "push $p\n" + node("Switch", 2, name="S1", which=0)
    late = node("Slow", name="Late", disable="{{frame<1003}}")
    script = parse_script(root() + read(plate) + untaken + late + write(f"{tmp_path}/out/o.%04d.exr"))
    open_rendering(script, frames=FRAMES)
    assert slow == [("Late", 1003)]


def test_memory_and_cache_limits_change_no_bit(plate, tmp_path):
    for name, size in (("none", 0), ("some", 2**20), ("much", 2**28)):
        render_script(graded(plate, tmp_path / name), settings=RenderSettings(cache_bytes=size))
    assert files(tmp_path / "none") == files(tmp_path / "some") == files(tmp_path / "much")


def test_three_thousand_nodes_render(plate, tmp_path):
    chain = "".join(node("Grade", name=f"G{index}", black_clamp="false") for index in range(1500)) + node("Dot") * 1500
    script = parse_script(root() + read(plate) + chain + write(f"{tmp_path}/out/o.%04d.exr"))
    render_script(script, frames=[1001])
    ours, theirs = (read_frame(name, 1001) for name in (tmp_path / "out" / "o.1001.exr", plate % 1001))
    assert ours.groups[0].pixels.tobytes() == theirs.groups[0].pixels.tobytes()


def test_the_time_of_each_class_is_counted(plate, tmp_path):
    times = StageTimes()
    render_script(graded(plate, tmp_path / "out"), settings=RenderSettings(times=times))
    assert {"Read", "Grade", "Blur", "Write", "deliver"} <= set(times.seconds())


def test_the_receipt_tells_the_plate_and_the_knobs(plate, tmp_path):
    render_script(graded(plate, tmp_path / "out"), frames=[1001])
    receipt = read_receipt(tmp_path / "out" / "receipts" / "o.1001.exr.json")
    assert receipt.inputs["Read1"] == {"path": plate}
    assert receipt.settings["Write1"]["colorspace"] == LOG
    assert set(receipt.states) == {"picture"}
    assert np.isfinite(receipt.output_bytes)
