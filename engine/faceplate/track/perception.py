from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from faceplate.track.find.exposure import ToLuminance
from faceplate.track.motion.face_view import ToLog
from faceplate.track.regions import ToDisplay
from faceplate.values import Floats

Embed: TypeAlias = Callable[[Floats], Floats]
"""Maps a face, 112 x 112 x 3 display-referred sRGB 0 to 1, aligned as ArcFace wants it, to a vector that says whose."""


@dataclass(frozen=True)
class Perception:
    """With what a plate is looked at: the ways out of its encoding, and the models.

    Attributes:
        to_display: maps rows x columns x 3 of the plate's own encoding, normalised, to display-referred sRGB 0 to 1.
        pack: the folder of the `mediapipe-face` pack.
        to_luminance: maps the same samples to scene-linear luminance; without it nobody knows how faces are exposed.
        to_log: maps the same samples to log-encoded grey, in which the motion of the plate is measured; without it
            landmarks are not refined.
        embed: gives a vector for a face, by which people are known again; without it they go by looks and place.
    """

    to_display: ToDisplay
    pack: Path
    to_luminance: ToLuminance | None = None
    to_log: ToLog | None = None
    embed: Embed | None = None
