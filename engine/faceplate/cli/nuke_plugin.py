"""The plugin for Nuke as files: what an installation consists of, written, replaced and taken away."""

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

import faceplate
from faceplate.errors import CallError, SetupError
from faceplate.graph.gizmo import designs, gizmo_text, hand_knob_names
from faceplate.spec import knobs_of
from faceplate.storage import unwritable, whole_or_absent

RECORD = "faceplate.json"
IN_WHEEL = PurePosixPath("share/faceplate/nuke")
# What the engine reads of a node beside the knobs of the registry.
ALSO_READ = {"FaceRegrain": ("unpremult",), "FaceSwap": ("unpremult",), "FaceTrack": hand_knob_names}


@dataclass(frozen=True)
class Installed:
    """What an installation's record says is ours: files, the folders that we made, and whether we made init.py."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    init: bool = False


def write_plugin(folder: Path, *, makes_init: bool = False) -> list[str]:
    """Puts the plugin into a folder, in the place of an older one, and returns the names of its files.

    `makes_init` is for the record: this installation is about to make the user's init.py, outside this folder.

    Raises:
        CallError: a file that is not ours stands where one of the plugin's would; nothing is written then.
        SetupError: this Faceplate was installed without the plugin's files.
        StorageError: it cannot be written.
    """
    before, files = recorded(folder), plugin_files()
    names = {*files, RECORD}
    ours = {*before.files, RECORD} if before.files else set()
    _check_free(folder, names, ours)
    folders = {*before.folders, *(name for name in _folders(names) if not (folder / name).exists())}
    record = _record(Installed(tuple(sorted(files)), tuple(sorted(folders)), before.init or makes_init))
    _delete(folder, ours - names, ())
    for name, content in {RECORD: record, **files}.items():  # the record first: what is broken off is known as ours
        with whole_or_absent(folder / name) as beside:
            beside.write_bytes(content)
    return sorted(files)


def _check_free(folder: Path, names: Iterable[str], ours: Collection[str]) -> None:
    foreign = [name for name in sorted(names) if _is_foreign(folder, name, ours)]
    if foreign:
        is_file = os.path.lexists(folder) and not folder.is_dir()
        raise CallError(
            str(folder),
            expected="a folder of its own for the plugin",
            came="a file" if is_file else f"one with a {foreign[0]} that Faceplate did not write",
            next_step="name a new folder with --to",
        )


def _is_foreign(folder: Path, name: str, ours: Collection[str]) -> bool:
    """True where the name is taken, where a file stands in its folder's place, and where a link leads away."""
    path = folder / name
    blocked = os.path.lexists(path.parent) and not path.parent.is_dir()
    led_away = folder.resolve() not in path.resolve().parents
    return blocked or led_away or (name not in ours and os.path.lexists(path))


def remove_plugin(folder: Path) -> list[str]:
    """Takes the plugin's files out of a folder, and the folders that we made if nothing else is in them; returns names.

    Raises:
        CallError: no plugin is there.
        StorageError: they cannot be taken away.
    """
    found = recorded(folder)
    if not found.files:
        raise CallError(
            str(folder), expected="an installed plugin", came="none", next_step="name the folder that it was put in"
        )
    _delete(folder, [*found.files, RECORD], found.folders)
    return sorted(found.files)


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


def _record(installed: Installed) -> bytes:
    """What the plugin reads at run time, and what is ours when it is replaced."""
    about = {
        "python": sys.executable,
        "version": faceplate.__version__,
        "nodes": {name: _engine_knobs(name) for name in designs},
        **asdict(installed),
    }
    return json.dumps(about, indent=1).encode() + b"\n"


def _engine_knobs(name: str) -> list[str]:
    spec = designs[name].spec
    return [*knobs_of(spec.graph_settings), *knobs_of(spec.settings), *ALSO_READ.get(name, ())]


def recorded(folder: Path) -> Installed:
    """What an installation in this folder consists of; nothing where there is no installation."""
    try:
        about = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files, folders = about["files"], about.get("folders", [])
        return Installed(_inside(folder, files), _inside(folder, folders), about.get("init") is True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Installed()


def _inside(folder: Path, names: Iterable[object]) -> tuple[str, ...]:
    """Those that do not lead out of the folder."""
    top = folder.resolve()
    texts = [name for name in names if isinstance(name, str)]
    return tuple(name for name in texts if top in ((path := (folder / name).resolve()), *path.parents))


def _folders(names: Iterable[str]) -> set[str]:
    return {str(parent) for name in names for parent in PurePosixPath(name).parents}


def _delete(folder: Path, files: Iterable[str], folders: Iterable[str]) -> None:
    shutil.rmtree(folder / "faceplate_nuke" / "__pycache__", ignore_errors=True)
    try:
        for name in files:
            (folder / name).unlink(missing_ok=True)
        for left in sorted((folder / name for name in folders), reverse=True):
            if left.is_dir() and not left.is_symlink() and not any(left.iterdir()):
                left.rmdir()
    except OSError as fault:
        raise unwritable(folder, fault.strerror or str(fault)) from fault
