from dataclasses import replace

import numpy as np
import pytest
from grain_plates import TRUTH, grainy
from grain_scenes import shot

from faceplate.errors import DeviceError
from faceplate.grain import FaceDegrainSettings, degrain, degrain_motion_margin_px
from faceplate.grain.remove import degrain as on_cpu
from faceplate.grain.remove import shrink
from faceplate.grain.remove.motion import whitening
from faceplate.grain.remove.opponents import opponent_covariances
from faceplate.grain.remove.part import Part
from faceplate.grain.response.stabilise import stabilisers
from faceplate.values import Window

pytest.importorskip("torch")

import torch

from faceplate.grain.remove.gpu import cosines, motion, stabilise
from faceplate.grain.remove.gpu import degrain as on_gpu
from faceplate.grain.remove.gpu.aligned import aligned
from faceplate.grain.remove.gpu.padded import sent
from faceplate.grain.remove.gpu.shrink import shrunk

PLAIN = FaceDegrainSettings()
PROFILE = TRUTH.profile()
COVARIANCES = opponent_covariances(PROFILE)
WHERE = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]

# A coefficient that rounding carries over the first pass's threshold moves its block by a part of a sigma.
USUALLY_SIGMA, AT_MOST_SIGMA = 1e-3, 0.05  # the root of the mean square, and the worst sample


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    """As on a GPU in all but size: windows of these tests would fill a corner of one tile."""
    of_blocks(monkeypatch, 16)


def of_blocks(monkeypatch, tile):
    monkeypatch.setattr(cosines, "TILE", tile)
    monkeypatch.setattr(cosines, "GROUPS", tile + cosines.PARTS - 1)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def frames(size, count=5, scene="texture"):
    """The middle frame first, then those beside it in their order."""
    places = sorted(range(count), key=lambda place: place != count // 2)
    return [grainy(shot(scene, size, each), np.random.default_rng(each)).astype(np.float32) for each in places]


def offsets_of(count):
    return [place - count // 2 for place in range(count) if place != count // 2]


def on_both(pictures, profile=PROFILE, settings=PLAIN, offsets=(), **places):
    for each in pictures:
        each.setflags(write=False)
    first, *others = pictures
    known = {"neighbours": others, "offsets": offsets, **places}
    return tuple(degrain(first, profile, settings, device=device, **known) for device in ("cpu", "cuda"))


@pytest.fixture(autouse=True, params=WHERE)
def device(request, monkeypatch):
    """Where torch does the work of the GPU: on a machine without one there is no other way to try it."""
    run = on_gpu.degrained
    monkeypatch.setattr(on_gpu, "degrained", lambda *given, **named: run(*given, **(named | {"device": request.param})))
    return torch.device(request.param)


def check_alike(pictures, profile=PROFILE, settings=PLAIN, **known):
    ours, theirs = on_both(pictures, profile, settings, **known)
    assert np.array_equal(np.isfinite(ours), np.isfinite(theirs))
    sigma = np.maximum(TRUTH.sigma(np.nan_to_num(ours, posinf=0, neginf=0)), 1e-6)
    off = (np.subtract(theirs, ours, dtype=np.float64, where=np.isfinite(ours), out=np.zeros(ours.shape))) / sigma
    assert np.sqrt(np.mean(off**2)) < USUALLY_SIGMA
    assert np.abs(off).max() < AT_MOST_SIGMA
    return ours, theirs


def even_frames(pictures):
    return [on_cpu._even(each, stabilisers(PROFILE)) for each in pictures]


def test_the_even_scale_has_the_bits_of_the_cpu_and_so_has_the_way_back(device):
    numbers = np.concatenate(
        [
            np.random.default_rng(0).standard_normal(4000) * 10.0 ** np.random.default_rng(1).integers(-12, 12, 4000),
            [0, -0.0, 1e-45, -1e-45, 3e38, -3e38],
        ]
    ).astype(np.float32)
    for scale in stabilisers(PROFILE):
        ours = stabilise.EvenScale.at(scale, device)
        assert np.array_equal(ours.forward(sent(numbers, device)).cpu().numpy(), scale.forward(numbers))
        assert np.array_equal(ours.inverse(sent(numbers, device)).cpu().numpy(), scale.inverse(numbers))


@pytest.mark.parametrize(("size", "corner"), [((110, 130), (7, 13)), ((64, 97), (0, 0)), ((21, 9), (1, 2))])
@pytest.mark.parametrize("offsets", [(), (-1, 1, 2)])
def test_motions_and_moved_frames_have_the_bits_of_the_cpu(size, corner, offsets, device):
    evens = even_frames(frames((size[0] + 40, size[1] + 40), 4))
    evens = [np.ascontiguousarray(each[:, : size[0], : size[1]]) for each in evens]
    evens[3] = np.roll(evens[0], (29, -31), (1, 2))
    whitener, luminances = whitening(COVARIANCES[0]), [each[0] for each in evens]
    wanted = on_cpu._motions(luminances, whitener, corner, offsets)
    found = motion.motions(sent(np.stack(luminances), device), whitener, corner, offsets)
    assert np.array_equal(found.cpu().numpy(), wanted)
    if min(size) > 64:
        assert np.abs(wanted).max() > 28
    height, width = evens[0].shape[1:]
    window = Window(corner[1], corner[0], corner[1] + width, corner[0] + height)
    part = Part(window, window._replace(left=window.right - 9))
    stack = on_cpu._stacked(evens, COVARIANCES[0], part, offsets)
    for place, (even, moved) in enumerate(zip(evens[1:], found, strict=True), 1):
        assert np.array_equal(aligned(sent(even, device), moved, corner, part.near).cpu().numpy(), stack[:, place])


def test_blocks_that_are_all_alike_are_found_where_the_cpu_finds_them(device):
    whitener = whitening(COVARIANCES[0])
    stripes = np.tile(np.float32([0, 0, 0, 0, 9, 9, 9, 9]), (96, 12))
    still = [stripes, np.roll(stripes, 2, 1), np.zeros_like(stripes), stripes.T.copy()]
    wanted = on_cpu._motions(still, whitener, (0, 0), ())
    found = motion.motions(sent(np.stack(still), device), whitener, (0, 0), ())
    assert np.array_equal(found.cpu().numpy(), wanted)


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_any_number_of_frames_is_cleaned_as_on_the_cpu(count):
    check_alike(frames((110, 150), count), offsets=offsets_of(count), window=Window(5, 3, 155, 113))


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (33, 17), (64, 64)])
def test_windows_of_any_size_are_cleaned_as_on_the_cpu(size):
    pictures = [each[: size[0], : size[1]].copy() for each in frames((80, 80), 3)]
    check_alike(pictures, offsets=[-1, 1], window=Window(11, 22, 11 + size[1], 22 + size[0]))


