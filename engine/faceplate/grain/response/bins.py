"""Grain by exposure: bins of part of a stop, and the responses that the blocks in them give."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.grain.response.curve import fit_curves
from faceplate.grain.response.levels import Levels, level_at, levels_in, log_ratio
from faceplate.grain.response.line import Line, nearest_line
from faceplate.grain.response.physical import fit_alike, fit_physical
from faceplate.grain.response.response import Response
from faceplate.values import Array, Floats, Matrix

SHOT = Response(1.0, 0.0)  # the way within a bin before anything is known: between that of black and that of film
TERM_PRICE = 10.0  # what each number of a response has to bring, in squared deviations: more than one bin can
SPARED = 0.5  # of what other channels' terms would take more where they are alike: in no plate are they quite
CURVE_TERMS = 4  # numbers that a curve is worth in each channel
MOST_ABOVE, MOST_BELOW = 9.0, 25.0  # what a bin counts at most: texture makes many too high, little makes one too low
EXPLAINED = 0.35  # in natural log of variance: a bin further off is not what a response rests on


def exposure_bin(exposure_linear: Array, bins_per_stop: int) -> npt.NDArray[np.int64]:
    """The number of the bin an exposure falls in; bin 0 starts at 1.0, everything below 2^-12 falls in the last one."""
    stops = np.log2(np.clip(exposure_linear, 2.0**-12, 2.0**16))
    return np.asarray(np.floor(stops * bins_per_stop), np.int64)


def bin_middle(number: Array, bins_per_stop: int) -> Matrix:
    """The scene-linear exposure in the middle of these bins."""
    return np.exp2((np.asarray(number, np.float64) + 0.5) / bins_per_stop)


def responses_of(
    means: Floats, variances: Matrix, bins: npt.NDArray[np.int64], free: Sequence[float]
) -> tuple[Response, ...]:
    """The response of each channel: of mean, variance and bin of each block (each blocks x channels).

    `free` independent samples count in a block of each channel. Channels of one plate are fit together. What is found
    first, a straight line and then a rough response, gives the way within a bin to what is found next.
    """
    channels = range(means.shape[1])

    def levels_by(ways: Sequence[Line | Response]) -> list[Levels]:
        return [levels_in(means[:, at], variances[:, at], bins[:, at], free[at], ways[at]) for at in channels]

    grainy = [levels for levels in levels_by([SHOT for _ in channels]) if levels.exposure.size]
    line = nearest_line(grainy) if grainy else SHOT
    rough = fit_responses(levels_by([line for _ in channels]))
    return tuple(fit_responses(levels_by(rough)))


def fit_responses(channels: Sequence[Levels]) -> list[Response]:
    """One response a channel: shot and read noise, these with a square, or curves, the same in all channels.

    What takes more numbers to tell has to lie nearer to what was found (after Schwarz, "Estimating the dimension of a
    model", 1978). Physical terms may be alike in all channels but for their strength, or each channel's own.
    """
    grainy = [levels for levels in channels if levels.exposure.size]
    if not grainy:
        return [Response(0.0, 0.0)] * len(channels)
    best = min(_candidates(grainy), key=lambda each: _misfit(each.responses, grainy) + TERM_PRICE * each.numbers)
    told = iter([_told(response, levels) for response, levels in zip(best.responses, grainy, strict=True)])
    return [next(told) if levels.exposure.size else Response(0.0, 0.0) for levels in channels]


class _Candidate(NamedTuple):
    responses: list[Response]
    numbers: float


def _candidates(channels: Sequence[Levels]) -> Iterator[_Candidate]:
    line, many = nearest_line(channels), len(channels)
    for count in (2, 3):
        yield _Candidate(fit_alike(channels, line, count), count * many - SPARED * (count - 1) * (many - 1))
        own = [
            fit_physical(levels, np.exp(height) * line.variance(levels.exposure), count)
            for levels, height in zip(channels, line.heights, strict=True)
        ]
        yield _Candidate(own, count * many)
    curves = fit_curves(channels, line)
    yield _Candidate([each._replace(curve=curve) for each, curve in zip(own, curves, strict=True)], CURVE_TERMS * many)


def sigma_in(variance: Matrix, mean: Floats, middle: float, response: Response, free: float) -> float:
    """Sigma in the middle of a bin whose blocks lie anywhere in it: the response gives the way there, not the level."""
    return float(np.sqrt(level_at(variance, mean, middle, response, free)))


def explained_by(response: Response, levels: Levels) -> npt.NDArray[np.bool_]:
    """Which of the levels the response tells."""
    return np.asarray(np.abs(log_ratio(response.variance(levels.exposure), levels.variance)) < EXPLAINED)


def _misfit(responses: Sequence[Response], channels: Sequence[Levels]) -> float:
    """The squared deviations of all bins, capped."""
    total = 0.0
    for response, levels in zip(responses, channels, strict=True):
        off = log_ratio(response.variance(levels.exposure), levels.variance)
        total += float(np.minimum(np.square(off) / levels.doubt, np.where(off < 0, MOST_ABOVE, MOST_BELOW)).sum())
    return total


def _told(response: Response, levels: Levels) -> Response:
    """With the lowest and highest exposure among the bins that it explains."""
    explained = levels.exposure[explained_by(response, levels)]
    return response._replace(measured=(float(explained.min()), float(explained.max()))) if explained.size else response
