"""Where installed packs lie, and whether they are what the catalogue says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from platformdirs import user_data_path

from faceplate.errors import CallError, PackError
from faceplate.models.catalogue import Pack, PackFile, catalogue


@dataclass(frozen=True)
class PackStatus:
    """A pack of the catalogue as it stands on this machine.

    Attributes:
        pack: what the catalogue says of it.
        path: where it lies, or would lie.
        installed: True where its folder is there.
        problems: a line for each installed file that is not the one on record; none for an absent pack.
    """

    pack: Pack
    path: Path
    installed: bool
    problems: tuple[str, ...]


def packs_folder() -> Path:
    """The folder of installed packs: inside `$FACEPLATE_DATA` where that is set, else in the user's data folder."""
    chosen = os.environ.get("FACEPLATE_DATA")
    data = Path(chosen).expanduser() if chosen else user_data_path("faceplate", appauthor=False)
    return data / "packs"


def pack_named(name: str, packs: Mapping[str, Pack] = catalogue) -> Pack:
    """What the catalogue says of a pack.

    Raises:
        CallError: there is no pack of this name.
    """
    if name not in packs:
        raise CallError(
            f"pack {name}",
            expected="one of " + ", ".join(sorted(packs)),
            came="a name that is not in the catalogue",
            next_step="choose a name from `faceplate models list`",
        )
    return packs[name]


def find_pack(name: str, packs: Mapping[str, Pack] = catalogue) -> Path:
    """The folder of an installed pack, each of its files verified just now.

    Raises:
        CallError: there is no pack of this name.
        PackError: it is not installed, or a file is missing or is not the one on record.
    """
    pack = pack_named(name, packs)
    folder = packs_folder() / pack.name
    for file in pack.files:
        read_verified(folder / file.name, file, next_step=_install_step(pack))
    return folder


def read_pack_file(name: str, file_name: str, packs: Mapping[str, Pack] = catalogue) -> bytes:
    """One file of an installed pack: the very bytes that were verified, for those who would not read it again.

    Raises:
        CallError: there is no pack of this name.
        PackError: the file is missing or is not the one on record.
    """
    pack = pack_named(name, packs)
    (file,) = (each for each in pack.files if each.name == file_name)
    return read_verified(packs_folder() / pack.name / file.name, file, next_step=_install_step(pack))


def _install_step(pack: Pack) -> str:
    return f"run `faceplate models install {pack.name}`"


def list_packs(packs: Mapping[str, Pack] = catalogue) -> tuple[PackStatus, ...]:
    """Every pack of the catalogue, by name, with what is wrong with the installed ones; reads and verifies them."""
    return tuple(_status(packs[name]) for name in sorted(packs))


def _status(pack: Pack) -> PackStatus:
    folder = packs_folder() / pack.name
    installed = folder.is_dir()
    found = (_problem(folder, file) for file in pack.files if installed)
    return PackStatus(pack, folder, installed, tuple(problem for problem in found if problem))


def _problem(folder: Path, file: PackFile) -> str:
    try:
        read_verified(folder / file.name, file, next_step="")
    except PackError as error:
        return f"{file.name}: expected {error.expected}; came {error.came}"
    return ""


def read_verified(path: Path, file: PackFile, *, next_step: str) -> bytes:
    """The bytes of a pack's file on disk.

    Raises:
        PackError: it cannot be read, or is not the file on record.
    """
    try:
        with path.open("rb") as stream:
            return verify(stream, file, thing=str(path), next_step=next_step)
    except OSError as error:
        raise PackError(
            str(path), expected="a file of the pack", came=str(error.strerror), next_step=next_step
        ) from error


def verify(stream: IO[bytes], file: PackFile, *, thing: str, next_step: str) -> bytes:
    """The bytes of a pack's file; never reads more than one byte past the length on record.

    Raises:
        PackError: length or digest differ from the record.
    """
    content = stream.read(file.most_bytes + 1)
    digest = sha256(content).hexdigest()
    if digest == file.sha256:
        return content
    too_long = len(content) > file.most_bytes
    raise PackError(
        thing,
        expected=f"{_length(file)} with SHA-256 {file.sha256}",
        came=f"more than {file.most_bytes} bytes" if too_long else f"{len(content)} bytes with SHA-256 {digest}",
        next_step=next_step,
    )


def _length(file: PackFile) -> str:
    return "a file" if file.size_bytes is None else f"{file.size_bytes} bytes"
