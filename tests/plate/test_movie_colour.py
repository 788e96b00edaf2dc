"""What every codec and layout gives against the equations of the standards, done over by hand on the decoded planes."""

from fractions import Fraction

import av
import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline
from test_movie import WEIGHTS, a_picture, rgb_by_arithmetic, write_movie

import colour
from faceplate.errors import PlateError
from faceplate.plate import as_exr, open_plate, read_frame, write_frame
from faceplate.values import Sample

HEVC = {"x265-params": "log-level=none"}
CODECS = [
    ("prores_ks", "mov", "yuv422p10le", {"profile": "3"}),
    ("prores_ks", "mov", "yuv444p10le", {"profile": "4"}),
    ("prores_ks", "mov", "yuva444p10le", {"profile": "4"}),
    ("libx264", "mp4", "yuv420p", {"bf": "2", "g": "4"}),
    ("libx264", "mov", "yuv422p10le", {}),
    ("libx264", "mp4", "yuv420p10le", {"bf": "2", "g": "4"}),
    ("libx265", "mp4", "yuv420p", HEVC),
    ("libx265", "mov", "yuv420p10le", HEVC),
    ("libx265", "mkv", "yuv422p12le", HEVC),
    ("v210", "mov", "yuv422p10le", {}),
    ("ffv1", "mkv", "yuv420p16le", {}),
]
# One rounding to the nearest code; nothing else may be lost on the way.
LARGEST_ERROR_CODES = 0.5 + 1e-6
LARGEST_BIAS_CODES = 0.01


def texture(rows, columns, pixel_format):
    """Planes of smooth colour with noise on it, inside the limited range."""
    rng = np.random.default_rng(rows)
    frame = av.VideoFrame(columns, rows, pixel_format)
    bits = frame.format.components[0].bits
    for plane in frame.planes:
        across = np.linspace(0.25, 0.7, plane.width)[None] * np.linspace(1, 0.8, plane.height)[:, None]
        codes = (across + rng.normal(0, 0.02, across.shape)) * 2**bits
        yield codes.astype(np.uint8 if bits == 8 else np.uint16)


def decoded_planes(path, number):
    """The planes of a frame as the decoder gives them, read by their lines."""
    with av.open(str(path)) as container:
        frame = list(container.decode(video=0))[number - 1]
        depth = frame.format.components[0].bits
        dtype = np.uint8 if depth == 8 else np.uint16
        planes = [
            np.frombuffer(plane, dtype).reshape(plane.height, -1)[:, : plane.width].astype(float)
            for plane in frame.planes
        ]
    return planes, depth, frame.format.name


def at_luma(chroma, count, axis, *, on_sample):
    """Chroma at every luma position along an axis: a Hermite spline with the slopes of its neighbours."""
    if chroma.shape[axis] == count:
        return chroma
    ends = [(2, 2) if each == axis else (0, 0) for each in range(2)]
    padded = np.pad(chroma, ends, mode="edge")
    slopes = np.gradient(padded, axis=axis)
    positions = np.arange(count) / 2 if on_sample else (np.arange(count) + 0.5) / 2 - 0.5
    return CubicHermiteSpline(np.arange(-2, chroma.shape[axis] + 2), padded, slopes, axis=axis)(positions)


def expected_codes(path, number, *, matrix, full, top):
    planes, bits, _ = decoded_planes(path, number)
    luma, *chroma = planes[:3]
    whole = [
        at_luma(at_luma(plane, luma.shape[0], 0, on_sample=False), luma.shape[1], 1, on_sample=True) for plane in chroma
    ]
    rgb = rgb_by_arithmetic(luma, *whole, matrix=matrix, full=full, bits=bits)
    return np.moveaxis(rgb, 0, -1) * top / (2**bits - 1)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize(
    ("codec", "suffix", "pixel_format", "options"), CODECS, ids=[f"{row[0]}-{row[2]}" for row in CODECS]
)
def test_codes_are_those_of_the_equations_to_one_rounding(tmp_path, codec, suffix, pixel_format, options, matrix, full):
    path = tmp_path / f"a.{suffix}"
    pictures = [list(texture(rows, 64, pixel_format)) for rows in (48,) * 3]
    write_movie(path, pictures, codec=codec, pixel_format=pixel_format, options=options, matrix=matrix, full=full)
    frame = open_plate(str(path)).read(2)
    told = frame.header.attribute("movie:matrix"), frame.header.attribute("movie:range")
    # ProRes has no place for a range; 10 bit v210 has none for either.
    is_full, is_matrix = told[1] == "full", told[0]
    assert codec in ("prores_ks", "v210") or told == (matrix, "full" if full else "limited")
    expected = expected_codes(path, 2, matrix=is_matrix, full=is_full, top=frame.sample.top_code)
    error = frame.stored(frame.header.data).astype(float) - expected
    assert np.abs(error).max() <= LARGEST_ERROR_CODES
    assert np.abs(error.mean()) <= LARGEST_BIAS_CODES


