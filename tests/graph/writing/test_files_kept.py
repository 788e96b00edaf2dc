"""No file that a render reads, and none that it writes, is ever written over."""

import os
from pathlib import Path

import pytest

from faceplate.errors import FaceplateError, ScriptError
from faceplate.graph import RenderSettings, render_script
from faceplate.graph.script import parse_script
from script_shots import node, read, root, write, write_exr_plate

GRADE = node("Grade", name="G1", white=2)


@pytest.fixture
def plate(tmp_path):
    (tmp_path / "plate").mkdir()
    return write_exr_plate(tmp_path / "plate")


def refused(match, *script, nodes=(), frames=(1001,), **settings):
    with pytest.raises(FaceplateError, match=match):
        render_script(parse_script("".join(script)), node=nodes, frames=frames, settings=RenderSettings(**settings))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.exr")}


def tcl(folder, offset=0):
    """Names that the script works out frame by frame, and that happen to be the plate's."""
    return rf"{folder}/plate.\[format %04d \[expr \[frame]+{offset}]].exr"


@pytest.mark.parametrize(
    "name",
    [
        "{0}/plate.%04d.exr",
        "{0}/plate.1002.exr",
        "{0}/../plate/plate.1004.exr",
        "{0}/link/plate.1003.exr",
        "{0}/plate.1009.exr",
        "{0}/elsewhere.%04d.exr",
        tcl("{0}"),
        tcl("{0}", 50),
    ],
    ids=["pattern", "single", "dots", "link", "not there yet", "link to a frame", "tcl", "tcl beyond"],
)
def test_no_name_leads_to_a_frame_of_the_plate(plate, tmp_path, name):
    folder = tmp_path / "plate"
    (folder / "link").symlink_to(folder)
    (folder / "elsewhere.1001.exr").symlink_to(folder / "plate.1003.exr")
    before = contents(folder)
    refused(r"input|reads", root(), read(plate), GRADE, write(name.format(folder)))
    assert contents(folder) == before


@pytest.mark.usefixtures("plate")
def test_a_plate_with_a_name_worked_out_frame_by_frame_is_kept_where_time_is_shifted(tmp_path):
    before = contents(tmp_path / "plate")
    shifted = node("TimeOffset", name="T1", time_offset=1)
    single = write(f"{tmp_path}/plate/plate.1001.exr")
    refused(r"Write1\.file.*Read1\.file", root(), read(tcl(tmp_path / "plate")), shifted, GRADE, single, frames=(1002,))
    assert contents(tmp_path / "plate") == before


def test_a_plate_whose_folders_bear_the_number_is_kept(tmp_path):
    for number in (1001, 1002):
        (tmp_path / str(number)).mkdir()
        write_exr_plate(tmp_path / str(number), [number])
    shown = read(f"{tmp_path}/%04d/plate.%04d.exr")
    refused("reads", root(), shown, GRADE, write(f"{tmp_path}/1002/plate.1002.exr"))
    made = render_script(parse_script(root() + shown + GRADE + write(f"{tmp_path}/1002/o.exr")), frames=[1001]).made
    assert made == {"Write1": (1001,)}


def test_a_link_of_the_plate_keeps_the_file_that_it_leads_to(plate, tmp_path):
    (tmp_path / "plate" / "other.1001.exr").symlink_to(tmp_path / "store.1001.exr")
    Path(plate % 1001).rename(tmp_path / "store.1001.exr")
    linked = plate.replace("plate.%", "other.%")
    refused("reads", root(), read(linked), GRADE, write(f"{tmp_path}/store.1001.exr"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{0}/o.exr", "{0}/o.exr"),
        ("{0}/o.%04d.exr", "{0}/o.1001.exr"),
        (tcl("{0}"), tcl("{0}")),
        (tcl("{0}"), "{0}/plate.%04d.exr"),
        ("{0}/o.exr", "{0}/../out/o.exr"),
    ],
)
def test_two_writes_never_share_a_file(plate, tmp_path, one, other):
    names = [name.format(tmp_path / "out") for name in (one, other)]
    first, second = (write(name, name=f"Write{at}") for at, name in enumerate(names, 1))
    script = root(), read(plate), "set p [stack 0]\n", first, "push $p\n", GRADE, second
    refused(r"Write2\.file.*Write1 writes", *script, nodes=["Write1", "Write2"])
    assert contents(tmp_path / "out") == {}


@pytest.mark.parametrize("knob", ["model_file", "track_file"])
def test_models_and_tracks_are_kept(plate, tmp_path, knob):
    kept = tmp_path / "kept.exr"
    kept.write_bytes(b"a model")
    refused(rf"FaceSwap1\.{knob}", root(), read(plate), node("FaceSwap", name="FaceSwap1", **{knob: kept}), write(kept))
    assert kept.read_bytes() == b"a model"


