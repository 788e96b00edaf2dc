"""What grain must reach: the targets of `benchmarks/grain.py`, told as the table of tracks is."""

from track_figures import Figure

targets = {
    "identity: samples that differ": 0.0,
    "measured: response, worst %": 3.0,
    "measured: a stop beyond, worst %": 10.0,
    "regrain: response, worst %": 3.0,
    "regrain: a stop beyond, worst %": 10.0,
    "regrain: textured insert, worst %": 3.0,
    "coloured: response, worst %": 3.0,
    "carried over: response, worst %": 3.0,
    "carried over: a stop beyond, worst %": 10.0,
    "carried over: textured insert, worst %": 3.0,
    "spectrum: radial, worst dB": 1.0,
    "spectrum: 2-D, worst dB": 1.0,
    "spectrum: channels, worst error": 0.05,
    "spectrum: alike in time": 0.02,
    "spectrum: repeats": 0.05,
    "ghosts: likeness to detail": 0.03,
    "removal: dB that NLM is ahead": 0.0,
    "removal: dB that BM3D is ahead": 0.0,
    "removal: dB that VapourSynth's BM3D is ahead": 0.0,
    "edge: loss of MTF50 %": 5.0,
    "speed: regrain 1500x1500 ms": 80.0,
    "speed: measure 10 frames of 4K s": 20.0,
    "speed: degrain 1500x1500, five frames, s": 3.0,
    "odd: samples that are not finite": 0.0,
    "odd: warnings missing": 0.0,
    "odd: pattern": 0.05,
    "odd: not said": 0.0,
    "odd: said wrongly": 0.0,
    "odd: response, worst %": 10.0,
}
"""At most so much of each."""


class GrainFigure(Figure):
    """One line of the table; what stands in brackets behind the name says on which plate."""

    @property
    def target(self) -> float | None:
        """What it must reach, or None."""
        return targets.get(self.name.partition(" (")[0])
