from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import ColourError, PlateError, TrackError
from faceplate.graph import Shot, check_track_fits, open_encoded_plate, person_named, render_frame
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.track import frame_digest
from faceplate.values import Sample, Window
from shots import ENCODING, known_track, some_grain, write_plate
from swap_models import card, write_model

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def make_shot(tmp_path):
    def make(*, gain=0.8, matte=1.0, mode="replace", unseen=(), suffix="exr", face=None, **about):
        plate = open_encoded_plate(write_plate(tmp_path / "plate", FRAMES, suffix, **about), None, ENCODING)
        track = known_track(FRAMES, unseen=unseen, **(face or {}))
        model = load_model(write_model(tmp_path / "m.onnx", gain=gain, matte=matte))
        return Shot(plate, track, track.people[0], model, some_grain(), FaceSwapSettings(mode=mode))

    return make


def bits(pixels):
    return np.ascontiguousarray(pixels).view(np.uint8)


def unchanged(shot, rendered):
    before = shot.plate.read(rendered.frame.number)
    return all(
        np.array_equal(bits(a.pixels), bits(b.pixels))
        for a, b in zip(before.groups, rendered.frame.groups, strict=True)
    )


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize(
    "about",
    [
        {"sample": Sample.HALF},
        {"sample": Sample.FLOAT},
        {"suffix": "dpx"},
        {"suffix": "tif"},
        {"suffix": "tif", "sample": Sample.FLOAT},
        {"suffix": "tif", "channels": ("R", "G", "B", "A", "Z")},
        {"suffix": "png"},
        {"suffix": "png", "sample": Sample.UINT8, "channels": ("R", "G", "B", "A")},
        {"data": Window(-16, -9, 700, 369)},
        {"data": Window(200, 60, 430, 300)},
        {"channels": ("A", "B", "G", "R", "Z")},
    ],
    ids=[
        "half",
        "float",
        "dpx",
        "tiff",
        "float tiff",
        "tiff channels",
        "png",
        "8 bit png",
        "overscan",
        "cropped",
        "channels",
    ],
)
def test_outside_the_matte_every_sample_is_the_plates(make_shot, mode, about):
    shot = make_shot(mode=mode, **about)
    rendered = render_frame(shot, 1002)
    before, after = shot.plate.read(1002), rendered.frame
    data = before.header.data
    same = (before.stored(data) == after.stored(data)).all(axis=-1)
    covered = np.zeros_like(same)
    covered[rendered.matte.window.slices(data)] = rendered.matte.coverage > 0
    assert same[~covered].all()
    assert not same[covered].all()
    assert after.header == before.header


def test_other_channels_leave_as_they_came(make_shot):
    shot = make_shot(channels=("R", "G", "B", "A", "Z"))
    before, after = shot.plate.read(1001).groups[0], render_frame(shot, 1001).frame.groups[0]
    for name in ("A", "Z"):
        channel = before.names.index(name)
        assert np.array_equal(before.pixels[..., channel], after.pixels[..., channel])


def test_a_model_that_returns_its_input_returns_the_plate_bit_for_bit_in_residual_mode(make_shot):
    shot = make_shot(gain=1.0, mode="residual")
    assert unchanged(shot, render_frame(shot, 1001))


@pytest.mark.parametrize("about", [{"unseen": (1002,)}, {"matte": 0.0}, {"face": {"middle": (4000.0, 200.0)}}])
def test_a_frame_without_a_face_to_swap_leaves_as_it_came(make_shot, about):
    shot = make_shot(**about)
    assert unchanged(shot, render_frame(shot, 1002))


def test_a_frame_alone_is_the_frame_of_the_sequence(make_shot):
    shot = make_shot()
    in_order = {number: render_frame(shot, number).frame for number in FRAMES}
    for number in reversed(FRAMES):
        alone = render_frame(make_shot(), number).frame
        assert np.array_equal(bits(alone.groups[0].pixels), bits(in_order[number].groups[0].pixels))


FILM = FaceSwapSettings(mode="replace", blend_bands=2.0, detail=0.6, sharpness_match=1.0)


def test_with_every_feature_of_the_blend_a_frame_alone_is_the_frame_of_the_sequence(make_shot):
    shot = replace(make_shot(), swap_settings=FILM)
    in_order = {number: render_frame(shot, number).frame for number in FRAMES}
    for number in reversed(FRAMES):
        alone = render_frame(replace(make_shot(), swap_settings=FILM), number).frame
        assert np.array_equal(bits(alone.groups[0].pixels), bits(in_order[number].groups[0].pixels))


def test_where_the_plates_detail_came_back_its_grain_is_not_added_again(make_shot):
    shot = make_shot()
    plain = render_frame(shot, 1001).composite
    detailed = render_frame(replace(shot, swap_settings=FILM), 1001).composite
    assert (detailed.kept >= plain.kept - 1e-6).all()
    assert (detailed.kept - plain.kept).max() > 0.5