def test_the_script_itself_is_kept(plate, tmp_path):
    script = tmp_path / "script.exr"
    refused("the script itself", root(), read(plate), write(script), script_path=script)
    assert not script.exists()


def test_a_disabled_read_of_what_the_write_makes_is_no_input(plate, tmp_path):
    off = read(f"{tmp_path}/out/o.%04d.exr", name="Read2", disable="true")
    switch = "push $p\n" + node("Switch", 2, name="S1", which=0)
    script = parse_script(
        root() + read(plate) + "set p [stack 0]\n" + off + switch + write(f"{tmp_path}/out/o.%04d.exr")
    )
    assert render_script(script, frames=[1001]).made == {"Write1": (1001,)}


class TestNamesThatNoFileCanHave:
    @pytest.mark.parametrize(
        "name", [r"a\0b.exr", "a" * 300 + ".exr", "a/" * 3000 + "b.exr", "%0999999999d.exr", "a" * 300 + ".mov"]
    )
    @pytest.mark.parametrize("more", [{}, {"on_error": "black"}])
    def test_a_read_says_so(self, tmp_path, name, more):
        name = name.replace(r"\0", "\0")
        with pytest.raises(ScriptError, match=r"Read1\.file"):
            render_script(parse_script(root() + read(name, **more) + write(f"{tmp_path}/o.%04d.exr")), frames=[1001])

    def test_one_that_is_never_asked_does_not_matter(self, plate, tmp_path):
        switch = "push $p\n" + node("Switch", 2, name="S1", which=1)
        bad = "push 0\n" + read("b\0.exr", name="Read2")
        script = root() + read(plate) + "set p [stack 0]\n" + bad + switch.replace("which 1", "which 0")
        made = render_script(parse_script(script + write(f"{tmp_path}/o.%04d.exr")), frames=[1001]).made
        assert made == {"Write1": (1001,)}

    @pytest.mark.parametrize("name", ["b\0.%04d.exr", "a" * 230 + ".exr", "a" * 300 + "/b.exr", "%0300d.exr"])
    def test_a_write_says_so_before_any_work(self, plate, tmp_path, name):
        script = root() + read(plate) + write(f"{tmp_path}/out/{name}")
        with pytest.raises(ScriptError, match=r"Write1\.file"):
            render_script(parse_script(script), frames=[1001])
        assert not (tmp_path / "out").exists()

    def test_the_longest_name_is_written(self, plate, tmp_path):
        name = "a" * 212 + ".exr"
        render_script(parse_script(root() + read(plate) + write(f"{tmp_path}/{name}")), frames=[1001])
        assert (tmp_path / name).is_file()


@pytest.mark.parametrize("suffix", ["exr", "mov"])
@pytest.mark.parametrize(("make", "words"), [(os.mkfifo, "a pipe"), (os.mkdir, "a folder")])
def test_what_stands_in_the_place_of_a_file_is_said(tmp_path, suffix, make, words):
    make(tmp_path / f"p.{suffix}")
    script = root() + read(f"{tmp_path}/p.{suffix}") + write(f"{tmp_path}/o.%04d.exr")
    with pytest.raises(FaceplateError, match=rf"Read1\.file.*came {words}"):
        render_script(parse_script(script), frames=[1001])


@pytest.mark.parametrize("name", ["c.ocio", "absent.ocio", "x" * 300])
def test_a_config_is_a_file(plate, tmp_path, name, monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)
    os.mkfifo(tmp_path / "c.ocio")
    own = root(OCIO_config="custom", customOCIOConfigPath=Path(tmp_path, name))
    refused(r"Root\.customOCIOConfigPath", own, read(plate), write(f"{tmp_path}/o.%04d.exr"))


@pytest.mark.parametrize(
    ("knobs", "limits", "match"),
    [
        ({"first_frame": 1, "last_frame": "1e18"}, {}, r"Root\.last_frame.*1000000 frames"),
        ({"first_frame": 1, "last_frame": 1_000_001}, {}, r"Root\.last_frame"),
        ({}, {"use_limit": "true", "first": 1, "last": 2_000_000_000}, r"Write1\.last"),
    ],
)
def test_ranges_without_bounds_are_refused_by_their_knob(plate, tmp_path, knobs, limits, match):
    script = root(**knobs) + read(plate) + write(f"{tmp_path}/o.%04d.exr", **limits)
    with pytest.raises(ScriptError, match=match):
        render_script(parse_script(script))


def test_frames_that_are_asked_for_have_the_same_bound(plate, tmp_path):
    refused("1000000", root(), read(plate), write(f"{tmp_path}/o.%04d.exr"), frames=range(10**12))
