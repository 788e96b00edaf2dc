from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from faceplate.plate import default_workers, for_each_frame
from faceplate.track.motion.face_view import FaceView, ToLog, face_size_px, face_view
from faceplate.track.motion.follow import Followed, follow
from faceplate.track.motion.sharpness import level_of, sharpness_of
from faceplate.track.motion.shot_of_person import Pair, ShotOfPerson
from faceplate.track.topology import anchors
from faceplate.values import Floats, Frame, Header, Measured, Motion, Plate

__all__ = ["ToLog", "measure_motion"]


def measure_motion(
    plate: Plate,
    measured: Sequence[Measured],
    cuts: Sequence[int],
    to_log: ToLog,
    *,
    on_frame: Callable[[int], None] | None = None,
    workers: int = default_workers,
) -> tuple[Measured, ...]:
    """The people with the motion of the plate under their faces, and how sharp they are in each frame.

    Each frame is compared with the one before in which the person was seen, and with up to three keyframes of the same
    shot whose face looks most like it; never across a cut. The plate is read once more. What is held in memory follows
    the range of poses, not the length of the shot; the result does not depend on `workers`.

    Raises:
        PlateError: a frame is missing or damaged.
    """
    people = tuple(measured)
    if not any(person.seen.any() for person in people):
        return people
    first = next(row for row in range(len(plate.frames)) if any(person.seen[row] for person in people))
    header = plate.read(plate.frames[first]).header
    work = _Work(plate, people, header, to_log)
    for start, end in pairwise([0, *cuts, len(plate.frames)]):
        work.measure(range(start, end), on_frame, workers)
    return tuple(
        replace(person, motion=_motion(pairs, person.landmarks_plate), sharpness=sharpness)
        for person, pairs, sharpness in zip(people, work.found, work.sharpness, strict=True)
    )


def _motion(pairs: Mapping[Pair, Followed], landmarks_plate: Floats) -> Motion:
    order = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    count = len(order)
    rows = np.array(order, np.int32).reshape(count, 2)
    return Motion(
        rows,
        landmarks_plate[rows[:, 0]][:, list(anchors)],
        np.array([pairs[pair].found_plate for pair in order], np.float32).reshape(count, len(anchors), 2),
        np.array([pairs[pair].deviation_px for pair in order], np.float32).reshape(count, len(anchors)),
    )


class _Work:
    """The people of one shot, compared frame by frame as frames come in; frames may come from several threads."""

    def __init__(self, plate: Plate, people: Sequence[Measured], header: Header, to_log: ToLog) -> None:
        self.found: list[dict[Pair, Followed]] = [{} for _ in people]
        self.sharpness = [np.full(len(plate.frames), np.nan, np.float32) for _ in people]
        self._plate, self._people, self._header, self._to_log = plate, people, header, to_log
        self._levels = [_level(person, header.pixel_aspect) for person in people]
        self._shots: list[ShotOfPerson] = []

    def measure(self, shot: range, on_frame: Callable[[int], None] | None, workers: int) -> None:
        """Compares the rows of one shot."""
        self._shots = [ShotOfPerson.planned(person, shot, self._header) for person in self._people]
        keyframes = sorted({row for person in self._shots for row in person.keyframes})
        for_each_frame(keyframes, self._keep, workers=workers)
        heard = None if on_frame is None else lambda row: on_frame(self._plate.frames[row])
        for_each_frame(shot, self._compare, on_frame=heard, workers=workers)
        self._shots = []

    def _keep(self, row: int) -> None:
        frame = self._plate.read(self._plate.frames[row])
        for at, person in enumerate(self._shots):
            if row in person.keyframes:
                person.keep(row, self._view(at, row, frame))

    def _compare(self, row: int) -> None:
        present = [at for at, person in enumerate(self._shots) if row in person.from_keyframes]
        frame = None
        if any(row not in self._shots[at].keyframes for at in present):
            frame = self._plate.read(self._plate.frames[row])
        for at in present:
            known = row in self._shots[at].keyframes
            view = self._shots[at].view(row) if known or frame is None else self._view(at, row, frame)
            if view is not None:
                self.sharpness[at][row] = sharpness_of(view, self._levels[at])
            for pair, source, target in self._shots[at].take_in(row, view):
                self.found[at][pair] = follow(source, target)

    def _view(self, at: int, row: int, frame: Frame) -> FaceView | None:
        person = self._people[at]
        return face_view(frame, person.landmarks_plate[row], person.depth_px[row], self._to_log)


def _level(measured: Measured, aspect: float) -> int:
    """The level at which this person's sharpness is compared."""
    rows = np.flatnonzero(measured.seen)
    sizes = [face_size_px(measured.landmarks_plate[row], measured.depth_px[row], aspect) for row in rows]
    return level_of(float(np.median(sizes))) if sizes else 0
