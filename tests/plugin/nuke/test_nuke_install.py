import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faceplate.cli import main
from faceplate.graph.gizmo import designs, gizmo_text

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with nothing in it."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_without_a_folder_the_plugin_goes_to_the_users_nuke_and_one_line_says_so(home):
    (home / ".nuke").mkdir()
    (home / ".nuke" / "init.py").write_text("import nuke\nnuke.pluginAddPath('./mine')")
    for _ in range(2):
        assert main(["install", "nuke"]) == 0
    lines = (home / ".nuke" / "init.py").read_text().splitlines()
    assert lines[:2] == ["import nuke", "nuke.pluginAddPath('./mine')"]
    assert len(lines) == 3
    assert lines[2].startswith('import nuke; nuke.pluginAddPath("./faceplate")')
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
    import tomllib  # noqa: PLC0415

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    brought = {
        f"{folder}/{path.name}".removeprefix("share/faceplate/nuke/")
        for folder, patterns in listed.items()
        for pattern in patterns
        for path in ROOT.glob(pattern)
    }
    from faceplate.cli.nuke_plugin import plugin_files  # noqa: PLC0415

    assert brought == {name for name in plugin_files() if not name.startswith("gizmos/")}
