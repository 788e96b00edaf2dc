"""What the numbers of a track must hold before anything is worked from them: the file may be damaged, or hostile."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from faceplate.track.file.refused import refused
from faceplate.track.topology import POINTS
from faceplate.values import Array, Doubt, Matrix, Measured, Motion, Person, Track

# In square-pixel space an alignment is a similarity; rounding and other people's fits may stretch it by this much.
LARGEST_STRETCH = 0.01
SMALLEST_FACE_PX = 2.0
# In larger sides of the plate.
LARGEST_FACE = 2.0
# Faces may leave the plate: by this many of its widths or heights.
REACH = 4.0

# What one frame may be compared with: the measured pairs of a track are at most so many for each of its frames.
MOST_PAIRS_A_FRAME = 64

Bools: TypeAlias = npt.NDArray[np.bool_]


class _Squares(NamedTuple):
    """Alignments by themselves, frames x 2 x 3."""

    alignment: Matrix

    @property
    def seen(self) -> Bools:
        return np.ones(len(self.alignment), np.bool_)


Face: TypeAlias = Person | Measured
Aligned: TypeAlias = Person | _Squares
Rule: TypeAlias = Callable[[Track, Any], "_Finding"]


class _Finding(NamedTuple):
    """Frames, True where they are sound; what is asked of them; and, by the frame's place, what came instead."""

    sound: Bools
    expected: str
    came: Callable[[int], str]


def check_person(source: str, header: Track, person: Person) -> None:
    """Refuses a person whose numbers make no face: in any frame, before a render begins.

    `header` gives frames, size and pixel aspect of the track; the shapes of the person's arrays fit them.

    Raises:
        TrackError: naming the first frame that is not sound.
    """
    thing = f"{source}, {person.name}"
    _check_points(thing, person)
    _check(thing, header, person, _person_rules)


def check_measured(source: str, header: Track, place: int, measured: Measured) -> None:
    """Refuses measurements that make no face, and motion between frames that the track does not have.

    Raises:
        TrackError: naming the first frame, or the first pair of frames, that is not sound.
    """
    thing = f"{source}, measured person {place + 1}"
    _check_points(thing, measured)
    _check(thing, header, measured, _measured_rules)
    if measured.motion is not None:
        _check_motion(thing, header, measured, measured.motion)


def check_alignment(source: str, header: Track, alignment: Matrix) -> None:
    """Refuses a 2 x 3 alignment that makes no face square.

    Raises:
        TrackError: saying what is wrong with it.
    """
    squares = _Squares(alignment[None])
    if not np.isfinite(alignment).all():
        raise refused(source, "an alignment of finite numbers", "NaN or infinite numbers")
    for rule in _square_rules:
        finding = rule(header, squares)
        if not finding.sound.all():
            raise refused(source, finding.expected, finding.came(0))


def _check(thing: str, header: Track, face: Face, rules: Iterable[Rule]) -> None:
    for rule in rules:
        finding = rule(header, face)
        if not finding.sound.all():
            place = int(np.argmin(finding.sound))
            raise refused(f"{thing}, frame {header.frames[place]}", finding.expected, finding.came(place))


def _check_points(thing: str, face: Face) -> None:
    points = face.landmarks_plate.shape[1]
    if points != POINTS:
        raise refused(thing, f"{POINTS} landmarks of the face mesh", f"{points} landmarks")


def _check_motion(thing: str, header: Track, measured: Measured, motion: Motion) -> None:
    for rule in _motion_rules:
        finding = rule(header, measured, motion)
        if not finding.sound.all():
            place = int(np.argmin(finding.sound))
            raise refused(f"{thing}, motion pair {place + 1}", finding.expected, finding.came(place))


def _pair_rows(header: Track, _: Measured, motion: Motion) -> _Finding:
    rows, pairs = len(header.frames), motion.pairs
    return _Finding(
        _every((pairs >= 0) & (pairs < rows)) & (pairs[:, 0] != pairs[:, 1]),
        f"two different rows of 0 to {rows - 1}",
        lambda place: "rows {} and {}".format(*pairs[place]),
    )


def _pair_is_seen(_: Track, measured: Measured, motion: Motion) -> _Finding:
    first = motion.pairs[:, 0]
    return _Finding(
        measured.seen[first],
        "texture taken from a frame in which the person was measured",
        lambda place: f"row {first[place]}, in which they were not",
    )


