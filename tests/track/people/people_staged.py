"""People staged on paper: faces that move, hide and look like somebody, without a picture."""

from dataclasses import replace

import numpy as np

from faceplate.track import FaceTrackSettings
from faceplate.track.find.detect import overlap
from faceplate.track.find.sightings import SAME_FACE_OVERLAP, Sighting
from faceplate.track.find.signature import CHROMA_SIDE, LUMA_SIDE
from faceplate.track.landmarks.face import Face
from faceplate.track.people.measured import measured_people

# Corners included, so that a face is 100 px wide and high.
SHAPE = np.vstack([np.random.default_rng(0).random((476, 2)) * 100 - 50, [[-50, -50], [50, 50]]])
SHAPE -= SHAPE.mean(axis=0)
SETS = np.random.default_rng(1).random((4, 32, 32, 3)).astype(np.float32)
TWIN = 1000


def looks_of(who, frame=0):
    """The signature of a person in a frame: their own, and a little of the frame's."""
    own, passing = np.random.default_rng(who), np.random.default_rng([who, frame])
    luma, chroma = LUMA_SIDE**2, 2 * CHROMA_SIDE**2
    parts = [own.normal(0, 1, luma) + passing.normal(0, 0.1, luma)]
    parts += [own.normal(0.2, 0.1, chroma) + passing.normal(0, 0.005, chroma)]
    return np.concatenate(parts).astype(np.float32)


def face(x, y=0.0, size=1.0, who=None, frame=0, sureness=0.9):
    """A face 100 px wide times `size` about (x, y); `who` gives it that person's looks."""
    looks = None if who is None else looks_of(who, frame)
    return Face(SHAPE * size + [x, y], np.zeros(478), np.full(478, sureness), sureness, signature=looks)


def sighting(*faces, shot=0):
    """A frame of a set-up with these faces."""
    return Sighting(faces, SETS[shot])


def stage(actors, frames, *, looks, jitter_px=1.0):
    """What is seen of actors, each a path from frame to (x, y) or None and a size, those in front first.

    Returns the sightings, and for each the actors of its faces. Whoever is covered as far as two finds of one face are,
    is hidden. `looks` gives the person that each actor looks like.
    """
    rng = np.random.default_rng(len(actors) * frames)
    sightings, casts = [], []
    for frame in range(frames):
        seen = []
        for actor, (path, size) in enumerate(actors):
            if path(frame) is None:
                continue
            x, y = np.add(path(frame), rng.normal(0, jitter_px, 2))
            found = face(x, y, size, who=looks[actor], frame=10 * frame + actor)
            if all(overlap(found.box, other.box[None])[0] <= SAME_FACE_OVERLAP for _, other in seen):
                seen.append((actor, found))
        sightings.append(sighting(*[found for _, found in seen]))
        casts.append([actor for actor, _ in seen])
    return sightings, casts


def actors_of(chains, sightings, casts):
    """For each chain, the actors whose faces it holds, one a frame."""
    who = {
        id(found): actor
        for each, cast in zip(sightings, casts, strict=True)
        for actor, found in zip(cast, each.faces, strict=True)
    }
    return [[who[id(found)] for found in chain.values()] for chain in chains]


def measured(*paths, frames=20, size=1.0, sureness=0.9):
    """People measured on paths from frame to (x, y) or None, or (x, y) where they stand still."""
    people = []
    for path in paths:
        at = path if callable(path) else lambda _, where=path: where
        chain = {frame: face(*at(frame), size=size, sureness=sureness) for frame in range(frames) if at(frame)}
        people += measured_people([chain], frames, FaceTrackSettings(min_length=1))
    return tuple(people)


def with_motion(person, motion):
    """The person with the motion of the plate under their face."""
    return replace(person, motion=motion)