def test_two_frames_have_different_grain(make_shot):
    shot = make_shot(face={"drift_px": 0.0})
    faces = [render_frame(shot, number) for number in FRAMES[:2]]
    window = faces[0].matte.window
    added = [face.frame.stored(window).astype(np.float32) for face in faces]
    assert not np.array_equal(added[0], added[1])


def test_a_frame_that_was_not_tracked_is_refused(make_shot):
    with pytest.raises(TrackError, match=r"frame 1009: expected a frame of 1001-1003"):
        render_frame(make_shot(), 1009)


def test_a_frame_that_went_missing_is_refused_by_name(make_shot, tmp_path):
    shot = make_shot()
    (tmp_path / "plate" / "plate.1002.exr").unlink()
    with pytest.raises(PlateError, match=r"plate\.1002\.exr"):
        render_frame(shot, 1002)


def test_a_model_that_wants_an_exposure_the_track_does_not_know_is_refused_before_any_frame(make_shot, tmp_path):
    shot = make_shot()
    anchored = load_model(write_model(tmp_path / "anchored.onnx", card(anchor=0.18)))
    with pytest.raises(TrackError, match="Next: track the plate again"):
        replace(shot, model=anchored)
    assert replace(shot, model=anchored, swap_settings=FaceSwapSettings(exposure_match=0.0)).exposure_ev[0] == 0


def test_a_model_of_unknown_colours_is_refused_before_any_frame(make_shot, tmp_path):
    odd = load_model(write_model(tmp_path / "odd.onnx", card(primaries="nowhere")))
    with pytest.raises(ColourError, match="nowhere"):
        replace(make_shot(), model=odd)


def test_the_exposure_of_a_frame_hangs_on_the_track_and_not_on_what_is_rendered(make_shot, tmp_path):
    anchored = load_model(write_model(tmp_path / "anchored.onnx", card(anchor=0.18), gain=0.8))
    shot = make_shot(face={"exposure": (0.1, 0.15, 0.3)})
    shot = replace(shot, model=anchored)
    assert np.ptp(shot.exposure_ev) < 1e-6
    together = [render_frame(shot, number).frame for number in FRAMES]
    alone = render_frame(replace(shot), 1003).frame
    assert np.array_equal(bits(alone.groups[0].pixels), bits(together[2].groups[0].pixels))


def test_a_person_who_is_not_there_is_refused_with_who_is():
    with pytest.raises(TrackError, match=r"'ann'.*person1"):
        person_named(known_track(FRAMES), "ann")


def test_a_track_of_another_format_is_refused(make_shot):
    shot = make_shot()
    with pytest.raises(TrackError, match=r"1920x1080.*640x360"):
        check_track_fits(replace(shot.track, size=(1920, 1080)), shot.plate, FRAMES)


def of_another_plate(shot, number):
    """The shot with a track that was made of another picture at this frame."""
    digests = tuple("0" * 16 if each == number else frame_digest(shot.plate.read(each)) for each in FRAMES)
    return replace(shot, track=replace(shot.track, digests=digests))


def test_a_track_of_the_same_plate_is_taken(make_shot):
    shot = of_another_plate(make_shot(), None)
    check_track_fits(shot.track, shot.plate, FRAMES)
    assert render_frame(shot, 1001).composite is not None


def test_a_track_of_another_plate_is_refused_before_any_work(make_shot):
    shot = of_another_plate(make_shot(), 1001)
    with pytest.raises(TrackError, match=r"frame 1001: expected the picture that was tracked.*--other-plate"):
        check_track_fits(shot.track, shot.plate, FRAMES)
    check_track_fits(shot.track, shot.plate, FRAMES, other_plate=True)


def test_a_frame_that_shows_another_picture_than_the_one_tracked_is_refused_when_it_is_read(make_shot):
    shot = of_another_plate(make_shot(), 1002)
    check_track_fits(shot.track, shot.plate, FRAMES)
    assert render_frame(shot, 1001).composite is not None
    with pytest.raises(TrackError, match="frame 1002: expected the picture that was tracked"):
        render_frame(shot, 1002)
    assert render_frame(replace(shot, other_plate=True), 1002).composite is not None


@pytest.mark.parametrize(("number", "kind"), [(1009, PlateError), (1003, TrackError)])
def test_a_frame_that_plate_or_track_lacks_is_refused_before_any_work(make_shot, number, kind):
    shot = make_shot()
    shorter = replace(shot.track, frames=FRAMES[:2])
    with pytest.raises(kind, match=str(number)):
        check_track_fits(shorter, shot.plate, (1001, number))
