from collections.abc import Sequence
from typing import Any

from faceplate.colour import to_display, to_log, to_luminance
from faceplate.graph.plates import encoding_of
from faceplate.models import find_pack
from faceplate.swap import load_identity_model
from faceplate.track import FaceTrackSettings, Perception, Progress, track_plate, unheard
from faceplate.values import Edit, Plate, Track

face_pack = "mediapipe-face"


def track_shot(
    plate: Plate,
    settings: FaceTrackSettings,
    *,
    edits: Sequence[Edit] = (),
    progress: Progress = unheard,
    config: Any = None,
) -> Track:
    """Every face of a plate, found and followed with the installed face pack.

    `edits` are those of the track before, which the new one keeps. `config` knows the plate's encoding; the one in use
    where absent.

    Raises:
        PackError: the pack is not installed, or a file of it is not the one on record.
        ModelError: the knob `identity_model` names no face recogniser.
        TrackError: there is no face in the range.
    """
    pack = find_pack(face_pack)
    encoding = encoding_of(plate)
    perception = Perception(
        to_display(encoding, config),
        pack,
        to_luminance(encoding, config),
        to_log(encoding, config),
        load_identity_model(settings.identity_model) if settings.identity_model else None,
    )
    return track_plate(plate, perception, settings, edits=edits, progress=progress)
