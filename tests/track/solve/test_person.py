from dataclasses import replace

import numpy as np
import pytest
from made_track import ANCHORS, SHAPE, STEADY, alignment_errors_px, alignments, corners, face_at, hide, jitter, texture

from faceplate.track import FaceTrackSettings, topology
from faceplate.track.solve.drift import MOST_TRUST
from faceplate.track.solve.person import solve_person
from faceplate.values import Edit

FRAMES = 120
PLACE = np.arange(FRAMES)


def solved(made, *edits, **knobs):
    return solve_person(made.track(), made.cast(*edits), FaceTrackSettings(**knobs))


def pan(frames=FRAMES):
    place = np.arange(frames)
    return face_at(frames, x=900 + 2.37 * place, y=800 + 0.61 * place, side_px=660 * (1 + 0.001 * place))


def rms(values):
    return np.sqrt((values**2).mean())


def test_frames_without_the_person_are_not_a_number():
    made = jitter(face_at(10), 1.0)
    made.measured[[3, 4, 5, 8, 9]] = np.nan
    person = solved(texture(made, spans=(1,)))
    assert person.seen.tolist() == [True] * 3 + [False] * 3 + [True] * 2 + [False] * 2
    for name in ("landmarks_plate", "depth_px", "confidence", "presence", "pose_deg", "alignment", "residual_px"):
        values = getattr(person, name).reshape(10, -1)
        assert np.isnan(values[~person.seen]).all()
        assert np.isfinite(values[person.seen]).all()
    assert not person.by_hand.any()
    assert not person.doubts[~person.seen].any()


def test_somebody_who_is_never_seen_is_a_person_without_frames():
    made = face_at(4)
    made.measured[:] = np.nan
    person = solved(made)
    assert not person.seen.any()
    assert np.isnan(person.alignment).all()


def test_exposure_is_kept_by_frame():
    made = face_at(10)
    made.exposure[:] = np.linspace(0.1, 0.2, 10)
    np.testing.assert_allclose(solved(made).exposure, made.exposure, rtol=1e-6)


def test_the_alignment_of_an_anamorphic_face_is_that_of_the_square_one():
    square, wide = pan(20), pan(20)
    wide.aspect, wide.size = 2.0, (2048, 2160)
    one, other = solved(texture(jitter(square, 1.0))), solved(texture(jitter(wide, 1.0)))
    np.testing.assert_allclose(corners(other.alignment) * [2.0, 1.0], corners(one.alignment), atol=2e-3)
    np.testing.assert_allclose(other.pose_deg, one.pose_deg, atol=1e-3)
    np.testing.assert_allclose(other.residual_px, one.residual_px, atol=2e-3)


def test_without_smoothing_and_refinement_landmarks_are_as_measured():
    made = texture(jitter(pan(), 1.0))
    person = solved(made, smoothing=0.0, refine=False)
    assert np.array_equal(person.landmarks_plate, made.measured_value().landmarks_plate)
    assert np.array_equal(person.depth_px, made.measured_value().depth_px)
    assert not person.residual_px.any()


def test_refinement_that_is_off_is_the_same_as_motion_that_was_not_measured():
    made = jitter(pan(30), 1.0)
    calm = solved(made)
    assert np.array_equal(solved(texture(made), refine=False).landmarks_plate, calm.landmarks_plate)


def test_the_same_measurements_give_the_same_bits():
    made = texture(jitter(pan(30), 1.0))
    assert solved(made).landmarks_plate.tobytes() == solved(made).landmarks_plate.tobytes()


def test_a_rigid_pan_and_zoom_is_held_to_a_twentieth_of_a_pixel():
    made = texture(jitter(pan(), 1.0, bias_px=1.1), spans=(1,), keys=(30, 90))
    errors = alignment_errors_px(solved(made), made)
    assert rms(errors) < 0.05
    assert errors.max() < 0.25


def test_texture_that_is_only_told_from_frame_to_frame_does_not_walk_away():
    made = texture(jitter(pan(), 1.0, bias_px=1.1), spans=(1, 2, 4))
    assert rms(alignment_errors_px(solved(made), made)) < 0.05


