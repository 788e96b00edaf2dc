import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from faceplate.cli import main
from faceplate.cli.nuke_plugin import plugin_files
from faceplate.graph.gizmo import designs, gizmo_text

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with nothing in it."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def init_of(home, content):
    """The user's init.py, there before us."""
    init = home / ".nuke" / "init.py"
    init.parent.mkdir(exist_ok=True)
    init.write_bytes(content)
    return init


def test_without_a_folder_the_plugin_goes_to_the_users_nuke_and_one_line_says_so(home):
    init_of(home, b"import nuke\nnuke.pluginAddPath('./mine')")
    for _ in range(2):
        assert main(["install", "nuke"]) == 0
    lines = (home / ".nuke" / "init.py").read_text().splitlines()
    assert lines[1:] == ["import nuke", "nuke.pluginAddPath('./mine')"]
    assert lines[0].startswith('import nuke; nuke.pluginAddPath("./faceplate")')
    assert (home / ".nuke" / "faceplate" / "menu.py").is_file()


def test_removing_leaves_the_users_own_lines_and_files(home):
    mine = home / ".nuke" / "faceplate" / "gizmos" / "mine.gizmo"
    main(["install", "nuke"])
    (home / ".nuke" / "init.py").write_text("a = 1\n" + (home / ".nuke" / "init.py").read_text() + "b = 2\n")
    mine.write_text("Group {}")
    assert main(["install", "nuke", "--remove"]) == 0
    assert (home / ".nuke" / "init.py").read_text() == "a = 1\nb = 2\n"
    assert files_in(home / ".nuke" / "faceplate") == ["gizmos/mine.gizmo"]


def test_an_init_that_holds_nothing_but_our_line_goes_with_it(home):
    main(["install", "nuke"])
    main(["install", "nuke", "--remove"])
    assert files_in(home) == []
    assert not (home / ".nuke" / "faceplate").exists()


