"""Plates of every kind on the command line: what is asked for by layer, view and compression, and what is told."""

import json
from dataclasses import replace

import numpy as np
import OpenEXR
import pytest

from faceplate.cli import main
from faceplate.plate import open_plate, read_frame, write_frame
from faceplate.track import write_track
from faceplate.values import Attribute, Sample
from shots import ENCODING, SIZE, known_track, plate_frame, write_plate
from swap_models import write_model

FRAMES = (1001, 1002)
SWAP = ["swap", "p.%04d.exr", "--track", "shot.track", "--model", "m.onnx", "--colourspace", ENCODING]
SWAP += ["--mode", "replace", "--grain", "p.grain"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A stereo shot of three parts a frame: two views and a part of ids."""
    monkeypatch.chdir(tmp_path)
    for number in FRAMES:
        write_stereo(tmp_path / f"p.{number}.exr", number)
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    write_model(tmp_path / "m.onnx", gain=0.8)
    assert main(["grain", "measure", "p.%04d.exr", "--colourspace", ENCODING, "-o", "p.grain"]) == 0
    return tmp_path


def write_stereo(path, number):
    parts = []
    for view in ("left", "right"):
        pixels = plate_frame(number if view == "left" else number + 50).groups[0].pixels
        channels = {name: np.ascontiguousarray(pixels[..., at]) for at, name in enumerate("RGB")}
        parts.append(OpenEXR.Part({"view": view, "compression": OpenEXR.PIZ_COMPRESSION}, channels, f"rgba.{view}"))
    ids = np.random.default_rng(number).integers(0, 2**32, (SIZE[1], SIZE[0]), np.uint32)
    parts.append(OpenEXR.Part({"view": "left", "compression": OpenEXR.ZIPS_COMPRESSION}, {"id": ids}, "crypto"))
    OpenEXR.File(parts).write(str(path))


def channels_of(path):
    return [
        {name: channel.pixels for name, channel in part.channels.items()}
        for part in OpenEXR.File(str(path), separate_channels=True).parts
    ]


@pytest.mark.parametrize(("view", "chosen"), [(None, 0), ("left", 0), ("right", 1)])
def test_one_eye_is_swapped_and_all_else_leaves_as_it_came(folder, view, chosen):
    asked = [] if view is None else ["--view", view]
    assert main([*SWAP, *asked, "-o", "out/d.%04d.exr"]) == 0
    for number in FRAMES:
        before, after = channels_of(folder / f"p.{number}.exr"), channels_of(folder / "out" / f"d.{number}.exr")
        differs = [any(not np.array_equal(a[name], b[name]) for name in a) for a, b in zip(before, after, strict=True)]
        assert differs == [part == chosen for part in range(3)]
        receipt = json.loads((folder / "out" / "receipts" / f"d.{number}.exr.json").read_text())
        assert receipt["inputs"]["plate"].get("view") == view


def test_the_other_eye_is_swapped_in_what_the_first_render_left(folder):
    assert main([*SWAP, "--view", "left", "-o", "one/d.%04d.exr"]) == 0
    second = [word if word != "p.%04d.exr" else "one/d.%04d.exr" for word in SWAP]
    assert main([*second, "--view", "right", "-o", "two/d.%04d.exr"]) == 0
    plate, one, two = (channels_of(folder / name) for name in ("p.1001.exr", "one/d.1001.exr", "two/d.1001.exr"))
    assert np.array_equal(two[0]["R"], one[0]["R"])
    assert not np.array_equal(two[0]["R"], plate[0]["R"])
    assert not np.array_equal(two[1]["R"], plate[1]["R"])


def test_a_compression_that_is_asked_for_is_that_of_the_delivery(folder):
    assert main(["deliver", "p.%04d.exr", "--compression", "zip", "-o", "out/d.%04d.exr"]) == 0
    parts = OpenEXR.File("out/d.1001.exr").parts
    assert [part.header["compression"] for part in parts] == [
        OpenEXR.ZIP_COMPRESSION, OpenEXR.PIZ_COMPRESSION, OpenEXR.ZIPS_COMPRESSION,
    ]  # fmt: skip
    before, after = channels_of(folder / "p.1001.exr"), channels_of(folder / "out" / "d.1001.exr")
    assert all(np.array_equal(a[name], b[name]) for a, b in zip(before, after, strict=True) for name in a)


@pytest.mark.parametrize("asked", ["jpeg", "zip:much", "dwaa:", "zip:99", "none:4", "dwaa:45.5", "dwaa:0"])
def test_a_compression_that_exr_does_not_have_is_refused_with_those_it_has(folder, asked, capsys):
    assert main(["deliver", "p.%04d.exr", "--compression", asked, "-o", "out/d.%04d.exr"]) == 2
    assert "one of none, rle, zips, zip, piz" in capsys.readouterr().err.replace("\n", " ")
    assert not list(folder.glob("out/*.exr"))


@pytest.mark.parametrize("compression", ["dwaa", "b44"])
def test_a_lossy_plate_leaves_deliver_as_it_came_and_a_swap_without_loss(folder, compression):
    for number in FRAMES:
        frame = plate_frame(number)
        header = frame.header.with_attributes(Attribute("compression", "string", compression))
        write_frame(replace(frame, header=header), folder / f"p.{number}.exr")
    assert main(["deliver", "p.%04d.exr", "-o", "same/d.%04d.exr"]) == 0
    assert main([*SWAP, "-o", "out/d.%04d.exr"]) == 0
    plate, same, swapped = (read_frame(folder / n, 1001) for n in ("p.1001.exr", "same/d.1001.exr", "out/d.1001.exr"))
    assert same.header.attribute("compression") == compression
    assert same.groups[0].pixels.tobytes() == plate.groups[0].pixels.tobytes()
    assert swapped.header.attribute("compression") == "zips"
    assert np.array_equal(swapped.groups[0].pixels[:60], plate.groups[0].pixels[:60])


def test_a_layer_that_is_not_there_is_refused_with_those_that_are(folder, capsys):
    assert main([*SWAP, "--layer", "beauty", "-o", "out/d.%04d.exr"]) == 1
    said = capsys.readouterr().err.replace("\n", " ")
    assert "layer 'beauty'" in said
    assert "view right" in said
    assert folder


def test_inspect_tells_of_every_part_and_picture(folder, capsys):
    assert main(["inspect", "p.1001.exr", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert [(found["view"], found["part"]) for found in values["pictures"]] == [("left", 0), ("right", 1)]
    assert [list(part["channels"]) for part in values["parts"]] == [["R", "G", "B"], ["B", "G", "R"], ["id"]]
    assert values["parts"][2]["channels"] == {"id": "uint32"}
    named = {entry["name"]: entry for entry in values["parts"][1]["attributes"]}
    assert named["view"] == {"name": "view", "type": "string", "value": "right"}
    assert named["compression"]["value"] == "piz"
    assert main(["inspect", "p.1001.exr"]) == 0
    assert "  view (string): right" in capsys.readouterr().out
    assert folder


@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16])
def test_a_dpx_of_any_depth_comes_out_as_the_file_that_went_in(tmp_path, sample):
    pattern = write_plate(tmp_path / "plate", FRAMES, "dpx", sample=sample)
    assert main(["deliver", pattern, "-o", str(tmp_path / "out" / "d.%04d.dpx")]) == 0
    for number in FRAMES:
        before, after = tmp_path / "plate" / f"plate.{number}.dpx", tmp_path / "out" / f"d.{number}.dpx"
        assert after.read_bytes() == before.read_bytes()


def test_pixels_without_light_stay_and_are_counted(folder, capsys):
    for number in FRAMES:
        frame = plate_frame(number)
        frame.groups[0].pixels[185:188, 318:320] = np.nan
        frame.groups[0].pixels[190, 320, 1] = np.inf
        frame.groups[0].pixels[192, 320, 2] = 60000.0
        write_frame(frame, folder / f"p.{number}.exr")
    assert main([*SWAP, "-o", "out/d.%04d.exr", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["kept_pixels"] == {str(number): {"nan": 6, "infinite": 1, "beyond": 1} for number in FRAMES}
    after = open_plate("out/d.%04d.exr").read(1001)
    data = after.header.data
    assert np.isnan(after.stored(data)[185:188, 318:320]).all()
    assert np.isinf(after.stored(data)[190, 320, 1])
    assert after.stored(data)[192, 320, 2] == np.float16(60000)
    assert int(np.isnan(after.stored(data)).sum()) == 18
    assert main([*SWAP, "-o", "out/d.%04d.exr", "--anew"]) == 0
    assert "12 NaN, 2 infinite, 2 beyond" in " ".join(capsys.readouterr().err.split())
