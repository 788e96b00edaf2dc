from dataclasses import replace

import pytest

from faceplate.deliver import Job, check_outputs, open_delivery, pixel_versions, sequence, states_of
from faceplate.errors import CallError, PlateError, StorageError
from faceplate.plate import open_plate, read_frame, write_frame
from faceplate.values import Attribute
from shots import plate_frame, write_plate

JOB = Job({}, {}, "", "", pixel_versions())
OTHER_JOB = Job({}, {"FaceSwap": {"mix": 0.5}}, "", "", pixel_versions())


def test_a_written_frame_is_done_for_its_own_job_alone(tmp_path):
    pattern = str(tmp_path / "out" / "d.%04d.exr")
    delivery = open_delivery(pattern, JOB, states_of())
    assert not delivery.is_done(1001)
    delivery.write(plate_frame(1001))
    assert delivery.is_done(1001)
    assert not delivery.is_done(1002)
    assert not open_delivery(pattern, OTHER_JOB, states_of()).is_done(1001)


def test_a_frame_whose_writing_fails_leaves_the_old_one_whole_and_undone(tmp_path, monkeypatch):
    delivery = open_delivery(str(tmp_path / "d.%04d.exr"), JOB, states_of())
    delivery.write(plate_frame(1001))
    before = delivery.path(1001).read_bytes()

    def full(_frame, path):
        raise StorageError(str(path), expected="room", came="No space left on device", next_step="free space")

    monkeypatch.setattr(sequence, "write_frame", full)
    with pytest.raises(StorageError, match="No space left"):
        delivery.write(plate_frame(1001))
    assert delivery.path(1001).read_bytes() == before
    assert not delivery.is_done(1001)


@pytest.mark.parametrize("name", ["d.exr", "d.%04d.jpg", "d.%04d", "d.####.mov"])
def test_a_name_that_is_no_sequence_we_deliver_is_refused(tmp_path, name):
    with pytest.raises(CallError, match=r"OUT\.%04d\.exr"):
        open_delivery(str(tmp_path / name), JOB, states_of())


@pytest.mark.parametrize("suffix", ["tif", "tiff", "png"])
def test_stills_are_delivered_with_receipts_and_untouched_ones_are_the_plates_bytes(tmp_path, suffix):
    plate = open_plate(write_plate(tmp_path / "plate", (1001,), suffix.replace("tiff", "tif")))
    delivery = open_delivery(str(tmp_path / f"d.%04d.{suffix}"), JOB, states_of(plate=plate))
    delivery.write(plate.read(1001))
    assert delivery.is_done(1001)
    assert delivery.path(1001).read_bytes() == next((tmp_path / "plate").iterdir()).read_bytes()


def test_receipts_of_two_formats_in_one_folder_stay_apart(tmp_path):
    deliveries = [open_delivery(str(tmp_path / f"d.%04d.{suffix}"), JOB, states_of()) for suffix in ("exr", "dpx")]
    assert deliveries[0].receipt_path(1001) != deliveries[1].receipt_path(1001)


def test_a_compression_that_loses_with_every_writing_gives_way_to_a_lossless_one(tmp_path):
    first = plate_frame(1001)
    lossy = replace(first, header=first.header.with_attributes(Attribute("compression", "string", "dwaa")))
    write_frame(lossy, tmp_path / "plate.1001.exr")
    plate = read_frame(tmp_path / "plate.1001.exr", 1001)
    delivery = open_delivery(str(tmp_path / "d.%04d.exr"), JOB, states_of())
    delivery.write(plate)
    delivered = read_frame(delivery.path(1001), 1001)
    assert delivered.header.attribute("compression") == "zips"
    assert delivered.groups[0].pixels.tobytes() == plate.groups[0].pixels.tobytes()


