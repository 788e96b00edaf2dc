from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Lock

import av
from av.error import FFmpegError

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.movie_picture import movie_frame
from faceplate.plate.patterns import choose_frames
from faceplate.values import Frame, Plate

movie_suffixes = frozenset((".mp4", ".mov", ".mkv", ".avi", ".mxf", ".gif", ".webm"))
# Codecs whose pictures build on all that came before, whatever their packets say.
_from_the_start = frozenset(("gif", "apng"))
_last_frame_slack = 2


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
        self._position = 0

    def read(self, number: int) -> Frame:
        """The frame of this number.

        Raises:
            PlateError: the movie is damaged here.
        """
        wanted = self._times.shown[number - 1]
        with self._lock:
            try:
                picture = self._picture(number, wanted)
                return movie_frame(self._path, number, self._stream(), picture)
            except (FFmpegError, MemoryError) as error:
                self._close()
                raise damaged(self._path, expected=f"frame {number}", came=str(error)) from error
