import hashlib
import json

import pytest

from faceplate.deliver import Job, file_digest, pixel_versions, read_receipt, write_receipt
from faceplate.errors import StorageError
from shots import plate_frame

JOB = Job(
    inputs={"plate": {"path": "p.%04d.exr"}},
    settings={"FaceSwap": {"mix": 1.0}},
    model_digest="ab" * 32,
    consent="on file",
    versions=pixel_versions(),
)


def changed(**about):
    return Job(**{**JOB.__dict__, **about})


def test_equal_jobs_have_equal_digests_and_any_change_gives_another():
    assert changed().digest == JOB.digest
    others = [
        changed(inputs={"plate": {"path": "p.%04d.exr", "encoding": "ACEScct"}}),
        changed(settings={"FaceSwap": {"mix": 0.5}}),
        changed(model_digest="cd" * 32),
        changed(consent="withdrawn"),
        changed(versions={**JOB.versions, "numpy": "0"}),
    ]
    assert len({JOB.digest, *(job.digest for job in others)}) == len(others) + 1


def test_a_shot_on_another_mount_is_the_same_job():
    assert changed(inputs={"plate": {"path": "/mnt/q.%04d.exr"}}).digest == JOB.digest


def test_what_a_job_adds_to_a_header_stands_under_one_prefix():
    attributes = {entry.name: entry.value for entry in JOB.attributes(plate_frame(1001).header)}
    assert all(name.startswith("faceplate/") for name in attributes)
    assert attributes["faceplate/consent"] == "on file"
    assert attributes["faceplate/model_digest"] == JOB.model_digest
    assert attributes["faceplate/job"] == JOB.digest


def test_what_an_earlier_job_left_in_the_header_is_kept():
    first = plate_frame(1001).header
    again = first.with_attributes(*JOB.attributes(first))
    other = changed(consent="of another person")
    attributes = {entry.name: entry.value for entry in other.attributes(again)}
    assert attributes["faceplate/consent"] == "of another person"
    assert json.loads(attributes["faceplate/earlier"])["faceplate/consent"] == "on file"


def test_a_receipt_reads_back_as_written(tmp_path):
    receipt = JOB.receipt(1001, {"plate": "4 bytes"}, 1234)
    write_receipt(receipt, tmp_path / "new" / "r.json")
    assert read_receipt(tmp_path / "new" / "r.json") == receipt
    assert json.loads((tmp_path / "new" / "r.json").read_text())["frame"] == 1001
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["r.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"frame": 1, "more": 2}'])
def test_a_damaged_receipt_counts_as_none(tmp_path, text):
    path = tmp_path / "r.json"
    path.write_text(text)
    assert read_receipt(path) is None


def test_a_receipt_that_cannot_be_written_names_its_place(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match=r"r\.json"):
        write_receipt(JOB.receipt(1, {}, 1), tmp_path / "file" / "r.json")


def test_a_files_digest_is_its_sha256(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    assert file_digest(path) == hashlib.sha256(b"abc").hexdigest()