def test_samples_that_are_no_numbers_negative_or_huge_come_through_as_on_the_cpu():
    pictures = frames((96, 96), 3)
    for place, picture in enumerate(pictures):
        picture[10:14, 20:30, place % 3] = np.nan
        picture[50, 50 + place] = np.inf, -np.inf, 1
        picture[50, 60 + place] = 1e20, -1e20, 1
        picture[70:72, 20:40] = -0.2
    pictures[1][80:90, 80:90] = 60000
    pictures[2][5:8, 80:90] = -60000
    pictures[2][30, 60] = -1e15
    ours, theirs = check_alike(pictures, offsets=[-1, 1])
    assert np.array_equal(np.isnan(theirs), np.isnan(pictures[0]))
    assert np.array_equal(theirs[50, 50, :2], pictures[0][50, 50, :2])
    assert np.isfinite(ours[12, 40:]).all()


def test_held_frames_are_not_used():
    first, other, _ = frames((64, 64), 3)
    held, once = on_both([first, first.copy(), other, other.copy()])[1], on_both([first, other])[1]
    assert np.array_equal(held, once)


def test_a_channel_without_grain_leaves_as_it_came():
    response = PROFILE.response.copy()
    response[1] = 0
    pictures = frames((64, 96), 3)
    _, theirs = check_alike(pictures, profile=replace(PROFILE, response=response))
    assert np.array_equal(theirs[..., 1], pictures[0][..., 1])


@pytest.mark.parametrize("settings", [{"amount": 0.4}, {"luminance": 0, "colour": 2}, {"luminance": 0, "colour": 0}])
def test_the_knobs_do_as_on_the_cpu(settings):
    check_alike(frames((64, 96), 3), settings=FaceDegrainSettings(**settings))


@pytest.mark.parametrize("along", [0, 1])
def test_a_crop_has_the_bits_of_the_whole_picture(along):
    size, start, margin = ((380, 70), (70, 380))[along], 13, degrain_motion_margin_px
    pictures = frames(size, 2)
    window = (Window(0, start, 70, start + 350), Window(start, 0, start + 350, 70))[along]
    cut = window.slices(Window(0, 0, size[1], size[0]))
    cropped, whole = [each[cut].copy() for each in pictures], on_both(pictures)[1][cut]
    inside = (slice(margin, -margin), slice(None))[:: 1 - 2 * along]
    assert np.array_equal(on_both(cropped, window=window)[1][inside], whole[inside])
    first, last = start + margin, start + 350 - margin
    wanted = (Window(0, first, 70, last), Window(first, 0, last, 70))[along]
    assert np.array_equal(on_both(cropped, window=window, inside=wanted)[1], whole[inside])


def test_tiles_leave_no_trace(monkeypatch, device):
    stack = sent(np.random.default_rng(0).standard_normal((3, 3, 100, 140)).astype(np.float32), device)
    variances = shrink.noise_variances(COVARIANCES, 1, 1)
    small = shrunk(stack, variances, (3, 2)).cpu().numpy()
    of_blocks(monkeypatch, 32)
    assert shrunk(stack, variances, (3, 2)).cpu().numpy() == pytest.approx(small, abs=1e-4)


def test_no_work_is_left_on_the_cpu():
    # Torch refuses to work on tensors of two devices at once, on this one of shapes alone too.
    meta = torch.device("meta")
    scales = [stabilise.EvenScale.at(each, meta) for each in stabilisers(PROFILE)]
    even = [on_gpu._even(torch.empty((3, 80, 90), device=meta), scales) for _ in range(3)]
    part = Part(Window(5, 3, 95, 83), Window(5, 3, 30, 33))
    made = on_gpu._merged(even, PROFILE, PLAIN, part, (-1, 1))
    assert made.device == meta
    assert made.shape == (3, 30, 25)


def test_products_are_whole_meanwhile_and_as_this_process_says_afterwards():
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    with cosines.whole_products():
        assert torch.backends.cuda.matmul.fp32_precision == "ieee"
    assert torch.backends.cuda.matmul.fp32_precision == "tf32"
    torch.backends.cuda.matmul.fp32_precision = "none"


def test_a_gpu_whose_memory_is_full_is_told_of(monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(on_gpu, "motions", full)
    with pytest.raises(DeviceError, match=r"40x30 pixels of 2 frames on cuda.*memory is full.*device cpu"):
        on_both(frames((30, 40), 2))
