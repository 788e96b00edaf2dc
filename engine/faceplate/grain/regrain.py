"""New grain where the plate's own is gone."""

from dataclasses import dataclass

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.field import grain_field
from faceplate.grain.response import sigma_at
from faceplate.spec import NodeSpec, Settings, knob, register
from faceplate.values import Floats, GrainProfile, Window, covered_window


@dataclass(frozen=True, kw_only=True)
class FaceRegrainSettings(Settings):
    """Strength and size of the grain that is put back."""

    amount: float = knob(1.0, help="Strength of the grain, 1 as measured.", group="Grain", minimum=0, maximum=4)
    size: float = knob(
        1.0, help="Size of the grain, 1 as measured; at a half-size proxy, 0.5.", group="Grain", minimum=0.1, maximum=4
    )
    seed: int = knob(0, help="Another number gives other grain.", group="Grain", minimum=0, maximum=2**31 - 1)
    red: float = knob(1.0, help="Strength in red, times the amount.", group="Channels", minimum=0, maximum=4)
    green: float = knob(1.0, help="Strength in green, times the amount.", group="Channels", minimum=0, maximum=4)
    blue: float = knob(1.0, help="Strength in blue, times the amount.", group="Channels", minimum=0, maximum=4)

    @property
    def strength(self) -> Floats:
        """The factors of R, G and B."""
        return np.array([self.red, self.green, self.blue], np.float32) * np.float32(self.amount)


@dataclass(frozen=True, kw_only=True)
class FaceRegrainGraphSettings(Settings):
    """What FaceRegrain is told in a node graph."""

    profile_file: str = knob(
        "", help="The plate's measured grain; where empty, it is measured on the plate.", group="Grain", file=".grain"
    )


FACE_REGRAIN = register(
    NodeSpec(
        name="FaceRegrain",
        version=2,
        summary="Gives the swapped face the plate's own grain, as strong, as coarse and as coloured as measured. Where "
        "the comp has the layer face_grain_lost, as FaceSwap and FaceDegrain make it, that says how much is missing.",
        inputs=("comp", "plate", "clean", "matte"),
        settings=FaceRegrainSettings,
        graph_settings=FaceRegrainGraphSettings,
        layers=(("face_grain_lost", ("face_grain_lost.alpha",)),),
    )
)


def regrain(
    rgb_linear: Floats,
    kept: Floats,
    profile: GrainProfile,
    window: Window,
    frame: int,
    settings: FaceRegrainSettings,
) -> Floats:
    """The picture with as much new grain as it lacks; where it lacks none it leaves as it came, bit for bit.

    New grain is independent of what is left of the plate's, so their variances add: sigma * sqrt(1 - kept^2) of new
    grain beside sigma * kept of the plate's own make sigma. NaN and infinite samples stay.

    Args:
        rgb_linear: rows x columns x 3 over `window`, scene-linear.
        kept: rows x columns, the share of the plate's grain amplitude still in the picture, 0 (clean) to 1 (untouched).
        profile: the plate's grain.
        window: where the picture lies on the plate; the grain hangs on the plate.
        frame: its number; each has its own grain.
        settings: amount, size, seed, trims.
    """
    if not settings.strength.any():
        return rgb_linear
    lacking = np.sqrt(np.maximum(np.float32(0), 1 - np.square(kept, dtype=np.float32)))
    inner = covered_window(lacking > 0, window)
    if inner.is_empty:
        return rgb_linear
    grained = rgb_linear.copy()
    area = inner.slices(window)
    field = grain_field(profile, inner, frame, seed=settings.seed, size=settings.size)
    gain = sigma_at(profile, rgb_linear[area])
    _add(grained[area], gain, field, settings.strength, np.ascontiguousarray(lacking[area]))
    return grained


@compiled
def _add(picture: Floats, sigma: Floats, field: Floats, strength: Floats, lacking: Floats) -> None:
    """Adds grain in place where there is any, so that NaN, infinity and minus zero stay what they are elsewhere."""
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for channel in range(3):
                gain = sigma[row, column, channel] * strength[channel] * lacking[row, column]
                if gain > 0:
                    picture[row, column, channel] += gain * field[row, column, channel]
