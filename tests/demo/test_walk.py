import json

import cv2
import numpy as np
import pytest

from faceplate.cli import main
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
    assert (demo / "shot.track").is_file()


def test_the_report_holds_the_figures_against_the_truth(demo):
    report = json.loads((demo / "report.json").read_text())
    assert report["identical_outside_matte"] == {"exr": 1.0, "dpx": 1.0}
    assert report["frames"] == len(FRAMES)
    assert report["landmark_error_px"] < 0.02 * 540
    assert report["grain"]
    assert all(0.8 < ratio < 1.25 for entry in report["grain"] for ratio in entry["ratio"] if ratio is not None)
    assert {"make plate", "track", "swap", "write"} <= set(report["stage_seconds_a_frame"])
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


def test_a_frame_rendered_alone_is_the_frame_of_the_demo(demo, tmp_path):
    receipt = json.loads((demo / "delivery" / "exr" / "receipts" / "delivery.1002.exr.json").read_text())
    call = ["swap", str(demo / "plate" / "plate.%04d.exr"), "--track", str(demo / "shot.track")]
    call += ["--model", receipt["inputs"]["model"]["path"], "--grain", str(demo / "plate.grain"), "--mode", "replace"]
    assert main([*call, "--range", "1002", "-o", str(tmp_path / "alone.%04d.exr")]) == 0
    alone = open_plate(str(tmp_path / "alone.%04d.exr")).read(1002)
    together = open_plate(str(demo / "delivery" / "exr" / "delivery.%04d.exr")).read(1002)
    assert np.array_equal(alone.groups[0].pixels.view(np.uint16), together.groups[0].pixels.view(np.uint16))


def test_the_receipt_says_what_made_the_frame(demo):
    receipt = json.loads((demo / "delivery" / "exr" / "receipts" / "delivery.1001.exr.json").read_text())
    assert receipt["frame"] == 1001
    assert {"plate", "track", "model", "grain"} <= set(receipt["inputs"])
    assert {"FaceSwap", "FaceMatte", "FaceRegrain"} <= set(receipt["settings"])
    assert receipt["consent"]
    assert receipt["output_bytes"] == (demo / "delivery" / "exr" / "delivery.1001.exr").stat().st_size


def test_the_contact_sheet_is_a_picture_with_every_panel_filled(demo):
    sheet = cv2.imread(str(demo / "contact.png"))
    assert sheet is not None
    rows, columns = sheet.shape[0] // 3, sheet.shape[1] // 4
    for row in range(3):
        for column in range(4):
            assert sheet[row * rows : (row + 1) * rows, column * columns : (column + 1) * columns].std() > 5
