"""New grain where the plate's own is gone."""

import zlib
from dataclasses import dataclass
from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.field import grain_field
from faceplate.grain.apply.resized import resized_profile
from faceplate.grain.response.response import sigma_at
from faceplate.grain.threads import rows_of, side_by_side
from faceplate.spec import NodeSpec, Settings, knob, register
from faceplate.values import Floats, GrainProfile, Window, covered_window

grain_outputs = (
    "regrained",
    "plate grain",
    "normalised grain",
    "adapted grain",
    "synthesised grain",
    "qc",
    "leak",
)
"""What `grain_output` gives."""

grain_pictures = ("regrained", "plate grain", "adapted grain", "synthesised grain")
"""Those that are light, and follow its primaries; the others are numbers to look at."""


@dataclass(frozen=True, kw_only=True)
class FaceRegrainSettings(Settings):
    """What grain is put back, and how strong."""

    amount: float = knob(1.0, help="Strength of the grain, 1 as measured.", group="Grain", minimum=0, maximum=4)
    size: float = knob(
        1.0, help="Size of new grain, 1 as measured; its strength stays.", group="Grain", minimum=0.1, maximum=4
    )
    scale: float = knob(
        1.0,
        help="Pixels of the comp to one of the measured plate, 0.5 for a half-size proxy: grain gets smaller and "
        "weaker, as the plate's own would; 1 keeps the plate's.",
        group="Grain",
        minimum=0.1,
        maximum=4,
    )
    seed: int = knob(0, help="Another number gives other grain.", group="Grain", minimum=0, maximum=2**31 - 1)
    shot: str = knob(
        "",
        help="Name of the shot, which sets its new grain apart from that of others. Where empty, the plate that the "
        "profile was measured on does; name the shot where one profile serves several.",
        group="Grain",
    )
    stereo: str = knob(
        "other pattern",
        help="Whether new grain of the views of a stereo comp is independent, as that of two cameras, or the same.",
        group="Grain",
        choices=("other pattern", "same pattern"),
    )
    source: str = knob(
        "mix",
        help="Where plate and clean plate are given: the plate's own grain, with new grain where picture leaked in "
        "(mix), its own alone whatever it holds, or new grain alone.",
        group="Plate grain",
        choices=("mix", "own", "new"),
    )
    leak_sensitivity: float = knob(
        1.0,
        help="How readily plate grain is taken for picture that leaked into it; 0 takes all of it for grain.",
        group="Plate grain",
        minimum=0,
        maximum=4,
    )
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

    output: str = knob(
        "regrained",
        help="What is given out: the comp with grain, its grain at one of its steps, or a picture to check it by.",
        group="Output",
        choices=grain_outputs,
    )
    profile_file: str = knob(
        "", help="The plate's measured grain; where empty, it is measured on the plate.", group="Grain", file=".grain"
    )


FACE_REGRAIN = register(
    NodeSpec(
        name="FaceRegrain",
        version=4,
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
    *,
    view: str = "",
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
        settings: amount, size, scale, seed and shot, trims.
        view: the name of a stereo view.
    """
    if not settings.strength.any():
        return rgb_linear
    lacking = np.sqrt(np.maximum(np.float32(0), 1 - np.square(kept, dtype=np.float32)))
    inner = covered_window(lacking > 0, window)
    if inner.is_empty:
        return rgb_linear
    grained, area, here = rgb_linear.copy(), inner.slices(window), resized_profile(profile, settings.scale)
    field = new_field(here, inner, frame, settings, rgb_linear[area], view=view)
    side_by_side(
        partial(_add_rows, grained[area], here, field, settings.strength, lacking[area]), rows_of(inner.height)
    )
    return grained


def new_field(
    profile: GrainProfile, window: Window, frame: int, settings: FaceRegrainSettings, rgb_linear: Floats, *, view: str
) -> Floats:
    """Grain of standard deviation 1 as it looks at the exposures of `rgb_linear`, rows x columns x 3 over `window`."""
    seed = seed_of(settings, profile, view)
    return grain_field(profile, window, frame, seed=seed, size=settings.size, rgb_linear=rgb_linear)


def seed_of(settings: FaceRegrainSettings, profile: GrainProfile, view: str) -> int:
    """The seed of a shot and of a stereo view of it; one for all views where they are to have the same pattern.

    A shot without a name is known by the look of its grain, which no two plates share to the last bit; how strong it is
    has no say, so that grain keeps its pattern while its strength is adjusted.
    """
    shot = settings.shot.encode() or profile.kernel.tobytes() + profile.correlation.tobytes()
    seen = view if settings.stereo == "other pattern" else ""
    return settings.seed + (zlib.crc32(seen.encode(), zlib.crc32(shot)) << 32)


def _add_rows(
    picture: Floats, profile: GrainProfile, field: Floats, strength: Floats, lacking: Floats, rows: slice
) -> None:
    _add(picture[rows], sigma_at(profile, picture[rows]), field[rows], strength, lacking[rows])


@compiled
def _add(picture: Floats, sigma: Floats, field: Floats, strength: Floats, lacking: Floats) -> None:
    """Adds grain in place where there is any, so that NaN, infinity and minus zero stay what they are elsewhere."""
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for channel in range(3):
                gain = sigma[row, column, channel] * strength[channel] * lacking[row, column]
                if gain > 0:
                    picture[row, column, channel] += gain * field[row, column, channel]