@pytest.mark.parametrize(("rows", "columns"), [(47, 65), (17, 31), (49, 130)])
@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p", "yuv411p"])
def test_odd_sizes_lose_no_row_or_column(tmp_path, rows, columns, pixel_format):
    planes = list(texture(rows, columns, pixel_format))
    write_movie(tmp_path / "a.mkv", [planes], codec="ffv1", pixel_format=pixel_format, matrix="bt709", full=False)
    frame = open_plate(str(tmp_path / "a.mkv")).read(1)
    assert frame.groups[0].pixels.shape == (rows, columns, 3)
    if pixel_format != "yuv411p":
        expected = expected_codes(tmp_path / "a.mkv", 1, matrix="bt709", full=False, top=frame.sample.top_code)
        assert np.abs(frame.groups[0].pixels - expected).max() <= LARGEST_ERROR_CODES


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("bits", "pixel_format"), [(8, "yuv444p"), (10, "yuv444p10le"), (12, "yuv444p12le")])
@pytest.mark.parametrize(
    ("matrix", "name"), [("bt601", "ITU-R BT.601"), ("bt709", "ITU-R BT.709"), ("bt2020", "ITU-R BT.2020")]
)
def test_colour_science_gives_the_same_colours(tmp_path, matrix, name, bits, pixel_format, full):
    low, high = (0, 2**bits) if full else (2 ** (bits - 4), 235 * 2 ** (bits - 8))
    rng = np.random.default_rng(bits)
    planes = [rng.integers(low, high, (48, 64)).astype(np.uint8 if bits == 8 else np.uint16) for _ in range(3)]
    write_movie(tmp_path / "a.mkv", [planes], codec="ffv1", pixel_format=pixel_format, matrix=matrix, full=full)
    pixels = open_plate(str(tmp_path / "a.mkv")).read(1).groups[0].pixels
    witness = colour.YCbCr_to_RGB(
        np.stack(planes, axis=-1).astype(float),
        K=colour.WEIGHTS_YCBCR[name],
        in_bits=bits,
        in_legal=not full,
        in_int=True,
        out_bits=bits,
        out_legal=False,
        out_int=False,
    )
    expected = np.clip(witness, 0, 1) * (2**bits - 1)
    assert np.abs(pixels - expected).max() <= LARGEST_ERROR_CODES


@pytest.mark.parametrize("codec", ["ffv1", "mjpeg"])
def test_chroma_sits_where_the_codec_puts_it(tmp_path, codec):
    """A ramp of Cb is a straight line through luma positions, begun where the first chroma sample sits."""
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    ramp = np.repeat(np.arange(60, 188, 4, dtype=np.uint8)[None], 16, 0)
    planes = [np.full((32, 64), 128, np.uint8), ramp, np.full((16, 32), 128, np.uint8)]
    options = {"qmin": "1", "qmax": "1"} if codec == "mjpeg" else {}
    write_movie(
        tmp_path / "a.mkv", [planes], codec=codec, pixel_format=pixel_format, matrix="bt601", full=True, options=options
    )
    blue = open_plate(str(tmp_path / "a.mkv")).read(1).groups[0].pixels[16, 8:56, 2].astype(float)
    columns = np.arange(8, 56)
    chroma_at = (columns + 0.5) / 2 - 0.5 if codec == "mjpeg" else columns / 2
    expected = 128 + 1.772 * (60 + 4 * chroma_at - 128)
    assert np.abs(np.clip(expected, 0, 255) - blue).max() <= (3 if codec == "mjpeg" else 0.501)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "bits"), [("qtrle", "rgb24", 8), ("ffv1", "bgr0", 8), ("libx265", "gbrp12le", 12)]
)
def test_rgb_keeps_its_codes(tmp_path, codec, pixel_format, bits):
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2**bits, (32, 64, 3)).astype(np.uint8 if bits == 8 else np.uint16)
    options = {"x265-params": "lossless=1:log-level=none"} if codec == "libx265" else {}
    if bits == 8:
        frame = av.VideoFrame.from_ndarray(codes, format="rgb24").reformat(format=pixel_format)
    else:
        frame = a_picture([np.ascontiguousarray(codes[..., index]) for index in (1, 2, 0)], pixel_format)
    path = tmp_path / "a.mov" if codec == "qtrle" else tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 32, pixel_format
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    read = open_plate(str(path)).read(1)
    np.testing.assert_array_equal(read.stored(read.header.data), codes)


