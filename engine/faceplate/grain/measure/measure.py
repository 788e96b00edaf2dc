"""A plate's grain, measured: how strong at each exposure, how coarse, and how alike in the three channels."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.errors import PlateError
from faceplate.grain.kernel import kernel_of
from faceplate.grain.measure.blocks import BLOCK_PX, FLAT_FACTOR, LOOSE_FACTOR, Survey, choose, corners_of, survey
from faceplate.grain.measure.compared import compared, is_alike
from faceplate.grain.measure.displacement import pyramid
from faceplate.grain.measure.faults import Faults, Seen, is_baked
from faceplate.grain.measure.gathered import (
    Gathered,
    Sample,
    better_supported,
    sample_of,
    spectra_in,
    without_copies,
)
from faceplate.grain.measure.lag import Likeness
from faceplate.grain.measure.lattice import without_lattice
from faceplate.grain.measure.rounding import ToLinear
from faceplate.grain.measure.sampled import Blocks, Candidates, beside_clean, moved_between, sampled
from faceplate.grain.measure.spectrum import (
    ALL_MODES,
    CHANNEL_PAIRS,
    PLAIN_MODES,
    autocovariance,
    correlation_of,
    free_samples,
)
from faceplate.grain.measure.zones import zones_of
from faceplate.grain.response.bins import bin_middle, explained_by, exposure_bin, responses_of, sigma_in
from faceplate.grain.response.levels import levels_in, typical_variance
from faceplate.grain.response.response import Response, response_fields
from faceplate.spec import Settings, knob
from faceplate.values import Array, Floats, GrainProfile, Matrix

COPIED = 0.05  # of the blocks that are weak between frames alone: more are no chance, but a codec's copies
CLEAR = 1.3  # times what rounding leaves: grain that strong is seen
TINY = np.float32(1e-30)
FLAT_EXCESS = 1.5  # times the variance of the response: blocks of a bin with more are not flat, whatever they look
Numbered = tuple[int | None, Array]
MISSING: Numbered = (None, np.empty(0))


@dataclass(frozen=True, kw_only=True)
class GrainMeasureSettings(Settings):
    """How finely grain is measured; the defaults suit a 2K to 6K plate."""

    bins_per_stop: int = knob(2, help="Exposure bins in one stop.", group="Measure", minimum=1, maximum=8)
    blocks_per_bin: int = knob(
        96, help="Flat blocks taken from one frame in one exposure bin.", group="Measure", minimum=4, maximum=1024
    )
    fewest_blocks: int = knob(
        8, help="A bin with fewer flat blocks is reported as unmeasured.", group="Measure", minimum=1, maximum=1024
    )


@dataclass(frozen=True)
class BlocksUsed:
    """Where in one frame grain was measured.

    Attributes:
        frame: its number.
        corners_px: n x 2, left and top of each block.
        side_px: how wide and high a block is.
        mean_linear: n x 3, the exposure of each.
        temporal: n, whether it was compared with its like in the frame before; else it was looked at alone.
    """

    frame: int
    corners_px: npt.NDArray[np.int64]
    side_px: int
    mean_linear: Floats
    temporal: npt.NDArray[np.bool_]


@dataclass
class Measured:
    """What the frames seen so far say, each alone, beside another and beside one further away, and what is wrong."""

    numbers: list[int] = field(default_factory=list)
    alone: Gathered = field(default_factory=lambda: Gathered(ALL_MODES))
    beside: Gathered = field(default_factory=lambda: Gathered(PLAIN_MODES))
    apart: Gathered = field(default_factory=lambda: Gathered(PLAIN_MODES))
    likeness: Likeness = field(default_factory=Likeness)
    faults: Faults = field(default_factory=Faults)


class Channel(NamedTuple):
    """One channel of every block: mean, variance of the grain, bin; independent samples in a block; the response."""

    mean: Floats
    variance: Matrix
    bins: npt.NDArray[np.int64]
    free: float
    response: Response


def measure_grain(
    frames: Iterable[tuple[int, Array]],
    to_linear: ToLinear,
    encoding: str,
    settings: GrainMeasureSettings | None = None,
    *,
    clean: Iterable[tuple[int, Array]] | None = None,
    apart: Iterable[tuple[int, Array]] = (),
    on_blocks: Callable[[BlocksUsed], None] | None = None,
) -> GrainProfile:
    """How the grain of these frames behaves in scene-linear.

    Where two frames that follow each other show the same picture, still or moved, grain is what differs between them;
    else it is what a frame's flat blocks hold beside slow variation. At each exposure the lower of the two is believed.
    With a degrained plate, grain is what that lacks, but for the blocks whose detail went with it.

    A plate without grain, or without a flat place, gives a profile of zero response that adds nothing; `profile_notes`
    says so in words, and what else is wrong with the plate. At most two frames are held at a time.

    Args:
        frames: number and picture, rows x columns x 3, float16 or float32, as the plate encodes it; in order, best in
            pairs of neighbours (`frames_to_measure`).
        to_linear: encoded RGB (rows x columns x 3) to scene-linear.
        encoding: the name of that encoding; it is kept in the profile.
        settings: bins and block counts.
        clean: the degrained plate, the same frames in the same order and encoding.
        apart: pairs of frames further apart (`frames_apart`), one after the other. They are asked for where neighbours
            are copies of each other, as codecs make them: grain is then what differs between these. A pair of one frame
            twice, or of two sizes, is left out, and a last frame by itself.
        on_blocks: is told which blocks of each frame were looked at.

    Raises:
        PlateError: no frames, a frame that is not rows x columns x 3, one smaller than a block of 32 pixels, or one
            that is not like its degrained frame.
    """
    settings = settings or GrainMeasureSettings()
    measured = Measured()
    if clean is None:
        taken = _pairs(measured, frames, to_linear, settings)
    else:
        taken = _degrained(measured, zip_longest(frames, clean, fillvalue=MISSING), to_linear, settings)
    hear = on_blocks or (lambda _: None)
    for used in taken:
        hear(used)
    if not measured.numbers:
        raise _no_frames(encoding)
    measured.faults.copied = clean is None and measured.beside.weak_share > measured.alone.weak_share + COPIED
    if measured.faults.copied:
        for used in _further_apart(measured, iter(apart), to_linear, settings):
            hear(used)
    return _profile(measured, encoding, settings)


def _pairs(
    measured: Measured, frames: Iterable[tuple[int, Array]], to_linear: ToLinear, settings: GrainMeasureSettings
) -> Iterator[BlocksUsed]:
    """Takes in the frames, each alone and in pairs."""
    for number, frame_encoded, before, held in compared(frames):
        measured.numbers.append(number)
        if held:
            measured.faults.add_held()
            continue
        seen = survey(frame_encoded, f"frame {number}")
        found = _candidates(frame_encoded, seen, to_linear, settings)
        there = moved_between(pyramid(frame_encoded), pyramid(before[1]), found, before[1]) if before else None
        single, pair = sampled(frame_encoded, found, to_linear, there)
        measured.alone.add(single)
        measured.beside.add(pair)
        measured.faults.add(frame_encoded, seen, found.corners[single.which])
        if there and before and number == before[0] + 1:
            measured.likeness.add(frame_encoded, found, there, to_linear)
        yield _used(number, found, single, pair)


def _further_apart(
    measured: Measured, frames: Iterator[Numbered], to_linear: ToLinear, settings: GrainMeasureSettings
) -> Iterator[BlocksUsed]:
    """Takes in pairs of frames, what differs between the two of each."""
    for one in frames:
        used = _beside_next(measured, one, frames, to_linear, settings)
        if used is not None:
            yield used


def _beside_next(
    measured: Measured, one: Numbered, frames: Iterator[Numbered], to_linear: ToLinear, settings: GrainMeasureSettings
) -> BlocksUsed | None:
    """Takes in a frame and the next, which is let go; nothing where the two are one, or there is none."""
    (number, frame_encoded), (other, other_encoded) = one, next(frames, MISSING)
    if number is None or other is None:
        return None
    if other_encoded.shape != frame_encoded.shape or is_alike(frame_encoded, other_encoded):
        return None
    found = _candidates(frame_encoded, survey(frame_encoded, f"frame {number}"), to_linear, settings)
    there = moved_between(pyramid(frame_encoded), pyramid(other_encoded), found, other_encoded)
    single, pair = sampled(frame_encoded, found, to_linear, there)
    differing = without_copies(pair)
    measured.apart.add(differing)
    measured.faults.apart |= differing.which.size > 0
    measured.numbers += [number, other]
    return _used(number, found, single.none(), differing)


def _degrained(
    measured: Measured,
    frames: Iterable[tuple[Numbered, Numbered]],
    to_linear: ToLinear,
    settings: GrainMeasureSettings,
) -> Iterator[BlocksUsed]:
    """Takes in the frames beside their degrained ones."""
    for (number, frame_encoded), (beside, clean_encoded) in frames:
        if number is None or beside != number or clean_encoded.shape != frame_encoded.shape:
            raise _unlike(number, frame_encoded, beside, clean_encoded)
        measured.numbers.append(number)
        seen = survey(frame_encoded, f"frame {number}")
        calm = survey(clean_encoded, f"degrained frame {number}")
        calm = calm._replace(usable=seen.usable & calm.usable)
        found = _candidates(frame_encoded, calm, to_linear, settings)
        grain = beside_clean(frame_encoded, clean_encoded, found, to_linear)
        measured.beside.add(grain)
        measured.faults.degrained = True
        measured.faults.add(frame_encoded, seen, found.corners[grain.which])
        yield _used(number, found, grain, grain.none())


def _used(number: int, found: Candidates, alone: Blocks, beside: Blocks) -> BlocksUsed:
    which = np.concatenate([alone.which, beside.which])
    temporal = np.arange(which.size) >= alone.which.size
    means = np.concatenate([alone.mean_linear, beside.mean_linear])
    return BlocksUsed(number, found.corners[which], BLOCK_PX, means, temporal)


def _candidates(frame_encoded: Array, found: Survey, to_linear: ToLinear, settings: GrainMeasureSettings) -> Candidates:
    luminance = to_linear(found.mean_encoded[:, None]).mean(axis=(1, 2))
    limits = {"per_bin": settings.blocks_per_bin, "bins_per_stop": settings.bins_per_stop}
    flat, loose = (choose(found, luminance, factor=factor, **limits) for factor in (FLAT_FACTOR, LOOSE_FACTOR))
    either = np.union1d(flat, loose)
    bins = exposure_bin(luminance[either], settings.bins_per_stop)
    return Candidates(corners_of(frame_encoded, either), bins, np.isin(either, flat), np.isin(either, loose))


def _profile(measured: Measured, encoding: str, settings: GrainMeasureSettings) -> GrainProfile:
    alone, beside, in_time = _trusted(measured, settings.bins_per_stop)
    lattice = measured.faults.neighbours.lattice()
    mended = partial(without_lattice, lattice=lattice)
    spectra = spectra_in((alone, beside), settings.bins_per_stop)
    covariances = mended(autocovariance(each for some in spectra.values() for each in some))
    sample = sample_of((alone, beside), covariances)
    channels = _channels(sample, covariances, settings.bins_per_stop)
    grainy = np.array([any(channel.response.terms) for channel in channels])
    coarser = measured.faults.neighbours.colour.coarser(covariances)
    covariances = covariances * _both(grainy)[:, None, None]
    zones = zones_of(spectra, covariances, settings.bins_per_stop, mended)
    occupied = np.concatenate([channel.bins for channel in channels])
    numbers = np.arange(occupied.min(), occupied.max() + 1) if occupied.size else np.empty(0, np.int64)
    return GrainProfile(
        encoding=encoding,
        exposure=bin_middle(numbers, settings.bins_per_stop).astype(np.float32),
        sigma=np.stack([_sigma(channel, numbers, settings) for channel in channels]).astype(np.float32),
        kernel=np.stack([kernel_of(covariance) for covariance in covariances[:3]]),
        correlation=correlation_of(covariances),
        frames=tuple(sorted(set(measured.numbers))),
        **response_fields([channel.response for channel in channels]),
        zone_exposure=zones.exposure,
        zone_kernel=zones.kernel,
        zone_correlation=zones.correlation,
        time_correlation=in_time,
        warnings=measured.faults.sentences(Seen(bool(grainy.any()), in_time, lattice, coarser)),
    )


def _trusted(measured: Measured, bins_per_stop: int) -> tuple[Gathered, Gathered, Floats]:
    """What frames say alone and beside others, bin by bin the better; and how alike grain is in time."""
    spectra = spectra_in((measured.alone, measured.beside), bins_per_stop)
    covariances = autocovariance(each for some in spectra.values() for each in some)
    free = np.array([free_samples(covariance) for covariance in covariances[:3]])
    still, moved = measured.likeness.correlations(free)
    measured.faults.dead_share = measured.alone.dead_share
    beside = measured.beside
    if measured.faults.copied:
        beside = measured.apart
    elif is_baked(moved):
        beside = Gathered(PLAIN_MODES)
    return *better_supported(measured.alone, beside), still


def _both(grainy: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of each pair of channels, whether both have grain."""
    return np.array([grainy[one] and grainy[other] for one, other in CHANNEL_PAIRS])


