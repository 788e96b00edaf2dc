"""The scenes of `benchmarks/track.py`: 4096 x 2160 LogC3 half with grain, a face 960 px high, all motion known.

Every scene is made with `tests/track/moving_face.py`, whose own tests register what is shown against what is said.
"""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from faceplate.align import transform
from faceplate.demo.film import encoding
from faceplate.demo.portrait import mesh_height_px
from faceplate.demo.still import figure
from faceplate.values import Array, Floats, Matrix, Plate

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "track"))
from face_bends import Expression, HeadTurn
from moving_face import FACE_MIDDLE, FIRST_FRAME, Layer, Picture, Scene, camera_path, picture_of, portrait_picture

SIZE = (4096, 2160)
FACE_PX = 960.0
# Another person: the portrait mirrored, in other light.
OTHER_RGB = (0.62, 0.8, 1.05)
SKIN_RGB = (0.32, 0.2, 0.13)
SEED = 11


class Actor(NamedTuple):
    """One face of a scene: its layer, and the frames in which it is in the picture and nothing is before it."""

    layer: Layer
    clear: tuple[bool, ...]


@dataclass(frozen=True)
class Staged:
    """A scene with what is asked of a track of it.

    Attributes:
        scene: what is filmed.
        actors: whose faces are to be tracked.
        events: frames (places) that something happens on, in words.
        cuts: the places that begin another shot.
    """

    scene: Scene
    actors: tuple[Actor, ...]
    events: dict[str, int]
    cuts: tuple[int, ...] = ()

    def held(self, folder: Path, name: str) -> Plate:
        """The plate with its frames made once and kept, uncompressed, in a file of `folder`."""
        shape = (self.scene.frames, self.scene.size[1], self.scene.size[0], 3)
        kept = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float16, shape)
        # The first frame by itself: what is compiled on first use is compiled once.
        kept[0] = self.scene.stored(0)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda place: kept.__setitem__(place, self.scene.stored(place)), range(1, shape[0])))
        read = np.lib.format.open_memmap(folder / f"{name}.npy", "r")
        return Plate(
            name,
            self.scene.numbers,
            encoding,
            lambda number: self.scene.framed(number, np.array(read[number - FIRST_FRAME])),
            lambda number: f"{name} {number}",
        )


def always(layer: Layer, frames: int) -> Actor:
    """A face that nothing ever hides."""
    return Actor(layer, (True,) * frames)


def one_face(frames: int, camera: Matrix, *, pixel_aspect: float = 1.0, **more: object) -> Staged:
    """The portrait in its set, seen through a camera that moves."""
    layer = Layer(portrait_picture(FACE_PX, _half(camera), pixel_aspect), camera)
    layer = replace(layer, **{name: more.pop(name) for name in ("bends", "shutter") if name in more})
    return Staged(Scene(SIZE, frames, (layer,), pixel_aspect, **more), (always(layer, frames),), {})


def pan(frames: int) -> Staged:
    """Rigid, below and above a pixel a frame: from 0.013 to 3.7 px, in directions that turn."""
    return one_face(frames, camera_path(SIZE, FACE_PX, _wandering(frames)))


def squeezed_pan(frames: int) -> Staged:
    """The pan through an anamorphic lens."""
    camera = camera_path(SIZE, FACE_PX, _wandering(frames), pixel_aspect=2.0)
    return one_face(frames, camera, pixel_aspect=2.0)


def zoom(frames: int) -> Staged:
    """10 % over the shot, with a roll of 1.5 degrees and back, off the face's middle."""
    time = np.linspace(0, 1, frames)
    shift = np.stack([31.0 * time, -17.0 * time**2], axis=-1)
    camera = camera_path(SIZE, FACE_PX, shift, zoom=0.95 * 1.1**time, roll_deg=1.5 * np.sin(np.pi * time))
    return one_face(frames, camera)


def turn(frames: int) -> Staged:
    """The head to 30 degrees on one side, to 30 on the other, and back."""
    yaw = 30 * np.sin(2 * np.pi * np.arange(frames) / frames)
    bends = tuple(HeadTurn(angle) for angle in yaw)
    return one_face(frames, camera_path(SIZE, FACE_PX, np.zeros((frames, 2))), bends=bends)


def deforming(frames: int) -> Staged:
    """A mouth that opens, corners that smile and brows that rise, each in its own time."""
    time = np.arange(frames)
    periods = {"mouth": 14, "smile": 23, "brows": 17}
    waves = {name: (1 - np.cos(2 * np.pi * time / period)) / 2 for name, period in periods.items()}
    bends = tuple(Expression(**{name: wave[place] for name, wave in waves.items()}) for place in time)
    return one_face(frames, camera_path(SIZE, FACE_PX, _wandering(frames)), bends=bends)


