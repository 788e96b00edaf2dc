"""STMaps that carry a face with all of its shape from a reference frame to another, and back.

Inside the face the picture goes as the mesh goes: turn, scale and shift of the alignment, and on top of them a
thin-plate spline through what the landmarks do besides (Bookstein, "Principal Warps", PAMI 11(6), 1989). Both fade out
around the face, and far from it nothing moves. The way back is the inverse of that map, found by Newton's method, so
there and back is where one began.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lu_factor, lu_solve
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter
from scipy.spatial.distance import cdist
from scipy.special import xlogy

from faceplate.align import invert, transform
from faceplate.graph.exchange.lattice import Lattice
from faceplate.graph.exchange.stabilise import STMap, fractions, places
from faceplate.track.topology import POINTS, face_oval, irises
from faceplate.values import Array, Floats, Matrix, Person, Track, Window

# Finer than the mesh's points lie around the eyes.
cells_a_side = 96
# Landmarks tremble; a spline through each of them exactly would fold where they lie close.
stiffness = 5e-3
# Beyond the face, in sides of the face square: where its shape has no effect any more, and at least where it moves.
shape_fades, move_fades = 0.4, 0.5
# The move fades over at least this many times its own length, so that nothing folds.
fade_a_move = 3.0
# Beyond the face, in its radii, what turns and scales levels off: otherwise the move grows faster than it can fade.
levels_off = 0.3
# What may be left of a pixel's area; where the shape leaves less, it is made smoother.
least_area = 0.2
# Newton's method ends where no point is farther than this from where it should be.
nearest_px = 1e-3
_most_rounds, _most_smoothings = 20, 6
_skin = [index for index in range(POINTS) if index not in irises]


@dataclass(frozen=True)
class FaceWarp:
    """The warps between the face of one person in a reference row of a track and in its others."""

    track: Track
    person: Person
    reference_row: int

    def onto_frame(self, row: int) -> STMap:
        """Reads the reference frame, gives the frame of a row: the whole plate, covered where the face moves it."""
        return self._map(row, is_back=True)

    def onto_reference(self, row: int) -> STMap:
        """Reads the frame of a row, gives the reference frame."""
        return self._map(row, is_back=False)

    def _map(self, row: int, *, is_back: bool) -> STMap:
        display = Window(0, 0, *self.track.size)
        rgba = fractions(*places(np.eye(2, 3), display), self.track.size, np.zeros(1))
        if self.person.seen[row]:
            window, field = self._field(row, is_back=is_back)
            x, y = places(np.eye(2, 3), window)
            at_x, at_y = field[..., 0] + np.float32(x), field[..., 1] + np.float32(y)
            moved = fractions(at_x, at_y, self.track.size, np.clip(field[..., 2], 0, 1))
            rgba[window.slices(display)] = moved
        return STMap(rgba, display, self.track.size, self.track.pixel_aspect)

    def _field(self, row: int, *, is_back: bool) -> tuple[Window, Any]:
        """How far each pixel is moved in x and y, and how much it takes part, over the window where anything does."""
        move = self._move(row)
        points = self._lattice.points.reshape(-1, 2)
        sources = move.undone(points) if is_back else points
        away = (sources if is_back else move(sources)) - points
        field = np.column_stack([away, move.share(sources)]).reshape(*self._lattice.shape, 3)
        window = self._lattice.moved_window(field)
        return window, self._lattice.read(field, window)

    def _move(self, row: int) -> "_Move":
        to_row = _joined(invert(self.person.alignment[row]), self.person.alignment[self.reference_row])
        there = self.person.landmarks_plate[row][_skin].astype(np.float64)
        away = there - transform(to_row, self._landmarks)
        weights = lu_solve(self._system, np.vstack([away, np.zeros((3, 2))]))
        shape = (self._basis @ weights.astype(np.float32)).astype(np.float64).reshape(*self._shape_box.shape, 2)
        return _unfolded(_Move(self._face, self._aspect, to_row, self._shape_box, shape))

    @property
    def _aspect(self) -> float:
        return self.track.pixel_aspect

    @cached_property
    def _landmarks(self) -> Matrix:
        landmarks: Matrix = self.person.landmarks_plate[self.reference_row][_skin].astype(np.float64)
        return landmarks

    @cached_property
    def _face(self) -> "_Circle":
        outline = self.person.landmarks_plate[self.reference_row][list(face_oval)] * [self._aspect, 1.0]
        centre = (outline.min(axis=0) + outline.max(axis=0)) / 2
        radius = float(np.linalg.norm(outline - centre, axis=1).max())
        turn = invert(self.person.alignment[self.reference_row])[:, 1] * [self._aspect, 1.0]
        return _Circle(centre, radius, float(np.hypot(*turn)))

    @cached_property
    def _lattice(self) -> Lattice:
        return Lattice(self.track.size, self._face.cell_px)

    @cached_property
    def _shape_box(self) -> "_Box":
        face = self._face
        reach = face.radius + shape_fades * face.side
        first, last = ((face.centre + sign * reach) / [self._aspect, 1.0] for sign in (-1, 1))
        count = np.ceil((last - first) / face.cell_px).astype(int) + 1
        return _Box(first, face.cell_px, (int(count[1]), int(count[0])))

    @cached_property
    def _system(self) -> Any:
        """Of the spline: its knots and, beside them, the plane that it may have for free."""
        knots = self._normal(self._landmarks)
        plane = np.column_stack([np.ones(len(knots)), knots])
        bend = _bending(knots, knots) + stiffness * np.eye(len(knots))
        return lu_factor(np.block([[bend, plane], [plane.T, np.zeros((3, 3))]]))

    @cached_property
    def _basis(self) -> Floats:
        """What each weight of the spline does at each point of the shape's box, less what fades."""
        points = self._shape_box.points.reshape(-1, 2)
        at = self._normal(points)
        basis = np.column_stack([_bending(at, self._normal(self._landmarks)), np.ones(len(at)), at])
        fade = _fading(self._face.beyond(points, self._aspect) / (shape_fades * self._face.side))
        return np.asarray(basis * fade[:, None], np.float32)

    def _normal(self, points_plate: Matrix) -> Matrix:
        """In sides of the face square from the face's middle."""
        normal: Matrix = (points_plate * [self._aspect, 1.0] - self._face.centre) / self._face.side
        return normal


