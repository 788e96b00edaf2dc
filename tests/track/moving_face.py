"""A face whose every pixel moves as we say: plates with known truth for tests and benchmarks of the tracker.

The demo's portrait, enlarged with texture as fine as a pixel, is read between its pixels by cubic B-splines (Unser,
"Splines: A Perfect Fit for Signal and Image Processing", 1999), so what is shown lies within 0.003 px of where
`Layer.carry` says. Portrait space is that of `faceplate.demo.portrait`; light is ACEScg until grain and the camera's
curve are laid over it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from scipy.ndimage import spline_filter1d

from faceplate.align import fit_alignment, invert, transform
from faceplate.compiled import compiled
from faceplate.demo.film import encoding, exposed
from faceplate.demo.portrait import mesh_height_px
from faceplate.demo.still import make_still
from faceplate.track import mesh_to_68
from faceplate.values import Array, ChannelGroup, Floats, Frame, Header, Matrix, Plate, Sample, Window

FIRST_FRAME = 1001
FACE_MIDDLE = (224.0, 125.0)
# The lens: a Gaussian that leaves nothing to fold where the picture is read between its pixels.
LENS_SIGMA_PX = 0.7
# The way back from the plate is worked out once for so many pixels, and read between by Catmull-Rom.
CELL_PX = 4
# Rounds of the way back through a bend: the first bring it near, Newton's the rest.
NEAR_ROUNDS, NEWTON_ROUNDS = 8, 3
SLOPE_STEP = 1e-4
BLUR_STEP_PX = 1.0

Bend = Callable[[Array], Matrix]
"""Points (... x 2) of the portrait at rest to where they are once the face has moved in itself, portrait space."""


class Picture(NamedTuple):
    """Cubic B-spline coefficients, rows x columns x 3 (ACEScg) or x 4 (premultiplied, and coverage), and the way in."""

    coefficients: Floats
    portrait_to_picture: Matrix


def picture_of(pixels: Floats, portrait_to_picture: Matrix, soften_px: tuple[float, float] = (0.0, 0.0)) -> Picture:
    """A picture to be read between its pixels; softened first by a Gaussian of these sigmas across and down."""
    if max(soften_px) > 0:
        pixels = cv2.GaussianBlur(pixels, (0, 0), soften_px[0], sigmaY=soften_px[1], borderType=cv2.BORDER_REFLECT_101)
    for axis in (0, 1):
        pixels = spline_filter1d(pixels, 3, axis, np.float32, "mirror")
    return Picture(np.ascontiguousarray(pixels), portrait_to_picture)


@cache
def portrait_picture(face_px: float, half: tuple[int, int], pixel_aspect: float = 1.0) -> Picture:
    """The demo's set around the face, which is `face_px` high; `half` is how far it reaches, in square plate pixels."""
    scale = face_px / mesh_height_px
    reach = np.ceil(np.array(half) / scale).astype(int)
    left, top = np.floor(FACE_MIDDLE).astype(int) - reach
    region = Window(int(left), int(top), int(left + 2 * reach[0]), int(top + 2 * reach[1]))
    still = make_still(region, scale)
    return picture_of(still.rgb_working, still.portrait_to_still, (pixel_aspect * LENS_SIGMA_PX, LENS_SIGMA_PX))


def camera_path(
    size: tuple[int, int],
    face_px: float,
    shift_px: Array,
    *,
    zoom: Array | float = 1.0,
    roll_deg: Array | float = 0.0,
    pixel_aspect: float = 1.0,
) -> Matrix:
    """Portrait to plate, frames x 2 x 3: the face's middle at the plate's middle plus `shift_px` (frames x 2).

    Shifts are in square pixels; `zoom` and `roll_deg`, about the face's middle, are one for all frames or one each.
    """
    shift = np.asarray(shift_px, np.float64)
    scale = face_px / mesh_height_px * np.broadcast_to(zoom, len(shift))
    roll = np.radians(np.broadcast_to(roll_deg, len(shift)))
    cosine, sine = scale * np.cos(roll), scale * np.sin(roll)
    linear = np.stack([np.stack([cosine, -sine], axis=-1), np.stack([sine, cosine], axis=-1)], axis=-2)
    middle = np.array(size) / 2 * [pixel_aspect, 1.0] + shift
    path = np.concatenate([linear, (middle - linear @ FACE_MIDDLE)[..., np.newaxis]], axis=-1)
    return path / np.array([pixel_aspect, 1.0])[:, np.newaxis]


