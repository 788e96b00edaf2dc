import numpy as np
import pytest
from grain_plates import TRUTH, field_of, grainy, portrait

from faceplate.errors import CallError
from faceplate.grain import (
    FaceRegrainGraphSettings,
    FaceRegrainSettings,
    grain_output,
    grain_outputs,
    regrain,
    sigma_at,
    transfer_grain,
    transfer_margin_px,
)
from faceplate.values import Window

SIZE = 256
WINDOW = Window(0, 0, SIZE, SIZE)
PLAIN = FaceRegrainSettings()


@pytest.fixture(scope="module")
def pictures():
    clean = portrait(SIZE).astype(np.float32)
    comp = clean.copy()
    comp[60:200, 60:200] = 0.3
    return comp, grainy(clean, np.random.default_rng(0)).astype(np.float32), clean


def given(pictures, output, settings=PLAIN, window=WINDOW, **about):
    rows, columns = window.slices(WINDOW)
    comp, plate, clean = (each[rows, columns] for each in pictures)
    about = {"plate": plate, "clean": clean} | about
    return grain_output(comp, TRUTH.profile(), settings, output=output, window=window, frame=3, **about)


def test_every_choice_of_the_knob_is_made_and_finite(pictures):
    assert FaceRegrainGraphSettings().output == grain_outputs[0]
    for output in grain_outputs:
        made = given(pictures, output)
        assert made.shape == (SIZE, SIZE, 3)
        assert made.dtype == np.float32
        assert np.isfinite(made).all()


def test_regrained_is_own_grain_with_plates_and_new_grain_without(pictures):
    comp, plate, clean = pictures
    own = transfer_grain(comp, plate, clean, TRUTH.profile(), PLAIN, window=WINDOW, frame=3)
    assert np.array_equal(given(pictures, "regrained"), own)
    new = regrain(comp, np.zeros((SIZE, SIZE), np.float32), TRUTH.profile(), WINDOW, 3, PLAIN)
    assert np.array_equal(given(pictures, "regrained", clean=None), new)


def test_the_grain_at_each_step(pictures):
    comp, plate, clean = pictures
    grain = given(pictures, "plate grain")
    assert np.array_equal(grain, plate - clean)
    assert given(pictures, "normalised grain").std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.03)
    assert comp + given(pictures, "adapted grain") == pytest.approx(given(pictures, "regrained"), abs=1e-6)
    strong = FaceRegrainSettings(amount=2.0, red=0.5)
    field = field_of(TRUTH.profile(), WINDOW, 3)
    expected = field * sigma_at(TRUTH.profile(), comp) * np.array([1, 2, 2])
    assert given(pictures, "synthesised grain", strong) == pytest.approx(expected, abs=1e-6)


def test_qc_is_even_where_grain_is_and_dark_where_there_is_none(pictures):
    comp, _, _ = pictures
    with_grain, without = given(pictures, "qc"), given((comp, comp, comp), "qc")
    inside = (slice(80, 180), slice(80, 180))
    assert with_grain[inside].mean() == pytest.approx(50 * 0.6 * TRUTH.sigma(0.3).mean(), rel=0.25)
    assert without[inside].max() < 1e-4


def test_the_leak_map_shows_what_was_replaced_made_up_for_and_taken_out(pictures):
    comp, plate, clean = pictures
    plain = given(pictures, "leak")
    inside = (slice(90, 170), slice(90, 170))
    assert plain[inside].mean(axis=(0, 1)).max() < 0.1
    shifted = np.roll(clean, (7, 9), axis=(0, 1))
    replaced = given((comp, plate, shifted), "leak")[..., 0]
    off = np.abs(shifted - clean).max(axis=-1) > 20 * TRUTH.sigma(clean).max()
    assert replaced[off & (comp == 0.3).all(axis=-1)].mean() > 0.7
    gone = given((comp, clean, clean), "leak")
    assert gone[inside][..., 1].min() > 0.9


def test_crops_of_all_outputs_are_those_of_the_whole(pictures):
    inner = Window(150, 120, 190, 170)
    wide = inner.grow(transfer_margin_px).intersect(WINDOW)
    for output in grain_outputs:
        whole, part = given(pictures, output), given(pictures, output, window=wide)
        assert np.array_equal(part[inner.slices(wide)], whole[inner.slices(WINDOW)]), output


def test_outputs_that_need_both_plates_say_so(pictures):
    for output in ("plate grain", "normalised grain", "leak"):
        with pytest.raises(
            CallError, match=rf"FaceRegrain, {output}|plate grain: expected a plate and its clean plate"
        ):
            given(pictures, output, clean=None)


def test_an_unknown_output_is_refused(pictures):
    with pytest.raises(CallError, match=r"FaceRegrain.output: expected one of regrained, .* came 'grain'"):
        given(pictures, "grain")
