import json

import pytest
from sample_scripts import EVERY_CONSTRUCT

from faceplate.cli import main
from faceplate.errors import ScriptError, StorageError
from faceplate.graph.script import (
    Script,
    ScriptNode,
    decode_script,
    files,
    parse_script,
    read_script,
    script_as_json,
    write_script,
)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfDot {}\r\n", "Dot {}\n"),
        ("é 模".encode(), "é 模"),
        ("模糊".encode("gb18030"), "模糊"),
        (b"caf\xe9", "café"),
        (b"a\x00b\r\r\nc\rd", "ab\r\nc\rd"),
        (b"", ""),
    ],
)
def test_a_script_is_decoded_from_what_it_was_saved_in(data, text):
    assert decode_script(data) == text


def test_a_script_written_and_read_again_is_the_same(tmp_path):
    script = parse_script(EVERY_CONSTRUCT)
    write_script(script, tmp_path / "new" / "a.nk")
    assert read_script(tmp_path / "new" / "a.nk") == script
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.nk"]


def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    (tmp_path / "a.nk").write_bytes(b"\xef\xbb\xbf" + EVERY_CONSTRUCT.replace("\n", "\r\n").encode())
    assert read_script(tmp_path / "a.nk") == parse_script(EVERY_CONSTRUCT)


def test_a_script_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.nk"
    path.write_text("Dot {}\n")
    with pytest.raises(ScriptError):
        write_script(Script((ScriptNode("Dot", (), (0,)),)), path)
    assert path.read_text() == "Dot {}\n"
    with pytest.raises(StorageError):
        write_script(Script(()), path / "below.nk")


def test_errors_name_the_file_and_the_line(tmp_path):
    (tmp_path / "a.nk").write_text("Dot {}\nputs x\n")
    with pytest.raises(ScriptError) as caught:
        read_script(tmp_path / "a.nk")
    assert caught.value.thing == f"{tmp_path / 'a.nk'}, line 2"


@pytest.mark.parametrize(("name", "came"), [("none.nk", "no such file"), (".", "something else")])
def test_a_path_without_a_script_is_refused(name, came, tmp_path):
    with pytest.raises(ScriptError) as caught:
        read_script(tmp_path / name)
    assert caught.value.came == came


def test_a_file_past_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "max_bytes", 100)
    (tmp_path / "a.nk").write_text("Dot {}\n" * 20)
    with pytest.raises(ScriptError, match="at most"):
        read_script(tmp_path / "a.nk")


def test_json_holds_nodes_in_file_order_with_indexes():
    text = 'Root {fps 24}\nadd_layer {z z.Z}\nGroup {name G}\nBlur {label "a\\nb"}\nend_group\nMerge2 {inputs 2}'
    assert script_as_json(parse_script(text)) == {
        "version": None,
        "root": [["fps", "24"]],
        "layers": [{"name": "z", "channels": ["z.Z"]}],
        "nodes": [
            {
                "class": "Group",
                "name": "G",
                "parent": None,
                "inputs": [None],
                "clone_of": None,
                "knobs": [["name", "G"]],
            },
            {
                "class": "Blur",
                "name": "",
                "parent": 0,
                "inputs": [None],
                "clone_of": None,
                "knobs": [["label", "a\nb"]],
            },
            {
                "class": "Merge2",
                "name": "",
                "parent": None,
                "inputs": [0, None],
                "clone_of": None,
                "knobs": [["inputs", "2"]],
            },
        ],
        "comments": [],
        "layout": None,
        "warnings": [],
    }


@pytest.mark.parametrize("suffix", [".nk", ".gizmo", ".NK"])
def test_inspect_gives_a_script_as_json(suffix, tmp_path, capsys):
    path = tmp_path / f"a{suffix}"
    path.write_text(EVERY_CONSTRUCT, encoding="utf-8")
    assert main(["inspect", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(path), **script_as_json(parse_script(EVERY_CONSTRUCT))}


def test_inspect_tells_what_a_script_is_made_of(tmp_path, capsys):
    path = tmp_path / "a.nk"
    path.write_text(EVERY_CONSTRUCT + "push $gone\nBlur {label \\ud800}\n", encoding="utf-8")
    line = EVERY_CONSTRUCT.count("\n") + 1
    classes = (
        "Blur 3, Input 3, FrameHold 2, Output 2, Group 1, Merge2 1, MyGizmo.gizmo 1, "
        "OFXuk.co.thefoundry.keylight.keylight_v201 1, Read 1, VariableGroup 1, Viewer 1"
    )
    assert main(["inspect", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "version: 13.2 v4",
        "project settings: 5 knobs",
        "nodes: 17, groups that hold nodes: 2, clones: 2",
        f"classes: {classes}",
        "layers: pos, depth",
        f"odd: line {line}: $gone is used but never set; it is an empty input",
    ]


def test_inspect_of_what_is_no_script_fails_with_its_line(tmp_path, capsys):
    (tmp_path / "a.nk").write_text("Dot {}\nBlur {\n")
    assert main(["inspect", str(tmp_path / "a.nk"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["thing"] == f"{tmp_path / 'a.nk'}, line 2"
