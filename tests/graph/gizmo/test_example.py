from pathlib import Path

import pytest

from faceplate.colour import colour_spaces, open_config
from faceplate.demo.film import encoding
from faceplate.graph.gizmo import designs, face_replacement, open_gizmos
from faceplate.graph.script import parse_script, read_script, script_text

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
WIRING = {
    "FaceTrack1": ["Read1"],
    "FaceMatte1": ["FaceTrack1"],
    "FilterErode1": ["FaceMatte1"],
    "Blur1": ["FilterErode1"],
    "FaceDegrain1": ["FaceTrack1", None],
    "FaceSwap1": ["FaceDegrain1", "Blur1", None],
    "Grade1": ["FaceSwap1"],
    "FaceRegrain1": ["Grade1", "Read1", None, None],
    "Merge1": ["Read1", "FaceRegrain1"],
    "Write1": ["Merge1"],
    "Write2": ["Merge1"],
    "Write3": ["Blur1"],
    "Write4": ["Grade1"],
    "Read1": [],
}


@pytest.fixture(params=["face_replacement.nk", "face_replacement_groups.nk"])
def example(request):
    return read_script(EXAMPLES / request.param)


def test_the_example_is_wired_as_the_walk_goes(example):
    top = [example.nodes[index] for index in example.children(None)]
    wiring = {
        node.name: [None if above is None else example.nodes[above].name for above in node.inputs] for node in top
    }
    assert wiring == WIRING
    assert example.warnings == ()


def test_its_files_stand_beside_the_script(example):
    files = [node.values[knob] for node in map(example.nodes.__getitem__, example.children(None)) for knob in
             ("file", "model_file", "track_file") if node.values.get(knob)]  # fmt: skip
    assert len(files) == 8
    assert all(file.startswith("[file dirname [value root.name]]/") for file in files)


def test_both_forms_are_the_same_script():
    named = read_script(EXAMPLES / "face_replacement.nk")
    assert {node.klass for node in named.nodes} >= set(designs) - {"FaceCheck"}
    assert open_gizmos(named) == read_script(EXAMPLES / "face_replacement_groups.nk")


def test_plate_and_deliveries_are_in_the_demos_encoding(example):
    spaces = {node.values["colorspace"] for node in example.nodes if "colorspace" in node.values}
    assert spaces == {encoding}
    config = open_config("ocio://" + example.root_values["OCIO_config"].removeprefix("fn-nuke_"))
    assert encoding in colour_spaces(config)


def test_frames_and_size_are_those_that_are_asked_for():
    script = face_replacement(encoding=encoding, frames=(1001, 1004), size=(640, 360))
    read = script.nodes[script.find("Read1")].values
    assert (read["first"], read["last"]) == ("1001", "1004")
    assert (script.root_values["first_frame"], script.root_values["last_frame"]) == ("1001", "1004")
    assert read["format"] == script.root_values["format"] == "640 360 0 0 640 360 1 plate"
    assert parse_script(script_text(script)) == script


def test_the_graph_runs_downwards():
    script = face_replacement(encoding=encoding, frames=(1001, 1004), size=(640, 360))
    for node in script.nodes:
        for above in filter(None, node.inputs):
            assert int(script.nodes[above].values["ypos"]) < int(node.values["ypos"])
