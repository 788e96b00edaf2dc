import json
import shutil

import cv2
import numpy as np
import pytest

from faceplate.cli import main
from faceplate.graph.gizmo import open_gizmos
from faceplate.graph.script import read_script, write_script
from faceplate.plate import as_dpx10, open_plate

FRAMES = (1001, 1002, 1003)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, face_pack):
    folder = tmp_path_factory.mktemp("demo")
    assert face_pack.is_dir()
    assert main(["demo", "--out", str(folder), "--frames", "3", "--size", "1024x540"]) == 0
    return folder


def plate_and(demo, name):
    return [open_plate(str(demo / pattern)) for pattern in ("plate/plate.%04d.exr", name)]


def covered(demo, number, data):
    matte = open_plate(str(demo / "matte" / "matte.%04d.exr")).read(number)
    inside = np.zeros((data.height, data.width), bool)
    inside[matte.header.data.slices(data)] = matte.groups[0].pixels[..., 0] > 0
    return inside


def test_the_demo_leaves_every_file_that_the_design_names(demo):
    for pattern in (
        "plate/plate.{}.exr",
        "matte/matte.{}.exr",
        "swap/swap.{}.exr",
        "delivery/exr/delivery.{}.exr",
        "delivery/dpx/delivery.{}.dpx",
    ):
        assert all((demo / pattern.format(number)).is_file() for number in FRAMES)
    assert all((demo / name).is_file() for name in ("shot.track", "face_replacement.nk", "younger.onnx"))


def test_the_report_holds_the_figures_against_the_truth(demo):
    report = json.loads((demo / "report.json").read_text())
    assert report["identical_outside_matte"] == {"exr": 1.0, "dpx": 1.0}
    assert report["frames"] == len(FRAMES)
    assert report["landmark_error_px"] < 0.02 * 540
    assert report["grain"]
    assert all(0.8 < ratio < 1.25 for entry in report["grain"] for ratio in entry["ratio"] if ratio is not None)
    assert {"make plate", "track", "FaceSwap", "FaceRegrain", "deliver"} <= set(report["stage_seconds_a_frame"])
    assert report["wall_s"] > 0
    assert report["peak_memory_mb"] > 0


@pytest.mark.parametrize("number", FRAMES)
def test_the_delivery_is_the_plate_outside_the_matte_and_not_inside(demo, number):
    plate, delivered = (each.read(number) for each in plate_and(demo, "delivery/exr/delivery.%04d.exr"))
    ten_bit = open_plate(str(demo / "delivery" / "dpx" / "delivery.%04d.dpx")).read(number)
    data = plate.header.data
    inside = covered(demo, number, data)
    same = (plate.stored(data) == delivered.stored(data)).all(axis=-1)
    assert same[~inside].all()
    assert not same[inside].all()
    assert (as_dpx10(plate).stored(data) == ten_bit.stored(data)).all(axis=-1)[~inside].all()


def test_the_delivered_header_is_the_plates_with_ours_under_one_prefix(demo):
    plate, delivered = (each.read(1002).header for each in plate_and(demo, "delivery/exr/delivery.%04d.exr"))
    ours = [entry for entry in delivered.attributes if entry.name.startswith("faceplate/")]
    assert tuple(entry for entry in delivered.attributes if entry not in ours) == plate.attributes
    assert {"faceplate/model_digest", "faceplate/consent", "faceplate/version"} <= {entry.name for entry in ours}
    assert plate.attribute("colorInteropID")


@pytest.mark.parametrize("script", ["face_replacement.nk", "groups.nk"])
def test_a_frame_of_the_script_rendered_alone_is_the_frame_of_the_demo_with_gizmos_and_with_groups(
    demo, tmp_path, script
):
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("delivery", "matte", "swap"))
    write_script(open_gizmos(read_script(demo / "face_replacement.nk")), tmp_path / "groups.nk")
    for node, kind in (("Write1", "exr"), ("Write2", "dpx")):
        assert main(["render", str(tmp_path / script), "--node", node, "--range", "1002"]) == 0
        pattern = f"delivery/{kind}/delivery.%04d.{kind}"
        alone, together = (open_plate(str(folder / pattern)).read(1002) for folder in (tmp_path, demo))
        assert np.array_equal(alone.groups[0].pixels.view(np.uint16), together.groups[0].pixels.view(np.uint16))
        assert not (tmp_path / pattern.replace("%04d", "1001")).exists()


def test_a_second_render_finds_every_frame_done_and_a_changed_grade_makes_them_anew(demo, tmp_path, capsys):
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True)
    call = ["render", str(tmp_path / "face_replacement.nk"), "--node", "Write1", "--json"]
    assert main(call) == 0
    assert rendered(capsys) == {"made": list(FRAMES), "done_before": []}, "another folder holds other plates"
    assert main(call) == 0
    assert rendered(capsys) == {"made": [], "done_before": list(FRAMES)}
    text = (tmp_path / "face_replacement.nk").read_text()
    (tmp_path / "face_replacement.nk").write_text(text.replace("white {1.02 1 0.98 1}", "white 1.1"))
    assert main(call) == 0
    assert rendered(capsys) == {"made": list(FRAMES), "done_before": []}


def rendered(capsys):
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    return {name: last[name]["Write1"] for name in ("made", "done_before")}


def test_the_receipt_says_what_made_the_frame(demo):
    receipt = json.loads((demo / "delivery" / "exr" / "receipts" / "delivery.1001.exr.json").read_text())
    assert receipt["frame"] == 1001
    assert {"script", "Read1", "FaceSwap1 model", "FaceSwap1 track"} <= set(receipt["inputs"])
    assert receipt["settings"]["Write1"]["compression"] == "Zip (16 scanlines)"
    assert {"FaceSwap", "FaceMatte", "FaceRegrain"} <= set(receipt["versions"])
    assert receipt["consent"]
    assert receipt["output_bytes"] == (demo / "delivery" / "exr" / "delivery.1001.exr").stat().st_size


def test_the_contact_sheet_is_a_picture_with_every_panel_filled(demo):
    sheet = cv2.imread(str(demo / "contact.png"))
    assert sheet is not None
    rows, columns = sheet.shape[0] // 3, sheet.shape[1] // 4
    for row in range(3):
        for column in range(4):
            assert sheet[row * rows : (row + 1) * rows, column * columns : (column + 1) * columns].std() > 5
