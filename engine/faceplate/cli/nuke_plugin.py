"""The plugin for Nuke as files: what an installation consists of, written, replaced and taken away."""

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath

import faceplate
from faceplate.errors import CallError, SetupError
from faceplate.graph.gizmo import designs, gizmo_text
from faceplate.spec import knobs_of
from faceplate.storage import unwritable, whole_or_absent

RECORD = "faceplate.json"
IN_WHEEL = PurePosixPath("share/faceplate/nuke")
# What the engine reads of a node beside the knobs of the registry.
ALSO_READ = {"FaceRegrain": ("unpremult",)}
ADDED = "# added by `faceplate install nuke`"


def write_plugin(folder: Path) -> list[str]:
    """Puts the plugin into a folder, in the place of an older one, and returns the names of its files.

    Raises:
        CallError: there is an init.py in it that is not ours.
        SetupError: this Faceplate was installed without the plugin's files.
        StorageError: it cannot be written.
    """
    before = _recorded(folder)
    if not before and (folder / "init.py").exists():
        raise CallError(
            str(folder),
            expected="a folder of its own for the plugin",
            came="one with an init.py that Faceplate did not write",
            next_step="name a new folder with --to",
        )
    files = plugin_files()
    record = _record(files)
    for name, content in {**files, RECORD: record}.items():
        with whole_or_absent(folder / name) as beside:
            beside.write_bytes(content)
    _delete(folder, set(before) - {*files, RECORD})
    return sorted(files)


def remove_plugin(folder: Path) -> list[str]:
    """Takes the plugin's files out of a folder, and the folder with them if nothing else is in it; returns their names.

    Raises:
        CallError: no plugin is there.
    """
    files = _recorded(folder)
    if not files:
        raise CallError(
            str(folder), expected="an installed plugin", came="none", next_step="name the folder that it was put in"
        )
    _delete(folder, [*files, RECORD])
    return sorted(files)


def plugin_files() -> dict[str, bytes]:
    """Every file of the plugin by its name in the folder: its Python, its gizmos as the registry has them, its docs.

    Raises:
        SetupError: this Faceplate was installed without them.
    """
    found = _sources()
    gizmos = {f"gizmos/{name}.gizmo": gizmo_text(name).encode() for name in designs}
    return {name: path.read_bytes() for name, path in sorted(found.items())} | gizmos


def _sources() -> dict[str, Path]:
    """The plugin's own files: of a checkout where we run from one, else those that the wheel brought."""
    checkout = Path(faceplate.__file__).parents[2]
    plugin = checkout / "plugin" / "nuke"
    if (plugin / "init.py").is_file():
        python = {path.relative_to(plugin).as_posix(): path for path in plugin.rglob("*.py")}
        return python | {f"docs/{name}": checkout / "docs" / name for name in ("nuke.md", "nodes.md")}
    brought = _brought()
    if not brought:
        raise SetupError(
            "the plugin for Nuke",
            expected="its files beside the installed Faceplate",
            came="none",
            next_step="install Faceplate from its wheel or from a checkout with `pip install`",
        )
    return brought


def _brought() -> dict[str, Path]:
    try:
        files = metadata.files("faceplate") or []
    except metadata.PackageNotFoundError:
        return {}
    found = {}
    for file in files:
        _, inside, name = file.as_posix().partition(f"{IN_WHEEL}/")
        if inside and "__pycache__" not in name:
            found[name] = Path(str(file.locate()))
    return found


def _record(files: Mapping[str, bytes]) -> bytes:
    """What the plugin reads at run time, and what is ours when it is replaced."""
    about = {
        "python": sys.executable,
        "version": faceplate.__version__,
        "nodes": {name: _engine_knobs(name) for name in designs},
        "files": sorted(files),
    }
    return json.dumps(about, indent=1).encode() + b"\n"


def _engine_knobs(name: str) -> list[str]:
    spec = designs[name].spec
    return [*knobs_of(spec.graph_settings), *knobs_of(spec.settings), *ALSO_READ.get(name, ())]


def _recorded(folder: Path) -> list[str]:
    """The files that an installation in this folder consists of; none where there is no installation."""
    try:
        names = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    inside = folder.resolve()
    return [name for name in names if isinstance(name, str) and inside in (folder / name).resolve().parents]


def _delete(folder: Path, names: Iterable[str]) -> None:
    shutil.rmtree(folder / "faceplate_nuke" / "__pycache__", ignore_errors=True)
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        for left in sorted({(folder / name).parent for name in names} | {folder}, reverse=True):
            if left.is_dir() and not any(left.iterdir()):
                left.rmdir()
    except OSError as fault:
        raise unwritable(folder, fault.strerror or str(fault)) from fault


def point_to_plugin(init: Path, folder_name: str | None) -> None:
    """Sets the one line of ours in the user's init.py, or with None takes it out; no other line is touched.

    Raises:
        StorageError: it cannot be written.
    """
    text = init.read_text(encoding="utf-8") if init.exists() else ""
    kept = [line for line in text.splitlines(keepends=True) if ADDED not in line]
    if folder_name is not None:
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        kept.append(f'import nuke; nuke.pluginAddPath("./{folder_name}")  {ADDED}\n')
    if "".join(kept) == text:
        return
    if not kept:
        init.unlink()
        return
    with whole_or_absent(init) as beside:
        beside.write_text("".join(kept), encoding="utf-8")
