import numpy as np
import pytest
from face_scripts import FRAMES, RGB, WHOLE

from faceplate.colour import plate_codec
from faceplate.errors import FaceplateError
from faceplate.grain import FaceDegrainSettings, degrain, sigma_at
from faceplate.graph.render import Box
from faceplate.plate import open_plate
from faceplate.values import Window
from shots import ENCODING, SIZE, some_grain


def decoded(shot, number=1002):
    frame = open_plate(shot.plate).read(number)
    return plate_codec(ENCODING, frame.sample).decode(frame.stored(frame.header.data))


def test_the_clean_plate_is_what_the_stage_makes_of_the_whole_picture(shot):
    made = shot.pixels(shot.script(shot.node("FaceDegrain", luminance="2")), "FaceDegrain1")[::-1]
    whole = degrain(decoded(shot), some_grain(), FaceDegrainSettings(luminance=2.0), window=Window(0, 0, *SIZE))
    np.testing.assert_allclose(made, whole, atol=2e-6)
    assert np.abs(made - decoded(shot)).max() > 1e-3


def test_a_part_of_the_clean_plate_has_the_bits_of_the_whole(shot):
    script = shot.script(shot.node("FaceDegrain"))
    whole = shot.pixels(script, "FaceDegrain1")
    for part in (Box(3, 5, 40, 30), Box(500, 300, 640, 360), Box(510, 100, 515, 101)):
        assert np.array_equal(shot.pixels(script, "FaceDegrain1", box=part), whole[part.slices(WHOLE)])


def test_a_comp_that_is_the_clean_plate_becomes_the_plate_bit_for_bit(shot):
    nodes = (shot.node("FaceDegrain"), "set clean [stack 0]\npush $plate\npush $clean", shot.node("FaceRegrain", "3"))
    script = shot.script("push $tracked", *nodes)
    assert np.array_equal(shot.pixels(script, "FaceRegrain1"), shot.pixels(script, "Read1"))


def flat(colour, alpha="1"):
    return f"Constant {{\n inputs 0\n channels rgba\n color {{{colour} {colour} {colour} {alpha}}}\n name Flat\n}}"


def test_new_grain_is_as_strong_as_the_profile_says_and_other_in_each_frame(shot):
    script = shot.script(flat(0.4), shot.node("FaceRegrain"))
    frames = [shot.pixels(script, "FaceRegrain1", frame=number) for number in FRAMES[:2]]
    sigma = sigma_at(some_grain(), np.full((1, 1, 3), 0.4, np.float32))[0, 0]
    for frame in frames:
        np.testing.assert_allclose(frame.std(axis=(0, 1)), sigma, rtol=0.02)
    assert abs(np.corrcoef(frames[0].ravel(), frames[1].ravel())[0, 1]) < 0.01
    again = shot.pixels(script, "FaceRegrain1", frame=FRAMES[0])
    assert np.array_equal(frames[0], again)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 0.8, 1.0])
def test_a_premultiplied_face_merged_over_a_grainy_plate_has_the_plates_grain_at_every_alpha(shot, alpha):
    face = shot.script(flat(0.4 * alpha, alpha), shot.node("FaceRegrain", unpremult="rgba.alpha"))
    grained = shot.pixels(face, "FaceRegrain1")
    sigma = sigma_at(some_grain(), np.full((1, 1, 3), 0.4, np.float32))[0, 0]
    plate = 0.4 + np.random.default_rng(3).normal(0, 1, grained.shape) * sigma
    merged = grained + (1 - alpha) * plate
    np.testing.assert_allclose(merged.std(axis=(0, 1)), sigma, rtol=0.02)
    np.testing.assert_allclose(merged.mean(axis=(0, 1)), 0.4, atol=1e-3)


def test_where_a_face_is_not_there_its_grain_is_not_either(shot):
    script = shot.script(flat(0.0, 0.0), shot.node("FaceRegrain", unpremult="rgba.alpha"))
    assert not shot.pixels(script, "FaceRegrain1").any()


def test_the_matte_says_where_grain_is_lost(shot):
    matte = "Crop {\n box {100 50 200 150}\n name Hole\n}"
    script = shot.script(flat(0.4), matte, "push 0\npush 0\n" + flat(0.4), shot.node("FaceRegrain", "4"))
    changed = (shot.pixels(script, "FaceRegrain1") != np.float32(0.4)).all(-1)
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (100, 50, 200, 150)


def test_without_profile_and_plate_the_next_step_is_named(shot):
    script = shot.script(flat(0.4), shot.node("FaceRegrain", profile_file='""'))
    with pytest.raises(FaceplateError, match="connect the plate, or name a profile"):
        shot.pixels(script, "FaceRegrain1")


def test_without_a_profile_the_plate_is_measured_once(shot):
    script = shot.script(shot.node("FaceDegrain", profile_file='""'))
    source = shot.source(script, "FaceDegrain1")
    made = source.pixels(WHOLE, RGB)
    assert np.abs(np.stack([made[name] for name in RGB], -1)[::-1] - decoded(shot)).max() > 1e-4
    kept = source.node.session._kept
    assert [key[0] for key in kept if isinstance(key, tuple) and key[0] == "grain"] == ["grain"]


def test_check_shows_nothing_where_comp_and_plate_agree_and_the_change_where_not(shot):
    same = shot.script("push $plate\npush $plate", shot.node("FaceCheck", "2"))
    assert not shot.pixels(same, "FaceCheck1").any()
    brighter = (
        "push $plate\nAdd {\n channels rgb\n value 0.25\n name Add1\n}\nset comp [stack 0]\npush $plate\npush $comp"
    )
    other = shot.script(brighter, shot.node("FaceCheck", "2", gain="2"))
    np.testing.assert_allclose(shot.pixels(other, "FaceCheck1"), 0.5, atol=1e-5)
