"""The staged plates of `benchmarks/grain.py`: each model over each scene, still or in a moving shot, as half LogC3."""

import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from faceplate.grain import measure_grain
from faceplate.values import Array, Floats, GrainProfile

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "grain"))
from grain_models import MODELS, GrainModel
from grain_plates import to_linear, to_log
from grain_scenes import SCENES, shot

ENCODING = "ARRI LogC3 (EI800)"
SEED = 7


@dataclass(frozen=True)
class Staged:
    """A plate of known grain: `clean(place)` is its mean, `stored(place)` what the camera writes."""

    model: GrainModel
    scene: str
    size: tuple[int, int]
    frames: int
    moves: bool = False

    @property
    def name(self) -> str:
        """Model and scene, as the table tells them."""
        return f"{self.model.name}, {self.scene}{', moving' if self.moves else ''}"

    def shown(self, place: int) -> Array:
        """What is before the camera."""
        return shot(self.scene, self.size, place) if self.moves else _still(self.scene, self.size)

    def clean(self, place: int = 0) -> Floats:
        """The frame without its grain."""
        return self.model.seen(self.shown(place)).astype(np.float32)

    def stored(self, place: int = 0) -> Array:
        """The frame, float16, LogC3."""
        rng = np.random.default_rng((SEED, place))
        return to_log(self.model.exposed(self.shown(place), rng)).astype(np.float16)

    def plate(self, place: int = 0) -> Floats:
        """The frame, scene-linear, as it is read."""
        return to_linear(self.stored(place))

    @cached_property
    def profile(self) -> GrainProfile:
        """What the engine measures on all frames."""
        return measure_grain(((place, self.stored(place)) for place in range(self.frames)), to_linear, ENCODING)


@cache
def staged(*, quick: bool) -> tuple[Staged, ...]:
    """Every model over every scene, nothing moving; what was measured of a plate is kept for the next topic."""
    size, frames = ((540, 960), 3) if quick else ((1080, 1920), 5)
    return tuple(Staged(model, scene, size, frames) for model in MODELS.values() for scene in SCENES)


@cache
def moving_plates(*, quick: bool) -> tuple[Staged, ...]:
    """Every model over texture and the portrait in a moving shot, for what is measured of such."""
    size, frames = ((540, 960), 4) if quick else ((1080, 1920), 6)
    return tuple(
        Staged(model, scene, size, frames, moves=True) for model in MODELS.values() for scene in ("texture", "portrait")
    )


@cache
def _still(scene: str, size: tuple[int, int]) -> Array:
    return SCENES[scene](size)


def neutral(levels: Array) -> Floats:
    """Exposures as one column of grey pixels, levels x 3."""
    return np.repeat(np.asarray(levels, np.float32)[:, None], 3, axis=1)


def worst_percent(found: Array, true: Array) -> float:
    """How far from the truth at worst; NaN where nothing was found."""
    return float(100 * np.abs(np.asarray(found) / true - 1).max())
