"""Where callers and engine meet, and what differs between systems; nothing else here knows about sockets and files.

Linux is proven. Where Python has no unix sockets (Windows) the same path holds the port of a loopback socket; that way
runs in our tests on Linux, and has not been tried on Windows or macOS.
"""

import hmac
import os
import re
import secrets
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from faceplate.errors import CallError, FaceplateError, StorageError

if sys.platform == "win32":
    from msvcrt import LK_NBLCK, locking
else:
    from fcntl import LOCK_EX, LOCK_NB, flock

waiting_callers: Final = 32
token_bytes: Final = 32
longest_file: Final = 100  # bytes; none of ours is longer
longest_socket_path: Final = 103  # bytes; macOS, and Linux has five more
owner_only: Final = 0o600
owner_folder: Final = 0o700


@dataclass(frozen=True)
class Listener:
    """An open door: the socket that callers reach at `path`, and the token they have to know."""

    path: Path
    socket: socket.socket
    token: str
    lock: int

    @property
    def token_file(self) -> Path:
        """The file with the token, for its owner's eyes only."""
        return token_file(self.path)

    def admits(self, token: str) -> bool:
        """True where the caller knows the token; takes as long for a near miss as for a wild guess."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def close(self) -> None:
        """Takes away the socket, the token, and the lock, in this order: the next engine finds nothing of ours."""
        self.socket.close()
        for file in (self.path, self.token_file):
            file.unlink(missing_ok=True)
        os.close(self.lock)


def default_socket() -> Path:
    """`$FACEPLATE_SOCKET`, or the user's own place for sockets. The plugin's `engine.py` follows the same rule."""
    named = os.environ.get("FACEPLATE_SOCKET")
    if named:
        return Path(named)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # other systems give each user a temporary folder
    folder = Path(runtime, "faceplate") if runtime else Path(tempfile.gettempdir(), f"faceplate{user}")
    return folder / "engine-1.sock"


def token_file(path: Path) -> Path:
    """Where the token of the engine at this path is kept."""
    return path.with_name(f"{path.name}.token")


def listen(path: Path) -> Listener:
    """Opens the door at `path`; takes over what a dead engine left there, and never what a live one has.

    Raises:
        CallError: a live engine or a foreign file is there, the path is too long, or others can enter its folder.
        StorageError: the folder cannot be written.
    """
    return listen_unix(path) if hasattr(socket, "AF_UNIX") else listen_loopback(path)


def listen_unix(path: Path) -> Listener:
    """A unix socket of mode 0600. Raises as `listen` does."""
    if len(os.fsencode(path)) > longest_socket_path:
        came = f"{len(os.fsencode(path))} bytes"
        step = "name a shorter --socket"
        raise CallError(str(path), expected=f"at most {longest_socket_path} bytes", came=came, next_step=step)
    return _listen(path, _bind_unix, _check_left_socket)


def listen_loopback(path: Path) -> Listener:
    """A socket on 127.0.0.1; the file at `path` says its port. Raises as `listen` does."""
    return _listen(path, _bind_loopback, _check_left_port)


def _listen(path: Path, bind: Callable[[Path], socket.socket], check_left: Callable[[Path], None]) -> Listener:
    try:
        _own_folder(path.parent)
        lock = _lock(path)
        try:
            _remove_left(path, check_left)
            return _open_door(path, bind, lock)
        except BaseException:
            os.close(lock)
            raise
    except OSError as fault:
        raise StorageError(
            str(path), expected="a place for the engine's socket", came=fault.strerror or str(fault),
            next_step="name another --socket, in a folder of your own",
        ) from fault  # fmt: skip


def _open_door(path: Path, bind: Callable[[Path], socket.socket], lock: int) -> Listener:
    token = secrets.token_hex(token_bytes)
    _write_own(token_file(path), token)
    door = bind(path)
    door.listen(waiting_callers)
    return Listener(path, door, token, lock)


def _bind_unix(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        door.bind(str(path))
    finally:
        os.umask(before)
    return door


def _bind_loopback(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.bind(("127.0.0.1", 0))
    _write_own(path, str(door.getsockname()[1]))
    return door


def _own_folder(folder: Path) -> None:
    """Makes the folder, or sees that it is ours and closed to others."""
    folder.mkdir(mode=owner_folder, parents=True, exist_ok=True)
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        came = f"mode {stat.S_IMODE(found.st_mode):04o} of user {found.st_uid}"
        step = "name a --socket in a folder of your own that is closed to others (`mkdir -m 700`)"
        raise CallError(str(folder), expected="a folder of mode 0700 that is yours", came=came, next_step=step)


def _lock(path: Path) -> int:
    """A lock that the system frees when this process ends, however it ends."""
    file = path.with_name(f"{path.name}.lock")
    _check_left_file(file, rb"\d{0,20}")
    lock = os.open(file, os.O_RDWR | os.O_CREAT | _no_link, owner_only)
    try:
        _lock_now(lock)
    except OSError:
        holder = os.pread(lock, 20, 0).decode(errors="replace") if hasattr(os, "pread") else ""
        os.close(lock)
        raise taken(path, f"a live one, process {holder}") from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _lock_now(lock: int) -> None:
    if sys.platform == "win32":
        locking(lock, LK_NBLCK, 1)
    else:
        flock(lock, LOCK_EX | LOCK_NB)


def _remove_left(path: Path, check_left: Callable[[Path], None]) -> None:
    """Nobody holds the lock: what a dead engine left goes, and only that."""
    check_left(path)
    _check_left_file(token_file(path), rb"[0-9a-f]{%d}" % (2 * token_bytes))
    for file in (path, token_file(path)):
        file.unlink(missing_ok=True)


def _check_left_socket(path: Path) -> None:
    """A socket that answers is not ours; one that does not was left by a dead engine."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise foreign(path)
        _check_silent(path)


def _check_left_port(path: Path) -> None:
    _check_left_file(path, rb"\d{1,5}")


def _check_left_file(path: Path, ours: bytes) -> None:
    """Raises CallError where anything is there but a file that says what ours says, and nothing else."""
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode) or not re.fullmatch(ours, _start_of(path)):
            raise foreign(path)


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(longest_file)


def _check_silent(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return
        except OSError as fault:
            raise taken(path, f"a socket that says {fault}") from None
    raise taken(path, "one that another program answers")


def taken(path: Path, came: str) -> FaceplateError:
    """The error for a place where something else is."""
    step = "connect to it, stop it with the request `shutdown`, or name another --socket"
    return CallError(str(path), expected="no engine here yet", came=came, next_step=step)


def foreign(path: Path) -> FaceplateError:
    """The error for a file that no engine wrote."""
    step = "name another --socket, or remove it if nobody needs it"
    return CallError(str(path), expected="a free place, or what an engine left", came="another file", next_step=step)


def _write_own(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _no_link, owner_only)
    try:
        with os.fdopen(file, "w") as out:
            out.write(text)
    except OSError:
        path.unlink()
        raise


def is_same_user(peer: socket.socket) -> bool:
    """True where the system says that the caller is our own user, or cannot say who it is."""
    if not hasattr(socket, "SO_PEERCRED") or peer.family != socket.AF_UNIX:
        return True
    _pid, user, _group = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.getuid())


_no_link = getattr(os, "O_NOFOLLOW", 0)
