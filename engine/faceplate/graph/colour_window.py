"""The colour match of one frame of a walk, from what is measured on it and on the frames around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from faceplate.colour import ModelRange
from faceplate.composite import (
    ColourStatistics,
    coverage_seen,
    fit_match,
    matched_picture,
    matte_in_crop,
    measure_colours,
    smoothed_colours,
)
from faceplate.swap import FaceSwapSettings
from faceplate.values import Array, Matte, Swap, Window

levels_method = "histogram"
"""The method that goes by more than mean and covariance."""


def offsets_around(reach: int, row_at: Callable[[int], int | None], cuts: Sequence[int]) -> tuple[int, ...]:
    """How many frames away those lie that the face is seen in without a break, at most `reach`.

    Args:
        reach: frames to either side.
        row_at: the row of the track so many frames away, None where the face is not seen there.
        cuts: the rows that begin another shot.
    """
    return tuple(reversed(_unbroken(reach, -1, row_at, cuts))) + tuple(_unbroken(reach, 1, row_at, cuts))


def _unbroken(reach: int, step: int, row_at: Callable[[int], int | None], cuts: Sequence[int]) -> list[int]:
    offsets: list[int] = []
    last = row_at(0)
    while len(offsets) < reach and last is not None:
        offset = step * (len(offsets) + 1)
        row = row_at(offset)
        if row is None or any(min(last, row) < cut <= max(last, row) for cut in cuts):
            break
        offsets.append(offset)
        last = row
    return offsets


def measured_colours(
    swap: Swap,
    matte: Matte,
    region: Window,
    light: ModelRange,
    settings: FaceSwapSettings,
    sound_over: Callable[[Window], Array],
) -> ColourStatistics:
    """What the match goes by in one frame, inside the matte that the face is put in with.

    `region` and `sound_over` are as `coverage_seen` has them.
    """
    seen = coverage_seen(matte_in_crop(matte, swap.crop), swap.crop, region, sound_over, settings.passes)
    return measure_colours(swap, seen, light, levels=settings.colour_match_method == levels_method)


def matched_swap(
    swap: Swap, settings: FaceSwapSettings, own: ColourStatistics, around: Mapping[int, ColourStatistics]
) -> Swap:
    """The swap with its colours brought to the plate's, by its own frame and those so many frames away."""
    colours = smoothed_colours(own, tuple(around.items()), settings.colour_smooth)
    match = fit_match(colours, settings.colour_match_method)
    return replace(swap, rgb_model=matched_picture(swap.rgb_model, match, settings.colour_match))
