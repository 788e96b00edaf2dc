"""Any frame in any order, and files that are damaged, over the codecs and containers that shots come in."""

import multiprocessing
import resource
from fractions import Fraction

import av
import numpy as np
import pytest
from test_movie import moving_pictures

from faceplate.errors import PlateError
from faceplate.plate import movie, open_plate

FRAMES = 24
OPEN_HEVC = {"x265-params": "log-level=none:keyint=8:min-keyint=8:bframes=4:open-gop=1"}
OPEN_AVC = {"x264-params": "open-gop=1:keyint=8:min-keyint=8:bframes=3:b-pyramid=normal"}
MOVIES = {
    "prores 422 hq": ("a.mov", "prores_ks", "yuv422p10le", {"profile": "3"}),
    "prores 4444": ("a.mov", "prores_ks", "yuva444p10le", {"profile": "4"}),
    "h264 with b-frames": ("a.mp4", "libx264", "yuv420p", {"g": "7", "bf": "3"}),
    "h264 10 bit, open groups": ("a.mp4", "libx264", "yuv420p10le", OPEN_AVC),
    "h264 in matroska, open groups": ("a.mkv", "libx264", "yuv420p", OPEN_AVC),
    "h264 refreshed bit by bit": ("a.mp4", "libx264", "yuv420p", {"x264-params": "intra-refresh=1:keyint=8"}),
    "hevc, open groups": ("a.mov", "libx265", "yuv420p", OPEN_HEVC),
    "hevc 10 bit, open groups": ("a.mkv", "libx265", "yuv420p10le", OPEN_HEVC),
    "mpeg-2 in mxf": ("a.mxf", "mpeg2video", "yuv420p", {"g": "9", "bf": "2"}),
    "mpeg-4 in avi": ("a.avi", "mpeg4", "yuv420p", {"g": "9", "bf": "2"}),
    "vp9": ("a.webm", "libvpx-vp9", "yuv420p", {"g": "9"}),
    "cineform": ("a.mov", "cfhd", "yuv422p10le", {}),
    "v210": ("a.mov", "v210", "yuv422p10le", {}),
    "animation": ("a.mov", "qtrle", "rgb24", {"g": "9"}),
}


def write(folder, kind):
    name, codec, pixel_format, options = MOVIES[kind]
    with av.open(str(folder / name), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixel_format
        for index, planes in enumerate(moving_pictures(FRAMES)):
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p").reformat(format=pixel_format)
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return folder / name


@pytest.mark.parametrize("kind", MOVIES)
def test_a_frame_alone_is_the_frame_of_the_sequence(tmp_path, kind):
    path = write(tmp_path, kind)
    plate = open_plate(str(path))
    assert plate.frames == tuple(range(1, FRAMES + 1))
    in_order = [plate.read(number).groups[0].pixels for number in plate.frames]
    assert len({pixels.tobytes() for pixels in in_order}) == FRAMES
    anew = open_plate(str(path))
    for number in np.random.default_rng(1).permutation(plate.frames):
        np.testing.assert_array_equal(anew.read(int(number)).groups[0].pixels, in_order[number - 1])
    for number in plate.frames[::3]:
        alone = open_plate(str(path), str(number)).read(number)
        np.testing.assert_array_equal(alone.groups[0].pixels, in_order[number - 1])


def damaged_movies(sound):
    """Cut off, then with a few bytes changed anywhere, then in the container's own tables at either end."""
    rng = np.random.default_rng(1)
    for part in np.linspace(0.01, 0.99, 12):
        yield "cut", sound[: int(len(sound) * part)]
    for where, span in (("anywhere", (0, len(sound))), ("start", (0, 2000)), ("end", (len(sound) - 2000, len(sound)))):
        for _ in range(12):
            content = bytearray(sound)
            for place in rng.integers(max(0, span[0]), span[1], rng.integers(1, 5)):
                content[place % len(sound)] = rng.integers(0, 256)
            yield where, bytes(content)


def read_damaged(path, results):
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
    av.logging.set_level(None)
    sound = path.read_bytes()
    refused, other = {}, []
    for kind, content in damaged_movies(sound):
        path.write_bytes(content)
        try:
            plate = open_plate(str(path))
            for number in plate.frames[::6]:
                plate.read(number)
        except PlateError as error:
            refused[kind] = refused.get(kind, 0) + (str(path) in str(error))
        except Exception as error:  # noqa: BLE001 -- what must not come is what is looked for
            other.append(f"{kind}: {error!r}")
    results.put((refused, other))


@pytest.mark.parametrize("kind", MOVIES)
def test_a_damaged_movie_gives_frames_or_an_error_that_names_it(tmp_path, kind):
    path = write(tmp_path, kind)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    child = context.Process(target=read_damaged, args=(path, results))
    child.start()
    child.join(120)
    assert child.exitcode == 0
    refused, other = results.get(timeout=10)
    assert other == []
    assert refused["cut"] == 12


def refusals(path, sound, seeds):
    """How many of the files with one changed bit in their pictures are refused when some frames are read."""
    refused = 0
    for seed in seeds:
        content, rng = bytearray(sound), np.random.default_rng(seed)
        content[rng.integers(len(sound) // 2, len(sound) * 3 // 4)] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            plate = open_plate(str(path))
            for number in plate.frames[6::7]:
                plate.read(number)
        except PlateError:
            refused += 1
    return refused


def test_a_picture_that_builds_on_a_damaged_one_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path, "h264 with b-frames")
    sound = path.read_bytes()
    strict = refusals(path, sound, range(20))
    monkeypatch.setattr(movie, "_strict", {})
    assert strict >= 10
    assert refusals(path, sound, range(20)) <= 4


@pytest.mark.footage
def test_real_clips_pass_the_strict_decoder(footage):
    for path in sorted((footage / "clips").iterdir()):
        plate = open_plate(str(path))
        for number in plate.frames[::40]:
            plate.read(number)
