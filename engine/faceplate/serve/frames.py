"""Frames that caller and engine both see, without a copy: float32 planes in memory that each of them maps.

The engine makes every one; a caller asks for it and opens `path`. On Linux it is an anonymous file of the engine
(memfd) whose length is sealed: nobody can shorten it under our feet, it has no name in any folder, and it is gone with
the last process that maps it, whatever killed whom. Elsewhere it is a file of mode 0600 in the engine's own folder.
"""

import glob
import mmap
import os
import re
import secrets
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from faceplate.errors import CallError, StorageError
from faceplate.serve.wire import Request, refused

if sys.platform != "win32":
    from resource import RLIMIT_NOFILE, getrlimit

try:
    from fcntl import F_ADD_SEALS, F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_SHRINK, fcntl
except ImportError:  # not Linux
    seals = None
else:
    seals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL

sample_bytes: Final = 4
most_pixels_a_side: Final = 1 << 16
most_channels: Final = 256
reserved_files: Final = 128  # for new callers, and for the work of those that are here
name_bytes: Final = 16


@dataclass(frozen=True)
class SharedFrame:
    """Planes of float32, native byte order: channel by channel, row by row, as the request that uses them says.

    `name` is how requests speak of it and cannot be guessed; `path` is what the caller opens and maps.
    """

    name: str
    path: str
    width: int
    height: int
    channels: int
    file: int = field(repr=False)
    unnamed: bool = field(repr=False)
    memory: mmap.mmap = field(repr=False)

    @property
    def nbytes(self) -> int:
        """The length of the memory."""
        return self.width * self.height * self.channels * sample_bytes

    @property
    def pixels(self) -> "memoryview[float]":
        """float32 (channels, height, width); `numpy.asarray` of it copies nothing."""
        return memoryview(self.memory).cast("f", (self.channels, self.height, self.width))

    def described(self) -> dict[str, Any]:
        """What the caller is told, and says back when a request uses the frame."""
        return {
            "name": self.name,
            "path": self.path,
            "width": self.width,
            "height": self.height,
            "channels": self.channels,
            "bytes": self.nbytes,
        }

    def free(self) -> None:
        """Nobody can open it from now on; whoever still maps it keeps the memory until they let go."""
        os.close(self.file)
        if not self.unnamed:
            Path(self.path).unlink(missing_ok=True)


class FrameStore:
    """The shared frames of one caller; all of them go when the caller goes. Called from any thread."""

    def __init__(self, socket: Path, *, most: int, most_bytes: int) -> None:
        self._socket = socket
        self._most = most
        self._most_bytes = most_bytes
        self._frames: dict[str, SharedFrame] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def nbytes(self) -> int:
        """What all frames take together."""
        return sum(frame.nbytes for frame in list(self._frames.values()))

    def __len__(self) -> int:
        return len(self._frames)

    def acquire(self, width: int, height: int, channels: int) -> SharedFrame:
        """A new frame, all zero.

        Raises:
            CallError: the caller would have more frames, or more memory in them, than it may; or it is gone.
            StorageError: the machine has no memory for it, or the engine no more files to open.
        """
        with self._lock:
            self._check_room(width * height * channels * sample_bytes)
            frame = make_frame(self._socket, width, height, channels)
            self._frames[frame.name] = frame
            return frame

    def _check_room(self, nbytes: int) -> None:
        if self._closed:
            raise refused("acquire", expected="a caller that is still there", came="one that is gone")
        if len(self) >= self._most:
            raise CallError(
                "acquire", expected=f"at most {self._most} frames of a caller",
                came="one more", next_step="release frames that are done with",
            )  # fmt: skip
        if self.nbytes + nbytes > self._most_bytes:
            raise CallError(
                "acquire", expected=f"at most {self._most_bytes} bytes for all frames of a caller",
                came=f"{nbytes} more than {self.nbytes}", next_step="release frames that are done with",
            )  # fmt: skip

    def find(self, described: Mapping[str, Any]) -> SharedFrame:
        """The frame that a request speaks of, which has to be this caller's and of the size that it says.

        Raises:
            CallError: it is not, or its memory is not as long as that.
        """
        frame = self._frames.get(str(described.get("name")))
        if frame is None:
            raise refused("frame", expected="the name of a frame that you acquired", came="another name")
        for side in ("width", "height", "channels"):
            if described.get(side) != getattr(frame, side):
                came = str(described.get(side))[:20]
                raise refused(f"frame: {side}", expected=str(getattr(frame, side)), came=came)
        check_length(frame.file, frame.nbytes)
        return frame

    def release(self, name: str) -> None:
        """Frees the frame; a job that maps it keeps the memory until it ends.

        Raises:
            CallError: the caller has no such frame.
        """
        if not self.discard(name):
            raise refused("release", expected="the name of a frame that you acquired", came="another name")

    def discard(self, name: str) -> bool:
        """Frees the frame if it is there, and says whether it was."""
        with self._lock:
            frame = self._frames.pop(name, None)
        if frame is not None:
            frame.free()
        return frame is not None

    def close(self) -> None:
        """Frees everything, and gives nothing from now on."""
        with self._lock:
            self._closed = True
            frames, self._frames = list(self._frames.values()), {}
        for frame in frames:
            frame.free()


