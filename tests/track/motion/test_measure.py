from dataclasses import replace

import numpy as np
import pytest
from measured_faces import errors_px, measured_on, true_places
from moving_face import Layer, Scene, camera_path, picture_of, portrait_picture

from faceplate.colour import to_log
from faceplate.demo.film import encoding
from faceplate.errors import PlateError
from faceplate.track.motion.measure import measure_motion

SIZE, FACE_PX = (520, 480), 360.0
# At this size the grain of one patch hides 0.1 to 0.3 px; 99 of them tell a shift to about a tenth of that.
SHIFT_ERROR_PX = 0.04


def scene_of(shift, pixel_aspect=1.0, front=(), ev=(), **camera):
    half = (round(SIZE[0] * pixel_aspect / 2) + 60, SIZE[1] // 2 + 60)
    picture = portrait_picture(FACE_PX, half, pixel_aspect)
    path = camera_path(SIZE, FACE_PX, shift, pixel_aspect=pixel_aspect, **camera)
    return Scene(SIZE, len(shift), (Layer(picture, path), *front), pixel_aspect, ev)


def follow(scene, measured, cuts=(), **options):
    people = measure_motion(scene.plate(), [measured], cuts, to_log(encoding), **options)
    return people[0]


def mean_error(errors, deviation):
    """The weighted mean of what was found, less the truth, for each pair."""
    weight = np.where(np.isfinite(deviation), 1 / np.square(deviation), 0)[..., None]
    return (np.nan_to_num(errors) * weight).sum(axis=1) / weight.sum(axis=1)


def assert_honest(errors, deviation):
    told = errors[np.isfinite(deviation)] / deviation[np.isfinite(deviation)][:, None]
    assert 0.7 < np.sqrt(np.square(told).mean()) < 1.35
    assert (np.abs(told) > 5).mean() < 0.01


PAN = np.stack([1.37 * np.arange(5), 0.61 * np.arange(5)], axis=-1)


@pytest.mark.parametrize("pixel_aspect", [1.0, 2.0])
def test_a_slow_pan_and_zoom_is_found_through_grain_and_jitter(pixel_aspect):
    scene = scene_of(PAN, pixel_aspect, zoom=1 + 0.002 * np.arange(5), roll_deg=0.2 * np.arange(5))
    person = follow(scene, measured_on(scene.layers[0], 5))

    errors = errors_px(scene.layers[0], person) * [pixel_aspect, 1.0]
    assert np.isfinite(errors).all(axis=-1).mean() > 0.95
    assert np.sqrt(np.square(mean_error(errors, person.motion.deviation_px)).mean()) < SHIFT_ERROR_PX
    assert_honest(errors, person.motion.deviation_px)


def test_a_jump_between_two_frames_is_found_on_its_own_frame():
    scene = scene_of(np.array([[0, 0], [0.3, 0], [25.4, 11.2], [0.9, 0]]))
    person = follow(scene, measured_on(scene.layers[0], 4))

    assert np.abs(mean_error(errors_px(scene.layers[0], person), person.motion.deviation_px)).max() < 3 * SHIFT_ERROR_PX


def test_landmarks_that_slip_by_a_fortieth_of_the_face_are_put_right():
    scene = scene_of(PAN)
    measured = measured_on(scene.layers[0], 5)
    measured.landmarks_plate[2] += (8, -5)
    person = follow(scene, measured)

    into = person.motion.pairs[:, 1] == 2
    errors = errors_px(scene.layers[0], person)[into]
    assert np.abs(mean_error(errors, person.motion.deviation_px[into])).max() < 3 * SHIFT_ERROR_PX


def test_a_flash_and_a_dark_frame_move_nothing():
    scene = scene_of(PAN, ev=(0, 2, 0, -2, 0))
    person = follow(scene, measured_on(scene.layers[0], 5))

    errors = errors_px(scene.layers[0], person)
    assert np.sqrt(np.square(mean_error(errors, person.motion.deviation_px)).mean()) < 2 * SHIFT_ERROR_PX
    assert_honest(errors, person.motion.deviation_px)


def hand(left, top, side):
    """A square of other texture over the plate, which hides what is under it."""
    rng = np.random.default_rng(7)
    rgba = np.ones((side, side, 4), np.float32)
    rgba[..., :3] = 0.3 + 0.1 * np.kron(rng.random((side // 8, side // 8, 1)), np.ones((8, 8, 1)))
    camera = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
    return picture_of(np.pad(rgba, ((2, 2), (2, 2), (0, 0))), np.array([[1.0, 0, 2], [0, 1.0, 2]])), camera


def test_what_a_hand_hides_is_not_found_and_the_rest_stays_where_it_is():
    left, top, side = 180, 250, 120
    picture, camera = hand(left, top, side)
    shown = (False, False, True, True, False)
    front = Layer(picture, np.repeat(camera[None], 5, 0), shown=shown)
    scene = scene_of(PAN, front=(front,))
    person = follow(scene, measured_on(scene.layers[0], 5))

    errors, deviation = errors_px(scene.layers[0], person), person.motion.deviation_px
    into = np.isin(person.motion.pairs[:, 1], (2, 3)) & ~np.isin(person.motion.pairs[:, 0], (2, 3))
    places = np.array([true_places(scene.layers[0], person, pair) for pair in person.motion.pairs[into]])
    hidden = ((places > (left, top)) & (places < (left + side, top + side))).all(axis=-1)
    assert hidden.sum() > 20
    assert np.isfinite(deviation[into][hidden]).mean() < 0.1
    assert np.isfinite(deviation[into][~hidden]).mean() > 0.7
    assert np.sqrt(np.square(mean_error(errors[into], deviation[into])).mean()) < 2 * SHIFT_ERROR_PX


def test_a_blurred_frame_is_less_sharp_and_known_less_well():
    scene = scene_of(np.array([[0, 0], [1, 0], [14, 3], [27, 6], [28, 6]], np.float64))
    blurred = replace(scene, layers=(replace(scene.layers[0], shutter=1.0),))
    person = follow(blurred, measured_on(blurred.layers[0], 5))

    into = person.motion.pairs[:, 1] == 2
    deviation = np.where(np.isfinite(person.motion.deviation_px), person.motion.deviation_px, np.nan)
    assert np.argmin(person.sharpness) == 2
    assert np.nanmedian(deviation[into]) > 1.5 * np.nanmedian(deviation[person.motion.pairs[:, 1] == 4])


def test_nothing_is_compared_across_a_cut_or_with_frames_without_the_person():
    scene = scene_of(np.zeros((6, 2)))
    measured = measured_on(scene.layers[0], 6)
    measured.landmarks_plate[1] = np.nan
    person = follow(scene, measured, cuts=(4,))

    pairs = person.motion.pairs
    assert not ((pairs < 4).any(axis=1) & (pairs >= 4).any(axis=1)).any()
    assert 1 not in pairs
    assert [0, 2] in pairs.tolist()
    assert np.isnan(person.sharpness).tolist() == [False, True, False, False, False, False]


def test_the_number_of_workers_changes_no_bit():
    scene = scene_of(PAN)
    measured = measured_on(scene.layers[0], 5)
    heard = []
    alone, many = (follow(scene, measured, workers=count, on_frame=heard.append) for count in (1, 3))

    assert alone.motion.found_plate.tobytes() == many.motion.found_plate.tobytes()
    assert alone.motion.deviation_px.tobytes() == many.motion.deviation_px.tobytes()
    assert sorted(heard) == sorted(2 * scene.numbers)


def test_a_frame_that_cannot_be_read_is_said():
    scene = scene_of(PAN)
    gone = replace(scene.plate(), frames=(*scene.numbers[:4], 2000))

    def reader(number):
        if number == 2000:
            raise PlateError("frame 2000", expected="a file", came="none", next_step="restore it")
        return scene.frame(number)

    with pytest.raises(PlateError, match="frame 2000"):
        measure_motion(replace(gone, reader=reader), [measured_on(scene.layers[0], 5)], (), to_log(encoding))


def test_nobody_is_nothing_to_do():
    assert measure_motion(scene_of(PAN).plate(), (), (), to_log(encoding)) == ()


def test_samples_that_are_no_numbers_spoil_their_own_surroundings_alone():
    scene = scene_of(PAN)

    def damaged(number):
        frame = scene.frame(number)
        pixels = frame.groups[0].pixels.copy()
        pixels[200:204, 200:204] = np.nan
        pixels[300, 260] = np.inf
        return replace(frame, groups=(replace(frame.groups[0], pixels=pixels),))

    measured = measured_on(scene.layers[0], 5)
    plate = replace(scene.plate(), reader=damaged)
    (person,) = measure_motion(plate, [measured], (), to_log(encoding))
    found = np.isfinite(person.motion.deviation_px)
    assert found.mean() > 0.7
    errors = errors_px(scene.layers[0], person)
    assert np.sqrt(np.square(mean_error(errors, person.motion.deviation_px)).mean()) < 3 * SHIFT_ERROR_PX
