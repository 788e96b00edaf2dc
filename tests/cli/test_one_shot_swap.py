import json

import cv2
import numpy as np
import pytest
from skimage import data

from faceplate.cli import main
from faceplate.deliver import read_receipt
from faceplate.grain import write_profile
from faceplate.plate import read_frame
from faceplate.track import write_track
from one_shot_networks import some_map, write_one_shot, write_recogniser
from shots import ENCODING, known_track, some_grain, write_plate
from swap_models import card, write_model

FRAMES = (1001, 1002)
SWAP = ["swap", "plate/plate.%04d.exr", "--track", "shot.track", "--colourspace", ENCODING, "--grain", "plate.grain"]
SWAP += ["--mode", "replace", "-o", "out/d.%04d.exr"]
WHOM = ["--source", "ann.png", "--identity-model", "w600k.onnx"]


@pytest.fixture
def folder(tmp_path, monkeypatch, face_pack):
    assert face_pack.is_dir()
    write_plate(tmp_path / "plate", FRAMES)
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    write_profile(some_grain(), tmp_path / "plate.grain")
    write_one_shot(tmp_path / "inswapper.onnx", mapping=some_map())
    write_recogniser(tmp_path / "w600k.onnx", offset=0.05)
    cv2.imwrite(str(tmp_path / "ann.png"), data.astronaut()[:256, 90:346, ::-1])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_one_shot_model_is_off_until_its_licence_is_accepted(folder, capsys):
    assert main([*SWAP, "--model", "inswapper.onnx", *WHOM]) == 1
    said = " ".join("".join(capsys.readouterr()).split())
    for words in ("inswapper 128", "non-commercial research use alone", "--accept-licence on"):
        assert words in said
    assert not list((folder / "out").glob("*.exr"))


def test_it_then_shows_the_licence_and_its_receipts_tell_of_all_of_it(folder, capsys):
    assert main([*SWAP, "--model", "inswapper.onnx", *WHOM, "--accept-licence", "on"]) == 0
    said = " ".join("".join(capsys.readouterr()).split())
    assert "which you accepted: InsightFace's" in said
    assert "ann.png, the face at" in said
    told = read_receipt(folder / "out" / "receipts" / "d.1001.exr.json")
    assert len(told.inputs["source 1"]["digest"]) == len(told.inputs["identity model"]["digest"]) == 64
    assert "non-commercial" in told.inputs["licence accepted"]["licence"]
    assert "not stated" in told.consent
    frames = [read_frame(path, 1001).stored(read_frame(path, 1001).header.data) for path in (
        folder / "plate" / "plate.1001.exr", folder / "out" / "d.1001.exr"
    )]  # fmt: skip
    assert (frames[0] != frames[1]).any(axis=-1).mean() > 0.02
    assert np.isfinite(frames[1]).all()


def test_another_source_is_another_job(folder):
    call = [*SWAP, "--model", "inswapper.onnx", *WHOM, "--accept-licence", "on", "--json"]
    assert main(call) == 0
    first = read_receipt(folder / "out" / "receipts" / "d.1001.exr.json")
    cv2.imwrite("ann.png", data.astronaut()[:256, 90:346])
    assert main(call) == 0
    second = read_receipt(folder / "out" / "receipts" / "d.1001.exr.json")
    assert first.inputs["source 1"]["digest"] != second.inputs["source 1"]["digest"]
    assert first.job != second.job


def test_in_a_file_of_faces_each_is_shown_by_its_own_source(folder):
    (folder / "lib").mkdir()
    for name in ("inswapper.onnx", "w600k.onnx", "ann.png"):
        (folder / name).rename(folder / "lib" / name)
    write_model(folder / "lib" / "own.onnx", card(mattes={}), gain=0.9)
    faces = [
        {"model": "own.onnx"},
        {"model": "inswapper.onnx", "source": "ann.png", "identity_model": "w600k.onnx", "accept_licence": True},
    ]
    (folder / "lib" / "faces.json").write_text(json.dumps(faces))
    assert main([*SWAP, "--faces", "lib/faces.json"]) == 0
    told = read_receipt(folder / "out" / "receipts" / "d.1001.exr.json").inputs
    assert {"source 1 of face 2", "identity model of face 2", "licence accepted of face 2"} <= set(told)
    assert "source 1" not in told


def test_without_a_source_the_call_is_wrong(folder, capsys):
    assert folder.is_dir()
    assert main([*SWAP, "--model", "inswapper.onnx", "--accept-licence", "on"]) == 2
    assert "--source" in "".join(capsys.readouterr())


def test_inspect_says_what_a_swapper_is_and_by_what_it_was_known(folder, capsys):
    assert main(["inspect", str(folder / "inswapper.onnx")]) == 0
    told = capsys.readouterr().out
    for words in ("recognised: one-shot swapper", "inswapper 128, by its inputs", "non-commercial", "mapped: True"):
        assert words in told
    write_one_shot(folder / "m.onnx", 256)
    assert main(["inspect", str(folder / "m.onnx")]) == 0
    assert "it may be simswap 256 or ghost 256 or hyperswap 256" in capsys.readouterr().out