def _taken_near_plate(header: Track, _: Measured, motion: Motion) -> _Finding:
    size = np.array(header.size)
    with np.errstate(invalid="ignore"):
        near = (motion.taken_plate >= -REACH * size) & (motion.taken_plate <= (1 + REACH) * size)
    return _Finding(
        _every(np.asarray(near)),
        f"texture taken within {REACH:g} plate sizes of the plate of {size[0]}x{size[1]}",
        lambda _: "another place",
    )


def _found_near_plate(header: Track, _: Measured, motion: Motion) -> _Finding:
    size = np.array(header.size)
    with np.errstate(invalid="ignore"):
        near = (motion.found_plate >= -REACH * size) & (motion.found_plate <= (1 + REACH) * size)
    return _Finding(
        _every(near.all(axis=-1) | np.asarray(np.isnan(motion.found_plate).all(axis=-1))),
        f"texture found within {REACH:g} plate sizes of the plate of {size[0]}x{size[1]}, or NaN where it was not",
        lambda _: "another place",
    )


def _found_deviation(_: Track, __: Measured, motion: Motion) -> _Finding:
    found = np.isfinite(motion.found_plate).all(axis=-1)
    with np.errstate(invalid="ignore"):
        sound = np.where(found, (motion.deviation_px >= 0) & np.isfinite(motion.deviation_px), motion.deviation_px > 0)
    return _Finding(
        _every(sound & (found | np.isposinf(motion.deviation_px))),
        "a standard deviation of 0 or more where texture was found, and infinity where not",
        lambda _: "something else",
    )


def _whole_landmarks(_: Track, person: Face) -> _Finding:
    finite = np.isfinite(person.landmarks_plate)
    return _Finding(
        person.seen | _every(np.isnan(person.landmarks_plate)),
        "all landmarks as numbers, or all as NaN where the person is not seen",
        lambda place: f"{np.count_nonzero(~finite[place].all(axis=-1))} of {finite.shape[1]} landmarks without numbers",
    )


def _alignment_where_seen(_: Track, person: Person) -> _Finding:
    finite, seen = np.isfinite(person.alignment), person.seen
    return _Finding(
        np.where(seen, _every(finite), _every(np.isnan(person.alignment))),
        "an alignment where the person has landmarks, and NaN where not",
        lambda place: "an alignment that is not finite" if seen[place] else "an alignment without landmarks",
    )


def _shares(values: Array, name: str) -> _Finding:
    outside = (values < 0) | (values > 1)
    return _Finding(
        ~_any(outside), f"{name} of 0 to 1", lambda place: f"{np.extract(outside[place], values[place])[0]:g}"
    )


def _finite_where_seen(person: Face, name: str) -> _Finding:
    finite = _every(np.isfinite(getattr(person, name)))
    return _Finding(
        ~person.seen | finite, f"{name} as numbers where the person is seen", lambda _: "NaN or infinite numbers"
    )


def _exposure(_: Track, person: Face) -> _Finding:
    """Unlike the others it may be unknown where the person is seen: in older tracks, and on pixels without light."""
    unknown = np.isnan(person.exposure)
    return _Finding(
        unknown | (person.seen & np.isfinite(person.exposure)),
        "exposure as a number or NaN, and NaN where the person is not seen",
        lambda place: f"{person.exposure[place]:g}",
    )


def _finite_or_unknown(person: Person, name: str, *, least: float = -np.inf) -> _Finding:
    values = getattr(person, name)
    unknown = np.isnan(values)
    with np.errstate(invalid="ignore"):
        known = _every(unknown | (np.isfinite(values) & (values >= least)))
    floor = f" of {least:g} or more" if np.isfinite(least) else ""
    return _Finding(
        known & (person.seen | _every(unknown)),
        f"{name} as numbers{floor} or NaN, and NaN where the person is not seen",
        lambda place: f"{np.ravel(values[place])[0]:g}",
    )


def _doubts(_: Track, person: Person) -> _Finding:
    known = sum(Doubt)
    return _Finding(
        (person.doubts & ~np.uint16(known)) == 0,
        f"doubts as a sum of the {len(Doubt)} there are, {known} at most",
        lambda place: f"{person.doubts[place]}",
    )


def _sharpness(_: Track, measured: Measured) -> _Finding:
    with np.errstate(invalid="ignore"):
        sound = np.isnan(measured.sharpness) | ((measured.sharpness >= 0) & np.isfinite(measured.sharpness))
    return _Finding(sound, "sharpness of 0 or more, or NaN", lambda place: f"{measured.sharpness[place]:g}")


