from functools import cache

import numpy as np
import pytest
from grain_plates import TRUTH, grainy, to_log
from grain_scenes import SCENES, seen_from, shot
from scipy.special import erf

from faceplate.grain import FaceDegrainSettings, degrain, degrain_motion_margin_px, threads
from faceplate.grain.remove.aligned import aligned
from faceplate.grain.remove.flow import known_of
from faceplate.grain.remove.motion import Seen, motion_between, whitening
from faceplate.grain.remove.opponents import opponent_covariances, opponents_of
from faceplate.grain.remove.steady import steadied
from faceplate.grain.response.stabilise import stabilisers
from faceplate.values import Window

PLAIN = FaceDegrainSettings()
PROFILE = TRUTH.profile()
SIZE = (360, 480)
MIDDLE = 2
INNER = np.s_[48:-48, 48:-48]  # what all frames of a shot show


@cache
def clean(scene="texture", place=MIDDLE):
    return shot(scene, SIZE, place)


@cache
def plate(scene="texture", place=MIDDLE):
    return taken(clean(scene, place), place)


def taken(picture, seed):
    return grainy(picture, np.random.default_rng(seed)).astype(np.float32)


def neighbours(scene="texture"):
    return [plate(scene, place) for place in (0, 1, 3, 4)]


@cache
def alone():
    return degrain(plate(), PROFILE, PLAIN)


@cache
def together():
    return degrain(plate(), PROFILE, PLAIN, neighbours=neighbours())


def psnr(picture, wanted, where=INNER):
    """In the log encoding, where an error is as visible in shadows as in highlights."""
    error = to_log(np.maximum(picture, -0.01)) - to_log(wanted)
    return -10 * np.log10(np.mean(error[where] ** 2))


def bits(picture):
    return np.ascontiguousarray(picture).view(np.uint32)


def test_a_moving_shot_of_five_frames_is_cleaner_by_decibels_than_one_frame():
    assert psnr(together(), clean()) > psnr(alone(), clean()) + 3.5


def test_every_frame_more_helps():
    few = degrain(plate(), PROFILE, PLAIN, neighbours=neighbours()[1:3])
    assert psnr(alone(), clean()) + 2 < psnr(few, clean()) < psnr(together(), clean()) - 0.5


def test_what_goes_holds_no_detail_of_the_picture():
    gone = (plate() - together())[INNER] / TRUTH.sigma(clean()[INNER])
    detail = clean()[INNER] / TRUTH.sigma(clean()[INNER])
    detail = detail[1:] - detail[:-1]
    assert abs(np.corrcoef((gone[1:] - gone[:-1]).ravel(), detail.ravel())[0, 1]) < 0.03


def seen(place):
    scales = stabilisers(PROFILE)
    frame = plate("texture", place)
    even = opponents_of(np.stack([scale.forward(frame[..., each]) for each, scale in enumerate(scales)]))
    return even, Seen.of(even[0], whitening(opponent_covariances(PROFILE)[0]), (0, 0))


def true_motion(place):
    """Where the middle frame's pixels lie in another, rows x columns x 2, down and across."""
    down, across = np.mgrid[: SIZE[0], : SIZE[1]]
    at = np.stack([across, down, np.ones_like(down)], axis=-1)
    wide = at @ seen_from(SIZE, MIDDLE).T
    back = np.linalg.inv(np.vstack([seen_from(SIZE, place), [0, 0, 1]]))
    there = np.concatenate([wide, np.ones((*SIZE, 1))], axis=-1) @ back.T
    return (there[..., :2] - at[..., :2])[..., ::-1]


def test_motion_is_found_to_a_fraction_of_a_pixel_where_the_picture_has_detail():
    ours = seen(MIDDLE)[1]
    motion = motion_between(ours, seen(0)[1], known_of(ours.half))
    nodes = np.s_[8:36, 8:52]
    wanted = true_motion(0)[3::8, 3::8][:45, :60]
    rises = np.diff(np.log(np.maximum(clean()[..., 1], 1e-4)), axis=1)[:, :-1] ** 2
    detail = rises[: 45 * 8, : 59 * 8].reshape(45, 8, 59, 8).mean(axis=(1, 3))
    off = np.linalg.norm(motion[:45, :59] - wanted[:, :59], axis=-1)[nodes]
    strong = detail[nodes] > np.percentile(detail[nodes], 75)
    assert np.median(off[strong]) < 0.2