def test_a_head_that_turns_by_thirty_degrees_is_followed():
    made = jitter(
        face_at(FRAMES, yaw=30 * np.sin(PLACE / 18), pitch=5 * np.sin(PLACE / 11), x=900 + PLACE), 1.0, bias_px=0.8
    )
    assert rms(alignment_errors_px(solved(texture(made, spans=(1,), keys=(0, 28, 56))), made)) < 0.15


def test_a_nose_that_stands_out_further_than_the_landmarks_say_passes_the_cheeks_as_its_texture_does():
    made = face_at(FRAMES, yaw=20 * np.sin(PLACE / 18))
    nose = np.exp(-np.square((SHAPE[:, :2] - [0.49, 0.45]) / 0.12).sum(axis=1) / 2)
    further = 0.06 * 660 * np.sin(np.radians(20 * np.sin(PLACE / 18)))
    made.truth[..., 0] += further[:, None] * nose
    made = texture(jitter(made, 0.5), spans=(1,), keys=(0, 28, 56))
    away = (solved(made).landmarks_plate - made.truth[..., :2])[:, ANCHORS]
    away -= away.mean(axis=0)
    assert np.ptp(further) > 25
    assert rms(away[:, nose[ANCHORS] > 0.7]) < 0.5


def test_brows_that_rise_alone_are_followed_by_their_texture():
    made = jitter(pan(), 0.5)
    brows = [*topology.right_brow, *topology.left_brow]
    rise = 15 * (1 - np.cos(2 * np.pi * PLACE / 24)) / 2
    made.truth[:, brows, 1] -= rise[:, None]
    made.measured[:, brows, 1] -= 0.5 * rise[:, None]
    person = solved(texture(made, spans=(1,), keys=(0, 12, 40)))
    away = (person.landmarks_plate - made.truth[..., :2])[:, np.intersect1d(brows, ANCHORS)]
    assert rms(away - away.mean(axis=0)) < 1.0


def test_every_landmark_follows_the_texture_around_it():
    made = texture(jitter(pan(), 1.0, bias_px=1.1), spans=(1,), keys=(30, 90))
    away = solved(made).landmarks_plate - made.truth[..., :2]
    away -= away.mean(axis=0)
    jittered = (made.measured - made.truth)[..., :2]
    skin = np.setdiff1d(ANCHORS, [*topology.right_eye, *topology.left_eye])
    assert rms(away[:, skin]) < 0.06
    assert rms(away) < 0.5 * rms(jittered - jittered.mean(axis=0))


def test_a_sudden_move_is_followed_on_its_own_frame_without_texture():
    made = jitter(face_at(60, x=900 + 40.0 * (np.arange(60) >= 30)), 0.5)
    moved = np.diff(corners(solved(made).alignment).mean(axis=1)[:, 0])
    assert moved[29] == pytest.approx(40.0, abs=1.5)
    assert np.abs(np.delete(moved, 29)).max() < 1.0


def test_a_sudden_move_is_followed_on_its_own_frame_with_texture():
    made = texture(jitter(face_at(60, x=900 + 3.0 * np.arange(60) + 40.0 * (np.arange(60) >= 30)), 0.5))
    errors = alignment_errors_px(solved(made), made)
    assert errors.max() < 0.15


def test_a_frame_in_which_the_landmarks_slip_does_not_move_its_neighbours_and_is_reported():
    made = jitter(pan(60), 0.5)
    made.measured[25, :, :2] += [50.0, -40.0]
    person = solved(texture(made))
    errors = alignment_errors_px(person, made)
    assert np.delete(errors, 25, axis=0).max() < 0.2
    assert errors[25].max() < 1.0
    assert [row for row in range(60) if person.doubts[row] & 2] == [25]


def test_nothing_crosses_a_cut():
    one, other = pan(40), face_at(40, x=2400, y=900, side_px=300)
    both = replace(one, truth=np.concatenate([one.truth, other.truth]), cuts=(40,), numbers=())
    together = solved(texture(jitter(both, 1.0)))
    both.measured[40:] += [300.0, 200.0, 0.0]
    first = solved(texture(both))
    np.testing.assert_allclose(first.alignment[:40], together.alignment[:40], rtol=0.002)


