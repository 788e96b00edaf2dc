"""The texts and files that the plugin works with, without a node in sight."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceplate.graph.script import parse_script, split_list


@pytest.fixture(scope="module")
def modules(stand_in, installed):
    """Modules of the plugin that know nothing of Nuke."""
    stand_in.restart(gui=True)
    stand_in.start(installed)
    from faceplate_nuke import job, script_text, sequence  # noqa: PLC0415 -- on the path by now

    return job, script_text, sequence


@given(word=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_a_quoted_word_reads_as_itself(modules, word):
    assert split_list(modules[1].quoted(word)) == [word]


@pytest.mark.parametrize("word", ["", "a b", "[value x]", "{a", "a}", "a\\", '"', "$x", "two\nlines", "#", "{a b} {c}"])
def test_the_words_that_scripts_stumble_over_read_as_themselves(modules, word):
    text = modules[1].node_text("NoOp", [("inputs", "0"), ("label", word), ("name", "After")])
    node = parse_script(text).nodes[0]
    assert (node.values["label"], node.name) == (word, "After")


@pytest.mark.parametrize("value", [0.0, 1.0, -0.25, 1920.5, 0.00001, 123456.78901, -7])
def test_a_number_keeps_five_places(modules, value):
    assert float(modules[1].number(value)) == pytest.approx(value, abs=5e-6)


def a_job(job, **changes):
    picture = job.Picture((("file", "/plates/a.%04d.exr"), ("first", "1")), "as it is")
    about = {
        "name": "FaceSwap1",
        "klass": "FaceSwap 2",
        "knobs": (("mode", "residual"), ("exposure_ev", "{curve x1 0 x9 1}")),
        "files": ("track",),
        "pictures": (picture, None),
        "root": (("fps", "24"),),
    }
    return job.Job(**{**about, **changes})


def test_a_job_is_the_engines_part_of_the_node_and_a_write(modules):
    job = a_job(modules[0])
    script = parse_script(job.script("/cache/made.%04d.exr"))
    assert script.warnings == ()
    assert [node.klass for node in script.nodes] == ["Read", "Group", "Input", "NoOp", "Write"]
    group, write = script.nodes[1], script.nodes[4]
    assert group.inputs == (0, None)
    assert group.values["exposure_ev"] == "{curve x1 0 x9 1}"
    assert script.nodes[3].values["faceplate_result"] == "FaceSwap"
    assert (write.inputs, write.parent, script.find(job.node)) == ((3,), 1, 4)
    assert write.values["file"] == "/cache/made.%04d.exr"
    assert script.root_values["fps"] == "24"


def test_what_an_input_says_of_the_track_stands_between_its_read_and_the_node(modules):
    said = (("faceplate/track", "/tracks/a b.track"), ("faceplate/frame", "[expr [frame]+3]"))
    picture = modules[0].Picture((("file", "a.exr"),), "", said)
    script = parse_script(a_job(modules[0], pictures=(None, picture)).script("m.%04d.exr"))
    assert script.nodes[2].inputs == (None, 1)
    entries = [split_list(entry) for entry in split_list(script.nodes[1].values["metadata"])]
    assert entries == [["set", *pair] for pair in said]


@pytest.mark.parametrize(
    "change",
    [
        {"klass": "FaceSwap 3"},
        {"knobs": (("mode", "replace"),)},
        {"files": ("another track",)},
        {"pictures": (None, None)},
        {"root": (("fps", "25"),)},
    ],
)
def test_whatever_the_pictures_depend_on_gives_them_another_folder(modules, tmp_path, change):
    assert a_job(modules[0], **change).file(tmp_path) != a_job(modules[0]).file(tmp_path)


def test_an_inputs_files_alone_change_the_half_of_the_key_that_speaks_of_inputs(modules):
    job = modules[0]
    touched = a_job(job, pictures=(job.Picture((("file", "/plates/a.%04d.exr"), ("first", "1")), "touched"), None))
    assert touched.own_digest == a_job(job).own_digest
    assert touched.inputs_digest != a_job(job).inputs_digest


@pytest.mark.parametrize("pattern", ["shot.%04d.exr", "shot.####.exr", "shot.%d.exr"])
def test_the_frames_of_a_pattern_are_found_and_other_files_are_not(modules, tmp_path, pattern):
    for name in ("shot.1001.exr", "shot.1003.exr", "shot.exr", "shot.1002.exr.tmp", "other.1004.exr"):
        (tmp_path / name).touch()
    assert sorted(modules[2].frame_files(f"{tmp_path}/{pattern}")) == [1001, 1003]
    assert modules[2].frame_files(f"{tmp_path}/none/{pattern}") == {}


def test_the_state_of_files_changes_when_a_frame_of_the_range_does(modules, tmp_path):
    for frame in (1001, 1002, 1003):
        (tmp_path / f"a.{frame}.exr").write_bytes(b"pixels")
    pattern = f"{tmp_path}/a.%04d.exr"
    before = modules[2].files_state(pattern, 1001, 1002)
    os.utime(tmp_path / "a.1003.exr", ns=(1, 1))
    assert modules[2].files_state(pattern, 1001, 1002) == before
    os.utime(tmp_path / "a.1002.exr", ns=(1, 1))
    touched = modules[2].files_state(pattern, 1001, 1002)
    (tmp_path / "a.1001.exr").unlink()
    assert len({before, touched, modules[2].files_state(pattern, 1001, 1002)}) == 3


def test_frames_are_said_in_stretches(modules):
    assert modules[2].in_words([1003, 1001, 1002, 1010]) == "1001-1003, 1010"
    assert modules[2].in_words([]) == ""
