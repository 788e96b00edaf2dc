from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, cast

import av
from av.error import FFmpegError

from faceplate.plate.container_end import missing_bytes
from faceplate.plate.damage import damaged
from faceplate.plate.movie_picture import movie_frame
from faceplate.plate.patterns import choose_frames
from faceplate.values import Frame, Plate

movie_suffixes = frozenset((".mp4", ".mov", ".mkv", ".avi", ".mxf", ".gif", ".webm"))
# Codecs whose pictures build on all that came before, whatever their packets say.
_from_the_start = frozenset(("gif", "apng"))
# Decoders paint over what they cannot decode and go on, unless they are told that damage is an error.
_strict = {"err_detect": "crccheck+explode"}


def open_movie(path: Path, frame_range: str | None) -> Plate:
    """The frames of a movie, numbered from 1 in the order they are shown, whatever their spacing in time.

    Raises:
        PlateError: the file is no movie, is cut short, or lacks a frame asked for.
    """
    times = _scan(path)
    frames = choose_frames(str(path), tuple(range(1, len(times.shown) + 1)), frame_range)
    return Plate(str(path), frames, None, MovieReader(path, times).read)


@dataclass(frozen=True)
class _Times:
    """Time stamps of a movie's frames as they are shown, and of those at which decoding can begin."""

    shown: tuple[int, ...]
    entries: tuple[int, ...]


class _Stamp(NamedTuple):
    """When a frame is shown, whether decoding can begin at it, and whether its data are damaged."""

    time: int | None
    is_entry: bool
    is_corrupt: bool


def _scan(path: Path) -> _Times:
    """When the frames are shown, from the movie's packets alone; nothing is decoded.

    Raises:
        PlateError: the file is no movie, holds no picture, or breaks off.
    """
    try:
        if missing := missing_bytes(path):
            raise damaged(path, expected="a whole movie", came=f"one whose end is missing (at least {missing} bytes)")
        with _opened(path) as container:
            stream = _video(path, container)
            stamps = tuple(_stamps(container, stream))
            claimed, codec = stream.frames, stream.codec_context.name
    except (FFmpegError, OSError, MemoryError) as error:
        raise damaged(path, expected="a whole movie", came=str(error)) from error
    if len(stamps) < max(1, claimed) or any(stamp.is_corrupt for stamp in stamps):
        raise damaged(path, expected=f"a movie of {claimed or 'whole'} frames", came=f"{len(stamps)} frames")
    if any(stamp.time is None for stamp in stamps):
        raise damaged(path, expected="a movie that says when each frame is shown", came="frames without a time stamp")
    return _times(stamps, all_build_on_the_first=codec in _from_the_start)


def _stamps(container: av.container.InputContainer, stream: av.VideoStream) -> Iterator[_Stamp]:
    """What is known of each frame without its data, so that memory does not grow with the movie."""
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard:
            yield _Stamp(packet.pts, packet.is_keyframe, packet.is_corrupt)


def _times(stamps: tuple[_Stamp, ...], *, all_build_on_the_first: bool) -> _Times:
    shown = sorted({stamp.time for stamp in stamps if stamp.time is not None})
    entries = sorted(stamp.time for stamp in stamps if stamp.is_entry and stamp.time is not None)
    return _Times(tuple(shown), tuple(shown[:1] if all_build_on_the_first else entries))


def _opened(path: Path) -> av.container.InputContainer:
    return av.open(str(path), metadata_errors="replace")


def _video(path: Path, container: av.container.InputContainer) -> av.VideoStream:
    stream: Any = container.streams.best("video")
    if stream is None:
        raise damaged(path, expected="a movie", came="a file without pictures")
    if stream.codec_context is None:
        raise damaged(path, expected="a movie in a codec that is known", came="one in another")
    stream.thread_type = "AUTO"
    stream.codec_context.options = _strict
    return cast("av.VideoStream", stream)


class MovieReader:
    """One decoder that goes on where it stands, or starts again at the nearest entry before the frame asked for.

    A frame has the same pixels however it was reached. Safe from several threads, one frame at a time.
    """

    def __init__(self, path: Path, times: _Times) -> None:
        self._path = path
        self._times = times
        self._lock = Lock()
        self._container: av.container.InputContainer | None = None
        self._pictures: Iterator[av.VideoFrame] = iter(())
        self._position: int | None = None

    def __reduce__(self) -> tuple[type["MovieReader"], tuple[Path, _Times]]:
        return MovieReader, (self._path, self._times)

    def read(self, number: int) -> Frame:
        """The frame of this number.

        Raises:
            PlateError: the movie is damaged here.
        """
        with self._lock:
            try:
                picture = self._picture(self._times.shown[number - 1])
                return movie_frame(self._path, number, picture, self._stream)
            except (FFmpegError, MemoryError) as error:
                self._close()
                raise damaged(self._path, expected=f"frame {number}", came=str(error)) from error

    def _picture(self, wanted: int) -> av.VideoFrame:
        picture = self._picture_from_entry(wanted)
        if picture is None:
            self._start_at(None)
            picture = self._advance(wanted)
        if picture is None or picture.is_corrupt:
            raise damaged(self._path, expected="a picture that decodes", came=f"damage at time stamp {wanted}")
        return picture

    def _picture_from_entry(self, wanted: int) -> av.VideoFrame | None:
        """The picture decoded from the nearest entry on; None where it takes more than what stands after the entry."""
        entry = self._entry_before(wanted)
        try:
            if self._position is None or not entry <= self._position < wanted:
                self._start_at(entry)
            return self._advance(wanted)
        except FFmpegError:
            return None

    def _entry_before(self, wanted: int) -> int:
        entries = self._times.entries
        index = bisect_right(entries, wanted)
        return entries[index - 1] if index else self._times.shown[0]

    def _start_at(self, entry: int | None) -> None:
        """Moves the decoder to an entry; None opens the movie anew, for one whose entries mislead."""
        if self._container is None or entry is None:
            self._close()
            self._container = _opened(self._path)
            self._stream = _video(self._path, self._container)
        if entry is not None:
            self._container.seek(entry, stream=self._stream, backward=True)
        self._pictures = self._decoded(self._container, entry)
        self._position = None

    def _decoded(self, container: av.container.InputContainer, entry: int | None) -> Iterator[av.VideoFrame]:
        """Pictures from where the container stands; those shown before the entry may lack what they build on."""
        for packet in container.demux(self._stream):
            try:
                yield from packet.decode()
            except FFmpegError:
                if entry is None or packet.pts is None or packet.pts >= entry:
                    raise

    def _advance(self, wanted: int) -> av.VideoFrame | None:
        """Decodes up to the picture wanted; None where the decoder is past it or at the end."""
        for picture in self._pictures:
            self._position = picture.pts
            if picture.pts is not None and picture.pts >= wanted:
                return picture if picture.pts == wanted else None
        return None

    def _close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container, self._position = None, None
