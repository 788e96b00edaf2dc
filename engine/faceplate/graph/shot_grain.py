"""The grain of a shot, measured on a few of its frames."""

from collections.abc import Iterator
from typing import Any

from faceplate.colour import to_working
from faceplate.errors import PlateError
from faceplate.grain import measure_grain
from faceplate.graph.plates import encoding_of
from faceplate.plate import normalised
from faceplate.values import Array, Frame, GrainProfile, Plate, describe_frames

grain_sample_frames = 5
"""How many frames it is measured on."""


def measure_shot_grain(plate: Plate, frames: tuple[int, ...], config: Any = None) -> GrainProfile:
    """The plate's grain, measured on a few of `frames` spread over the shot: the same few for every render of it.

    `config` knows the plate's encoding; the one in use where absent.
    """
    chosen = frames[:: max(1, len(frames) // grain_sample_frames)][:grain_sample_frames]

    def pictures() -> Iterator[tuple[int, Array]]:
        for number in chosen:
            frame = _sampled(plate, number)
            yield number, normalised(frame.stored(frame.header.data), frame.sample)

    return measure_grain(pictures(), to_working(encoding_of(plate), config), encoding_of(plate))


def _sampled(plate: Plate, number: int) -> Frame:
    if number not in plate.frames:
        raise PlateError(
            f"{plate.source}, grain",
            expected=f"frame {number}, one of those the shot's grain is measured on",
            came=f"frames {describe_frames(plate.frames)}",
            next_step="measure the whole plate once with `faceplate grain measure` and give the profile (--grain)",
        )
    return plate.read(number)
