"""Whose faces a track keeps: what the knob `who` of FaceTrack says."""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from faceplate.errors import CallError, TrackError
from faceplate.track.people.found import Path, person_at
from faceplate.track.people.members import Member, Members, followed_members
from faceplate.track.topology import face_oval
from faceplate.values import Edit, Measured, describe_frames

EVERYBODY, LARGEST = "everybody", "largest"


class OnFrame(NamedTuple):
    """Those seen on a frame."""

    frame: int


class Click(NamedTuple):
    """Whose face is at a point of the plate on a frame."""

    x: float
    y: float
    frame: int


Who: TypeAlias = str | OnFrame | Click
"""`everybody`, `largest`, somebody's name, those on a frame, or a click."""


def parsed_who(who: str, frames: Sequence[int]) -> Who:
    """What the text of the knob means.

    Raises:
        CallError: it is empty, numbers that are no frame and no click, or a frame that is not among `frames`.
    """
    words = who.replace(",", " ").split()
    numbers = [number for number in map(_number, words) if number is not None]
    if len(numbers) < len(words):
        return who.strip()
    if len(numbers) not in (1, 3) or not numbers[-1].is_integer():
        raise _refusal(who)
    frame = int(numbers[-1])
    if frame not in frames:
        raise _refusal(f"frame {frame}", describe_frames(tuple(frames)))
    return OnFrame(frame) if len(numbers) == 1 else Click(numbers[0], numbers[1], frame)


def choose_people(
    measured: Sequence[Measured], edits: Sequence[Edit], frames: Sequence[int], who: str
) -> tuple[Measured, ...]:
    """Those of the measured people whom the knob `who` asks for, in their order.

    Names are known through `edits`, carried over from the track before; `person2` and the like are none, for they
    count whoever was chosen. A person whom an edit merges of several is chosen with all of them.

    Raises:
        CallError: the text makes no sense.
        TrackError: nobody is there; the message says who is where.
    """
    meant = parsed_who(who, frames)
    if meant == EVERYBODY:
        return tuple(measured)
    members, _ = followed_members(measured, edits, frames)
    chosen = _chosen(meant, members, list(frames))
    if not chosen:
        raise _nobody(who, meant, members, list(frames))
    places = frozenset[int]().union(*[each.sources for each in chosen])
    return tuple(each for place, each in enumerate(measured) if place in places)


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _refusal(came: str, frames: str = "") -> CallError:
    return CallError(
        "FaceTrack.who",
        expected=f"a frame of {frames}" if frames else "everybody, largest, a frame, a click as x y frame, or a name",
        came=came or "nothing",
        next_step="set the knob to one of these",
    )


def _chosen(meant: Who, members: Members, frames: list[int]) -> list[Member]:
    if isinstance(meant, OnFrame):
        return [each for each in members if each.path.seen(frames.index(meant.frame))]
    if isinstance(meant, Click):
        return _clicked(members, frames.index(meant.frame), meant)
    if meant == LARGEST:
        return list(members[:1])
    return [each for each in members if each.named and each.name == meant]


def _clicked(members: Members, row: int, click: Click) -> list[Member]:
    """The smallest face that holds the point, else the nearest within one size of it."""
    seen = [each for each in members if each.path.seen(row)]
    holding = [each for each in seen if _holds(each.measured, row, click)]
    if holding:
        return [min(holding, key=lambda each: float(np.prod(each.path.sides(row))))]
    nearest = person_at([each.path for each in seen], row, (click.x, click.y))
    return [] if nearest is None else [seen[nearest]]


def _holds(measured: Measured, row: int, click: Click) -> bool:
    outline = measured.landmarks_plate[row, list(face_oval)].astype(np.float32)
    return bool(cv2.pointPolygonTest(outline, (click.x, click.y), measureDist=False) >= 0)


def _nobody(who: str, meant: Who, members: Members, frames: list[int]) -> TrackError:
    there = [f"{each.name} {_whereabouts(each.path, frames, meant)}" for each in members]
    return TrackError(
        "FaceTrack.who",
        expected=f"somebody at {who}" if isinstance(meant, OnFrame | Click) else f"somebody whom an artist named {who}",
        came="only " + "; ".join(there) if there else "nobody",
        next_step="click on one of these, as x y frame, or take everybody",
    )


def _whereabouts(path: Path, frames: list[int], meant: Who) -> str:
    """One place where a person is seen, as near as can be to the frame that was asked for."""
    asked = frames.index(meant.frame) if isinstance(meant, OnFrame | Click) else 0
    row = int(path.rows[np.argmin(np.abs(path.rows - asked))])
    x, y = path.middle(row)
    return f"at {x:.0f} {y:.0f} {frames[row]}"
