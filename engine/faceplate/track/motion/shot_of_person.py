from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Self, TypeAlias

from faceplate.track.motion.face_view import FaceView
from faceplate.track.motion.keyframes import choose_keyframes, looks_of, nearest_keyframes
from faceplate.values import Header, Measured

Pair: TypeAlias = tuple[int, int]
"""Rows: where the texture is taken from, and where it is looked for."""


@dataclass
class ShotOfPerson:
    """What of one person in one shot is compared with what, and the views at hand for it.

    Rows may come in any order, from several threads; every pair of neighbours is given out once, when both are there.

    Attributes:
        rows: in which they are seen, in order.
        keyframes: those whose views are kept until the shot is done.
        from_keyframes: for each row, the keyframes it is compared with.
    """

    rows: tuple[int, ...]
    keyframes: tuple[int, ...]
    from_keyframes: Mapping[int, tuple[int, ...]]
    _views: dict[int, FaceView | None] = field(default_factory=dict)
    _open: set[Pair] = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._open = set(pairwise(self.rows))

    @classmethod
    def planned(cls, measured: Measured, shot: range, header: Header) -> Self:
        """By what was measured in the rows of one shot."""
        seen = measured.seen
        rows = tuple(row for row in shot if seen[row])
        keyframes = choose_keyframes(measured, rows, header.pixel_aspect, header.display)
        return cls(rows, keyframes, _partners(measured, rows, keyframes, header.pixel_aspect))

    def view(self, row: int) -> FaceView | None:
        """The view at hand of this row."""
        with self._lock:
            return self._views.get(row)

    def keep(self, row: int, view: FaceView | None) -> None:
        """Keeps a keyframe's view, before any row is taken in."""
        self._views[row] = view

    def take_in(self, row: int, view: FaceView | None) -> list[tuple[Pair, FaceView, FaceView]]:
        """What can be compared now that this row's view is here; views that nothing waits for are let go."""
        with self._lock:
            self._views[row] = view
            ready = [
                pair for pair in sorted(self._open) if row in pair and pair[0] in self._views and pair[1] in self._views
            ]
            self._open.difference_update(ready)
            pairs = ready + [(keyframe, row) for keyframe in self.from_keyframes[row] if (keyframe, row) not in ready]
            taken = [(pair, self._views[pair[0]], self._views[pair[1]]) for pair in pairs]
            self._let_go({row for pair in ready for row in pair} | {row})
        return [(pair, one, other) for pair, one, other in taken if one is not None and other is not None]

    def _let_go(self, rows: set[int]) -> None:
        waiting = {row for pair in self._open for row in pair}
        for row in rows - waiting - set(self.keyframes):
            del self._views[row]


def _partners(
    measured: Measured, rows: Sequence[int], keyframes: Sequence[int], aspect: float
) -> dict[int, tuple[int, ...]]:
    """The keyframes each row is compared with: not itself, nor the row before it, which it is compared with anyway."""
    if not rows:
        return {}
    features = dict(zip(rows, looks_of(measured, rows, aspect).features, strict=True))
    before = dict(zip(rows[1:], rows, strict=False))
    partners = {}
    for row in rows:
        others = [keyframe for keyframe in keyframes if keyframe not in (row, before.get(row))]
        near = nearest_keyframes(features[row], [features[keyframe] for keyframe in others]) if others else []
        partners[row] = tuple(others[at] for at in near)
    return partners