@dataclass(frozen=True)
class _Circle:
    """What holds the outline of a face, in square pixels, and the side of its face square."""

    centre: Matrix
    radius: float
    side: float

    @property
    def cell_px(self) -> int:
        return max(1, round(self.side / cells_a_side))

    def drawn_in(self, points_plate: Matrix, aspect: float) -> Matrix:
        """Points with those outside drawn towards the face, where the farthest come to lie in a ring around it."""
        away = points_plate * [aspect, 1.0] - self.centre
        outside = self.beyond(points_plate, aspect)
        width = levels_off * self.radius
        kept = (self.radius + width * -np.expm1(-outside / width)) / np.maximum(self.radius + outside, 1e-9)
        drawn: Matrix = (self.centre + np.where(outside > 0, kept, 1.0)[..., None] * away) / [aspect, 1.0]
        return drawn

    def beyond(self, points_plate: Matrix, aspect: float) -> Matrix:
        """How far points lie outside, in square pixels; 0 inside."""
        away = np.linalg.norm(points_plate * [aspect, 1.0] - self.centre, axis=-1)
        return np.asarray(np.maximum(away - self.radius, 0.0))


@dataclass(frozen=True)
class _Box:
    """A lattice around a face: the place of its first point, the step between points, rows and columns."""

    first: Matrix
    step_px: int
    shape: tuple[int, int]

    @property
    def points(self) -> Matrix:
        rows, columns = self.shape
        grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
        points: Matrix = grid * self.step_px + self.first
        return points


