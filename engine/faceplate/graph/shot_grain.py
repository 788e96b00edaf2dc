"""The grain of a shot, measured on a few of its frames."""

from collections.abc import Callable, Container
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from faceplate.colour import camera_light, conversion, to_working
from faceplate.errors import PlateError
from faceplate.grain import BlocksUsed, frames_apart, frames_to_measure, measure_grain
from faceplate.graph.plates import check_holds, encoding_of
from faceplate.plate import normalised
from faceplate.values import Array, Frame, GrainProfile, Plate, describe_frames

grain_sample_frames = 10
"""How many frames it is measured on, in pairs of neighbours."""


def measure_shot_grain(  # noqa: PLR0913 -- a plate, and all that may be known of it
    plate: Plate,
    frames: tuple[int, ...],
    config: Any = None,
    *,
    clean: Plate | None = None,
    count: int = grain_sample_frames,
    space: str | None = None,
    unsound: Container[int] = (),
    on_blocks: Callable[[BlocksUsed], None] | None = None,
) -> GrainProfile:
    """The plate's grain, measured on a few of `frames` spread over the shot: the same few for every render of it.

    It is told in the plate's own linear light: its curve undone, its primaries kept.

    Args:
        plate: with its encoding.
        frames: those of the shot.
        config: knows the plate's encoding; the one in use where absent.
        clean: the plate without its grain, made by whatever means, in its own encoding: grain is then what sets the two
            apart.
        count: the most frames that are looked at, and again where a codec copies parts of a frame into the next.
        space: whose primaries the grain is told in, where the plate was read from another; its own where absent.
        unsound: frames that are passed over.
        on_blocks: hears of each frame which of its places were used.

    Raises:
        PlateError: one of the frames is missing or damaged, or the clean plate is of another format.
    """
    encoding = encoding_of(plate)
    chosen, further = grain_frames(frames, count, unsound)
    pictures, apart = (((number, _encoded(_sampled(plate, number))) for number in some) for some in (chosen, further))
    beside = None
    if clean is not None:
        check_holds(clean, chosen, "the frames that grain is measured on,")
        alike = partial(_in_encoding_of, plate, clean, config)
        beside = ((number, alike(number)) for number in chosen)
    working, light = to_working(encoding, config), camera_light(space or encoding, config)
    measured = measure_grain(
        pictures,
        lambda encoded: light.camera(working(encoded)),
        encoding,
        clean=beside,
        apart=apart,
        on_blocks=on_blocks,
    )
    return replace(measured, light="camera", encoding=space or encoding)


def grain_frames(
    frames: tuple[int, ...], count: int = grain_sample_frames, unsound: Container[int] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those that grain is measured on, and the pairs further apart that it is measured on where a codec copies."""
    chosen = tuple(number for number in frames_to_measure(frames, count) if number not in unsound)
    apart = frames_apart(frames, count)
    pairs = zip(apart[::2], apart[1::2], strict=True)
    sound = (pair for pair in pairs if pair[0] not in unsound and pair[1] not in unsound)
    return chosen, tuple(chain.from_iterable(sound))


def _in_encoding_of(plate: Plate, clean: Plate, config: Any, number: int) -> Array:
    """A frame of the clean plate as the plate would encode it, over the plate's own window."""
    frame, data = clean.read(number), plate.read(number).header.data
    if data.intersect(frame.header.data) != data:
        raise PlateError(
            f"{clean.source}, frame {number}",
            expected=f"pixels over {tuple(data)}, as the plate has",
            came=f"a data window of {tuple(frame.header.data)}",
            next_step="give a clean plate of the plate's own format",
        )
    pixels = normalised(frame.stored(data), frame.sample)
    if encoding_of(clean) == encoding_of(plate):
        return pixels
    return conversion(encoding_of(clean), encoding_of(plate), config)(np.asarray(pixels, np.float32))


def _sampled(plate: Plate, number: int) -> Frame:
    if number not in plate.frames:
        raise PlateError(
            f"{plate.source}, grain",
            expected=f"frame {number}, one of those the shot's grain is measured on",
            came=f"frames {describe_frames(plate.frames)}",
            next_step="measure the whole plate once with `faceplate grain measure` and give the profile (--grain)",
        )
    return plate.read(number)


def _encoded(frame: Frame) -> Array:
    return normalised(frame.stored(frame.header.data), frame.sample)