def _channels(sample: Sample, covariances: Matrix, bins_per_stop: int) -> list[Channel]:
    free = [free_samples(covariance) for covariance in covariances[:3]]
    bins = exposure_bin(sample.means, bins_per_stop)
    responses = responses_of(sample.means, sample.variances, bins, free)
    found = [
        Channel(sample.means[:, each], sample.variances[:, each], bins[:, each], free[each], responses[each])
        for each in range(3)
    ]
    # One channel alone is hidden by nothing: codes of Y'CbCr leave more in one than in the others.
    believed = [_believed(channel, sample.rounding[:, each]) for each, channel in enumerate(found)]
    if sum(any(channel.response.terms) for channel in believed) > 1:
        return believed
    return [_believed(channel, np.zeros_like(channel.mean)) for channel in believed]


def _believed(channel: Channel, rounding: Floats) -> Channel:
    """Without any grain, where most bins have none, or fewer show what the response tells than have none and should:
    what is left is texture of a picture without. `rounding` says what variance may not be seen.
    """
    levels = levels_in(channel.mean, channel.variance, channel.bins, channel.free, channel.response)
    shown, numbers = explained_by(channel.response, levels).sum(), np.unique(channel.bins)
    missing = blank = 0
    for number in numbers:
        members = channel.bins == number
        expected = channel.response.variance(channel.mean[members].astype(np.float64))
        if typical_variance(channel.variance[members], channel.free) == 0:
            blank += 1
            missing += float(np.median(expected / np.maximum(rounding[members], TINY))) > CLEAR
    if missing <= shown and 2 * blank <= numbers.size:
        return channel
    return channel._replace(variance=np.zeros_like(channel.variance), response=Response(0.0, 0.0))


