import hashlib
import os
from pathlib import Path

import pytest

from faceplate.cli import main
from shots import write_plate

FRAMES = (1001, 1002)


@pytest.fixture
def plate(tmp_path):
    return Path(write_plate(tmp_path / "plate", FRAMES))


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("output", ["plate.%d.exr", "plate.%06d.exr", "plate.1%03d.exr"])
def test_a_delivery_that_would_replace_its_plate_is_refused(plate, output):
    before = digests(plate.parent)
    assert main(["deliver", str(plate), "-o", str(plate.parent / output)]) == 2
    assert digests(plate.parent) == before


def test_a_delivery_over_what_the_plates_links_lead_to_is_refused(plate, tmp_path):
    (tmp_path / "linked").mkdir()
    for number in FRAMES:
        (tmp_path / "linked" / f"x.{number}.exr").symlink_to(plate.parent / f"plate.{number}.exr")
    before = digests(plate.parent)
    call = ["deliver", str(tmp_path / "linked" / "x.%04d.exr"), "-o", str(plate), "--compression", "zips"]
    assert main(call) == 2
    assert digests(plate.parent) == before


def test_a_plate_in_a_folder_with_a_hash_is_delivered(plate, tmp_path):
    plate.parent.rename(tmp_path / "shot#1 %d")
    folder = tmp_path / "shot#1 %d"
    assert main(["deliver", str(folder / plate.name), "-o", str(folder / "out" / "d.####.exr")]) == 0
    assert sorted(path.name for path in (folder / "out").glob("*.exr")) == [f"d.{number}.exr" for number in FRAMES]


@pytest.mark.parametrize("command", ["inspect", "deliver"])
def test_a_plate_whose_name_is_not_utf_8_is_an_error_that_names_it(plate, tmp_path, capsys, command):
    name = os.fsdecode(bytes(tmp_path) + b"/bad\xff.0001.exr")
    (plate.parent / "plate.1001.exr").rename(name)
    more = ["-o", str(tmp_path / "d.%04d.exr")] if command == "deliver" else []
    assert main([command, name, *more]) == 1
    said = " ".join("".join(capsys.readouterr()).split())
    assert "rename it" in said
    assert "udcff" in said.replace(" ", "")


def test_frames_below_zero_are_asked_for_with_an_equals_sign(tmp_path, capsys):
    write_plate(tmp_path, range(4))
    for number in range(4):
        (tmp_path / f"plate.{number}.exr").rename(tmp_path / f"below.{number - 2}.exr")
    plate = str(tmp_path / "below.%d.exr")
    assert main(["deliver", plate, "--range=-2-1", "-o", str(tmp_path / "out" / "d.%d.exr")]) == 0
    assert (tmp_path / "out" / "d.-2.exr").exists()
    with pytest.raises(SystemExit):
        main(["deliver", "--help"])
    assert "--range=-2-1" in capsys.readouterr().out.replace("\n", "")