def test_planes_without_motion_stay_and_whole_pixels_of_it_move_them():
    planes = np.random.default_rng(0).standard_normal((3, 64, 80)).astype(np.float32)
    still = np.zeros((8, 10, 2), np.float32)
    assert aligned(planes, still, (0, 0), Window(0, 0, 80, 64)) == pytest.approx(planes, abs=1e-6)
    moved = aligned(planes, still + np.float32([3, -2]), (0, 0), Window(0, 0, 80, 64))
    assert moved[:, 8:-8, 8:-8] == pytest.approx(planes[:, 11:-5, 6:-10], abs=1e-6)


def test_the_whitening_filter_makes_the_halved_grain_white_and_of_sigma_1():
    even = np.random.default_rng(1).standard_normal((3, 256, 256)).astype(np.float32)
    half = Seen.of(even[0], whitening(np.pad([[1.0]], 16)), (0, 0)).half
    assert half.std() == pytest.approx(1, rel=0.02)
    assert abs(np.mean(half[1:] * half[:-1])) < 0.03


@pytest.mark.parametrize("light", ["cut", "flash"])
def test_frames_of_another_picture_or_light_leave_no_ghost(light):
    pictures = [clean("portrait", place) if light == "cut" else 2 * clean(place=place) for place in (0, 1, 3, 4)]
    out = degrain(plate(), PROFILE, PLAIN, neighbours=[taken(each, seed) for seed, each in enumerate(pictures, 20)])
    assert psnr(out, clean()) > psnr(alone(), clean()) - 0.4
    change = (out - alone()) / TRUTH.sigma(clean())
    other = np.log(np.maximum(pictures[1], 1e-3)) - np.log(np.maximum(clean(place=1), 1e-3))
    assert abs(change[INNER].mean()) < 0.02
    assert light == "flash" or abs(np.corrcoef(change[INNER].ravel(), other[INNER].ravel())[0, 1]) < 0.03


def disc(picture, across):
    """With a bright disc that is somewhere else in each frame."""
    down, along = np.mgrid[: SIZE[0], : SIZE[1]]
    covered = np.hypot(down - 180, along - across) < 24
    return np.where(covered[..., None], 2 * picture, picture), covered


def test_what_moves_on_its_own_leaves_nothing_where_it_was():
    frames = [
        disc(clean(place=place), across) for place, across in zip((0, 1, 3, 4), (140, 190, 290, 340), strict=True)
    ]
    ours, own = disc(clean(), 240)
    grains = [taken(picture, seed) for seed, (picture, _) in enumerate(frames)]
    out = degrain(taken(ours, 9), PROFILE, PLAIN, neighbours=grains)
    one = degrain(taken(ours, 9), PROFILE, PLAIN)
    uncovered = np.any([covered for _, covered in frames], axis=0) & ~own
    assert psnr(out, ours, uncovered) > psnr(one, ours, uncovered) + 1
    assert psnr(out, ours, own) > psnr(one, ours, own) - 0.7


def test_a_held_frame_is_not_taken_for_one_with_grain_of_its_own():
    held = [plate().copy(), plate(place=3), plate(place=3).copy()]
    expected = degrain(plate(), PROFILE, PLAIN, neighbours=[plate(place=3)])
    assert np.array_equal(degrain(plate(), PROFILE, PLAIN, neighbours=held), expected)
    assert np.array_equal(degrain(plate(), PROFILE, PLAIN, neighbours=[plate().copy()]), alone())


def test_nan_and_infinite_samples_of_a_neighbour_do_not_come_through():
    broken = plate(place=1).copy()
    broken[100:120, 100:140], broken[200, 200, 1] = np.nan, np.inf
    out = degrain(plate(), PROFILE, PLAIN, neighbours=[broken, plate(place=3)])
    assert np.isfinite(out).all()
    assert psnr(out, clean()) > psnr(alone(), clean()) + 1.5


def test_the_bits_do_not_depend_on_the_threads(monkeypatch):
    expected = bits(together())
    monkeypatch.setattr(threads, "threads", 1)
    assert np.array_equal(bits(degrain(plate(), PROFILE, PLAIN, neighbours=neighbours())), expected)


