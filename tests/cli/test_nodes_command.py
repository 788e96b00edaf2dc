import json
from pathlib import Path

import pytest

from faceplate.cli import main
from faceplate.cli.generated import generated_files

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with all generated files, current."""
    monkeypatch.chdir(tmp_path)
    for path, text in generated_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("path", sorted(generated_files()), ids=str)
def test_every_generated_file_of_this_checkout_is_current(path):
    assert (CHECKOUT / path).read_text() == generated_files()[path]


@pytest.mark.parametrize(
    "path", ["docs/nodes.md", "gizmos/FaceSwap.gizmo", "docs/examples/face_replacement.nk"], ids=str
)
def test_a_file_that_differs_fails_the_check_and_is_written_anew(checkout, path, capsys):
    current = (checkout / path).read_text()
    (checkout / path).write_text(current + "x")
    assert main(["nodes", "--check"]) == 2
    assert path in capsys.readouterr().err.replace("\n", "")
    assert main(["nodes"]) == 0
    assert (checkout / path).read_text() == current
    assert main(["nodes", "--check"]) == 0


def test_a_file_that_is_missing_fails_the_check(checkout, capsys):
    (checkout / "gizmos" / "FaceMatte.gizmo").unlink()
    assert main(["nodes", "--check", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)
    assert (error["thing"], error["came"]) == (str(Path("gizmos/FaceMatte.gizmo")), "no such file")


def test_a_gizmo_of_no_node_fails_the_check_and_is_removed(checkout):
    stray = checkout / "gizmos" / "FaceSwop.gizmo"
    stray.write_text("Group {\n}\nend_group\n")
    assert main(["nodes", "--check"]) == 2
    assert main(["nodes"]) == 0
    assert not stray.exists()


def test_outside_of_a_checkout_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["nodes"]) == 0
    assert "FaceSwap" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_the_registry_as_json_has_graph_knobs_and_layers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["nodes", "--json"]) == 0
    nodes = {node["name"]: node for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert nodes["FaceMatte"]["layers"] == {"matte": ["matte.alpha"]}
    assert "model_file" in {knob["name"] for knob in nodes["FaceSwap"]["graph_knobs"]}


def test_the_reference_shows_graph_knobs_and_layers():
    page = generated_files()[Path("docs/nodes.md")]
    swap = page.partition("## FaceSwap")[2].partition("\n## ")[0]
    assert "In a node graph also" in swap
    assert "| model_file |" in swap
    assert "Layer: matte (matte.alpha)" in page
