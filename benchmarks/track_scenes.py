"""What is asked of the tracks of each scene of `face_plates.py`."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import NamedTuple

import numpy as np

from face_plates import FACE_MIDDLE, Actor, Staged
from faceplate.graph import track_shot
from faceplate.track import FaceTrackSettings, topology
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Array, Plate, Track
from track_figures import Figure
from track_truth import ecc, flow, landmark_residual, person_of, residual

RAW = FaceTrackSettings(refine=False, smoothing=0.0, views=1)
"""Landmarks of each frame by itself."""


class Tracks(NamedTuple):
    """Three tracks of one plate."""

    raw: Track
    averaged: Track
    refined: Track


def tracks_of(plate: Plate) -> Tracks:
    """Raw landmarks; averaged and smoothed; and with texture."""
    refined = track_shot(plate, FaceTrackSettings())
    return Tracks(track_shot(plate, RAW), landmarks_alone(refined, FaceTrackSettings(refine=False)), refined)


def landmarks_alone(refined: Track, knobs: FaceTrackSettings) -> Track:
    """What the same landmarks give without texture."""
    measured = tuple(replace(each, motion=None) for each in refined.measured)
    return solve_track(replace(refined, measured=measured, settings=asdict(knobs)))


def of_scene(name: str, staged: Staged, plate: Plate, tracks: Tracks) -> Iterator[Figure]:
    """What is asked of the tracks of one scene."""
    for place, actor in enumerate(staged.actors, start=1):
        label = name if len(staged.actors) == 1 else f"{name} (face {place})"
        people = [person_of(actor, track) for track in tracks]
        if any(person is None for person in people):
            yield Figure(f"{label}: not found by raw, averaged, refined", sum(person is None for person in people))
            continue
        raw, averaged, refined = (residual(staged, actor, person) for person in people)
        beside = f"raw {raw.rms:.3f}, averaged and smoothed {averaged.rms:.3f}"
        yield Figure(_named(label, "rms px"), refined.rms, beside)
        beside = f"raw {raw.worst:.3f}, averaged and smoothed {averaged.worst:.3f}"
        yield Figure(_named(label, "worst px"), refined.worst, beside)
    if name in ("pan", "zoom", "anamorphic", "turn"):
        yield from peers(name, staged, plate, tracks)
    if name in special:
        yield from special[name](staged, tracks)


def _named(label: str, figure: str) -> str:
    return f"{label}: {figure}"


def peers(name: str, staged: Staged, plate: Plate, tracks: Tracks) -> Iterator[Figure]:
    """A plain fit of the whole face at full resolution, and 8-bit flow of its corners, on some frames."""
    start = tracks.averaged.people[0]
    for title, peer in (("peer, ECC", ecc), ("peer, 8-bit Lucas-Kanade", flow)):
        found = peer(staged, plate, start)
        beside = f"worst {found.residual.worst:.3f}; {found.seconds:.2f} s a frame"
        yield Figure(f"  {name}, {title}: rms px", found.residual.rms, beside)


def of_jump(staged: Staged, tracks: Tracks) -> Iterator[Figure]:
    """How many frames after the jump the alignment has gone half its way; and how far it is from it around it."""
    (actor,), at = staged.actors, staged.events["jump"]
    late = []
    for track in tracks:
        person = person_of(actor, track)
        away = np.zeros(staged.scene.frames) if person is None else residual(staged, actor, person).each
        late.append(_late(away, at))
    yield Figure("jump: frames late", late[2], f"raw {late[0]}, averaged and smoothed {late[1]}")


def _late(away: Array, at: int) -> int:
    """Frames around the jump on which the face is more than half the way from where it is."""
    return int((away[max(0, at - 3) : at + 4] > 20).sum())


def of_occluder(staged: Staged, tracks: Tracks) -> Iterator[Figure]:
    """How far the face stands from where it stood before the bar came, once it has gone, and at worst behind it."""
    (actor,), comes, gone = staged.actors, staged.events["comes"], staged.events["has gone"]
    after, behind, steps = [], [], []
    for track in tracks:
        person = person_of(actor, track)
        away = residual(staged, actor, person, np.ones(staged.scene.frames, bool)).away
        away = away - np.nanmean(away[:comes], axis=(0, 1))
        length = np.linalg.norm(away, axis=-1)
        after.append(np.nanmax(length[gone:]))
        behind.append(np.nanmax(length[comes:gone]))
        steps.append(np.nanmax(np.linalg.norm(np.diff(away[gone:], axis=0), axis=-1)))
    beside = f"raw {after[0]:.3f}, averaged and smoothed {after[1]:.3f}"
    yield Figure("occluder: jump after px", after[2], beside)
    yield Figure("occluder: step between frames after px", steps[2], f"raw {steps[0]:.3f}")
    yield Figure("occluder: worst behind it px", behind[2], f"raw {behind[0]:.3f}, averaged {behind[1]:.3f}")


def of_cut(staged: Staged, tracks: Tracks) -> Iterator[Figure]:
    """Frames on which somebody is seen who is not there, or not seen who is; cuts that are not the true ones."""
    wrong = [_wrong_frames(staged, track) for track in tracks]
    yield Figure("cut: wrong frames", wrong[2], f"raw {wrong[0]}; cuts {tracks.refined.cuts}, true {staged.cuts}")


def of_crossing(staged: Staged, tracks: Tracks) -> Iterator[Figure]:
    """Clear frames on which one of the two is not tracked as themselves; people too many."""
    wrong = [_wrong_frames(staged, track) for track in tracks]
    yield Figure("crossing: wrong frames", wrong[2], f"raw {wrong[0]}; people {len(tracks.refined.people)}, true 2")


def _wrong_frames(staged: Staged, track: Track) -> int:
    """Clear frames without their person, frames of a person far from the face they are, and frames of nobody."""
    wrong, known = 0, set()
    for actor in staged.actors:
        person = person_of(actor, track)
        if person is None or person.name in known:
            wrong += sum(actor.clear)
            continue
        known.add(person.name)
        wrong += int((np.array(actor.clear) & ~(person.seen & _is_there(actor, person.landmarks_plate))).sum())
        wrong += int((person.seen & ~_may_be_seen(actor)).sum())
    strangers = [person for person in track.people if person.name not in known]
    return wrong + sum(int(person.seen.sum()) for person in strangers)


def _may_be_seen(actor: Actor) -> Array:
    shown = actor.layer.shown
    return np.array(shown) if shown else np.ones(len(actor.clear), bool)


def _is_there(actor: Actor, landmarks: Array) -> Array:
    """Frames in which the middle of the landmarks is near the middle of the face."""
    middles = np.array([actor.layer.carry(FACE_MIDDLE, place) for place in range(len(landmarks))])
    size = np.nanmedian(np.ptp(landmarks[..., 1], axis=1))
    return np.linalg.norm(landmarks.mean(axis=1) - middles, axis=-1) < 0.25 * size


def of_deforming(staged: Staged, tracks: Tracks) -> Iterator[Figure]:
    """The landmarks themselves where the face moves in itself."""
    (actor,) = staged.actors
    groups = {
        "lips": topology.lips_outer,
        "brows": topology.right_brow + topology.left_brow,
        "nose": topology.nose,
        "anchors": topology.anchors,
    }
    for group, points in groups.items():
        found = [landmark_residual(staged, actor, person_of(actor, track), np.array(points)).rms for track in tracks]
        yield Figure(f"deforming, {group}: rms px", found[2], f"raw {found[0]:.3f}, averaged {found[1]:.3f}")


special: dict[str, Callable[[Staged, Tracks], Iterator[Figure]]] = {
    "jump": of_jump,
    "occluder": of_occluder,
    "cut": of_cut,
    "crossing": of_crossing,
    "deforming": of_deforming,
}
