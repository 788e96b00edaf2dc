from pathlib import Path

import numpy as np
import pytest
from face_scripts import FRAMES, RGB, WHOLE

from faceplate.colour import plate_codec
from faceplate.errors import FaceplateError
from faceplate.grain import FaceDegrainSettings, degrain, grain_outputs, sigma_at
from faceplate.graph import open_encoded_plate, remove_grain, run_grain_pass
from faceplate.graph.render import Box
from faceplate.plate import open_plate, write_frame
from faceplate.values import Window
from shots import ENCODING, SIZE, plate_frame, some_grain


def decoded(shot, number=1002):
    frame = open_plate(shot.plate).read(number)
    return plate_codec(ENCODING, frame.sample).decode(frame.stored(frame.header.data))


NEIGHBOURS = {1001: (1002, 1003), 1002: (1001, 1003), 1003: (1001, 1002)}


@pytest.mark.parametrize("number", FRAMES)
def test_the_clean_plate_is_what_the_stage_makes_of_the_whole_picture_and_those_beside_it(shot, number):
    made = shot.pixels(shot.script(shot.node("FaceDegrain", luminance="2")), "FaceDegrain1", frame=number)[::-1]
    settings, whole = FaceDegrainSettings(luminance=2.0), Window(0, 0, *SIZE)
    beside = [decoded(shot, each) for each in NEIGHBOURS[number]]
    told = {"neighbours": beside, "offsets": [each - number for each in NEIGHBOURS[number]]}
    clean = degrain(decoded(shot, number), some_grain(), settings, window=whole, **told)
    np.testing.assert_allclose(made, clean, atol=2e-6)
    assert np.abs(made - decoded(shot, number)).max() > 1e-3


def test_one_frame_alone_goes_by_itself(shot):
    made = shot.pixels(shot.script(shot.node("FaceDegrain", frames="1")), "FaceDegrain1")[::-1]
    alone = degrain(decoded(shot), some_grain(), FaceDegrainSettings(), window=Window(0, 0, *SIZE))
    np.testing.assert_allclose(made, alone, atol=2e-6)


def test_one_frame_alone_is_done_in_bands_that_change_no_bit(shot, monkeypatch):
    script = shot.script(shot.node("FaceDegrain", frames="1"))
    whole = shot.pixels(script, "FaceDegrain1")
    monkeypatch.setattr("faceplate.graph.faces.grain_results.rows_alone", 37)
    assert np.array_equal(shot.pixels(script, "FaceDegrain1"), whole)


def test_a_held_frame_is_no_neighbour_of_itself(shot):
    hold = "FrameHold {\n first_frame 1002\n name FrameHold1\n}"
    held = shot.pixels(shot.script(hold, shot.node("FaceDegrain")), "FaceDegrain1")
    assert np.array_equal(held, shot.pixels(shot.script(hold, shot.node("FaceDegrain", frames="1")), "FaceDegrain1"))


def test_frames_in_a_row_are_those_that_are_made_alone(shot):
    script = shot.script(shot.node("FaceDegrain"))
    session = shot.session(script)
    in_a_row = []
    for number in (1003, 1001, 1002):
        with session.pull() as pull:
            planes = pull.source(session.named("FaceDegrain1"), number).pixels(WHOLE, RGB)
            in_a_row.append((number, np.stack([planes[name] for name in RGB], axis=-1)))
    for number, made in in_a_row:
        assert np.array_equal(made, shot.pixels(script, "FaceDegrain1", frame=number))


def test_another_frame_beside_it_makes_another_picture_and_a_farther_one_does_not(shot):
    def digest(width):
        source = shot.source(shot.script(shot.node("FaceDegrain", frames=width)), "FaceDegrain1", frame=1001)
        before = source.digest
        write_frame(plate_frame(1103), shot.plate % 1003)
        after = shot.source(shot.script(shot.node("FaceDegrain", frames=width)), "FaceDegrain1", frame=1001).digest
        write_frame(plate_frame(1003), shot.plate % 1003)
        return before == after

    assert digest("3")
    assert not digest("5")