@dataclass(frozen=True)
class _Move:
    """Where points of the reference frame go: `shape` is how far, besides `to_row`, at the points of `box`."""

    face: _Circle
    aspect: float
    to_row: Matrix
    box: _Box
    shape: Matrix

    def __call__(self, points: Matrix) -> Matrix:
        """Points x 2 of the reference frame in the row's, plate pixels."""
        near = self.face.drawn_in(points, self.aspect)
        moved: Matrix = points + self.share(points)[:, None] * (transform(self.to_row, near) - near)
        at = ((points - self.box.first) / self.box.step_px).T[::-1]
        shape = [map_coordinates(each, at, order=3, prefilter=False, mode="constant") for each in self._coefficients]
        return np.asarray(moved + np.stack(shape, axis=-1))

    def share(self, points: Matrix) -> Matrix:
        """How much points take part in the move: 1 in the face, 0 far from it."""
        return _fading(self.face.beyond(points, self.aspect) / self.fade_px)

    @cached_property
    def fade_px(self) -> float:
        """Over how many square pixels the move fades."""
        angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        farthest = (1 + levels_off) * self.face.radius
        rim = self.face.centre + farthest * np.column_stack([np.cos(angles), np.sin(angles)])
        points = rim / [self.aspect, 1.0]
        away = (transform(self.to_row, points) - points) * [self.aspect, 1.0]
        return max(move_fades * self.face.side, fade_a_move * float(np.linalg.norm(away, axis=1).max()))

    @cached_property
    def _coefficients(self) -> tuple[Matrix, Matrix]:
        return spline_filter(self.shape[..., 0], order=3), spline_filter(self.shape[..., 1], order=3)

    def undone(self, targets: Matrix) -> Matrix:
        """The points of the reference frame that go to points of the row's frame."""
        back = invert(self.to_row)
        guess = transform(back, targets)
        points = targets + self.share(guess)[:, None] * (guess - targets)
        waiting = np.arange(len(points))
        for _ in range(_most_rounds):
            here = points[waiting]
            missed = self(here) - targets[waiting]
            far = np.linalg.norm(missed, axis=1) > nearest_px
            waiting, here, missed = waiting[far], here[far], missed[far]
            if waiting.size == 0:
                break
            points[waiting] = here - self._step(here, missed)
        return points

    def _step(self, here: Matrix, missed: Matrix) -> Matrix:
        """Newton's step for points that miss their targets, no longer than the map is even around them."""
        base, half_px = self(here), 0.5
        slopes = np.stack([(self(here + half_px * axis) - base) / half_px for axis in np.eye(2)], axis=-1)
        step = np.linalg.solve(slopes, missed[..., None])[..., 0]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        longest = (self.face.side / 8 + self.face.beyond(here, self.aspect) / 2)[:, None]
        limited: Matrix = step * np.minimum(1.0, longest / np.maximum(length, 1e-9))
        return limited


def _unfolded(move: _Move) -> _Move:
    """The move with its shape as much smoother as it takes that no pixel loses all of its area."""
    for smoothing in range(_most_smoothings):
        if _areas(move).min() >= least_area:
            return move
        shape = gaussian_filter(move.shape, (2.0**smoothing, 2.0**smoothing, 0), mode="constant")
        move = _Move(move.face, move.aspect, move.to_row, move.box, shape)
    return _Move(move.face, move.aspect, move.to_row, move.box, 0 * move.shape)


def _areas(move: _Move) -> Matrix:
    """What becomes of the area of each cell of the box, in areas of the whole face's."""
    places_there = move(move.box.points.reshape(-1, 2)).reshape(*move.box.shape, 2)
    along, down = np.diff(places_there, axis=1)[:-1], np.diff(places_there, axis=0)[:, :-1]
    areas: Matrix = along[..., 0] * down[..., 1] - along[..., 1] * down[..., 0]
    return areas / move.box.step_px**2 / min(1.0, float(np.linalg.det(move.to_row[:, :2])))


def _joined(second: Matrix, first: Matrix) -> Matrix:
    """One 2 x 3 transform after another."""
    return np.column_stack([second[:, :2] @ first[:, :2], transform(second, first[:, 2])])


def _bending(at: Matrix, knots: Matrix) -> Matrix:
    """The square of each distance, times its logarithm."""
    squared: Matrix = cdist(at, knots, "sqeuclidean")
    return np.asarray(xlogy(squared, squared) / 2)


def _fading(share: Array) -> Matrix:
    """1 up to 0, 0 from 1 on, smooth to its second derivative (Perlin, "Improving Noise", 2002)."""
    t = np.clip(share, 0.0, 1.0)
    return np.asarray(1 - t**3 * (10 - 15 * t + 6 * t**2))
