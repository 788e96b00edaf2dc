import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.cli import main
from faceplate.graph.script import read_script
from faceplate.plate import read_frame
from faceplate.track import mesh_to_68, read_track, write_track
from faces68 import face68
from foreign_tracks_by_hand import dfl_picture, write_faceswap_json, write_fsa, write_pack
from shots import known_track, write_plate

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def track_file(tmp_path):
    write_track(known_track(list(FRAMES)), tmp_path / "shot.track")
    return str(tmp_path / "shot.track")


@pytest.fixture
def plate(tmp_path):
    return write_plate(tmp_path / "plate", FRAMES)


def told(capsys):
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_a_track_becomes_nodes_that_nuke_reads(track_file, tmp_path, capsys):
    out = str(tmp_path / "nodes.nk")
    assert main(["convert", track_file, "-o", out, "--json"]) == 0
    assert told(capsys)["nodes"] == [
        f"person1_{kind}" for kind in ("Tracker4", "CornerPin2D", "Transform", "Axis", "Roto")
    ]
    assert [node.klass for node in read_script(out).nodes] == ["Tracker4", "CornerPin2D", "Transform", "Axis2", "Roto"]
    assert main(["convert", track_file, "-o", out, "--nodes", "Roto,Axis", "--range", "1002-1003"]) == 0
    script = read_script(out)
    assert [node.klass for node in script.nodes] == ["Roto", "Axis2"]
    assert "x1001" not in script.nodes[1].values["translate"]


@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_text_and_back_is_the_same_track(track_file, plate, tmp_path, ending):
    middle, back = str(tmp_path / f"shot{ending}"), str(tmp_path / "back.track")
    assert main(["convert", track_file, "-o", middle]) == 0
    about = ["--plate", plate] if ending == ".csv" else []
    assert main(["convert", middle, "-o", back, *about]) == 0
    one, other = read_track(Path(track_file)), read_track(Path(back))
    assert (one.frames, one.size, one.pixel_aspect) == (other.frames, other.size, other.pixel_aspect)
    np.testing.assert_array_equal(one.people[0].landmarks_plate, other.people[0].landmarks_plate)
    np.testing.assert_array_equal(one.people[0].alignment, other.people[0].alignment)


def test_maps_are_written_frame_by_frame_and_go_on(track_file, tmp_path, capsys):
    call = [
        "convert",
        track_file,
        "-o",
        str(tmp_path / "st.%04d.exr"),
        "--size",
        "64",
        "--range",
        "1001-1002",
        "--json",
    ]
    assert main(call) == 0
    assert told(capsys)["made"] == [1001, 1002]
    assert read_frame(tmp_path / "st.1002.exr", 1002).header.display[2:] == (64, 64)
    assert main(call) == 0
    assert told(capsys) == {**told_before(call), "made": [], "done_before": [1001, 1002]}


def told_before(call):
    settings = {"map": "stabilise", "inverse": False, "size": int(call[5]), "margin": 0.6}
    return {"event": "result", "person": "person1", "settings": settings}


def foreign(kind, folder):
    faces = {f"{number:05d}.png": [face68((300 + 2 * number, 180))] for number in (1, 2, 3)}
    path = folder / {"json": "a.json", "fsa": "a.fsa", "pak": "faceset.pak", "jpg": "aligned"}[kind]
    pictures = {f"{name[:-4]}_0.jpg": dfl_picture(each[0], name) for name, each in faces.items()}
    if kind == "json":
        write_faceswap_json(path, faces)
    elif kind == "fsa":
        write_fsa(path, faces)
    elif kind == "pak":
        write_pack(path, pictures)
    else:
        path.mkdir()
        for name, data in pictures.items():
            (path / name).write_bytes(data)
    return str(path)


@pytest.mark.parametrize("kind", ["json", "fsa", "pak", "jpg"])
def test_other_programs_tracks_come_in(kind, plate, tmp_path, capsys):
    source, out = foreign(kind, tmp_path), str(tmp_path / "in.track")
    assert main(["convert", source, "-o", out, "--plate", plate, "--offset", "1000", "--json"]) == 0
    assert told(capsys)["people"] == {"person1": 3}
    track = read_track(Path(out))
    assert (track.frames, track.size) == (FRAMES, (640, 360))
    given = face68((304, 180)) + 0.5
    np.testing.assert_allclose(track.people[0].landmarks_plate[1, list(mesh_to_68)], given, atol=1e-3)


