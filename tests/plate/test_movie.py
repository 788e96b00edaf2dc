import pickle
import struct
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
import pytest

from faceplate.errors import PlateError
from faceplate.plate import open_plate
from faceplate.values import Sample

# Kr and Kb of ITU-R BT.601-7, BT.709-6 and BT.2020-2.
WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
MATRIX_CODES = {"bt601": 6, "bt709": 1, "bt2020": 9, None: 2}


def write_movie(path, pictures, *, codec, pixel_format, times=None, rate=24, options=None, matrix=None, full=None):  # noqa: PLR0913 -- one for each part of the file
    """Writes arrays in the planar layout of the pixel format."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        frames = [a_picture(picture, pixel_format) for picture in pictures]
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, pixel_format
        stream.codec_context.time_base = Fraction(1, rate)
        stream.codec_context.colorspace = MATRIX_CODES[matrix]
        stream.codec_context.color_range = {None: 0, False: 1, True: 2}[full]
        for index, frame in enumerate(frames):
            frame.pts = index if times is None else times[index]
            frame.time_base = Fraction(1, rate)
            frame.colorspace = MATRIX_CODES[matrix]
            frame.color_range = {None: 0, False: 1, True: 2}[full]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def a_picture(planes, pixel_format):
    """A picture from an array in its planar layout, or from a list of planes."""
    if isinstance(planes, np.ndarray):
        return av.VideoFrame.from_ndarray(planes, format=pixel_format)
    frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], pixel_format)
    for plane, values in zip(frame.planes, planes, strict=True):
        line = np.zeros((values.shape[0], plane.line_size), np.uint8)
        line[:, : values.nbytes // values.shape[0]] = values.view(np.uint8)
        plane.update(line.tobytes())
    return frame


def moving_pictures(count, rows=96, columns=128):
    """Planar 4:2:0 with a bar that moves, and texture, so that no two frames are alike."""
    rng = np.random.default_rng(5)
    texture = rng.integers(60, 90, (rows * 3 // 2, columns)).astype(np.uint8)
    for index in range(count):
        picture = texture.copy()
        picture[:rows, 3 * index % columns : 3 * index % columns + 8] = 200
        picture[rows:] = 128 + index % 16
        yield picture


def rgb_by_arithmetic(luma, cb, cr, *, matrix, full, bits):
    """R, G, B codes over the full range from Y'CbCr codes, by the equations of BT.601, BT.709 and BT.2020."""
    red_weight, blue_weight = WEIGHTS[matrix]
    scale, top = 2 ** (bits - 8), 2**bits - 1
    black, white, span = (0, top, top) if full else (16 * scale, 235 * scale, 224 * scale)
    middle = 128 * scale
    y, pb, pr = (luma - black) / (white - black), (cb - middle) / span, (cr - middle) / span
    red, blue = y + 2 * (1 - red_weight) * pr, y + 2 * (1 - blue_weight) * pb
    green = (y - red_weight * red - blue_weight * blue) / (1 - red_weight - blue_weight)
    return np.clip(np.array([red, green, blue]), 0, 1) * top


