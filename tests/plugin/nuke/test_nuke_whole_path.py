"""The plugin's whole path with the engine itself in its own process, on a small plate with a face."""

import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from nuke_knobs import Int_Knob as nuke_number

from faceplate.demo import make_plate
from faceplate.graph import RenderSettings, open_session
from faceplate.graph.script import parse_script, script_text
from faceplate.swap import FACE_SWAP
from faceplate.track import edit, read_track, write_track
from swap_models import write_model

pytestmark = pytest.mark.usefixtures("engine", "face_pack")
FIRST, LAST = 1001, 1003
SIZE, WORKING = (480, 270), 0x4F7FB0FF


@pytest.fixture(scope="module")
def plate_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plate")
    return make_plate(folder, frames=LAST - FIRST + 1, size=SIZE, first=FIRST)


@pytest.fixture(scope="module")
def engine(stand_in, installed, tmp_path_factory):
    """The installed engine, at a socket of this test's own; it ends with the tests."""
    folder = tmp_path_factory.mktemp("engine")
    folder.chmod(0o700)
    os.environ["FACEPLATE_SOCKET"] = str(folder / "e.sock")
    stand_in.restart(gui=True)
    stand_in.start(installed)
    from faceplate_nuke import installed as installation  # noqa: PLC0415 -- on the path by now

    installation.engine.cache_clear()
    yield installation.engine()
    started = installation.engine()._processes
    installation.engine().call("shutdown")
    assert [process.wait(20) for process in started] == [0] * len(started)
    installation.engine().close()
    installation.engine.cache_clear()
    del os.environ["FACEPLATE_SOCKET"]


@pytest.fixture
def shot(nuke, plate_files, tmp_path):
    """Read, FaceTrack and FaceSwap, as an artist makes them."""
    read, track, swap = (nuke.create(name) for name in ("Read", "FaceTrack", "FaceSwap"))
    read["file"].setValue(plate_files.plate)
    read["colorspace"].setValue(plate_files.encoding)
    for name, frame in {"first": FIRST, "last": LAST, "origfirst": FIRST, "origlast": LAST}.items():
        read[name].setValue(frame)
    nuke.root["colorManagement"].setValue("OCIO")
    nuke.root["OCIO_config"].setValue("fn-nuke_studio-config-v2.1.0_aces-v1.3_ocio-v2.1")
    nuke.root["first_frame"].setValue(FIRST)
    nuke.root["last_frame"].setValue(LAST)
    track.setInput(0, read)
    swap.setInput(0, track)
    write_model(tmp_path / "darker.onnx", gain=0.7)
    swap["model_file"].setValue(str(tmp_path / "darker.onnx"))
    return read, track, swap


def press(nuke, node, button):
    nuke.press(node, button)
    nuke.run_until(lambda: int(node["tile_color"].value()) != WORKING)
    return node["status"].value()


@contextmanager
def halted(engine):
    """The engine's process does nothing meanwhile; what it is told waits for it."""
    process = engine._processes[-1]
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def picture(script, name, frame, channels=("rgba.red", "rgba.green", "rgba.blue")):
    """The picture of a node over the whole format, rows x columns x channels."""
    session = open_session(script, RenderSettings())
    source = session.pull().source(session.named(name), frame)
    planes = source.pixels(source.info.format.box, channels)
    return np.stack(list(planes.values()), axis=-1)


def as_nuke_shows_it(script):
    """The script with its Reads of results as Nuke takes them: Reads of files, and nothing else."""
    text = script_text(script)
    lines = [line for line in text.splitlines(keepends=True) if not line.strip().startswith("faceplate_result ")]
    return parse_script("".join(lines))


