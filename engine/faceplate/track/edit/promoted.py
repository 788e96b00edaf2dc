"""Tracks that came without measurements, made ready for edits."""

from dataclasses import replace

import numpy as np

from faceplate.values import Edit, Measured, Person, Track

GIVEN = "the track itself"
"""The origin of the names that people had in a track from elsewhere."""


def promoted(track: Track) -> Track:
    """The track with its people as what was measured, where it has no measurements; any other as it is.

    Tracks of other programs and of earlier versions hold people alone. They are taken as they are: nothing is smoothed,
    and their names become edits.
    """
    if track.measured or not track.people:
        return track
    names = tuple(
        _named(track, person)
        for number, person in enumerate(track.people, start=1)
        if person.seen.any() and person.name != f"person{number}"
    )
    return replace(
        track,
        measured=tuple(_as_measured(person) for person in track.people),
        edits=names + track.edits,
        settings={**track.settings, "smoothing": 0.0, "refine": False},
    )


def _as_measured(person: Person) -> Measured:
    return Measured(
        landmarks_plate=person.landmarks_plate,
        depth_px=person.depth_px,
        confidence=person.confidence,
        presence=person.presence,
        exposure=person.exposure,
        sharpness=np.full(len(person.presence), np.nan, np.float32),
    )


def _named(track: Track, person: Person) -> Edit:
    row = int(np.flatnonzero(person.seen)[0])
    x, y = person.landmarks_plate[row].mean(axis=0, dtype=np.float64)
    return Edit("name", track.frames[row], (float(x), float(y)), GIVEN, text=person.name)
