"""The plate's own grain, carried over to a comp that was made on a cleaned plate."""

import numpy as np

from faceplate.grain.regrain import FaceRegrainSettings
from faceplate.grain.response import sigma_at
from faceplate.values import Floats, GrainProfile


def transfer_grain(
    comp_linear: Floats,
    plate_linear: Floats,
    clean_linear: Floats,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
) -> Floats:
    """The comp with the plate's grain, adapted to the comp's own exposure; where comp is the clean plate, the plate.

    All pictures are rows x columns x 3, scene-linear. The grain is plate - clean, divided by the sigma that the profile
    expects at the clean plate's exposure and multiplied by that at the comp's. With the strength at 1 a sample of the
    comp that equals the clean plate's becomes the plate's, bit for bit. A sample whose grain is not finite gets none.
    Size and seed have no meaning here: nothing is made anew.

    Source: F. Holtz, DasGrain, https://www.nukepedia.com (method: normalise, then adapt).
    """
    grain = _finite(plate_linear - clean_linear)
    there, here = sigma_at(profile, clean_linear), sigma_at(profile, comp_linear)
    ratio = np.divide(here, there, out=np.ones_like(here), where=there > 0)
    grained: Floats = comp_linear + grain * ratio * settings.strength
    same = (comp_linear == clean_linear) & (settings.strength == 1)
    return np.where(same, plate_linear, grained)


def _finite(grain: Floats) -> Floats:
    return np.where(np.isfinite(grain), grain, np.float32(0))
