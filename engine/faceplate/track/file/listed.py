"""A track as plain JSON values: what `inspect --json` shows."""

import math
from typing import Any

import numpy as np

from faceplate.track.file.edit_entries import edit_entry
from faceplate.values import Array, Doubt, Person, Track


def track_as_json(track: Track) -> dict[str, Any]:
    """The track as plain JSON values; null stands for what a frame does not have: the person, or what is not known.

    `cuts` are the frames that begin another shot, `by_hand` those with landmarks that an artist set.
    """
    return {
        "plate": track.plate,
        "frames": list(track.frames),
        "size": list(track.size),
        "pixel_aspect": track.pixel_aspect,
        "landmarker": track.landmarker,
        "cuts": [track.frames[row] for row in track.cuts],
        "focal_px": None if math.isnan(track.focal_px) else track.focal_px,
        "digests": list(track.digests),
        "settings": dict(track.settings),
        "people": [_person(track, person) for person in track.people],
        "edits": [edit_entry(edit) for edit in track.edits],
    }


def doubts_in_words(doubts: int) -> list[str]:
    """The names of the doubts in a sum, in lower case."""
    return [str(doubt.name).lower() for doubt in Doubt if doubt & Doubt(int(doubts))]


def _person(track: Track, person: Person) -> dict[str, Any]:
    where_seen: dict[str, Array] = {
        "landmarks": person.landmarks_plate,
        "alignment": person.alignment,
        "presence": person.presence,
        "pose_deg": person.pose_deg,
    }
    return {
        "name": person.name,
        **{name: _rows(values, person.seen) for name, values in where_seen.items()},
        "exposure": _known(person.exposure),
        "confidence": _rows(*_confidence(person)),
        "place_cm": _known(person.place_cm),
        "residual_px": _known(person.residual_px),
        "doubts": [doubts_in_words(each) for each in person.doubts],
        "by_hand": [track.frames[row] for row in np.flatnonzero(person.by_hand.any(axis=1))],
    }


def _confidence(person: Person) -> tuple[Array, Array]:
    """The mean over the landmarks of each frame, and where it is known."""
    known = np.isfinite(person.confidence)
    sums = np.where(known, person.confidence, 0.0).sum(axis=1)
    return sums / np.maximum(known.sum(axis=1), 1), known.any(axis=1) & person.seen


def _known(values: Array) -> list[Any]:
    """The values of each frame; null where one of them is not finite."""
    return _rows(values, np.asarray(np.isfinite(values).reshape(len(values), -1).all(axis=1)))


def _rows(values: Array, known: Array) -> list[Any]:
    return [row.tolist() if here else None for row, here in zip(values, known, strict=True)]