def _landmarks_near_plate(header: Track, person: Face) -> _Finding:
    return _near_plate(header, person, person.landmarks_plate, "landmarks")


def _similarity(header: Track, person: Aligned) -> _Finding:
    same, mirrored = _turns(header, person)
    with np.errstate(all="ignore"):
        stretch = (same + mirrored) / np.abs(same - mirrored)
        sound = same - mirrored >= (1 - LARGEST_STRETCH) * (same + mirrored)
    return _Finding(
        ~person.seen | sound,
        f"an alignment that only turns, scales and shifts square pixels (stretch of at most {LARGEST_STRETCH:.0%})",
        lambda place: "a mirror image" if mirrored[place] > same[place] else f"a stretch of {stretch[place]:g}",
    )


def _face_side(header: Track, person: Aligned) -> _Finding:
    largest_px = LARGEST_FACE * max(_size_square(header))
    with np.errstate(all="ignore"):
        sides_px = 1 / _turns(header, person)[0]
    return _Finding(
        ~person.seen | ((sides_px >= SMALLEST_FACE_PX) & (sides_px <= largest_px)),
        f"a face square with a side of {SMALLEST_FACE_PX:g} to {largest_px:g} px",
        lambda place: f"one of {sides_px[place]:g} px",
    )


def _face_square_near_plate(header: Track, person: Aligned) -> _Finding:
    """The alignment's shift: where the middle of the face square comes to lie."""
    turn = np.where(person.seen[:, None, None], person.alignment[..., :2], np.eye(2))
    away = np.where(person.seen[:, None], 0.5 - person.alignment[..., 2], 0.0)
    with np.errstate(all="ignore"):
        middle = np.linalg.solve(turn, away[..., None])[..., 0]
    return _near_plate(header, person, middle[:, None], "a face square")


def _near_plate(header: Track, person: Face | Aligned, points_plate: Array, name: str) -> _Finding:
    size = np.array(header.size)
    near = (points_plate >= -REACH * size) & (points_plate <= (1 + REACH) * size)
    return _Finding(
        ~person.seen | _every(near),
        f"{name} within {REACH:g} plate sizes of the plate of {size[0]}x{size[1]}",
        lambda place: "x {:g}, y {:g}".format(*points_plate[place][~near[place].all(axis=-1)][0]),
    )


def _turns(header: Track, person: Aligned) -> tuple[Matrix, Matrix]:
    """Scale of the part of each alignment that turns square pixels, and of the part that mirrors them.

    Their sum and difference are the singular values; the difference is below 0 for a mirror image.
    """
    with np.errstate(all="ignore"):
        (a, b), (c, d) = np.moveaxis(person.alignment[..., :2] / [header.pixel_aspect, 1.0], 0, -1)
        return np.hypot(a + d, c - b) / 2, np.hypot(a - d, c + b) / 2


def _size_square(header: Track) -> tuple[float, float]:
    return header.size[0] * header.pixel_aspect, float(header.size[1])


def _every(flags: Bools) -> Bools:
    """Frames whose flags are all True."""
    return np.asarray(flags.all(axis=tuple(range(1, flags.ndim))))


def _any(flags: Bools) -> Bools:
    return np.asarray(flags.reshape(len(flags), -1).any(axis=1))


_face_rules: tuple[Rule, ...] = (
    lambda _, face: _shares(face.presence, "presence"),
    lambda _, face: _shares(face.confidence, "confidence"),
    lambda _, face: _finite_where_seen(face, "presence"),
    lambda _, face: _finite_where_seen(face, "depth_px"),
    _exposure,
    _landmarks_near_plate,
)
_square_rules: tuple[Rule, ...] = (_similarity, _face_side, _face_square_near_plate)
_person_rules: tuple[Rule, ...] = (
    _whole_landmarks,
    _alignment_where_seen,
    lambda _, person: _finite_where_seen(person, "pose_deg"),
    lambda _, person: _finite_or_unknown(person, "place_cm"),
    lambda _, person: _finite_or_unknown(person, "residual_px", least=0),
    _doubts,
    *_face_rules,
    *_square_rules,
)
_measured_rules: tuple[Rule, ...] = (_whole_landmarks, _sharpness, *_face_rules)
_motion_rules: tuple[Callable[[Track, Measured, Motion], _Finding], ...] = (
    _pair_rows,
    _pair_is_seen,
    _taken_near_plate,
    _found_near_plate,
    _found_deviation,
)