@pytest.mark.parametrize("rows", [96, 720])
@pytest.mark.parametrize("full", [None, False, True])
@pytest.mark.parametrize("matrix", [None, "bt601", "bt709"])
@pytest.mark.parametrize(("pixel_format", "bits"), [("yuv444p", 8), ("yuv444p10le", 10)])
def test_colours_are_those_of_the_streams_matrix_and_range(tmp_path, pixel_format, bits, matrix, full, rows):
    scale = 2 ** (bits - 8)
    codes = (120 * scale, 90 * scale, 160 * scale)
    planes = [np.full((rows, 128), code, np.uint8 if bits == 8 else np.uint16) for code in codes]
    write_movie(tmp_path / "a.mkv", [planes], codec="ffv1", pixel_format=pixel_format, matrix=matrix, full=full)
    frame = open_plate(str(tmp_path / "a.mkv")).read(1)
    assumed = matrix or ("bt709" if rows >= 720 else "bt601")
    expected = rgb_by_arithmetic(*codes, matrix=assumed, full=bool(full), bits=bits)
    assert frame.sample is (Sample.UINT8 if bits == 8 else Sample.UINT10)
    np.testing.assert_allclose(frame.groups[0].pixels[rows // 2, 64], expected, atol=1)
    assert (frame.header.attribute("movie:matrix"), frame.header.attribute("movie:range")) == (
        assumed,
        "full" if full else "limited",
    )


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("pixel_format", "bits"), [("yuv444p10le", 10), ("yuv422p10le", 10), ("yuv444p12le", 12)])
def test_deep_codes_reach_both_ends_and_lie_even_between(tmp_path, full, pixel_format, bits):
    scale, columns = 2 ** (bits - 10), 80
    black, white = (0, 2**bits - 1) if full else (64 * scale, 940 * scale)
    luma = np.linspace(black, white, 64).round().astype(np.uint16)
    wide = columns if "444" in pixel_format else columns // 2
    planes = [np.repeat(luma[:, None], columns, 1), *[np.full((64, wide), 512 * scale, np.uint16)] * 2]
    write_movie(tmp_path / "a.mkv", [planes], codec="ffv1", pixel_format=pixel_format, matrix="bt709", full=full)
    pixels = open_plate(str(tmp_path / "a.mkv")).read(1).groups[0].pixels.astype(int)
    expected = (luma - black) / (white - black) * (2**bits - 1)
    np.testing.assert_allclose(pixels, np.broadcast_to(expected[:, None, None], pixels.shape), atol=1)
    assert pixels.min() == 0
    assert pixels.max() == 2**bits - 1


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi"])
def test_frames_count_from_one_and_are_the_same_in_any_order(tmp_path, name):
    options = {"g": "7", "bf": "2"} if name != "a.avi" else {"g": "7"}
    codec = "mpeg4" if name == "a.avi" else "libx264"
    write_movie(tmp_path / name, moving_pictures(40), codec=codec, pixel_format="yuv420p", options=options)
    plate = open_plate(str(tmp_path / name))
    assert plate.frames == tuple(range(1, 41))
    in_order = [plate.read(number).groups[0].pixels for number in plate.frames]
    assert len({pixels.tobytes() for pixels in in_order}) == 40
    again = open_plate(str(tmp_path / name))
    for number in np.random.default_rng(1).permutation(plate.frames):
        np.testing.assert_array_equal(again.read(int(number)).groups[0].pixels, in_order[number - 1])


def test_frames_spaced_unevenly_in_time_are_counted_as_shown(tmp_path):
    times = [0, 1, 5, 6, 30, 31, 100, 101, 102, 200]
    write_movie(tmp_path / "a.mkv", moving_pictures(10), codec="libx264", pixel_format="yuv420p", times=times)
    plate = open_plate(str(tmp_path / "a.mkv"))
    assert plate.frames == tuple(range(1, 11))
    bars = [int(plate.read(number).groups[0].pixels[:, :60, 1].mean(axis=0).argmax()) for number in (1, 5, 10)]
    assert bars[0] < 8 <= bars[1] < bars[2]


def test_several_threads_read_what_one_reads(tmp_path):
    write_movie(tmp_path / "a.mp4", moving_pictures(30), codec="libx264", pixel_format="yuv420p", options={"g": "6"})
    plate = open_plate(str(tmp_path / "a.mp4"))
    in_order = [plate.read(number).groups[0].pixels for number in plate.frames]
    numbers = [int(number) for number in np.random.default_rng(1).integers(1, 31, 90)]
    with ThreadPoolExecutor(6) as pool:
        frames = list(pool.map(plate.read, numbers))
    assert all((frame.groups[0].pixels == in_order[n - 1]).all() for frame, n in zip(frames, numbers, strict=True))


def test_what_the_stream_says_is_in_the_header(tmp_path):
    with av.open(str(tmp_path / "a.mov"), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.metadata["timecode"] = "01:00:00:22"
        for picture in moving_pictures(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    header = open_plate(str(tmp_path / "a.mov")).read(3).header
    assert header.file_format == "movie"
    assert header.attribute("movie:codec") == "h264"
    assert header.attribute("movie:pixelFormat") == "yuv420p"
    assert header.attribute("framesPerSecond") == (24, 1)
    assert header.attribute("smpte:TimeCode") == (0x01000100, 0)


def test_a_picture_that_a_phone_stored_lying_comes_upright(tmp_path):
    write_movie(tmp_path / "a.mov", moving_pictures(3), codec="libx264", pixel_format="yuv420p")
    lying = open_plate(str(tmp_path / "a.mov")).read(2).groups[0].pixels
    content = bytearray((tmp_path / "a.mov").read_bytes())
    # ISO/IEC 14496-12, 8.3.2: the matrix stands 40 bytes into a track header of version 0.
    matrix = content.index(b"tkhd") + 44
    content[matrix : matrix + 20] = struct.pack(">5i", 0, 1 << 16, 0, -1 << 16, 0)
    (tmp_path / "a.mov").write_bytes(content)
    frame = open_plate(str(tmp_path / "a.mov")).read(2)
    assert (frame.header.display.width, frame.header.display.height) == (96, 128)
    np.testing.assert_array_equal(frame.groups[0].pixels, np.rot90(lying, -1))


def test_the_plate_of_a_movie_can_be_sent_to_another_process(tmp_path):
    write_movie(tmp_path / "a.mp4", moving_pictures(5), codec="libx264", pixel_format="yuv420p")
    plate = open_plate(str(tmp_path / "a.mp4"))
    there = pickle.loads(pickle.dumps(plate))  # noqa: S301 -- our own bytes
    np.testing.assert_array_equal(there.read(4).groups[0].pixels, plate.read(4).groups[0].pixels)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("name", ["front.mp4", "a.mp4", "a.mkv", "a.avi"])
def test_a_movie_that_was_cut_short_is_refused(tmp_path, name, part):
    options = {"g": "7"}
    with av.open(str(tmp_path / name), "w", options={"movflags": "faststart"} if "front" in name else {}) as container:
        stream = container.add_stream("mpeg4" if name == "a.avi" else "libx264", rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for picture in moving_pictures(40):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * part)])
    with pytest.raises(PlateError, match=name):
        open_plate(str(tmp_path / name))


def test_a_file_that_is_no_movie_or_holds_no_picture_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_text("no movie\n" * 100)
    with pytest.raises(PlateError, match="a whole movie"):
        open_plate(str(tmp_path / "a.mp4"))
    with av.open(str(tmp_path / "b.mov"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.int16), format="s16", layout="stereo")
        sound.rate = 48000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    with pytest.raises(PlateError, match="without pictures"):
        open_plate(str(tmp_path / "b.mov"))


def test_a_range_past_the_end_names_the_frames_that_are_there(tmp_path):
    write_movie(tmp_path / "a.mp4", moving_pictures(5), codec="libx264", pixel_format="yuv420p")
    assert open_plate(str(tmp_path / "a.mp4"), "2-4x2").frames == (2, 4)
    with pytest.raises(PlateError, match="within 1-5"):
        open_plate(str(tmp_path / "a.mp4"), "3-9")


@pytest.mark.footage
@pytest.mark.parametrize(
    "name", ["intel_asl_bird.mkv", "intel_headpose_female.gif", "pf_face_noface.mov", "pf_hand_occlusion.mp4"]
)
def test_real_clips_have_all_their_frames(footage, name):
    with av.open(str(footage / "clips" / name)) as container:
        decoded = sum(1 for _ in container.decode(video=0))
    assert open_plate(str(footage / "clips" / name)).frames == tuple(range(1, decoded + 1))


@pytest.mark.footage
def test_real_clips_read_alike_in_any_order(footage):
    for path in sorted((footage / "clips").iterdir()):
        plate, again = open_plate(str(path)), open_plate(str(path))
        in_order = {number: plate.read(number).groups[0].pixels for number in range(1, 17)}
        for number in (14, 3, 9):
            np.testing.assert_array_equal(again.read(number).groups[0].pixels, in_order[number], err_msg=path.name)


@pytest.mark.footage
def test_a_real_clip_cut_short_is_refused(footage, tmp_path):
    content = (footage / "clips" / "intel_asl_bird.mkv").read_bytes()
    (tmp_path / "a.mkv").write_bytes(content[: len(content) // 2])
    with pytest.raises(PlateError, match="a whole movie"):
        open_plate(str(tmp_path / "a.mkv"))
