"""Points that an artist set: met exactly, and followed by the frames around them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faceplate.align import fit_similarity, invert, transform
from faceplate.align.template import steady_points
from faceplate.track.solve.corrections import Corrections, pins_of, steps_of
from faceplate.track.solve.estimate import solve
from faceplate.track.solve.path import LandmarkPath, alignments_of
from faceplate.track.topology import anchors, mesh_to_68
from faceplate.values import Array, Edit, Matrix, Measured

# Rounds in which links between far frames give way.
GIVING_WAY = 10
aligning: Array = np.array(mesh_to_68)[list(steady_points)]


class HandSet(NamedTuple):
    """What an artist asks of some frames.

    Attributes:
        points: rows of the track to points x 2, plate pixels, NaN where the solve decides.
        faces: the rows of these whose points all stem from one face moved as a whole to where there was none.
        alignments: rows of the track to the alignment that was given for them.
    """

    points: dict[int, Matrix]
    faces: dict[int, int]
    alignments: dict[int, Matrix]


def hand_set(edits: Sequence[Edit], frames: Sequence[int], points_plate: Matrix, pixel_aspect: float) -> HandSet:
    """What the edits of one person come to, in order: of two that say the same point, the later decides.

    `points_plate` is the solved face, frames x points x 2. In a frame where nobody was seen the nearest solved face is
    carried to what is asked: by the alignment, or by the similarity that brings it nearest to the points.
    """
    asked = HandSet({}, {}, {})
    rows = {number: row for row, number in enumerate(frames)}
    seen = np.flatnonzero(np.isfinite(points_plate[:, 0, 0]))
    for edit in edits:
        row = rows.get(edit.frame)
        if row is None or not len(seen):
            continue
        if row not in seen and row not in asked.faces:
            asked.faces[row] = int(seen[np.argmin(np.abs(seen - row))])
            asked.points[row] = _carried(points_plate[asked.faces[row]], edit, pixel_aspect)
        _ask(asked, edit, row, points_plate[row], pixel_aspect)
    return asked


def _ask(asked: HandSet, edit: Edit, row: int, solved: Matrix, pixel_aspect: float) -> None:
    target = np.array(edit.target, np.float64)
    before = asked.points.get(row, np.full_like(solved, np.nan))
    now = np.where(np.isfinite(before), before, solved)
    if edit.kind == "alignment":
        (current,) = alignments_of(now[None], pixel_aspect)
        asked.points[row] = transform(invert(target), transform(current, now))
        asked.alignments[row] = target
    elif edit.kind == "points":
        asked.points[row] = before.copy()
        asked.points[row][list(edit.points)] = target
        if np.isin(edit.points, aligning).any():
            asked.alignments.pop(row, None)


def _carried(face: Matrix, edit: Edit, pixel_aspect: float) -> Matrix:
    """The face moved to the points that were set; an alignment moves it by itself."""
    if edit.kind != "points":
        return face
    square = np.array([pixel_aspect, 1.0])
    source, target = face[list(edit.points)] * square, np.array(edit.target, np.float64) * square
    if len(np.unique(source, axis=0)) == 1:
        return np.asarray(face + (target - source).mean(axis=0) / square)
    return np.asarray(transform(fit_similarity(source, target), face * square) / square)


def follow(
    points_plate: Matrix, asked: HandSet, path: LandmarkPath, measured: Measured, by: Corrections, weights: Matrix
) -> Matrix:
    """The solved points (frames x points x 2) moved so that those asked for are met, and their neighbours with them.

    Anchors carry what was asked along the texture, undiminished while it holds; the mesh follows them by `weights`
    (points x anchors). What a point was asked beside that fades over ten frames, or leads from one hand-set frame to
    the next.
    """
    wanted = np.full(points_plate.shape, np.nan)
    for row, points in asked.points.items():
        if row not in asked.faces:
            wanted[row] = points - points_plate[row]
    wanted = np.einsum("fij,fpj->fpi", path.to_face[..., :2], wanted)
    if not np.isfinite(wanted).any():
        return _met(points_plate, asked)
    moved = _carried_on(by, wanted[:, list(anchors)])
    field = np.einsum("pn,fni->fpi", weights, moved)
    steps = steps_of(path, points_plate.shape[1])
    rest = solve(steps, 1 / steps.deviation**2, steps.step, pins_of(path, measured), wanted - field)
    return _met(points_plate + in_plate(path, field + rest), asked)


def _carried_on(by: Corrections, asked: Matrix) -> Matrix:
    """What was asked of anchors (frames x anchors x 2, NaN where nothing was), in all frames.

    Where several frames ask what the texture denies, as when it slipped onto what covers the face, links between far
    frames give way: from one to the next it goes evenly.
    """
    links, weights = by.links, by.weights
    far = (links.second != links.first + 1)[:, None]
    for _ in range(GIVING_WAY):
        moved = solve(links, weights, np.zeros_like(links.step), by.pins, asked)
        denied = np.nan_to_num(((moved[links.second] - moved[links.first]) ** 2).sum(axis=-1))
        weights = np.where(far, by.weights / (1 + by.weights * denied), by.weights)
    return moved


def in_plate(path: LandmarkPath, moves: Matrix) -> Matrix:
    """Moves in the face square (frames x points x 2) as moves in plate pixels; NaN in frames without a face."""
    back = np.full((len(moves), 2, 2), np.nan)
    back[path.seen] = np.linalg.inv(path.to_face[path.seen][..., :2])
    return np.asarray(np.einsum("fij,fpj->fpi", back, moves))


def _met(points_plate: Matrix, asked: HandSet) -> Matrix:
    """The points with those asked for put where they were asked, to the last bit."""
    met = points_plate.copy()
    for row, points in asked.points.items():
        met[row] = np.where(np.isfinite(points), points, met[row])
    return met
