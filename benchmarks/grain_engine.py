"""What the engine offers today under each name of the table; the one file to change when it offers more."""

import numpy as np

from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings, degrain, regrain, transfer_grain
from faceplate.values import Floats, GrainProfile, Window

DEGRAIN_FRAMES = FaceDegrainSettings().frames
"""How many frames degrain looks at."""
PLAIN = FaceRegrainSettings()


def cleaned(frames: list[Floats], profile: GrainProfile, device: str = "cpu") -> Floats:
    """The middle one of these frames without its grain, the others beside it."""
    middle = len(frames) // 2
    beside = {place - middle: frame for place, frame in enumerate(frames) if place != middle}
    told = {"neighbours": tuple(beside.values()), "offsets": tuple(beside)}
    return degrain(frames[middle], profile, FaceDegrainSettings(), device=device, **told)


def carried(comp: Floats, plate: Floats, clean: Floats, profile: GrainProfile) -> Floats:
    """The comp with the plate's own grain."""
    return transfer_grain(comp, plate, clean, profile, PLAIN)


def new_grain(comp: Floats, profile: GrainProfile, frame: int) -> Floats:
    """The grain alone that a comp without any is given."""
    window = Window(0, 0, comp.shape[1], comp.shape[0])
    bare = np.zeros(comp.shape[:2], np.float32)
    return regrain(comp, bare, profile, window, frame, PLAIN) - comp