@pytest.fixture
def here(track_file, tmp_path, monkeypatch):
    """The folder that calls are made in: a track, faceswap's faces, and JSON that is neither."""
    monkeypatch.chdir(tmp_path)
    write_track(replace(read_track(track_file), people=()), tmp_path / "nobody.track")
    (tmp_path / "odd.json").write_text('{"faces": 3}')
    write_faceswap_json(tmp_path / "faces.json", {"00001.png": [face68()]})
    return tmp_path


@pytest.mark.parametrize(
    ("words", "expected", "code"),
    [
        (["a.track", "-o", "out.mov"], "an output of .nk, .json, .csv, .exr", 2),
        (["a.track", "-o", "out.track"], "an output of .nk, .json, .csv, .exr", 2),
        (["a.json", "-o", "out.nk"], "an output of .track", 2),
        (["a.xyz", "-o", "out.track"], "a folder of aligned JPEGs, or a file of", 2),
        (["a.fsa", "-o", "out.track"], "No such file", 1),
        (["a.track", "-o", "out.nk"], "a.track", 1),
        (["odd.json", "-o", "out.track"], "faceswap's alignments", 2),
        (["faces.json", "-o", "out.track"], "no --plate", 2),
        (["faces.json", "-o", "out.track", "--plate", "PLATE"], "give --offset", 1),
        (["faces.json", "-o", "out.track", "--plate", "PLATE", "--source-size", "0x2"], "1920x1080", 2),
        (["shot.track", "-o", "out.nk", "--nodes", "Blur"], "came Blur", 2),
        (["shot.track", "-o", "out.nk", "--person", "bob"], "bob", 1),
        (["shot.track", "-o", "out.nk", "--range", "1-2"], "frames of the track: 1001-1003", 2),
        (["shot.track", "-o", "st.%04d.exr", "--reference-frame", "7"], "1001-1003; came 7", 2),
        (["shot.track", "-o", "st.exr"], "OUT.%04d.exr", 2),
        (["nobody.track", "-o", "out.nk"], "expected somebody in it; came nobody", 1),
        (["nobody.track", "-o", "out.%04d.exr"], "expected somebody in it; came nobody", 1),
    ],
)
def test_what_cannot_be_done_is_said_with_the_next_step(words, expected, code, plate, here, capsys):
    assert main(["convert", *(plate if word == "PLATE" else word for word in words)]) == code
    said = " ".join(capsys.readouterr().err.split())
    assert expected in said
    assert "Next:" in said
    assert not [path for path in here.iterdir() if path.name.startswith("out")]


def test_a_track_that_was_mended_by_hand_is_not_replaced(here, capsys):
    """Its names are its own where it came from elsewhere: they are no edits of anybody."""
    track = read_track(here / "shot.track")
    write_track(replace(track, people=(replace(track.people[0], name="Ann"),)), here / "shot.track")
    assert main(["convert", "shot.track", "-o", "shot.json"]) == 0
    assert main(["edit", "shot.track", "move", "--frame", "1002", "--by", "1", "1"]) == 0
    before = (here / "shot.track").read_bytes()
    assert main(["convert", "shot.json", "-o", "shot.track"]) == 2
    assert "came a track with 1 edits" in " ".join(capsys.readouterr().err.split())
    assert (here / "shot.track").read_bytes() == before
    assert main(["edit", "shot.track", "clear"]) == 0
    assert main(["convert", "shot.json", "-o", "shot.track"]) == 0


@pytest.mark.parametrize("name", ["a.fsa", "faceset.pak", "a.json", "a.csv"])
def test_inspect_says_how_another_programs_track_becomes_one(name, capsys):
    assert main(["inspect", name]) == 2
    assert f"faceplate convert {name} -o SHOT.track" in " ".join(capsys.readouterr().err.split())