def test_a_neighbour_that_cannot_be_read_is_left_out_and_noted(shot):
    Path(shot.plate % 1003).write_bytes(b"no picture")
    script = shot.script(shot.node("FaceDegrain"))
    session = shot.session(script)
    planes = session.pull().source(session.named("FaceDegrain1"), 1002).pixels(WHOLE, RGB)
    made = np.stack([planes[name] for name in RGB], axis=-1)[::-1]
    whole, beside = Window(0, 0, *SIZE), [decoded(shot, 1001)]
    clean = degrain(decoded(shot), some_grain(), FaceDegrainSettings(), window=whole, neighbours=beside)
    np.testing.assert_allclose(made, clean, atol=2e-6)
    assert any("1003" in note and "left out" in note for note in session.notes)


def test_grain_is_removed_in_a_graph_as_on_the_command_line(shot):
    plate = open_encoded_plate(shot.plate, None, ENCODING)
    output = str(shot.folder / "clean" / "c.%04d.exr")
    run_grain_pass(remove_grain(plate, some_grain(), FaceDegrainSettings(), output))
    for number in FRAMES:
        made = shot.pixels(shot.script(shot.node("FaceDegrain")), "FaceDegrain1", frame=number)[::-1]
        frame = open_plate(output).read(number)
        codec = plate_codec(ENCODING, frame.sample)
        np.testing.assert_array_equal(codec.encode(np.ascontiguousarray(made)), frame.stored(frame.header.data))


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


def test_a_clean_plate_without_its_plate_is_refused_unless_all_grain_is_new(shot):
    def regrained(**knobs):
        nodes = (shot.node("FaceDegrain"), "push 0\npush $plate", shot.node("FaceRegrain", "3", **knobs))
        return shot.pixels(shot.script("push $tracked", *nodes), "FaceRegrain1")

    with pytest.raises(FaceplateError, match=r"came a clean plate alone\. Next: connect the plate"):
        regrained()
    assert np.isfinite(regrained(source="new")).all()


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


def carried(shot, **knobs):
    """A brighter comp, the plate and the clean plate under a FaceRegrain."""
    brighter = "push $tracked\nAdd {\n channels rgb\n value 0.1\n name Add1\n}\nset comp [stack 0]"
    nodes = (shot.node("FaceDegrain"), "set clean [stack 0]", brighter, "push $clean\npush $plate\npush $comp")
    return shot.script("push $tracked", *nodes, shot.node("FaceRegrain", "3", **knobs))


def test_the_plates_own_grain_is_the_same_whatever_box_it_is_made_in(shot):
    script = carried(shot)
    whole = shot.pixels(script, "FaceRegrain1")
    for part in (Box(0, 0, 60, 40), Box(300, 150, 420, 260)):
        assert np.array_equal(shot.pixels(script, "FaceRegrain1", box=part), whole[part.slices(WHOLE)])


def test_what_the_node_gives_out_adds_up(shot):
    shown = {name: shot.pixels(carried(shot, output=f'"{name}"'), "FaceRegrain1") for name in grain_outputs}
    plate, clean = (shot.pixels(carried(shot), name) for name in ("Read1", "FaceDegrain1"))
    np.testing.assert_allclose(shown["plate grain"], plate - clean, atol=1e-6)
    comp = shot.pixels(carried(shot), "Add1")
    np.testing.assert_allclose(shown["adapted grain"], shown["regrained"] - comp, atol=1e-6)
    sigma = sigma_at(some_grain(), clean)
    np.testing.assert_allclose(shown["normalised grain"] * sigma, plate - clean, atol=1e-5)
    assert len({picture.tobytes() for picture in shown.values()}) == len(grain_outputs)


def test_a_picture_that_needs_a_clean_plate_says_so(shot):
    script = shot.script(flat(0.4), shot.node("FaceRegrain", output='"plate grain"'))
    with pytest.raises(FaceplateError, match="expected a plate and its clean plate"):
        shot.pixels(script, "FaceRegrain1")