def test_an_occluder_leaves_nothing_behind_once_it_has_gone():
    made = texture(
        jitter(face_at(200, x=900 + 0.7 * np.arange(200)), 0.7, bias_px=0.7), spans=(1,), keys=(20, 180), lost=0.05
    )
    left_to_right = np.argsort(made.truth[0, ANCHORS, 0])
    for row in range(60, 140):
        covered = np.zeros(len(ANCHORS), bool)
        covered[left_to_right[max(0, row - 90) * 2 : max(0, row - 60) * 4]] = True
        hide(made, [row], covered)
    person = solved(made)
    errors = alignment_errors_px(person, made, np.r_[0:60, 140:200])
    assert errors.max() < 0.2
    jumps = np.linalg.norm(np.diff(corners(person.alignment) - corners(made.alignments()), axis=0), axis=-1)
    assert jumps[95:].max() < 1.5
    assert jumps[135:].max() < 0.1
    covered = [row for row in range(200) if person.doubts[row] & 4]
    assert covered
    assert covered[0] > 70
    assert covered[-1] < 135


@pytest.mark.parametrize("seed", range(4))
def test_an_occluder_whose_texture_is_followed_instead_drags_nothing_along(seed):
    made = texture(jitter(face_at(FRAMES), 0.5, seed=seed), spans=(1, 2, 4), keys=(10,), seed=seed + 1)
    covered = np.flatnonzero(made.truth[0, ANCHORS, 0] < 900)
    pairs, found = made.motion.pairs, made.motion.found_plate.copy()
    during = np.isin(pairs, range(40, 70)).all(axis=1)
    found[np.ix_(during, covered)] += (6.0 * (pairs[during, 1] - pairs[during, 0]))[:, None, None]
    made.motion = replace(made.motion, found_plate=found)
    errors = alignment_errors_px(solved(made), made)
    assert rms(errors[40:70]) < 0.5
    assert errors[71:].max() < 0.1


def test_texture_may_drift_from_the_landmarks_no_further_than_the_knob_says():
    made = jitter(face_at(240), 0.5)
    texture(made, spans=(1,), lost=0.0, wrong=0.0)
    made.motion.found_plate[...] += 0.06  # by the end 14 px
    held, loose = solved(made, drift=0.2 / MOST_TRUST), solved(made, drift=10.0)
    size = 660 * 1.42
    drifted = [np.ptp(corners(person.alignment).mean(axis=1)[:, 0]) for person in (held, loose)]
    assert drifted[0] < 2 * 0.002 * size * 1.3
    assert drifted[1] > 12.0
    assert (held.doubts & 32).any()
    assert not (loose.doubts & 32).any()


def test_fine_texture_is_trusted_further_than_coarse():
    made = jitter(face_at(240), 0.5)
    texture(made, spans=(1,), lost=0.0, wrong=0.0)
    made.motion.found_plate[...] += 0.06
    reach = []
    for deviation_px in (0.6, 0.3):
        made.motion.deviation_px[...] = deviation_px
        reach.append(np.ptp(corners(solved(made, drift=0.1).alignment).mean(axis=1)[:, 0]))
    assert reach[1] > 2 * reach[0]


def test_coarse_texture_of_a_large_face_is_held_closer_to_the_landmarks_than_of_a_small_one():
    reach = []
    for side_px in (50.0, 200.0):
        made = jitter(face_at(240, side_px=side_px), side_px / 5000)
        texture(made, spans=(1,), lost=0.0, wrong=0.0, noise_px=0.0001 * side_px)
        made.motion.found_plate[...] += 0.0001 * side_px
        made.motion.deviation_px[...] = 0.002 * side_px
        reach.append(np.ptp(corners(solved(made).alignment).mean(axis=1)[:, 0]) / side_px)
    assert reach[1] < 0.6 * reach[0]


def test_a_hand_that_pushes_the_landmarks_away_moves_the_face_less_where_the_views_disagree():
    pushed, away = np.arange(30, 50), []
    for confidence in (0.95, 0.6):
        made = jitter(face_at(90), 0.5)
        made.measured[pushed, :, 0] += 15.0
        made.confidence[pushed] = confidence
        texture(made, spans=(1,), noise_px=2.0)
        away.append(alignment_errors_px(solved(made), made)[pushed].max())
    assert away[1] < 0.7 * away[0]