def jump(frames: int) -> Staged:
    """Nothing moves, but for 40 px on one frame."""
    shift = np.zeros((frames, 2))
    shift[frames // 2 :] = (24.3, -31.8)
    return replace(one_face(frames, camera_path(SIZE, FACE_PX, shift)), events={"jump": frames // 2})


def flash(frames: int) -> Staged:
    """Two flashes of 3 EV, one frame and two frames long; the second fills the sensor."""
    light = np.zeros(frames)
    first, second = frames // 3, 2 * frames // 3
    light[first], light[second : second + 2] = 3.0, 5.0
    staged = one_face(frames, camera_path(SIZE, FACE_PX, _wandering(frames)), ev=tuple(light), clip=2.5)
    return replace(staged, events={"flash": first, "clipped flash": second})


def blur(frames: int) -> Staged:
    """To the side and back at 30 px a frame with a shutter of 180 degrees, and at rest between."""
    speed = np.repeat([0.0, 30.0, 0.0, -30.0, 0.0], -(-frames // 5))[:frames]
    x = np.concatenate([[0.0], np.cumsum(speed)[:-1]])
    camera = camera_path(SIZE, FACE_PX, np.stack([x - np.ptp(x) / 2, 0.2 * x], axis=-1))
    starts = {"starts": frames // 5, "stops": 2 * frames // 5}
    return replace(one_face(frames, camera, shutter=0.5), events=starts)


def occluder(frames: int) -> Staged:
    """A bar with the texture and colour of skin crosses the face, which drifts."""
    time = np.arange(frames)
    staged = one_face(frames, camera_path(SIZE, FACE_PX, np.stack([0.11 * time, 0.07 * time], axis=-1)))
    width, rest = 300, 12
    reach = 0.5 * FACE_PX + 0.5 * width + 60
    across = np.interp(time, [rest, frames - 1 - 2 * rest], [-reach, reach])
    shift = np.stack([across - np.where(time < rest, SIZE[0], 0), np.zeros(frames)], axis=-1)
    shift[time > frames - 1 - 2 * rest] = SIZE[0]
    bar = Layer(_bar(width), _placed(shift))
    hidden = np.abs(shift[:, 0]) < reach
    (actor,) = staged.actors
    events = {"comes": int(np.flatnonzero(hidden)[0]), "has gone": int(np.flatnonzero(hidden)[-1]) + 1}
    scene = replace(staged.scene, layers=(actor.layer, bar))
    return Staged(scene, (actor._replace(clear=tuple(~hidden)),), events)


def crossing(frames: int) -> Staged:
    """Two people walk past one another, one before the other, over a set that stands still."""
    face_px, way = 330.0, np.linspace(-1, 1, frames)
    near = _person(face_px, np.stack([640 * way, 30 * way**2], axis=-1), mirrored=False)
    far = _person(0.92 * face_px, np.stack([-640 * way, -60 + 25 * way], axis=-1), mirrored=True)
    apart = np.abs(near.camera @ [*FACE_MIDDLE, 1] - far.camera @ [*FACE_MIDDLE, 1])[:, 0]
    clear = tuple(apart > 1.25 * face_px)
    events = {"meet": clear.index(False), "part": frames - 1 - clear[::-1].index(False) + 1}
    scene = Scene(SIZE, frames, (_backdrop(frames), far, near))
    return Staged(scene, (always(near, frames), Actor(far, clear)), events)


def cut(frames: int) -> Staged:
    """A face, then another in another place, then a place with nobody."""
    third = frames // 3
    time = np.arange(frames)
    shots = [tuple(time // third == shot) for shot in range(3)]
    first = one_face(frames, camera_path(SIZE, FACE_PX, _wandering(frames))).actors[0].layer
    first = replace(first, shown=shots[0])
    second = _person(0.6 * FACE_PX, np.stack([420 + 0.7 * time, 90 - 0.4 * time], axis=-1), mirrored=True)
    second = replace(second, shown=shots[1])
    elsewhere = replace(_backdrop(frames, SEED + 40), shown=shots[2])
    scene = Scene(SIZE, frames, (_backdrop(frames), elsewhere, first, second))
    actors = tuple(Actor(layer, layer.shown) for layer in (first, second))
    return Staged(scene, actors, {"cut": third, "cut to nobody": 2 * third}, (third, 2 * third))


def small(frames: int) -> Staged:
    """A face of 60 px, far off."""
    time = np.arange(frames)
    person = _person(60.0, np.stack([610 + 1.37 * time, 240 - 0.21 * time], axis=-1), mirrored=False)
    return Staged(Scene(SIZE, frames, (_backdrop(frames), person)), (always(person, frames),), {})


class Length(NamedTuple):
    """How many frames a scene takes in full, and when time is short."""

    full: int
    quick: int


scenes: dict[str, tuple[Callable[[int], Staged], Length]] = {
    "pan": (pan, Length(60, 16)),
    "zoom": (zoom, Length(60, 16)),
    "turn": (turn, Length(60, 40)),
    "jump": (jump, Length(24, 16)),
    "occluder": (occluder, Length(236, 76)),
    "flash": (flash, Length(24, 16)),
    "blur": (blur, Length(30, 20)),
    "cut": (cut, Length(36, 24)),
    "crossing": (crossing, Length(72, 48)),
    "deforming": (deforming, Length(48, 24)),
    "anamorphic": (squeezed_pan, Length(36, 12)),
    "small": (small, Length(24, 12)),
}


def _half(camera: Matrix) -> tuple[int, int]:
    """How far the picture has to reach about the face's middle, square pixels at a zoom of 1."""
    corners = np.array([[0, 0], [SIZE[0], 0], [0, SIZE[1]], SIZE], np.float64)
    scale = FACE_PX / mesh_height_px
    away = [transform(_inverse(each), corners) - FACE_MIDDLE for each in camera]
    across, down = np.abs(away).max(axis=(0, 1)) * scale
    return int(across) + 20, int(down) + 20


def _inverse(matrix: Matrix) -> Matrix:
    return np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]


def _wandering(frames: int) -> Matrix:
    """Steps of 0.013 to 3.7 px, each as much longer than the last, in directions that turn."""
    step = np.geomspace(0.013, 3.7, frames - 1)
    angle = 0.4 + np.linspace(0, 2.5, frames - 1)
    steps = np.stack([step * np.cos(angle), step * np.sin(angle)], axis=-1)
    return np.concatenate([[[0.0, 0.0]], np.cumsum(steps, axis=0)])


def _person(face_px: float, shift: Array, *, mirrored: bool) -> Layer:
    """The portrait without its set, to be laid over another; mirrored about the face's middle, it is another person."""
    half = round(1.6 * face_px)
    rows = round(3.7 * face_px)
    picture = portrait_picture(face_px, (2 * half, rows))
    return Layer(_cut_out(picture, mirrored=mirrored), camera_path(SIZE, face_px, shift))


def _cut_out(picture: Picture, *, mirrored: bool) -> Picture:
    rgb, to_picture = picture
    at = to_picture.copy()
    at[:, 2] += at[:, :2].sum(axis=1) / 2 - 0.5  # OpenCV counts from pixel centres
    coverage = cv2.warpAffine(figure(), at, rgb.shape[1::-1], flags=cv2.INTER_LINEAR)
    coverage = cv2.GaussianBlur(coverage, (0, 0), 2.0)[..., np.newaxis]
    rgba = np.dstack([rgb * coverage * (OTHER_RGB if mirrored else (1, 1, 1)), coverage]).astype(np.float32)
    if not mirrored:
        return Picture(rgba, to_picture)
    middle = transform(to_picture, np.array(FACE_MIDDLE))[0]
    # Columns mirrored about the middle of the face, which the picture is as wide on either side of to within a pixel.
    back = to_picture.copy()
    back[0, 2] += rgb.shape[1] - 2 * middle
    return Picture(np.ascontiguousarray(rgba[:, ::-1]), back)


def _placed(shift: Array) -> Matrix:
    """Pictures in plate pixels whose own middle (0, 0) is at the plate's middle plus `shift`."""
    linear = np.broadcast_to(np.eye(2), (len(shift), 2, 2))
    return np.concatenate([linear, (np.array(SIZE) / 2 + shift)[..., np.newaxis]], axis=-1)


def _noise(rows: int, columns: int, sigmas: Sequence[float], seed: int) -> Floats:
    """Texture of several sizes, each of deviation 1."""
    random = np.random.Generator(np.random.SFC64(seed))
    total = np.zeros((rows, columns), np.float32)
    for sigma in sigmas:
        shrink = max(1, int(sigma / 2))
        white = random.standard_normal((rows // shrink + 2, columns // shrink + 2), dtype=np.float32)
        soft = cv2.GaussianBlur(white, (0, 0), sigma / shrink)
        total += cv2.resize(soft / soft.std(), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return total


def _bar(width: int) -> Picture:
    """A bar of skin from the top of the plate to its bottom, its edges soft over 6 px."""
    rows, columns = SIZE[1] + 40, width + 80
    light = np.exp2(0.12 * _noise(rows, columns, (1.5, 5.0, 40.0), SEED)) * (
        0.75 + 0.5 * np.cos(np.linspace(-1.3, 1.3, columns, dtype=np.float32))
    )
    away = np.abs(np.arange(columns) - (columns - 1) / 2)
    coverage = np.broadcast_to(np.clip((width / 2 - away) / 6 + 0.5, 0, 1), (rows, columns))[..., np.newaxis]
    rgba = np.dstack([light[..., np.newaxis] * SKIN_RGB * coverage, coverage]).astype(np.float32)
    return picture_of(rgba, np.array([[1.0, 0.0, columns / 2], [0.0, 1.0, rows / 2]]))


def _backdrop(frames: int, seed: int = SEED) -> Layer:
    """A set out of focus, from edge to edge, that stands still."""
    tones = [_noise(SIZE[1], SIZE[0], (60.0, 160.0, 400.0), seed + channel) for channel in range(4)]
    shared = tones.pop()
    light = np.stack([0.16 * np.exp2(0.45 * shared + 0.12 * tone) for tone in tones], axis=-1)
    light *= np.exp2(0.03 * _noise(SIZE[1], SIZE[0], (3.0,), seed + 9))[..., np.newaxis]
    picture = Picture(light, np.array([[1.0, 0.0, SIZE[0] / 2], [0.0, 1.0, SIZE[1] / 2]]))
    return Layer(picture, _placed(np.zeros((frames, 2))))
