from collections.abc import Sequence
from typing import NamedTuple

from faceplate.values import Edit, Measured


class Cast(NamedTuple):
    """One person of a track by name, as measured, with the edits of their landmarks."""

    name: str
    measured: Measured
    by_hand: tuple[Edit, ...]


def cast_of(measured: Sequence[Measured], edits: Sequence[Edit], frames: Sequence[int]) -> tuple[Cast, ...]:
    """Who is in the track once the artist's edits about people are followed; the largest first."""
    return tuple(Cast(f"person{place}", each, ()) for place, each in enumerate(measured, start=1))