def test_a_blink_is_not_flattened():
    made = jitter(face_at(60), 0.3)
    upper = [159, 158, 160, 386, 385, 387]
    for row, share in ((29, 0.6), (30, 1.0), (31, 0.6)):
        made.measured[row, upper, 1] += 30 * share
    person = solved(hide(texture(made), [29, 30, 31], np.isin(ANCHORS, upper)))
    opening = person.landmarks_plate[:, upper, 1].mean(axis=1) - made.truth[:, upper, 1].mean(axis=1)
    assert opening[30] - opening[:25].mean() > 24
    assert np.abs(np.diff(opening[35:])).max() < 0.5


def test_depth_is_smoothed():
    made = jitter(pan(), 1.0)
    assert np.diff(solved(made).depth_px, axis=0).std() < 0.6 * np.diff(made.measured[..., 2], axis=0).std()


def points_edit(frame, points, target):
    return Edit("points", frame, (0, 0), points=tuple(points), target=tuple(map(tuple, target)))


def shifted(x, y=0.0):
    """What turns an alignment into that of a face which lies x, y further on in the plate."""
    return np.array([[1.0, 0.0, -x], [0.0, 1.0, -y], [0.0, 0.0, 1.0]])


def alignment_edit(frame, target):
    return Edit("alignment", frame, (0, 0), target=tuple(map(tuple, target)))


def test_points_set_by_hand_are_met_to_the_last_bit_and_carried_along_the_texture():
    made = texture(jitter(pan(60), 0.5))
    before = solved(made)
    points = [*STEADY.tolist(), 152]
    target = before.landmarks_plate[30, points].astype(float) + np.array([11.3, -7.7])
    person = solved(made, points_edit(1031, points, target))
    assert np.array_equal(person.landmarks_plate[30, points], target.astype(np.float32))
    assert person.by_hand.sum() == len(points)
    assert person.by_hand[30, points].all()
    moved = person.landmarks_plate - before.landmarks_plate
    for row in (10, 29, 31, 55):
        np.testing.assert_allclose(moved[row, STEADY], np.broadcast_to([11.3, -7.7], (33, 2)), atol=0.6)


def test_points_that_texture_does_not_tell_lead_from_one_hand_set_frame_to_the_next_and_fade():
    made = jitter(face_at(80), 0.3)
    before = solved(made)
    edits = [points_edit(1000 + row + 1, [152], before.landmarks_plate[row, [152]] + [0.0, 12.0]) for row in (30, 36)]
    person = solved(made, *edits)
    moved = (person.landmarks_plate - before.landmarks_plate)[:, 152, 1]
    assert moved[[30, 36]] == pytest.approx([12, 12], abs=1e-3)
    assert moved[33] > 11
    assert 3 < moved[46] < 6
    assert abs(moved[79]) < 0.5
    assert np.abs(np.diff(moved)).max() < 1.5


def test_a_hand_set_alignment_is_kept_to_the_last_bit_and_carries_the_whole_face():
    made = texture(jitter(pan(60), 0.5))
    before = solved(made)
    given = before.alignment[30] @ shifted(9.0, -5.0)
    person = solved(made, alignment_edit(1031, given))
    assert person.alignment[30].tobytes() == given.tobytes()
    assert person.by_hand[30].all()
    assert not np.delete(person.by_hand, 30, axis=0).any()
    moved = person.landmarks_plate - before.landmarks_plate
    np.testing.assert_allclose(moved[30], np.broadcast_to([9.0, -5.0], (478, 2)), atol=1e-2)
    np.testing.assert_allclose(moved[31], np.broadcast_to([9.0, -5.0], (478, 2)), atol=1.0)
    np.testing.assert_allclose(alignments(person.landmarks_plate[30:31])[0], given, atol=1e-6)


def test_between_two_hand_set_frames_corrections_pass_from_one_to_the_other():
    made = texture(jitter(pan(60), 0.5))
    before = solved(made)
    shifts = {10: 6.0, 50: 14.0}
    edits = [alignment_edit(1001 + row, before.alignment[row] @ shifted(by)) for row, by in shifts.items()]
    moved = (solved(made, *edits).landmarks_plate - before.landmarks_plate)[:, STEADY, 0].mean(axis=1)
    assert moved[[10, 50]] == pytest.approx([6, 14], abs=1e-2)
    assert (np.diff(moved[10:51]) > -0.05).all()
    assert moved[30] == pytest.approx(10, abs=1)