def test_create_track_swap_render_save_reopen(nuke, shot, tmp_path):
    _, track, swap = shot
    assert press(nuke, track, "track") == f"tracked {FIRST}-{LAST}"
    kept = read_track(tmp_path / "faceplate" / "FaceTrack1.track")
    assert kept.frames == (FIRST, FIRST + 1, LAST)
    assert press(nuke, swap, "render") == f"rendered {FIRST}-{LAST}"

    result = swap.node("Result")
    assert Path(result["file"].value() % FIRST).is_file()
    script = nuke.script()
    shown, made = (picture(each, "FaceSwap1", FIRST + 1) for each in (as_nuke_shows_it(script), script))
    plain = picture(script, "Read1", FIRST + 1)
    # What Nuke reads from the files is what the engine renders where there is no Nuke, to the bit.
    assert np.array_equal(shown, made)
    changed = (made != plain).any(axis=-1)
    assert 0.005 < changed.mean() < 0.3

    nuke.save(tmp_path / "shot.nk")
    nuke.open(tmp_path / "shot.nk")
    opened = next(node for node in nuke.nodes if node.name() == "FaceSwap1")
    assert opened["status"].value() == f"rendered {FIRST}-{LAST}"
    assert np.array_equal(picture(as_nuke_shows_it(nuke.script()), "FaceSwap1", FIRST + 1), shown)
    nuke.press(opened, "render")
    assert opened["status"].value() == f"rendered {FIRST}-{LAST}"


def test_a_key_is_met_by_the_track_and_a_new_track_keeps_what_was_set_elsewhere(nuke, shot, tmp_path):
    _, track, _ = shot
    place = tmp_path / "faceplate" / "FaceTrack1.track"
    press(nuke, track, "track")
    before = read_track(place)
    mended = edit.with_edits(before, edit.set_points(before, "person1", FIRST, {1: (240.0, 130.0)}))
    write_track(mended, place)
    track["hand_lips_x"].fromScript(f"{{curve x{LAST} 4.5}}")
    assert press(nuke, track, "hand_apply") == f"tracked {FIRST}-{LAST}"
    by_hand = read_track(place)
    assert [each.origin for each in by_hand.edits] == ["command line", "FaceTrack1"]
    lips = list(edit.groups["lips"])
    moved = by_hand.people[0].landmarks_plate[2, lips] - mended.people[0].landmarks_plate[2, lips]
    np.testing.assert_allclose(moved, np.tile([4.5, 0.0], (len(lips), 1)), atol=1e-3)
    track["min_confidence"].setValue(0.4)
    assert press(nuke, track, "track") == f"tracked {FIRST}-{LAST}"
    anew = read_track(place)
    assert [each.origin for each in anew.edits] == ["command line", "FaceTrack1"]
    np.testing.assert_array_equal(anew.people[0].landmarks_plate[0, 1], [240.0, 130.0])


def test_an_input_that_is_no_plain_read_is_written_for_the_engine_in_full(nuke, shot, tmp_path):
    read, track, swap = shot
    grade = nuke.create("Grade")
    grade.setInput(0, track)
    swap.setInput(0, grade)
    grade._knobs["white"] = type(read["label"])(grade, "white")
    grade["white"].setValue("1.5")
    nuke.root["proxy"].setValue(True)
    press(nuke, track, "track")
    assert press(nuke, swap, "render") == f"rendered {FIRST}-{LAST}"
    assert nuke.root["proxy"].value()
    assert swap.node("Export_plate")["disable"].value()
    written = sorted((tmp_path / "faceplate" / "cache").glob("*/plate-*/plate.*.exr"))
    assert [path.name for path in written] == [f"plate.{frame}.exr" for frame in range(FIRST, LAST + 1)]
    script = nuke.script()
    shown, made = (picture(each, "FaceSwap1", LAST) for each in (as_nuke_shows_it(script), script))
    assert np.array_equal(shown, made)


def test_a_fault_in_the_engine_reaches_the_status_with_what_to_do(nuke, shot, tmp_path):
    _, track, swap = shot
    press(nuke, track, "track")
    (tmp_path / "darker.onnx").write_bytes(b"no model")
    said = press(nuke, swap, "render")
    assert said.startswith("failed: ")
    assert "darker.onnx" in said
    assert said.endswith("e.sock.log")