def asked_size(request: Request) -> tuple[int, int, int]:
    """Width, height and channels that the request asks for.

    Raises:
        CallError: one is absent or makes no sense.
    """
    side = most_pixels_a_side
    width, height = request.take_whole("width", 1, side), request.take_whole("height", 1, side)
    return width, height, request.take_whole("channels", 1, most_channels)


def make_frame(socket: Path, width: int, height: int, channels: int) -> SharedFrame:
    """A frame that nobody else knows of yet, all zero; its memory is reserved, so that no write can fail later.
    Where it needs a file, that stands beside the engine's socket.

    Raises:
        StorageError: the machine has no room for it, or the engine has too many files open.
    """
    name, nbytes = secrets.token_hex(name_bytes), width * height * channels * sample_bytes
    _check_memory(nbytes)
    try:
        file, path = _open_anonymous(name) if seals is not None else _open_named(_file_beside(socket, name))
    except OSError as fault:
        raise _no_room(nbytes, fault.strerror or str(fault)) from fault
    try:
        _check_files(file)
        _reserve(file, nbytes)
        memory = mmap.mmap(file, nbytes)
    except (OSError, StorageError) as fault:
        os.close(file)
        if seals is None:
            Path(path).unlink()
        if isinstance(fault, OSError):
            raise _no_room(nbytes, fault.strerror or str(fault)) from fault
        raise
    return SharedFrame(name, path, width, height, channels, file, seals is not None, memory)


def remove_left_frames(socket: Path) -> None:
    """Removes the files of frames that a killed engine left beside its socket."""
    for path in socket.parent.glob(glob.escape(_file_beside(socket, "").name) + "*"):
        if re.fullmatch(rf"[0-9a-f]{{{2 * name_bytes}}}", path.name.rpartition("-")[2]) and path.is_file():
            path.unlink(missing_ok=True)


def _file_beside(socket: Path, name: str) -> Path:
    return socket.with_name(f"{socket.name}.frame-{name}")


def _open_anonymous(name: str) -> tuple[int, str]:
    file = os.memfd_create(f"faceplate-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.fchmod(file, 0o600)
    return file, f"/proc/{os.getpid()}/fd/{file}"


def _open_named(path: Path) -> tuple[int, str]:
    binary = getattr(os, "O_BINARY", 0)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | binary, 0o600), str(path)


def _reserve(file: int, nbytes: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, nbytes)
    else:
        os.ftruncate(file, nbytes)
    if seals is not None:
        fcntl(file, F_ADD_SEALS, seals)


def _check_files(file: int) -> None:
    """Systems give the lowest number that is free, so the number tells how many files are open."""
    if sys.platform == "win32":
        return
    most = getrlimit(RLIMIT_NOFILE)[0]
    if most > 0 and file >= most - min(reserved_files, most // 2):
        step = "release frames, close hosts, or start the engine with a higher `ulimit -n`"
        raise StorageError(
            "shared frame", expected="an engine with files to spare", came=f"{file} open", next_step=step
        )


def check_length(file: int, nbytes: int) -> None:
    """Raises CallError where the memory is not as long as its frame: touching it would end the process."""
    there = os.fstat(file).st_size
    if there != nbytes:
        raise refused("frame", expected=f"{nbytes} bytes of shared memory", came=f"{there} bytes")


def _check_memory(nbytes: int) -> None:
    """Linux gives memory that it has not got, and then kills; half of what is free stays for the work on the frame."""
    free = free_memory()
    if free is not None and nbytes > free / 2:
        raise _no_room(nbytes, f"{free} bytes free")


def free_memory() -> int | None:
    """Bytes that can be had without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return found[0] if found else None


def _no_room(nbytes: int, came: str) -> StorageError:
    step = "release frames, close other programs, or work at a smaller size"
    return StorageError("shared frame", expected=f"{nbytes} bytes of memory", came=came, next_step=step)
