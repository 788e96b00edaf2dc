"""A training run is a function that returns complete settings; these are the settings."""

import runpy
from dataclasses import asdict, dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path

from faceplate.errors import CallError
from faceplate.models import ModelCard


@dataclass(frozen=True, kw_only=True)
class Views:
    """How widely the portrait and its retouch are varied, always together; `grain` alone touches the input only.

    Attributes:
        turn_deg: largest yaw, pitch and roll of the head.
        crop_shift: largest shift of the crop, in units of its side.
        crop_scale: largest change of its scale.
        crop_turn_deg: largest turn of the crop.
        exposure_ev: darkest and brightest exposure; at 0 the portrait's white stands at 1.0.
        balance_ev: standard deviation of the white balance of each channel.
        light_ev: largest fall of light across the face.
        lamps: most lamps out of focus beside the face.
        contrast: smallest and largest exponent about middle grey.
        saturation: smallest and largest factor.
        softness_px: largest Gaussian blur, in crop pixels.
        sharpening: largest amount of unsharp masking.
        grain: largest standard deviation of the input's grain, display-encoded.
    """

    turn_deg: tuple[float, float, float]
    crop_shift: float
    crop_scale: float
    crop_turn_deg: float
    exposure_ev: tuple[float, float]
    balance_ev: float
    light_ev: float
    lamps: int
    contrast: tuple[float, float]
    saturation: tuple[float, float]
    softness_px: float
    sharpening: float
    grain: float


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides the outcome of a training run.

    Attributes:
        card: the card of the exported model; its side and crop are those of training.
        widths: channels of the network at 1/2, 1/4, 1/8 and 1/16 of the side.
        seed: of the first weights and of every random view.
        steps: length of the run.
        batch: views a step.
        learning_rate: its peak, reached after `warm_up` steps and left along a cosine.
        warm_up: steps.
        memory: share of the averaged weights (the ones exported) that each step keeps.
        edge_weight: of the loss on differences between neighbouring pixels.
        matte_weight: of the loss on the matte.
        half_precision: compute in bfloat16, kept weights in float32.
        keep_every: steps between checkpoints.
        threads: CPU threads; part of the outcome, because sums are rounded in their order.
        views: how the pictures are varied.
    """

    card: ModelCard
    widths: tuple[int, ...]
    seed: int
    steps: int
    batch: int
    learning_rate: float
    warm_up: int
    memory: float
    edge_weight: float
    matte_weight: float
    half_precision: bool
    keep_every: int
    threads: int
    views: Views

    @property
    def digest(self) -> str:
        """SHA-256 over every setting; a checkpoint of another recipe is not resumed."""
        return sha256(dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def load_recipe(path: Path) -> Recipe:
    """The settings that the Python file at `path` gives from its function `recipe()`. Runs that file.

    Raises:
        CallError: there is no such file, or it has no such function.
    """
    if not path.is_file():
        raise _refusal(path, "no such file")
    settings = runpy.run_path(str(path)).get("recipe")
    made = settings() if callable(settings) else None
    if not isinstance(made, Recipe):
        raise _refusal(path, "a file without it")
    return made


def _refusal(path: Path, came: str) -> CallError:
    expected = "a Python file with a function `recipe()` that returns a faceplate.train.Recipe"
    next_step = "start from the recipe that docs/models/younger.md names"
    return CallError(str(path), expected=expected, came=came, next_step=next_step)