def test_copies_of_a_real_track_lie_on_the_face(nuke, shot, tmp_path):
    _, track, _ = shot
    press(nuke, track, "track")
    nuke.press(track, "copy_cornerpin2d")
    pin = nuke.nodes[-1]
    assert pin.Class() == "CornerPin2D"
    kept = read_track(tmp_path / "faceplate" / "FaceTrack1.track")
    middle = kept.people[0].landmarks_plate[0].mean(axis=0)
    corners = np.array([[float(word) for word in pin[f"from{place}"].toScript().split()] for place in (1, 2, 3, 4)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    assert (low < [middle[0], SIZE[1] - middle[1]]).all()
    assert (high > [middle[0], SIZE[1] - middle[1]]).all()


def test_every_node_shows_from_its_files_what_the_engine_makes_without_nuke(nuke, shot):
    read, track, swap = shot
    matte, clean, grain, check = (nuke.create(f"Face{name}") for name in ("Matte", "Degrain", "Regrain", "Check"))
    for node, *inputs in (
        (matte, track),
        (clean, track),
        (swap, track, matte),
        (grain, swap, track, clean, matte),
        (check, grain, read, matte),
    ):
        for slot, above in enumerate(inputs):
            node.setInput(slot, above)
    matte["output"].setValue("matte")
    press(nuke, track, "track")
    for node in (matte, clean, swap, grain, check):
        assert press(nuke, node, "render") == f"rendered {FIRST}-{LAST}", node.name()
        script = nuke.script()
        shown, made = (picture(each, node.name(), LAST) for each in (as_nuke_shows_it(script), script))
        assert np.array_equal(shown, made), node.name()


def test_layers_are_shown_from_the_files_too_and_asking_for_them_is_another_render(nuke, shot):
    _, track, swap = shot
    layers = tuple(channel for _, channels in FACE_SWAP.layers for channel in channels)
    press(nuke, track, "track")
    swap["mode"].setValue("replace")
    assert press(nuke, swap, "render") == f"rendered {FIRST}-{LAST}"
    asked_for = tuple(channel for channel in layers if channel != "face_grain_lost.alpha")
    assert not picture(as_nuke_shows_it(nuke.script()), "FaceSwap1", LAST, asked_for).any()
    swap["layers"].setValue(True)
    assert press(nuke, swap, "render") == f"rendered {FIRST}-{LAST}"
    script = nuke.script()
    shown, made = (picture(each, "FaceSwap1", LAST, layers) for each in (as_nuke_shows_it(script), script))
    assert np.array_equal(shown, made)
    assert shown.any(axis=(0, 1)).all()


def test_a_shifted_plate_goes_by_the_frames_of_its_track(nuke, shot):
    _, track, swap = shot
    offset = nuke.create("TimeOffset")
    offset._knobs["time_offset"] = nuke_number(offset, "time_offset")
    offset["time_offset"].setValue(10)
    press(nuke, track, "track")
    offset.setInput(0, track)
    swap.setInput(0, offset)
    nuke.root["first_frame"].setValue(FIRST + 10)
    nuke.root["last_frame"].setValue(LAST + 10)
    assert press(nuke, swap, "render") == f"rendered {FIRST + 10}-{LAST + 10}"
    script = nuke.script()
    shown, made = (picture(each, "FaceSwap1", LAST + 10) for each in (as_nuke_shows_it(script), script))
    assert np.array_equal(shown, made)
    assert not np.array_equal(shown, picture(script, "TimeOffset1", LAST + 10))


def test_a_session_without_a_window_tracks_and_renders_before_it_goes_on(nuke, shot):
    _, track, swap = shot
    nuke.module.GUI = False
    nuke.press(track, "track")
    assert track["status"].value() == f"tracked {FIRST}-{LAST}"
    nuke.press(swap, "render")
    assert swap["status"].value() == f"rendered {FIRST}-{LAST}"
    assert nuke.tasks == []
    assert any("rendering" in line for line in nuke.printed)


def test_work_called_off_ends_at_once_and_goes_on_with_the_next_press(nuke, shot, engine, monkeypatch):
    from faceplate_nuke.engine import Request  # noqa: PLC0415 -- on the path by now

    _, track, swap = shot
    press(nuke, track, "track")
    told = threading.Event()
    tell = Request.cancel
    monkeypatch.setattr(Request, "cancel", lambda self: (tell(self), told.set()))
    with halted(engine):  # or three small frames might be finished before the word comes
        nuke.press(swap, "render")
        nuke.press(swap, "cancel")
        assert told.wait(10)
    nuke.run_until(lambda: int(swap["tile_color"].value()) != WORKING, limit_s=10)
    assert swap["status"].value().partition(" ")[0] in ("cancelled", "partial")
    assert press(nuke, swap, "render") == f"rendered {FIRST}-{LAST}"