def _sigma(channel: Channel, numbers: npt.NDArray[np.int64], settings: GrainMeasureSettings) -> Matrix:
    """Sigma in the middle of each of these bins, NaN where blocks are too few or hold more than the plate's grain."""
    sigma = np.full(numbers.size, np.nan)
    for place, middle in enumerate(bin_middle(numbers, settings.bins_per_stop)):
        members = channel.bins == numbers[place]
        if np.count_nonzero(members) >= settings.fewest_blocks:
            variance, mean = channel.variance[members], channel.mean[members]
            sigma[place] = sigma_in(variance, mean, float(middle), channel.response, channel.free)
    most = FLAT_EXCESS * channel.response.variance(bin_middle(numbers, settings.bins_per_stop))
    return np.where(np.square(sigma) > most, np.nan, sigma)


def _unlike(number: int | None, frame: Array, beside: int | None, clean: Array) -> PlateError:
    def told(which: int | None, picture: Array) -> str:
        return "no frame" if which is None else f"frame {which}, {' x '.join(map(str, picture.shape))}"

    return PlateError(
        "grain of a plate beside its degrained plate",
        expected=f"the degrained picture of {told(number, frame)}",
        came=told(beside, clean),
        next_step="give both plates over the same frames, in the same format",
    )


def _no_frames(encoding: str) -> PlateError:
    return PlateError(
        f"grain of a plate in {encoding}",
        expected="at least one frame",
        came="none",
        next_step="check the range that grain is measured over",
    )