@pytest.mark.parametrize("corner", [(0, 0), (-7, 9)])
def test_a_crop_with_its_margin_has_the_bits_of_the_whole(corner):
    size, rng = (420, 450), np.random.default_rng(4)
    frames = [taken(np.maximum(SCENES["texture"](size), 1e-4), seed) for seed in range(3)]
    frames[1] = np.roll(frames[1], (5, -9), axis=(0, 1))
    frames[2][rng.random(frames[2].shape) < 1e-3] = np.nan
    on_plate = Window(corner[0], corner[1], corner[0] + size[1], corner[1] + size[0])
    whole = degrain(frames[0], PROFILE, PLAIN, window=on_plate, neighbours=frames[1:])
    for left, top in ((0, 0), (210, 195), (400, 380), (229, 0)):
        x, y = corner[0] + left, corner[1] + top
        inner = Window(x, y, x + 35, y + 33).intersect(on_plate)
        outer = inner.grow(degrain_motion_margin_px).intersect(on_plate)
        parts = [frame[outer.slices(on_plate)] for frame in frames]
        part = degrain(parts[0], PROFILE, PLAIN, window=outer, neighbours=parts[1:])
        wanted = bits(whole[inner.slices(on_plate)])
        assert np.array_equal(bits(part[inner.slices(outer)]), wanted), inner
        beyond = inner._replace(left=inner.left - 9 * (left == 0))
        part = degrain(parts[0], PROFILE, PLAIN, window=outer, inside=beyond, neighbours=parts[1:])
        assert np.array_equal(bits(part), wanted), inner


def test_pictures_smaller_than_a_block_are_taken():
    frames = [plate(place=place)[:5, :3] for place in range(3)]
    out = degrain(frames[0], PROFILE, PLAIN, neighbours=frames[1:])
    assert out.shape == (5, 3, 3)
    assert np.isfinite(out).all()


def test_even_motion_takes_the_place_of_motion_that_weak_gradients_do_not_know():
    offsets = (-2, -1, 1, 2)
    velocity = np.array([3, -1.5], np.float32)
    noise = np.random.default_rng(0).normal(0, 0.5, (4, 6, 7, 2))
    found = (np.array(offsets)[:, None, None, None] * velocity + noise).astype(np.float32)
    weak, strong = np.zeros((6, 7, 3), np.float32), np.zeros((6, 7, 3), np.float32)
    strong[..., [0, 2]] = 1e6
    even = steadied(found, weak, offsets)
    assert even == pytest.approx(np.array(offsets)[:, None, None, None] * even[2:3], abs=1e-4)
    assert np.abs(even[2] - velocity).mean() < 0.5 * np.abs(found[2] - velocity).mean()
    assert steadied(found, strong, offsets) == pytest.approx(found, abs=1e-3)


def test_motion_that_changes_its_way_is_followed_where_the_picture_shows_it():
    back_and_forth = [plate(place=3), plate(place=1)]
    told = degrain(plate(), PROFILE, PLAIN, neighbours=back_and_forth, offsets=(-2, -1))
    free = degrain(plate(), PROFILE, PLAIN, neighbours=back_and_forth)
    assert psnr(told, clean()) > psnr(free, clean()) - 0.3


def test_a_moving_edge_under_grain_stays_as_sharp_with_its_neighbours():
    found, wanted = [], step(0)
    for take in range(4):
        frames = [taken(step(place), (take, place + 9)) for place in (-2, -1, 0, 1, 2)]
        beside = [*frames[:2], *frames[3:]]
        found.append(degrain(frames[2], PROFILE, PLAIN, neighbours=beside, offsets=(-2, -1, 1, 2)))
    assert slope(np.mean(found, axis=0)) > 0.95 * slope(wanted)


def step(place):
    """An upright edge of 1.3 to 1, blurred as a lens would, that moves by 2.35 px a frame."""
    across = (np.arange(160) - 80.2 - 2.35 * place) / (np.sqrt(2) * 0.7)
    return np.repeat(np.tile(0.207 + 0.027 * erf(across), (128, 1))[..., None], 3, axis=-1)


def slope(picture):
    return np.abs(np.diff(picture[32:96, 60:100].mean(axis=(0, 2)))).max()