@pytest.mark.parametrize("pixel_format", ["gray", "gray16le"])
def test_grey_has_three_equal_channels(tmp_path, pixel_format):
    luma = next(texture(32, 64, pixel_format))
    write_movie(tmp_path / "a.avi", [[luma]], codec="ffvhuff", pixel_format=pixel_format)
    pixels = open_plate(str(tmp_path / "a.avi")).read(1).groups[0].pixels
    assert (pixels == pixels[..., :1]).all()
    (decoded,), bits, _ = decoded_planes(tmp_path / "a.avi", 1)
    expected = np.clip((decoded - 16 * 2 ** (bits - 8)) / (219 * 2 ** (bits - 8)), 0, 1) * (2**bits - 1)
    assert np.abs(pixels[..., 0] - expected).max() <= LARGEST_ERROR_CODES


@pytest.mark.parametrize(("codec", "pixel_format"), [("prores_ks", "yuva444p10le"), ("png", "rgba")])
def test_alpha_is_a_channel_of_its_own_over_its_whole_range(tmp_path, codec, pixel_format):
    with av.open(str(tmp_path / "a.mov"), "w") as container:
        stream = container.add_stream(codec, rate=24, options={"profile": "4"} if codec == "prores_ks" else {})
        stream.width, stream.height, stream.pix_fmt = 64, 32, pixel_format
        rgba = np.zeros((32, 64, 4), np.uint8)
        rgba[..., :3], rgba[..., 3] = 90, np.arange(64) * 255 // 63
        container.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=pixel_format)))
        container.mux(stream.encode())
    frame = open_plate(str(tmp_path / "a.mov")).read(1)
    assert frame.header.channels == ("R", "G", "B", "A")
    alpha = frame.groups[0].pixels[..., 3] / frame.sample.top_code
    np.testing.assert_allclose(alpha, rgba[..., 3] / 255, atol=0.002)
    write_frame(as_exr(frame), tmp_path / "a.exr")
    assert read_frame(tmp_path / "a.exr", 1).header.samples == (Sample.HALF,) * 4


@pytest.mark.parametrize(
    ("primaries", "transfer", "names"),
    [
        (9, 18, ("bt2020", "arib-std-b67")),
        (9, 16, ("bt2020", "smpte2084")),
        (12, 13, ("smpte432", "iec61966-2-1")),
        (1, 9, ("bt709", "log100")),
        (2, 2, (None, None)),
    ],
)
def test_transfer_and_primaries_are_told_and_change_no_code(tmp_path, primaries, transfer, names):
    pixels = []
    for tagged in (False, True):
        path = tmp_path / f"{tagged}.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=24)
            stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv422p10le"
            frame = a_picture(list(texture(32, 64, "yuv422p10le")), "yuv422p10le")
            for each in (frame, stream.codec_context):
                each.colorspace = 9
                if tagged:
                    each.color_primaries, each.color_trc = primaries, transfer
            container.mux(stream.encode(frame))
            container.mux(stream.encode())
        read = open_plate(str(path)).read(1)
        pixels.append(read.groups[0].pixels)
    assert (read.header.attribute("movie:primaries"), read.header.attribute("movie:transfer")) == names
    np.testing.assert_array_equal(*pixels)


@pytest.mark.parametrize("code", [8, 10, 14])
def test_a_matrix_of_another_kind_is_refused_and_not_guessed(tmp_path, code):
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv444p"
        frame = a_picture(list(texture(32, 64, "yuv444p")), "yuv444p")
        frame.colorspace = stream.codec_context.colorspace = code
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    plate = open_plate(str(tmp_path / "a.mkv"))
    with pytest.raises(PlateError, match=f"matrix coefficients {code}"):
        plate.read(1)


def test_what_the_maker_wrote_goes_into_the_header_and_on_into_an_exr(tmp_path):
    about = {
        "com.apple.quicktime.make": "ARRI",
        "com.arri.camera.CameraModel": "ALEXA 35",
        "com.apple.quicktime.creationdate": "2024-02-03T04:05:06+0100",
    }
    with av.open(str(tmp_path / "a.mov"), "w", container_options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(about)
        stream = container.add_stream("prores_ks", rate=Fraction(30000, 1001), options={"profile": "3"})
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv422p10le"
        stream.metadata.update({"timecode": "00:00:59;28", "reel_name": "A001C002"})
        for _ in range(3):
            container.mux(stream.encode(a_picture(list(texture(32, 64, "yuv422p10le")), "yuv422p10le")))
        container.mux(stream.encode())
    frame = open_plate(str(tmp_path / "a.mov")).read(3)
    expected = {f"movie:{name}": text for name, text in about.items()}
    expected |= {
        "movie:codec": "prores",
        "movie:profile": "HQ",
        "movie:reel_name": "A001C002",
        "movie:timecode": "00:00:59;28",
        "framesPerSecond": (30000, 1001),
        # Numbers 00 and 01 are left out where a minute begins.
        "smpte:TimeCode": (0x00010002 | 0x40, 0),
    }
    assert {name: frame.header.attribute(name) for name in expected} == expected
    write_frame(as_exr(frame), tmp_path / "a.exr")
    exr = read_frame(tmp_path / "a.exr", 1).header
    assert {name: exr.attribute(name) for name in expected} == expected
