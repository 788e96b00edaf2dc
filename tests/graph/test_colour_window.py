from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import PlateError
from faceplate.graph import Outputs, Shot, deliver_shot, open_encoded_plate, render_frame, shot_job
from faceplate.graph.colour_window import offsets_around
from faceplate.plate import write_frame
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.values import ChannelGroup, Plate, Window
from shots import ENCODING, known_track, plate_frame, some_grain
from swap_models import write_model

FRAMES = tuple(range(1001, 1008))
WRONG = Window(310, 170, 340, 200)
METHODS = ("mean", "mean_variance", "covariance", "histogram")


def rows(**unseen):
    return lambda offset: None if offset in unseen.values() or abs(offset) > 3 else 10 + offset


def test_the_window_reaches_as_far_as_it_is_asked_to_on_either_side():
    assert offsets_around(2, rows(), ()) == (-2, -1, 1, 2)
    assert offsets_around(0, rows(), ()) == ()


def test_the_window_ends_where_the_person_is_not_seen_and_where_the_track_ends():
    assert offsets_around(9, rows(gap=-2), ()) == (-1, 1, 2, 3)


@pytest.mark.parametrize(
    ("cuts", "left"), [((12,), (-3, -2, -1, 1)), ((10,), (1, 2, 3)), ((11,), (-3, -2, -1)), ((4, 99), None)]
)
def test_the_window_ends_at_a_cut(cuts, left):
    assert offsets_around(9, rows(), cuts) == (left or (-3, -2, -1, 1, 2, 3))


def write_light(folder, number, code, wrong=0.0):
    """A frame of the shot with so much added to its log codes, and something else to some of them."""
    frame = plate_frame(number)
    pixels = (frame.groups[0].pixels.astype(np.float32) + code).astype(np.float16)
    pixels[WRONG.slices(frame.header.data)] += np.float16(wrong)
    folder.mkdir(exist_ok=True)
    write_frame(replace(frame, groups=(ChannelGroup(("R", "G", "B"), pixels),)), folder / f"plate.{number}.exr")


@pytest.fixture
def make_shot(tmp_path):
    def make(*, codes=(), unseen=(), cuts=(), **knobs):
        lifted = dict(zip(FRAMES, codes or np.resize([0.0, 0.01, -0.004], len(FRAMES)), strict=True))
        for number, code in lifted.items():
            write_light(tmp_path / "plate", number, np.float32(code))
        plate = open_encoded_plate(str(tmp_path / "plate/plate.%04d.exr"), None, ENCODING)
        track = replace(known_track(FRAMES, unseen=unseen), cuts=cuts)
        person = track.people[0]
        model = load_model(write_model(tmp_path / "m.onnx", gain=0.7, offset=0.05))
        settings = FaceSwapSettings(mode="replace", **knobs)
        return Shot(plate, track, person, model, some_grain(), settings)

    return make


def picture(shot, number=1004):
    return render_frame(shot, number).composite.rgb_linear


@pytest.mark.parametrize("method", METHODS)
def test_a_frame_alone_is_the_frame_of_the_sequence_in_any_order_and_on_any_thread(make_shot, method):
    shot = make_shot(colour_match_method=method, colour_smooth=2)
    with ThreadPoolExecutor(3) as pool:
        together = dict(zip(FRAMES, pool.map(lambda number: picture(shot, number), FRAMES), strict=True))
    for number in (1001, 1004):
        np.testing.assert_array_equal(picture(replace(shot), number), together[number])


@pytest.mark.parametrize("method", METHODS)
def test_smoothing_changes_the_picture_and_no_smoothing_only_where_a_method_was_chosen(make_shot, method):
    default, alone, smoothed = (
        picture(make_shot(**knobs))
        for knobs in ({}, {"colour_match_method": method}, {"colour_match_method": method, "colour_smooth": 2})
    )
    assert np.array_equal(alone, default) == (method == "mean")
    assert not np.array_equal(smoothed, alone)


def test_the_mean_measured_in_the_crop_is_the_mean_measured_on_the_plate(make_shot):
    shot = make_shot(colour_smooth=2, unseen=(1003, 1005))
    at_plate = picture(replace(shot, swap_settings=FaceSwapSettings(mode="replace")))
    np.testing.assert_allclose(picture(shot), at_plate, rtol=0.01)


def test_each_frame_of_a_sequence_is_measured_once(make_shot):
    shot = make_shot(colour_smooth=2)
    read = []

    def counted_read(number):
        read.append(number)
        return shot.plate.read(number)

    counted = replace(shot, plate=Plate(shot.plate.source, FRAMES, ENCODING, counted_read))
    for number in FRAMES:
        picture(counted, number)
    # Once for itself, once for those around it.
    assert sorted(read) == sorted([*FRAMES, *FRAMES[1:]])


@pytest.mark.parametrize("about", [{"cuts": (3, 4)}, {"unseen": (1003, 1005)}])
def test_across_a_cut_or_a_frame_without_the_face_nothing_is_smoothed(make_shot, about):
    knobs = {"colour_match_method": "covariance"}
    smoothed, alone = (picture(make_shot(**about, **knobs, colour_smooth=reach)) for reach in (3, 0))
    np.testing.assert_array_equal(smoothed, alone)


def test_a_flash_is_matched_by_itself(make_shot):
    a_stop = 0.074
    codes = [0.0, 0.0, 0.0, 1.2 * a_stop, 0.0, 0.0, 0.0]
    smoothed, alone = (
        picture(make_shot(codes=codes, colour_match_method="covariance", colour_smooth=reach)) for reach in (3, 0)
    )
    np.testing.assert_array_equal(smoothed, alone)


def test_in_residual_mode_no_other_frame_is_read(make_shot):
    shot = make_shot(colour_smooth=3, colour_match_method="histogram")
    plain = replace(shot, swap_settings=FaceSwapSettings(mode="residual"))
    smoothed = replace(shot, swap_settings=replace(shot.swap_settings, mode="residual"))
    np.testing.assert_array_equal(picture(smoothed), picture(plain))


def test_a_frame_around_it_that_went_missing_is_refused_by_name(make_shot, tmp_path):
    shot = make_shot(colour_smooth=1)
    (tmp_path / "plate/plate.1005.exr").unlink()
    with pytest.raises(PlateError, match=r"plate\.1005\.exr"):
        picture(shot)


def test_a_frame_is_made_anew_where_a_frame_that_its_match_goes_by_has_changed(make_shot, tmp_path):
    shot = make_shot(colour_smooth=1)
    outputs, job = Outputs((str(tmp_path / "out/out.%04d.exr"),)), shot_job(shot, {})
    assert deliver_shot(shot, FRAMES, outputs, job).made == FRAMES
    assert deliver_shot(shot, FRAMES, outputs, job).made == ()
    write_light(tmp_path / "plate", 1004, np.float32(0.05))
    assert deliver_shot(replace(shot), FRAMES, outputs, job).made == (1003, 1004, 1005)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("method", ["covariance", "histogram"])
def test_pixels_of_the_plate_that_are_no_light_do_not_move_the_match(make_shot, tmp_path, method, wrong):
    shot = make_shot(colour_match_method=method)
    before = picture(shot)
    write_light(tmp_path / "plate", 1004, np.float32(0.0), wrong)
    rendered = render_frame(replace(shot), 1004)
    window = rendered.composite.window
    far = np.ones((window.height, window.width), bool)
    far[WRONG.grow(30).slices(window)] = False
    np.testing.assert_allclose(rendered.composite.rgb_linear[far], before[far], rtol=0.004)
    assert np.isfinite(rendered.composite.rgb_linear).all()
