"""What the numbers of a track must hold before anything is worked from them: the file may be damaged, or hostile."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from faceplate.errors import TrackError
from faceplate.track.topology import POINTS
from faceplate.values import Array, Matrix, Person, Track

# In square-pixel space an alignment is a similarity; rounding and other people's fits may stretch it by this much.
LARGEST_STRETCH = 0.01
SMALLEST_FACE_PX = 2.0
# In larger sides of the plate.
LARGEST_FACE = 2.0
# Faces may leave the plate: by this many of its widths or heights.
REACH = 4.0

Bools: TypeAlias = npt.NDArray[np.bool_]


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
    _check_points(source, person)
    for rule in _rules:
        finding = rule(header, person)
        if not finding.sound.all():
            place = int(np.argmin(finding.sound))
            raise _refusal(
                f"{source}, {person.name}, frame {header.frames[place]}", finding.expected, finding.came(place)
            )


def _check_points(source: str, person: Person) -> None:
    points = person.landmarks_plate.shape[1]
    if points < POINTS:
        raise _refusal(f"{source}, {person.name}", f"{POINTS} landmarks of the face mesh", f"{points} landmarks")


def _refusal(thing: str, expected: str, came: str) -> TrackError:
    return TrackError(
        thing, expected=expected, came=came, next_step="track the plate again, or restore the file from a copy"
    )


def _whole_landmarks(_: Track, person: Person) -> _Finding:
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


def _finite_where_seen(person: Person, name: str) -> _Finding:
    finite = _every(np.isfinite(getattr(person, name)))
    return _Finding(
        ~person.seen | finite, f"{name} as numbers where the person is seen", lambda _: "NaN or infinite numbers"
    )


def _exposure(_: Track, person: Person) -> _Finding:
    """Unlike the others it may be unknown where the person is seen: in older tracks, and on pixels without light."""
    unknown = np.isnan(person.exposure)
    return _Finding(
        unknown | (person.seen & np.isfinite(person.exposure)),
        "exposure as a number or NaN, and NaN where the person is not seen",
        lambda place: f"{person.exposure[place]:g}",
    )


def _landmarks_near_plate(header: Track, person: Person) -> _Finding:
    return _near_plate(header, person, person.landmarks_plate, "landmarks")


def _similarity(header: Track, person: Person) -> _Finding:
    same, mirrored = _turns(header, person)
    with np.errstate(all="ignore"):
        stretch = (same + mirrored) / np.abs(same - mirrored)
        sound = same - mirrored >= (1 - LARGEST_STRETCH) * (same + mirrored)
    return _Finding(
        ~person.seen | sound,
        f"an alignment that only turns, scales and shifts square pixels (stretch of at most {LARGEST_STRETCH:.0%})",
        lambda place: "a mirror image" if mirrored[place] > same[place] else f"a stretch of {stretch[place]:g}",
    )


def _face_side(header: Track, person: Person) -> _Finding:
    largest_px = LARGEST_FACE * max(_size_square(header))
    with np.errstate(all="ignore"):
        sides_px = 1 / _turns(header, person)[0]
    return _Finding(
        ~person.seen | ((sides_px >= SMALLEST_FACE_PX) & (sides_px <= largest_px)),
        f"a face square with a side of {SMALLEST_FACE_PX:g} to {largest_px:g} px",
        lambda place: f"one of {sides_px[place]:g} px",
    )


def _face_square_near_plate(header: Track, person: Person) -> _Finding:
    """The alignment's shift: where the middle of the face square comes to lie."""
    turn = np.where(person.seen[:, None, None], person.alignment[..., :2], np.eye(2))
    away = np.where(person.seen[:, None], 0.5 - person.alignment[..., 2], 0.0)
    with np.errstate(all="ignore"):
        middle = np.linalg.solve(turn, away[..., None])[..., 0]
    return _near_plate(header, person, middle[:, None], "a face square")


def _near_plate(header: Track, person: Person, points_plate: Array, name: str) -> _Finding:
    size = np.array(header.size)
    near = (points_plate >= -REACH * size) & (points_plate <= (1 + REACH) * size)
    return _Finding(
        ~person.seen | _every(near),
        f"{name} within {REACH:g} plate sizes of the plate of {size[0]}x{size[1]}",
        lambda place: "x {:g}, y {:g}".format(*points_plate[place][~near[place].all(axis=-1)][0]),
    )


def _turns(header: Track, person: Person) -> tuple[Matrix, Matrix]:
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
    return np.asarray(flags.reshape(len(flags), -1).all(axis=1))


def _any(flags: Bools) -> Bools:
    return np.asarray(flags.reshape(len(flags), -1).any(axis=1))


_rules: tuple[Callable[[Track, Person], _Finding], ...] = (
    _whole_landmarks,
    _alignment_where_seen,
    lambda _, person: _shares(person.presence, "presence"),
    lambda _, person: _shares(person.confidence, "confidence"),
    lambda _, person: _finite_where_seen(person, "presence"),
    lambda _, person: _finite_where_seen(person, "depth_px"),
    lambda _, person: _finite_where_seen(person, "pose_deg"),
    _exposure,
    _landmarks_near_plate,
    _similarity,
    _face_side,
    _face_square_near_plate,
)
