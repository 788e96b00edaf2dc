"""Colour of grain that is coarser than its brightness: told where files made it so, and of no camera's plate."""

from functools import cache

import cv2
import numpy as np
import pytest
from grain_codecs import halved_colour, mosaicked
from grain_models import MODELS
from grain_plates import picture, to_linear, to_log, unit_grain

from faceplate.grain import measure_grain, profile_notes

SIZE = (480, 800)


def white(scene, rng):
    return scene * (1 + 0.04 * rng.standard_normal(scene.shape))


def shared(scene, rng):
    return scene * (1 + 0.04 * unit_grain(rng, scene.shape[:2]))


KINDS = {name: model.exposed for name, model in MODELS.items()} | {"white": white, "shared": shared}


@cache
def encoded(name):
    return [to_log(KINDS[name](picture(SIZE), np.random.default_rng((4, place)))) for place in range(3)]


def told(name, change=lambda codes: codes):
    frames = [(place, change(each).astype(np.float16)) for place, each in enumerate(encoded(name))]
    notes = profile_notes(measure_grain(frames, to_linear, "x"))
    return "".join(note for note in notes if "colour is coarser" in note).partition(", as files")[0]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("back", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST])
def test_colour_at_half_the_size_is_told_however_it_was_brought_back(name, back):
    assert told(name, halved_colour(back=back)) == "the grain's colour is coarser than its brightness across and down"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("back", [cv2.INTER_LINEAR, cv2.INTER_NEAREST])
def test_colour_halved_across_alone_is_told_so(name, back):
    assert told(name, halved_colour(2, 1, back)) == "the grain's colour is coarser than its brightness across"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda codes: codes,
        mosaicked,
        lambda codes: cv2.GaussianBlur(codes, (0, 0), 0.7),
        lambda codes: np.repeat(codes[..., 1:2], 3, axis=-1),
        lambda codes: cv2.resize(codes, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC),
    ],
    ids=["as it is", "mosaic", "blur", "monochrome", "x1.5"],
)
def test_a_cameras_own_plate_is_not_accused(name, change):
    assert told(name, change) == ""