@pytest.mark.parametrize(
    ("content", "before"),
    [
        (b"import a\r\nimport b\r\n", 0),
        (b"import a\rimport b\r", 0),
        (b"import a", 0),
        (b"", 0),
        (b"\n\n", 0),
        (b"x = 1\ny = 2 # ends in a \\", 0),
        (b"# caf\xe9\nx = 'na\xefve'\n", 0),
        (b"# coding: latin-1\nx = 'caf\xe9'\n", 1),
        (b"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nx = 1\n", 2),
        (b"\n# vim: set fileencoding=latin-1 :\nx = '\xe9'\n", 2),
        (b'"""Mine.\n\nAll of it."""\nfrom __future__ import annotations\nimport a\n', 4),
        (b'"""Mine."""; x = [\n 1,\n]\nimport a\n', 3),
        (b"\xef\xbb\xbfimport a\x0c\nimport b\n", 0),
        (b's = """\n \\d # added by `faceplate install nuke`\n"""\n', 0),
        (b"nuke.pluginAddPath('./faceplate')  # added by `faceplate install nuke` and by me\n", 0),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid escape")
def test_no_byte_of_the_users_init_changes_but_our_line(home, content, before):
    init = init_of(home, content)
    assert main(["install", "nuke"]) == 0
    bom = b"\xef\xbb\xbf" if content.startswith(b"\xef") else b""
    lines = content.removeprefix(bom).splitlines(keepends=True)
    now = init.read_bytes().removeprefix(bom).splitlines(keepends=True)
    assert now[:before] + now[before + 1 :] == lines
    assert b"\r\n" not in content or now[before].endswith(b"\r\n")
    compile(init.read_bytes().decode("utf-8-sig" if bom else "latin-1"), "init.py", "exec")
    assert main(["install", "nuke", "--remove"]) == 0
    assert init.read_bytes() == content


def test_behind_a_docstring_alone_our_line_begins_a_line(home):
    init = init_of(home, b'"""Mine."""')
    main(["install", "nuke"])
    assert init.read_bytes().startswith(b'"""Mine."""\nimport nuke;')


def test_an_init_that_is_a_link_stays_one_and_keeps_its_mode(home):
    (home / "dot").mkdir()
    (home / ".nuke").mkdir()
    (home / "dot" / "mine.py").write_text("import a\n")
    (home / "dot" / "mine.py").chmod(0o640)
    (home / ".nuke" / "init.py").symlink_to("../dot/mine.py")
    main(["install", "nuke"])
    assert (home / ".nuke" / "init.py").is_symlink()
    assert len((home / "dot" / "mine.py").read_text().splitlines()) == 2
    assert (home / "dot" / "mine.py").stat().st_mode & 0o777 == 0o640
    assert files_in(home / "dot") == ["mine.py"]


@pytest.mark.parametrize("content", [b"x = 1 + \\", "x = 1\n".encode("utf-16"), b"if True:\n"])
def test_an_init_that_is_no_python_is_refused_before_anything_is_written(home, capsys, content):
    init = init_of(home, content)
    assert main(["install", "nuke"]) == 2
    assert "a file of Python" in capsys.readouterr().err
    assert files_in(home) == [".nuke/init.py"]
    assert init.read_bytes() == content


@pytest.mark.parametrize("make", [lambda init: init.mkdir(), lambda init: init.symlink_to("init.py")])
def test_an_init_that_is_no_file_is_refused_before_anything_is_written(home, capsys, make):
    (home / ".nuke").mkdir()
    make(home / ".nuke" / "init.py")
    assert main(["install", "nuke"]) == 2
    assert "init.py" in capsys.readouterr().err
    assert files_in(home) == []


def test_removing_takes_the_line_out_where_the_plugins_folder_is_gone(home, capsys):
    init = init_of(home, b"import a\n")
    main(["install", "nuke"])
    shutil.rmtree(home / ".nuke" / "faceplate")
    assert main(["install", "nuke", "--remove"]) == 0
    assert init.read_bytes() == b"import a\n"
    assert main(["install", "nuke", "--remove"]) == 2
    assert "an installed plugin" in capsys.readouterr().err


def test_removing_through_a_link_takes_files_and_line_and_leaves_link_and_folder(home):
    init = init_of(home, b"")
    (home / "plug").mkdir()
    (home / ".nuke" / "faceplate").symlink_to("../plug")
    main(["install", "nuke"])
    assert main(["install", "nuke", "--remove"]) == 0
    assert list((home / "plug").iterdir()) == []
    assert (home / ".nuke" / "faceplate").is_symlink()
    assert init.read_bytes() == b""


@pytest.mark.parametrize("name", ["menu.py", "gizmos/FaceSwap.gizmo", "docs/nuke.md", "faceplate.json"])
def test_a_file_of_somebodys_is_neither_replaced_nor_removed(tmp_path, capsys, name):
    mine = tmp_path / "to" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert main(["install", "nuke", "--to", str(tmp_path / "to")]) == 2
    assert f"a {name} that Faceplate did not write" in capsys.readouterr().err
    assert main(["install", "nuke", "--to", str(tmp_path / "to"), "--remove"]) == 2
    assert files_in(tmp_path / "to") == [name]
    assert mine.read_text() == "mine"


def test_a_file_in_the_place_of_a_folder_is_refused_before_anything_is_written(tmp_path, capsys):
    (tmp_path / "gizmos").touch()
    assert main(["install", "nuke", "--to", str(tmp_path)]) == 2
    assert main(["install", "nuke", "--to", str(tmp_path / "gizmos")]) == 2
    assert capsys.readouterr().err.count("a folder of its own") == 2
    assert files_in(tmp_path) == ["gizmos"]


def test_removing_leaves_folders_that_were_there_before(tmp_path):
    (tmp_path / "to" / "gizmos").mkdir(parents=True)
    for _ in range(2):
        assert main(["install", "nuke", "--to", str(tmp_path / "to")]) == 0
    assert main(["install", "nuke", "--to", str(tmp_path / "to"), "--remove"]) == 0
    assert list((tmp_path / "to").rglob("*")) == [tmp_path / "to" / "gizmos"]


def test_the_folder_is_said_as_a_shell_takes_it(tmp_path, capsys):
    folder = tmp_path / "a b'c"
    main(["install", "nuke", "--to", str(folder)])
    line = next(line for line in capsys.readouterr().out.splitlines() if "export" in line)
    assert shlex.split(line) == ["export", f"NUKE_PATH={folder}"]


def test_with_a_folder_nothing_but_that_folder_is_touched(home, tmp_path, capsys):
    folder = tmp_path / "site" / "faceplate"
    assert main(["install", "nuke", "--to", str(folder)]) == 0
    assert f"export NUKE_PATH={folder}" in capsys.readouterr().out
    assert not (home / ".nuke").exists()


def test_the_installation_holds_every_gizmo_as_the_registry_has_it_and_the_engines_python(installed):
    for name in designs:
        assert (installed / "gizmos" / f"{name}.gizmo").read_text() == gizmo_text(name)
    record = json.loads((installed / "faceplate.json").read_text())
    assert record["python"] == sys.executable
    assert set(record["nodes"]) == set(designs)


def test_files_that_an_older_plugin_had_are_gone_after_an_update(tmp_path):
    folder = tmp_path / "plugin"
    main(["install", "nuke", "--to", str(folder)])
    record = json.loads((folder / "faceplate.json").read_text())
    (folder / "faceplate_nuke" / "old.py").touch()
    record["files"] += ["faceplate_nuke/old.py", "../outside.txt"]
    (folder / "faceplate.json").write_text(json.dumps(record))
    (tmp_path / "outside.txt").touch()
    main(["install", "nuke", "--to", str(folder)])
    assert not (folder / "faceplate_nuke" / "old.py").exists()
    assert (tmp_path / "outside.txt").exists()


def test_a_folder_with_an_init_of_somebody_elses_is_refused(tmp_path, capsys):
    (tmp_path / "init.py").write_text("studio = True\n")
    assert main(["install", "nuke", "--to", str(tmp_path)]) == 2
    assert "folder of its own" in capsys.readouterr().err
    assert files_in(tmp_path) == ["init.py"]


def test_removing_where_nothing_is_installed_says_so(tmp_path, capsys):
    assert main(["install", "nuke", "--remove", "--to", str(tmp_path)]) == 2
    assert "an installed plugin" in capsys.readouterr().err


def test_a_broken_installation_lets_nuke_start(installed, tmp_path):
    """Nuke runs init.py and menu.py: whatever they meet, they end, and say what it was."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("init.py", "menu.py"):
        (broken / name).write_text((installed / name).read_text())
    code = (
        "import runpy, sys; sys.modules['nuke'] = None\n"
        "for name in ('init.py', 'menu.py'): runpy.run_path(name)\n"
        "print('started')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=broken,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.stdout == "started\n"
    assert done.stderr.count("Traceback") == 2


def test_the_wheel_brings_every_file_of_the_plugin():
    """What `pip install` puts beside us is listed by folder; a folder that is not listed would be left out."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    brought = {
        f"{folder}/{path.name}".removeprefix("share/faceplate/nuke/")
        for folder, patterns in listed.items()
        for pattern in patterns
        for path in ROOT.glob(pattern)
    }
    assert brought == {name for name in plugin_files() if not name.startswith("gizmos/")}