def test_hand_set_frames_that_the_texture_denies_lead_evenly_from_one_to_the_next():
    made = texture(jitter(pan(60), 0.5), spans=(1,), keys=(0, 30, 45))
    before = solved(made)
    edits = [alignment_edit(1001 + row, before.alignment[row] @ shifted(by)) for row, by in ((20, 5.0), (26, -6.0))]
    moved = (solved(made, *edits).landmarks_plate - before.landmarks_plate)[:, STEADY, 0].mean(axis=1)
    assert moved[[20, 26]] == pytest.approx([5, -6], abs=1e-2)
    assert (np.diff(moved[20:27]) < -1).all()
    assert np.abs(np.diff(moved)).max() < 3
    assert moved[17] > 2
    assert moved[29] < -3


def test_of_two_edits_of_one_frame_the_later_wins_where_they_overlap():
    made = face_at(20)
    here = made.truth[5, :, :2]
    first = points_edit(1006, [4, 5], here[[4, 5]] + 10)
    second = points_edit(1006, [5, 6], here[[5, 6]] - 10)
    person = solved(made, first, second)
    assert np.array_equal(
        person.landmarks_plate[5, [4, 5, 6]], (here[[4, 5, 6]] + [[10], [-10], [-10]]).astype(np.float32)
    )


def test_steady_points_set_after_an_alignment_decide_about_it():
    made = face_at(20)
    given = made.alignments()[5] @ shifted(9.0, -5.0)
    chin = points_edit(1006, [152], [(1000.0, 1300.0)])
    nose = points_edit(1006, [4], [(1000.0, 1000.0)])
    assert np.array_equal(solved(made, alignment_edit(1006, given), chin).alignment[5], given)
    assert not np.array_equal(solved(made, alignment_edit(1006, given), nose).alignment[5], given)


def test_a_frame_in_which_nobody_was_seen_can_be_set_by_hand():
    made = jitter(face_at(30, x=900 + 4.0 * np.arange(30)), 0.2)
    made.measured[10:20] = np.nan
    given = made.alignments()[13]
    person = solved(texture(made), alignment_edit(1014, given))
    assert person.seen.tolist() == [row < 10 or row >= 20 or row == 13 for row in range(30)]
    assert person.alignment[13].tobytes() == given.tobytes()
    np.testing.assert_allclose(person.landmarks_plate[13], made.truth[13, :, :2], atol=2.0)
    assert person.by_hand[13].all()
    assert person.presence[13] == 1
    assert np.isfinite(person.pose_deg[13]).all()


def test_points_alone_carry_the_nearest_face_to_where_nobody_was_seen():
    made = face_at(20, x=900 + 4.0 * np.arange(20))
    made.measured[12:] = np.nan
    corners_of_eyes = [33, 263]
    person = solved(made, points_edit(1015, corners_of_eyes, made.truth[14, corners_of_eyes, :2]))
    np.testing.assert_allclose(person.landmarks_plate[14], made.truth[14, :, :2], atol=0.01)


def test_the_far_side_of_a_profile_is_not_sure():
    person = solved(face_at(20, yaw=75.0))
    assert (person.doubts & 1 > 0).all()
    assert person.confidence[5, 454] == pytest.approx(0.475, abs=0.05)
    assert person.confidence[5, 234] == pytest.approx(0.95, abs=1e-6)
    assert solved(face_at(20, yaw=50.0)).confidence.min() == pytest.approx(0.95, abs=1e-6)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_shots_of_few_frames_are_solved(frames):
    made = texture(jitter(pan(frames), 0.5), spans=(1,))
    person = solved(made, points_edit(1001, [4], [(900.0, 800.0)]))
    assert person.seen.all()
    assert np.isfinite(person.pose_deg).all()


def test_every_second_frame_alone_is_solved_without_inventing_the_others():
    made = jitter(pan(20), 0.5)
    made.measured[1::2] = np.nan
    person = solved(texture(made, spans=(2, 4)))
    assert person.seen.tolist() == [True, False] * 10
    assert alignment_errors_px(person, made, np.arange(0, 20, 2)).max() < 0.3