@pytest.mark.parametrize(
    ("outputs", "inputs", "came"),
    [
        (["p.%04d.exr"], ["p.%04d.exr"], "an input"),
        (["p.####.exr"], ["p.%04d.exr"], "an input"),
        (["./p.%04d.exr"], ["p.1001.exr"], "an input"),
        (["a.%04d.exr", "a.####.exr"], [], "another output"),
        (["p.%d.exr"], ["p.%04d.exr"], "an input"),
        (["p.%06d.exr"], ["p.%04d.exr"], "an input"),
        (["p.1%03d.exr"], ["p.%04d.exr"], "an input"),
        (["p.%d.exr"], ["p.-001.exr"], None),
        (["p.%04d.exr"], ["p.-001.exr"], "an input"),
        (["a.%04d.exr", "a.%d.exr"], [], "another output"),
        (["a.%d.exr", "a.%d1.exr"], [], "another output"),
    ],
)
def test_an_output_that_would_be_written_over_something_is_refused(tmp_path, monkeypatch, outputs, inputs, came):
    monkeypatch.chdir(tmp_path)
    if came is None:
        assert check_outputs(outputs, inputs)
        return
    with pytest.raises(CallError, match=f"the name of {came}"):
        check_outputs(outputs, inputs)


@pytest.mark.parametrize("given", ["linked/p.%04d.exr", "linked/p.1001.exr", "folder/p.%04d.exr"])
def test_an_output_over_the_files_that_the_inputs_links_lead_to_is_refused(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    for folder in ("plate", "linked"):
        (tmp_path / folder).mkdir()
    (tmp_path / "plate" / "x.1001.exr").touch()
    (tmp_path / "plate" / "p.1002.exr").touch()
    (tmp_path / "linked" / "p.1001.exr").symlink_to("../plate/x.1001.exr")
    (tmp_path / "folder").symlink_to("plate")
    output = "plate/p.%d.exr" if given.startswith("folder") else "plate/x.%d.exr"
    with pytest.raises(CallError, match="the name of an input"):
        check_outputs([output], [given])
    assert check_outputs(["plate/y.%d.exr"], [given])


def test_receipts_that_cannot_be_written_are_noticed_before_any_work(tmp_path):
    (tmp_path / "receipts").touch()
    with pytest.raises(StorageError, match="receipts"):
        check_outputs([str(tmp_path / "d.%04d.exr")], [])


@pytest.mark.parametrize("suffix", ["exr", "dpx", "tif", "png"])
def test_a_frame_whose_plate_was_replaced_while_it_was_made_is_not_done(tmp_path, suffix):
    plate = open_plate(write_plate(tmp_path / "plate", (1001,)))
    delivery = open_delivery(str(tmp_path / f"d.%04d.{suffix}"), JOB, states_of(plate=plate))
    delivery.write(plate.read(1001))
    frame = plate.read(1001)
    write_frame(plate_frame(1001, channels=("R", "G", "B", "A")), tmp_path / "plate" / "plate.1001.exr")
    with pytest.raises(PlateError, match="the file as it was read"):
        delivery.write(frame)
    assert not delivery.is_done(1001)
    assert not delivery.receipt_path(1001).exists()


def test_an_output_name_that_is_no_text_is_refused(tmp_path):
    with pytest.raises(CallError, match="udcff"):
        check_outputs([str(tmp_path / "bad\udcff.%04d.exr")], [])


def test_outputs_beside_their_inputs_are_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outputs = ["q.%04d.exr", "p.%04d.dpx", "p.x%06d.exr", "p.1_%04d.exr", "sub/p.%04d.exr"]
    assert len(check_outputs(outputs, ["p.%04d.exr", "p.mov"])) == len(outputs)


def test_a_frame_whose_input_file_changed_is_made_again(tmp_path):
    state = {"plate": "1 byte"}
    delivery = open_delivery(str(tmp_path / "d.%04d.exr"), JOB, lambda _number: dict(state))
    delivery.write(plate_frame(1001))
    assert delivery.is_done(1001)
    state["plate"] = "2 bytes"
    assert not delivery.is_done(1001)