def at_rest(points: Array) -> Matrix:
    """A face that does not move in itself."""
    return np.asarray(points, np.float64)


@dataclass(frozen=True)
class Layer:
    """A picture and its way through the plate, frame by frame.

    Attributes:
        picture: what is shown.
        camera: frames x 2 x 3, portrait (bent) to plate.
        bends: how the face moves in itself, one a frame; empty for a stiff one.
        shutter: the part of a frame that the shutter is open, about the frame's own time. While it is open the picture
            moves evenly, so that its mean place is the one at the middle.
        shown: frames, True where the layer is in the picture; empty for always.
    """

    picture: Picture
    camera: Matrix
    bends: tuple[Bend, ...] = ()
    shutter: float = 0.0
    shown: tuple[bool, ...] = ()

    def carry(self, points_portrait: Array, place: int) -> Matrix:
        """Plate pixels of points (... x 2) of the portrait."""
        return transform(self.camera[place], self._bend(place)(points_portrait))

    def back(self, points_plate: Array, place: int) -> Matrix:
        """The portrait's points that the frame shows at these points (... x 2) of the plate."""
        return _unbent(self._bend(place), transform(invert(self.camera[place]), points_plate))

    def carried(self, points_plate: Array, from_place: int, to_place: int) -> Matrix:
        """Where what lies at these points of one frame lies in another."""
        return self.carry(self.back(points_plate, from_place), to_place)

    def lay_over(self, rgb: Floats, place: int) -> None:
        """Puts the layer over the clean picture of a frame, in place."""
        if self.shown and not self.shown[place]:
            return
        read = np.zeros((*rgb.shape[:2], self.picture.coefficients.shape[2]), np.float32)
        cameras = self._exposure(place)
        for camera in cameras:
            _read_splines(self.picture.coefficients, self._grid(camera, place, rgb.shape[:2]), 1 / len(cameras), read)
        if read.shape[2] > 3:
            rgb *= np.clip(1 - read[..., 3:], 0, 1)
            rgb += read[..., :3]
        else:
            rgb[:] = read

    def true_alignments(self, landmarks_plate: Array, places: Array, frames: int, pixel_aspect: float) -> Matrix:
        """Frames x 2 x 3: the alignment of landmarks that keep their place on the portrait, by the true way.

        Their place is the mean of those that `landmarks_plate`, n x 478 x 2, of n frames have there.
        """
        columns = list(mesh_to_68)
        there = [
            self.back(np.asarray(points, np.float64)[columns], int(place))
            for points, place in zip(landmarks_plate, places, strict=True)
        ]
        points = np.mean(there, axis=0)
        return np.array([fit_alignment(self.carry(points, place), pixel_aspect) for place in range(frames)])

    def _bend(self, place: int) -> Bend:
        return self.bends[place] if self.bends else at_rest

    def _exposure(self, place: int) -> list[Matrix]:
        """The camera at even times while the shutter is open, as dense as the movement asks."""
        if self.shutter == 0:
            return [self.camera[place]]
        around = np.clip([place - 1, place + 1], 0, len(self.camera) - 1)
        speed = np.diff(self.camera[around], axis=0)[0] / np.ptp(around)
        moved = np.linalg.norm(speed @ [*FACE_MIDDLE, 1.0])
        steps = max(1, int(np.ceil(self.shutter * moved / BLUR_STEP_PX)))
        times = self.shutter * ((np.arange(steps) + 0.5) / steps - 0.5)
        return [self.camera[place] + time * speed for time in times]

    def _grid(self, camera: Matrix, place: int, shape: tuple[int, ...]) -> Matrix:
        """Where every `CELL_PX`th pixel of the plate looks in the picture, from one cell before the first."""
        down, across = ((np.arange(-(-side // CELL_PX) + 4) - 1) * CELL_PX + 0.5 for side in shape)
        seen = transform(invert(camera), np.stack(np.meshgrid(across, down), axis=-1))
        return transform(self.picture.portrait_to_picture, _unbent(self._bend(place), seen)) - 0.5


def _unbent(bend: Bend, seen: Matrix) -> Matrix:
    """The inverse of a bend by Newton's method; its slope by central differences."""
    if bend is at_rest:
        return seen
    points = seen
    for _ in range(NEAR_ROUNDS):
        points = points + seen - bend(points)
    for _ in range(NEWTON_ROUNDS):
        across, down = (
            (bend(points + step) - bend(points - step)) / (2 * SLOPE_STEP) for step in SLOPE_STEP * np.eye(2)
        )
        error = bend(points) - seen
        area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
        first = error[..., 0] * down[..., 1] - error[..., 1] * down[..., 0]
        second = across[..., 0] * error[..., 1] - across[..., 1] * error[..., 0]
        points = points - np.stack([first, second], axis=-1) / area[..., np.newaxis]
    return points


@compiled
def _read_splines(coefficients: Floats, grid: Matrix, weight: float, out: Floats) -> None:
    """Adds `weight` times the picture, read where `grid` leads every pixel of `out`; its edges go on for ever."""
    rows, columns, channels = out.shape
    last_row, last_column = coefficients.shape[0] - 1, coefficients.shape[1] - 1
    wx, wy = np.empty(4), np.empty(4)
    line = np.empty((grid.shape[1], 2))
    for row in range(rows):
        _catmull_rom(row % CELL_PX / CELL_PX, wy)
        line[:] = 0.0
        for tap in range(4):
            line += wy[tap] * grid[row // CELL_PX + tap]
        for column in range(columns):
            _catmull_rom(column % CELL_PX / CELL_PX, wx)
            x = y = 0.0
            for tap in range(4):
                x += wx[tap] * line[column // CELL_PX + tap, 0]
                y += wx[tap] * line[column // CELL_PX + tap, 1]
            left, top = int(np.floor(x)), int(np.floor(y))
            _b_spline(x - left, wx)
            _b_spline(y - top, wy)
            for down in range(4):
                at_row = min(max(top - 1 + down, 0), last_row)
                for across in range(4):
                    at_column = min(max(left - 1 + across, 0), last_column)
                    share = np.float32(weight * wy[down] * wx[across])
                    for channel in range(channels):
                        out[row, column, channel] += share * coefficients[at_row, at_column, channel]


@compiled
def _catmull_rom(t: float, weights: Matrix) -> None:
    weights[0] = ((-t + 2) * t - 1) * t / 2
    weights[1] = ((3 * t - 5) * t * t + 2) / 2
    weights[2] = ((-3 * t + 4) * t + 1) * t / 2
    weights[3] = (t - 1) * t * t / 2


@compiled
def _b_spline(t: float, weights: Matrix) -> None:
    weights[0] = (1 - t) ** 3 / 6
    weights[1] = (3 * t**3 - 6 * t**2 + 4) / 6
    weights[2] = (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6
    weights[3] = t**3 / 6


@dataclass(frozen=True)
class Scene:
    """Layers from back to front, and how they are filmed.

    Attributes:
        size: columns and rows of the plate.
        frames: how many.
        layers: the first one covers the plate.
        pixel_aspect: of the plate.
        ev: frames, stops by which a frame is brighter than the others; empty for none.
        clip: scene-linear light at which the sensor is full.
    """

    size: tuple[int, int]
    frames: int
    layers: tuple[Layer, ...]
    pixel_aspect: float = 1.0
    ev: tuple[float, ...] = ()
    clip: float = np.inf

    @property
    def numbers(self) -> tuple[int, ...]:
        """The frames' numbers."""
        return tuple(range(FIRST_FRAME, FIRST_FRAME + self.frames))

    def clean(self, place: int) -> Floats:
        """The frame without grain, rows x columns x 3, ACEScg."""
        rgb = np.zeros((self.size[1], self.size[0], 3), np.float32)
        for layer in self.layers:
            layer.lay_over(rgb, place)
        if self.ev:
            rgb *= np.float32(2.0 ** self.ev[place])
        return np.minimum(rgb, np.float32(self.clip), out=rgb)

    def stored(self, place: int) -> Array:
        """The frame's pixels as a camera stores them, half, in `faceplate.demo.film.encoding`."""
        return exposed(self.clean(place), FIRST_FRAME + place)

    def frame(self, number: int) -> Frame:
        """The frame of a number."""
        return self.framed(number, self.stored(number - FIRST_FRAME))

    def framed(self, number: int, stored: Array) -> Frame:
        """Pixels with the header that belongs to them."""
        window = Window(0, 0, *self.size)
        channels = ("R", "G", "B")
        header = Header("openexr", window, window, channels, (Sample.HALF,) * 3, self.pixel_aspect)
        return Frame(number, f"moving_face.{number:04d}", header, (ChannelGroup(channels, stored),))

    def plate(self) -> Plate:
        """The scene as a plate; frames are made when they are read."""
        return Plate("moving_face.%04d", self.numbers, encoding, self.frame)
