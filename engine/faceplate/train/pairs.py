"""Views of the portrait and of its retouch under the same random camera, light and grade."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from faceplate.align import crop_matrix, fit_alignment, invert, transform
from faceplate.demo.portrait import demo_conversion, landmarks68_portrait, portrait_encoding
from faceplate.demo.turn import Turn, turned, unturned
from faceplate.models import CropGeometry
from faceplate.train.canvas import polygon, portrait_to_canvas
from faceplate.train.recipe import Recipe, Views
from faceplate.train.teacher import face_matte, older, younger
from faceplate.values import Floats, Matrix

# The head's turn is smooth: it is worked out at every CELL_PX pixel of the crop and read between.
CELL_PX = 8
OVERSAMPLED = 2
GREY = 0.18
LEAST_BLUR_PX = 0.25
VALIDATION = 2**31

Change: TypeAlias = Callable[[Floats], Floats]


class Pair(NamedTuple):
    """One view, side x side x channels, display-encoded 0 to 1: before, after, and where it matters.

    Attributes:
        before: the portrait, with grain.
        after: its retouch.
        matte: the face's coverage, side x side x 1.
        detail: eyes and mouth, side x side x 1.
    """

    before: Floats
    after: Floats
    matte: Floats
    detail: Floats


class PairSource:
    """Draws pairs for a recipe. Pair `index` is always the same one, whatever was drawn before."""

    def __init__(self, recipe: Recipe) -> None:
        """Works the canvas pictures out once."""
        self._recipe = recipe
        to_linear = demo_conversion(portrait_encoding, "lin_rec709_scene")
        self._encode = demo_conversion("lin_rec709_scene", portrait_encoding)
        self._before = np.dstack([to_linear(older()), face_matte()])
        self._after = np.dstack([to_linear(younger()), _detail()])

    def pair(self, index: int) -> Pair:
        """The pair of this number: 0 up for training, `VALIDATION` up for pairs that training never sees."""
        random = np.random.default_rng((self._recipe.seed, index))
        views, side = self._recipe.views, self._recipe.card.side_px
        at = _crop_to_canvas(random, views, self._recipe.card.crop, side)
        before, after = _seen(self._before, at), _seen(self._after, at)
        light = _light(random, views, side, before[..., 3:])
        finish = _finish(random, views)
        grade = _grade(random, views)
        lamps = _lamps(random, views, side, before[..., 3])
        pictures = [self._encode(finish(grade(each[..., :3] * light + lamps))) for each in (before, after)]
        grain = random.standard_normal((side, side, 3), np.float32) * np.float32(random.uniform(0, views.grain))
        fields = (pictures[0] + grain, pictures[1], before[..., 3:], after[..., 3:])
        return Pair(*(np.clip(field, 0, 1) for field in fields))


def _detail() -> Floats:
    points = landmarks68_portrait
    shapes = [polygon(part, 1.5, 3.0) for part in (points[36:42], points[42:48], points[48:60])]
    strongest: Floats = np.max(shapes, axis=0)
    return strongest


def _crop_to_canvas(random: np.random.Generator, views: Views, crop: CropGeometry, side: int) -> Floats:
    turn = Turn(*(random.uniform(-most, most) for most in views.turn_deg))
    alignment = fit_alignment(turned(landmarks68_portrait, turn))
    to_crop = _jittered(random, views, crop_matrix(alignment, crop, side), side)
    cells = np.arange(-1, side // CELL_PX + 1) * CELL_PX + CELL_PX / 2
    coarse = np.stack(np.meshgrid(cells, cells), axis=-1)
    canvas = transform(portrait_to_canvas, unturned(transform(invert(to_crop), coarse), turn)) - 0.5
    fine = cv2.resize(canvas, None, fx=CELL_PX * OVERSAMPLED, fy=CELL_PX * OVERSAMPLED, interpolation=cv2.INTER_LINEAR)
    margin = CELL_PX * OVERSAMPLED
    return np.ascontiguousarray(fine[margin:-margin, margin:-margin], np.float32)


def _jittered(random: np.random.Generator, views: Views, to_crop: Matrix, side: int) -> Matrix:
    """What a tracker's small errors do to a crop."""
    scale = 1 + random.uniform(-views.crop_scale, views.crop_scale)
    angle = np.radians(random.uniform(-views.crop_turn_deg, views.crop_turn_deg))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = random.uniform(-views.crop_shift, views.crop_shift, 2) * side
    middle = np.array([side / 2, side / 2])
    return np.column_stack([turn @ to_crop[:, :2], turn @ (to_crop[:, 2] - middle) + middle + shift])


def _seen(canvas: Floats, at: Floats) -> Floats:
    fine = cv2.remap(canvas, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    side = at.shape[0] // OVERSAMPLED
    seen: Floats = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    return seen


def _light(random: np.random.Generator, views: Views, side: int, matte: Floats) -> Floats:
    """Exposure, white balance and a fall of light; what is not the face is lit more freely, as a stand-in for sets."""
    exposure = random.uniform(*views.exposure_ev) + random.normal(size=3) * views.balance_ev
    across = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    slope = random.uniform(-1, 1, 2) * views.light_ev
    fall = across[np.newaxis, :, np.newaxis] * slope[0] + across[:, np.newaxis, np.newaxis] * slope[1]
    patches = (random.normal(size=(4, 4, 1)) + 0.4 * random.normal(size=(4, 4, 3))).astype(np.float32)
    cloud = cv2.resize(patches, (side, side), interpolation=cv2.INTER_CUBIC)
    around = cv2.GaussianBlur(1 - matte, (0, 0), side / 24)[..., np.newaxis]
    light: Floats = np.exp2(exposure + fall + cloud * (0.06 + 0.6 * around)).astype(np.float32)
    return light


def _lamps(random: np.random.Generator, views: Views, side: int, matte: Floats) -> Floats:
    """Discs of light out of focus beside the face."""
    at = (np.arange(side, dtype=np.float32) + 0.5) / side
    lit = np.zeros((side, side, 3), np.float32)
    for _ in range(random.integers(0, views.lamps + 1)):
        (x, y), radius = random.uniform(0, 1, 2), random.uniform(0.02, 0.1)
        distance = np.hypot(at - np.float32(x), at[:, np.newaxis] - np.float32(y)) / np.float32(radius)
        colour = np.exp2(random.normal(0, 1, 3) + random.uniform(-2, 2)).astype(np.float32)
        lit += np.clip((1.1 - distance) / 0.2, 0, 1)[..., np.newaxis] * colour
    near = np.clip(3 * cv2.GaussianBlur(matte, (0, 0), side / 32), 0, 1)
    return np.asarray(lit * (1 - near)[..., np.newaxis], np.float32)


def _grade(random: np.random.Generator, views: Views) -> Change:
    contrast, saturation = random.uniform(*views.contrast), random.uniform(*views.saturation)

    def graded(rgb: Floats) -> Floats:
        bent = GREY * (np.maximum(rgb, 0) / GREY) ** np.float32(contrast)
        grey = bent.mean(axis=-1, keepdims=True)
        return np.asarray(grey + (bent - grey) * saturation, np.float32)

    return graded


def _finish(random: np.random.Generator, views: Views) -> Change:
    sigma, amount = random.uniform(0.01, views.softness_px), random.uniform(0, views.sharpening)

    def finished(rgb: Floats) -> Floats:
        soft = cv2.GaussianBlur(rgb, (0, 0), sigma) if sigma > LEAST_BLUR_PX else rgb
        return np.asarray(soft + amount * (soft - cv2.GaussianBlur(soft, (0, 0), 1.0)), np.float32)

    return finished
