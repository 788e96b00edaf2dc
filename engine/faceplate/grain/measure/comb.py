"""A comb in how much neighbouring samples differ: the lines of its spectrum, its spacing and its contrast."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.ndimage import median_filter

from faceplate.values import Floats, Matrix

FINER = 4  # points of the transform for each that the frame's length can tell apart
WIDEST_PX, NARROWEST_PX = 66.0, 3.9
PERIODS = 4  # so often at least a comb has to fit into the frame
ABOUT = 32  # what the frame can tell apart, to either side: a line stands out of what is usual there
ABOVE_CHANCE = 12.0  # times the mean power; chance gives e^-12 at one place
LEAST = 0.03  # amplitude of a comb's first line, of the mean
LOBES = 8  # of what the frame can tell apart: about a line as strong as that there are its own side lobes
OVERTONES = 8  # of a comb's lines are looked at
HIGHEST = 0.49  # cycles a pixel: a mosaic has a line of its own at the very end
AS_STRONG = 0.3  # as the first line, two of three others have to be; where there is one alone, more
AS_STRONG_ALONE = 0.5
PART_PX = 0.25
BESIDE_PX = 0.37
NOTHING = 0.01  # of the mean energy
AS_CLEAR = 0.8  # as the clearest multiple, in log of contrast
FINE_PX = 6.0  # combs below are told from scalers' patterns by how rough the plate is
SMOOTH = 0.35  # correlation of a difference with the next one: only what was enlarged, or is soft, has more
FURTHEST_PX = 16  # so far apart grain is not alike: what is repeats there is a picture
REPEATS = 3
FAINT, FAINT_FINE = 1.1, 1.3  # contrast; less is nobody's matter, or a scaler's
REGULAR = 0.5  # correlation that differences further apart have in regular texture alone
OF_PICTURE = 0.9  # of the comb's own share, for it to be a picture's
EVERYWHERE = 0.15  # of the whole frame's contrast


class Comb(NamedTuple):
    """Every so many pixels neighbours differ so many times as much, or as little, as elsewhere."""

    step_px: float
    contrast: float


class Differences(NamedTuple):
    """By how much neighbours differ along one axis of a frame.

    Attributes:
        energy: squares of the differences, summed at each place, the mean being about 1; one row for each half of the
            frame across the axis.
        counts: of how many.
        alike: correlation of differences so many pixels apart, from 0 on.
    """

    energy: Matrix
    counts: Matrix
    alike: Matrix


class _Lines(NamedTuple):
    """The amplitude at each frequency, of the mean; whether it stands out of chance; points a cycle a pixel."""

    amplitude: Matrix
    stands_out: Floats
    size: int

    def near(self, frequency: float, reach: int) -> int:
        """Where the strongest line within so many points of a frequency is."""
        folded = min(frequency, 1 - frequency)
        middle = round(folded * self.size)
        first, last = max(middle - reach, 0), min(middle + reach + 1, self.amplitude.size)
        return first + int(np.argmax(self.amplitude[first:last]))


def comb_in(found: Differences) -> Comb | None:
    """The widest comb whose lines are there; None where there is none, or it is a picture's.

    A single line is no comb: mosaics and scalers make such. Louvres and cloth are regular as well, but seldom all over
    the frame, and go up and down at the same places in all periods; a codec's blocks know nothing of one another.
    """
    lines = _lines_of(found)
    length = found.energy.shape[1]
    for first in _first_lines(lines, length):
        frequency = _frequency(lines, first)
        if frequency and not (1 / frequency < FINE_PX and found.alike[1] > SMOOTH):
            comb = _clearest(found, 1 / frequency)
            least = FAINT_FINE if comb.step_px < FINE_PX else FAINT
            is_codecs = comb.contrast > least and not _is_local(found, comb) and not _is_picture(found, comb)
            return comb if is_codecs else None
    return None


def _lines_of(found: Differences) -> _Lines:
    energy, counts, length = found.energy.sum(axis=0), found.counts.sum(axis=0), found.energy.shape[1]
    size = 1 << int(np.ceil(np.log2(FINER * length)))
    waves = np.abs(np.fft.rfft(energy - counts * energy.sum() / counts.sum(), size)) / energy.sum()
    reach = int(ABOUT * size / length)
    usual = np.maximum(median_filter(waves, 2 * reach + 1, mode="reflect"), np.median(waves))
    chance = np.maximum(np.square(usual) / np.log(2), np.finfo(np.float64).tiny)
    return _Lines(2 * waves, np.square(waves) > ABOVE_CHANCE * chance, size)


def _first_lines(lines: _Lines, length: int) -> Iterator[int]:
    """Where a comb may have its first line, the lowest frequency first."""
    low, high = max(1 / WIDEST_PX, PERIODS / length), 1 / NARROWEST_PX
    about = LOBES * lines.size // length
    for at in range(int(np.ceil(low * lines.size)), int(high * lines.size) + 1):
        highest = lines.amplitude[max(at - about, 0) : at + about + 1].max()
        if lines.stands_out[at] and lines.amplitude[at] > LEAST and lines.amplitude[at] == highest:
            yield at


def _frequency(lines: _Lines, first: int) -> float:
    """The comb's frequency, told by its highest line; 0 where the others are not there."""
    frequency, seen, wanted = first / lines.size, 0, AS_STRONG
    numbers = [each for each in range(2, OVERTONES + 1) if each * frequency < HIGHEST]
    if not numbers:
        numbers, wanted = [2], AS_STRONG_ALONE
    for number in numbers:
        at = lines.near(number * frequency, 1 + number // 2)
        if lines.stands_out[at] and lines.amplitude[at] > wanted * lines.amplitude[first]:
            seen += 1
            frequency = at / lines.size / number if number * frequency < HIGHEST else frequency
    return frequency if 3 * seen >= 2 * len(numbers) else 0.0


def _clearest(found: Differences, step_px: float) -> Comb:
    """The comb of that spacing, or of so many times as much where that alone is clear: wide ones have weak first lines.

    What chance gives is told by a spacing beside it.
    """
    energy, counts = found.energy.sum(axis=0), found.counts.sum(axis=0)
    steps = [_whole(step_px * each, energy.size) for each in range(1, int(max(WIDEST_PX / step_px, 1)) + 1)]
    contrasts = [_contrast(energy, counts, step) for step in steps]
    by_chance = [_contrast(energy, counts, step + BESIDE_PX) for step in steps]
    clear = np.log(contrasts) - np.log(by_chance)
    first = next(at for at, each in enumerate(clear) if each >= AS_CLEAR * max(clear))
    return Comb(steps[first], contrasts[first])


def _whole(step_px: float, length: int) -> float:
    """The spacing as a whole number where it may be one."""
    doubt = step_px * step_px / (FINER * length)
    return float(round(step_px)) if abs(step_px - round(step_px)) <= doubt else step_px


def _contrast(energy: Matrix, counts: Matrix, step_px: float) -> float:
    """How many times more, or less, neighbours differ at the comb than usual; a mosaic sets every other place apart."""
    is_whole = step_px == round(step_px)
    starts = np.arange(0, step_px, 1 if is_whole else PART_PX)
    teeth = np.arange(int(energy.size / step_px) - 1) * step_px
    places = np.rint(starts[:, None] + teeth).astype(np.int64)
    seen = counts[places].sum(axis=1)
    mean = np.divide(energy[places].sum(axis=1), seen, out=np.ones(starts.size), where=seen > 0)
    kinds = [mean[0::2], mean[1::2]] if is_whole and step_px % 2 == 0 else [mean]
    return max(_most_apart(kind) for kind in kinds)


def _most_apart(places: Matrix) -> float:
    usual = np.array([np.median(np.delete(places, each)) for each in range(places.size)]) + NOTHING
    return float(np.max(np.maximum((places + NOTHING) / usual, usual / (places + NOTHING))))


def _is_local(found: Differences, comb: Comb) -> bool:
    """Whether a quarter of the frame, in which something is known, lacks the comb."""
    middle = found.energy.shape[1] // 2
    quarters = [(row, half) for row in range(2) for half in (slice(0, middle), slice(middle, None))]
    known = [each for each in quarters if np.count_nonzero(found.counts[each]) > middle // 2]
    clear = [_contrast(found.energy[each], found.counts[each], comb.step_px) - 1 for each in known]
    return any(each < EVERYWHERE * (comb.contrast - 1) for each in clear)


def _is_picture(found: Differences, comb: Comb) -> bool:
    """Whether the differences themselves repeat with the comb, once or every other time."""
    share = (comb.contrast - 1) / (comb.contrast - 1 + comb.step_px)
    period, first = round(comb.step_px), int(np.ceil(FURTHEST_PX / comb.step_px / 2)) * 2
    lags = [comb.step_px * each for each in range(first, first + 2 * REPEATS, 2)]
    repeated = [_prominence(found.alike, lag, period) for lag in lags if lag + period < found.alike.size]
    is_regular = np.abs(found.alike[FURTHEST_PX:]).max() > REGULAR
    return bool(is_regular or (repeated and np.mean(repeated) > OF_PICTURE * share))


def _prominence(alike: Matrix, lag: float, period: int) -> float:
    about = alike[int(lag - period / 2) : int(lag - period / 2) + period]
    return float(alike[int(lag) : int(np.ceil(lag)) + 1].max() - np.median(about))
