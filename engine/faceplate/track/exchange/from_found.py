"""A track of faces that another program found: people linked over the frames, the mesh bent to meet 68 points."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from faceplate.align import fit_alignment
from faceplate.plate import FramePattern
from faceplate.track.exchange.found import FoundFace, pictures_of
from faceplate.track.exchange.frame_numbers import frame_numbers
from faceplate.track.exchange.linked import Chain, linked
from faceplate.track.exchange.mesh_from_68 import mesh_from_68
from faceplate.track.exchange.rows import checked, empty_person
from faceplate.track.solve.pose import pose_deg
from faceplate.track.topology import mesh_to_68
from faceplate.values import Matrix, Person, Track

guessed_confidence = 0.5
"""Of points that nobody measured: the mesh says where they are once the others are known."""


class Pictures(NamedTuple):
    """How the other program's pictures lie to the plate's frames.

    Attributes:
        pattern: of the plate; None where it is one file.
        offset: added to the number in a picture's name.
        size: of the pictures, columns and rows; None where it is the plate's.
    """

    pattern: FramePattern | None = None
    offset: int = 0
    size: tuple[int, int] | None = None


def track_of_found(faces: Sequence[FoundFace], plate: Track, pictures: Pictures, landmarker: str, source: str) -> Track:
    """The track of `faces` over the frames of `plate`, which says name, frames, size and pixel aspect.

    Faces in pictures of other frames are left out. The landmarks meet the given 68 exactly, as `mesh_to_68` numbers
    them, with a confidence of 1, and of `guessed_confidence` elsewhere. Nothing is smoothed.

    Raises:
        TrackError: no picture is of a frame of the plate, or the numbers of a face make none.
    """
    numbers = frame_numbers(pictures_of(faces), frozenset(plate.frames), pictures.pattern, pictures.offset)
    to_square = _to_square(plate, pictures.size)
    found: dict[int, list[Matrix]] = {}
    for face in faces:
        if face.picture in numbers:
            found.setdefault(numbers[face.picture], []).append(face.landmarks68 * to_square)
    people = (_person(f"person{place}", chain, plate) for place, chain in enumerate(linked(found), start=1))
    return checked(replace(plate, people=tuple(people), landmarker=landmarker), source)


def _to_square(plate: Track, size: tuple[int, int] | None) -> Matrix:
    """What x and y of a picture are multiplied by to be square pixels of the plate."""
    across, down = plate.size if size is None else size
    return np.array([plate.size[0] / across * plate.pixel_aspect, plate.size[1] / down])


def _person(name: str, chain: Chain, plate: Track) -> Person:
    person = empty_person(name, len(plate.frames))
    for number, landmarks68 in chain.items():
        _fill(person, plate.frames.index(number), landmarks68, plate.pixel_aspect)
    return person


def _fill(person: Person, row: int, landmarks68_square: Matrix, aspect: float) -> None:
    mesh = mesh_from_68(landmarks68_square)
    person.landmarks_plate[row] = mesh[:, :2] / [aspect, 1.0]
    person.depth_px[row] = mesh[:, 2]
    person.confidence[row] = guessed_confidence
    person.confidence[row, list(mesh_to_68)] = 1.0
    person.presence[row] = 1.0
    person.pose_deg[row] = pose_deg(mesh)
    person.alignment[row] = fit_alignment(landmarks68_square / [aspect, 1.0], aspect)
