"""The lines of the table of `benchmarks/track.py`, and what each must reach."""

from typing import NamedTuple

targets = {
    "pan: rms px": 0.05,
    "pan: worst px": 0.25,
    "zoom: rms px": 0.05,
    "zoom: worst px": 0.25,
    "anamorphic: rms px": 0.05,
    "anamorphic: worst px": 0.25,
    "turn: rms px": 0.3,
    "jump: frames late": 0.0,
    "jump: worst px": 0.25,
    "occluder: jump after px": 1.0,
    "cut: wrong frames": 0.0,
    "crossing: wrong frames": 0.0,
    "clips: energy, raw / refined": -5.0,
    "clips: slow path px": 0.5,
    "stills: people in no face": 0.0,
    "clips: frames past the cut": 0.0,
    "golden portrait: mean px": 2.0,
    "landmarks: frames a second": -60.0,
    "refined: frames a second": -6.0,
    "memory, 96 over 24 frames": 1.05,
}
"""At most so much; where negative, at least its absolute."""


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    beside: str = ""

    @property
    def target(self) -> float | None:
        """What it must reach, or None."""
        return targets.get(self.name.partition(" (")[0])

    @property
    def is_missed(self) -> bool:
        """True where there is a target and it is not reached."""
        target = self.target
        if target is None:
            return False
        return not (self.value >= -target if target < 0 else self.value <= target)

    def __str__(self) -> str:
        """Name, target, measured, ratio, and what was measured beside it."""
        target = self.target
        aim = "" if target is None else f"{'>=' if target < 0 else '<='} {abs(target):g}"
        ratio = f"{self.value / abs(target):.2f}" if target else ""
        missed = " MISSED" if self.is_missed else ""
        return f"{self.name:56} {aim:>8} {self.value:10.3f} {ratio:>6}{missed:8} {self.beside}"
