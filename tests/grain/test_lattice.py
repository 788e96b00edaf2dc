"""Lattices of codecs' blocks, of any spacing: found, named, left out of new grain; nothing else is taken for one."""

from functools import cache

import numpy as np
import pytest
from grain_codecs import blocks, cloth, enlarged, jpeg, louvres, mosaicked
from grain_models import MODELS
from grain_plates import picture, to_linear, to_log

from faceplate.grain import grain_field, measure_grain, profile_notes
from faceplate.grain.measure.comb import Comb
from faceplate.grain.measure.lattice import Lattice, without_lattice
from faceplate.grain.profile.profile_check import profile_fault
from faceplate.values import Window

SIZE = (576, 1024)


@cache
def encoded(name, size):
    scene = picture(size)
    return [to_log(MODELS[name].exposed(scene, np.random.default_rng((3, place)))) for place in range(2)]


def frames(name, change=lambda codes: codes, size=SIZE):
    return [(place, change(each).astype(np.float16)) for place, each in enumerate(encoded(name, size))]


def told(name, change=lambda codes: codes, size=SIZE):
    notes = profile_notes(measure_grain(frames(name, change, size), to_linear, "x"))
    return [note for note in notes if "blocks of" in note]


def repeats(profile, step_px):
    """How alike new grain is one step apart, beside what is usual of lags about it."""
    grain = grain_field(profile, Window(0, 0, 512, 512), 1, seed=0)[..., 1]
    lags = [max(_alike(grain, lag), _alike(grain.T, lag)) for lag in range(step_px - 2, step_px + 3)]
    return lags[2] - np.mean([lags[0], lags[4]])


def _alike(grain, lag):
    return float(np.corrcoef(grain[lag:].ravel(), grain[:-lag].ravel())[0, 1])


@pytest.mark.parametrize("side_px", [4, 8, 16, 32])
def test_blocks_of_any_side_are_told(side_px):
    assert f"compressed in blocks of {side_px} pixels:" in told("sixteen", blocks(side_px, 0.04))[0]


def test_wide_blocks_are_told_in_a_larger_frame():
    assert "compressed in blocks of 64 pixels:" in told("sixteen", blocks(64, 0.04), (832, 1280))[0]


@pytest.mark.parametrize(
    ("change", "spacing"),
    [
        (enlarged(2, before=jpeg(90)), "16 pixels"),
        (enlarged(1.5, before=jpeg(90)), "12 pixels (of 8, enlarged 1.5 times)"),
        (enlarged(16 / 15, before=jpeg(90)), "8.533 pixels (of 8, enlarged 1.07 times)"),
        (enlarged(4 / 3, 1, before=jpeg(90)), "10.67 x 8 pixels"),
    ],
)
def test_blocks_that_were_enlarged_are_told_with_their_spacing(change, spacing):
    assert f"blocks of {spacing}:" in told("silver", change, (720, 1280))[0]


@pytest.mark.parametrize("left", [0, 3])
def test_a_lattice_is_found_wherever_it_begins(left):
    assert "blocks of 8 pixels:" in told("silver", lambda codes: jpeg(80)(codes)[left:, left:])[0]


def test_faint_traces_are_told_as_such():
    (note,) = told("sensor", blocks(8, 0.005))
    assert note.startswith("compression in blocks of 8 pixels")
    assert note.endswith("has left traces: grain may be weaker than the camera's")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "change",
    [
        lambda codes: codes,
        lambda codes: codes[:200, :240],
        enlarged(1.5),
        enlarged(2),
        enlarged(2 / 3),
        mosaicked,
        louvres(12.3, 0.03, share=0.4),
        louvres(40, 0.02),
        louvres(9.3, 0.03, slant=0.02),
        cloth(8, 0.03),
        cloth(5.5, 0.02, share=0.5),
    ],
    ids=["whole", "crop", "x1.5", "x2", "x0.67", "mosaic", "some louvres", "louvres", "slanted", "cloth", "some cloth"],
)
def test_grain_scalers_and_texture_are_no_blocks(name, change):
    assert told(name, change) == []


@pytest.mark.parametrize(("side_px", "step"), [(4, 0.03), (8, 0.03), (16, 0.03)])
@pytest.mark.parametrize("name", MODELS)
def test_new_grain_does_not_carry_the_lattice(name, side_px, step):
    profile = measure_grain(frames(name, blocks(side_px, step)), to_linear, "x")
    assert np.isfinite(profile.kernel).all()
    assert repeats(profile, side_px) < 0.05


def test_a_plate_that_a_codec_left_nothing_of_gives_a_sound_profile():
    profile = measure_grain(frames("silver", blocks(64, 0.012), (720, 1280)), to_linear, "x")
    assert profile_fault(profile) == ""


def test_covariance_without_lattice_is_one_that_noise_can_have():
    lags = np.fft.fftfreq(64, 1 / 64)
    line = np.exp(-np.abs(lags) / 6)
    faded = without_lattice(np.outer(line, line), Lattice(Comb(8, 2.0), Comb(8.5, 2.0)))
    assert faded[0, 0] == 1
    assert not faded[9:56].any()
    assert not faded[:, 8:57].any()
    assert np.fft.fft2(faded).real.min() > 0


def test_a_faint_lattice_leaves_the_covariance_as_it_is():
    line = np.exp(-np.abs(np.fft.fftfreq(64, 1 / 64)) / 6)
    assert (without_lattice(np.outer(line, line), Lattice(Comb(8, 1.15))) == np.outer(line, line)).all()
