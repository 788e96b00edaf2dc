import struct
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from png_by_hand import CHUNKS, ICC, UNSAFE, chunk, read_chunks_by_hand, write_png_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

ROWS, COLUMNS = 21, 33
WINDOW = Window(4, 3, 20, 17)
NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}


def some_samples(bits, channels):
    rng = np.random.default_rng(bits + channels)
    samples = rng.integers(0, 2**bits, (ROWS, COLUMNS, channels)).astype(np.uint8 if bits <= 8 else np.uint16)
    samples[2:6] = samples[2:3, :1]
    samples[8:12] = (np.arange(COLUMNS) % 2**bits)[None, :, None]
    samples[14:18] = samples[13:14]
    return samples


def check_law(path, samples):
    """Untouched, touched in a window, and encoded anew: every sample, attribute and chunk as it was."""
    frame, out = read_frame(path, 1), path.with_name("out.png")
    np.testing.assert_array_equal(frame.groups[0].pixels, samples)
    write_frame(frame, out)
    assert out.read_bytes() == path.read_bytes()
    if samples.shape[2] >= 3:
        touched = samples.copy()
        rows, columns = WINDOW.slices(frame.header.data)
        touched[rows, columns, :3] = 7
        write_frame(frame.with_stored(WINDOW, touched[rows, columns, :3]), out)
        assert read_frame(out, 1).header == frame.header
        np.testing.assert_array_equal(read_frame(out, 1).groups[0].pixels, touched)
    write_frame(replace(frame, file=None), out)
    again = read_frame(out, 1)
    assert again.header == frame.header
    np.testing.assert_array_equal(again.groups[0].pixels, samples)
    return again


@pytest.mark.parametrize("channels", NAMES)
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("level", [1, 4, 6, 9])
def test_every_sample_attribute_and_chunk_comes_back(tmp_path, bits, channels, level):
    samples = some_samples(bits, channels)
    depths = (b"sBIT", bytes([bits] * channels))
    before = [*CHUNKS[:4], depths, (b"iCCP", ICC), *CHUNKS[4:]]
    write_png_by_hand(tmp_path / "a.png", samples, bits, before=before, level=level)
    again = check_law(tmp_path / "a.png", samples)
    assert again.header.channels == NAMES[channels]
    assert again.header.samples[0] is (Sample.UINT8 if bits == 8 else Sample.UINT16)
    assert again.header.pixel_aspect == 0.5
    assert read_chunks_by_hand(tmp_path / "out.png") == before


def test_chunks_are_told_in_words_where_they_can_be(tmp_path):
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8, before=[*CHUNKS, (b"iCCP", ICC)], level=9)
    header = read_frame(tmp_path / "a.png", 1).header
    told = {
        "png:compressionLevel": 9,
        "png:gAMA": 45455,
        "png:sRGB": 0,
        "CICP": (9, 16, 0, 1),
        "png:pHYs": (2000, 1000, 0),
        "png:tIME": (2024, 2, 3, 4, 5, 6),
        "Artist": "André",
        "Copyright": "me",
        "packed": "text" * 9,
        "packed too": "größer",
        "XML:com.adobe.xmp": "<x/>",
        "ICCProfile": bytes(range(200)).hex(),
        "png:prVt": CHUNKS[-1][1].hex(),
    }
    assert {name: header.attribute(name) for name in told} == told


def test_chunks_behind_the_picture_move_before_it_and_none_is_lost(tmp_path):
    samples = some_samples(16, 3)
    write_png_by_hand(tmp_path / "a.png", samples, 16, before=CHUNKS[:2], after=CHUNKS[6:9])
    check_law(tmp_path / "a.png", samples)
    assert read_chunks_by_hand(tmp_path / "out.png") == [*CHUNKS[:2], *CHUNKS[6:9]]


def test_a_chunk_that_is_unsafe_to_copy_stays_with_the_samples_it_was_made_for(tmp_path):
    samples = some_samples(8, 3)
    write_png_by_hand(tmp_path / "a.png", samples, 8, before=[CHUNKS[0], UNSAFE])
    check_law(tmp_path / "a.png", samples)
    assert read_chunks_by_hand(tmp_path / "out.png") == CHUNKS[:1]


@pytest.mark.parametrize("chunks", [CHUNKS[:1], CHUNKS[2:3], CHUNKS[3:4], [(b"iCCP", ICC)], []])
def test_no_chunk_about_colour_changes_a_code(tmp_path, chunks):
    codes = np.repeat(np.arange(ROWS * COLUMNS, dtype=np.uint16).reshape(ROWS, COLUMNS, 1) * 90, 4, axis=2)
    codes[..., 3] = 1000
    write_png_by_hand(tmp_path / "a.png", codes, 16, before=chunks)
    check_law(tmp_path / "a.png", codes)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("interlace", [0, 1])
def test_other_readers_see_what_we_wrote(tmp_path, bits, channels, interlace):
    for rows, columns in ((ROWS, COLUMNS), (1, 1), (3, 2), (8, 8), (2, 5)):
        samples = some_samples(bits, channels)[:rows, :columns]
        write_png_by_hand(tmp_path / "a.png", samples, bits)
        frame = read_frame(tmp_path / "a.png", 1)
        wanted = frame.header.with_attributes(*[Attribute("png:interlace", "int", 1)] * interlace)
        write_frame(replace(frame, file=None, header=wanted), tmp_path / "b.png")
        seen = cv2.imread(str(tmp_path / "b.png"), cv2.IMREAD_UNCHANGED).reshape(rows, columns, channels)
        np.testing.assert_array_equal(seen[..., [2, 1, 0, 3][:channels]] if channels > 1 else seen, samples)
        with Image.open(tmp_path / "b.png") as witness:
            assert bool(witness.info.get("interlace")) is bool(interlace)
        check_law(tmp_path / "b.png", samples)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_comes_upright_by_its_exif_chunk_and_goes_back_as_it_was_stored(tmp_path, orientation):
    exif = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHHI", 274, 3, 1, orientation, 0, 0)
    stored = some_samples(16, 3)
    turned = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.transpose(1, 0, 2),
        6: stored[::-1].transpose(1, 0, 2),
        7: stored[::-1, ::-1].transpose(1, 0, 2),
        8: stored[:, ::-1].transpose(1, 0, 2),
    }[orientation]
    write_png_by_hand(tmp_path / "a.png", stored, 16, before=[CHUNKS[5], (b"eXIf", exif)])
    again = check_law(tmp_path / "a.png", turned)
    assert again.header.pixel_aspect == (0.5 if orientation < 5 else 2.0)
    assert (
        cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)[..., ::-1].tobytes()
        == np.ascontiguousarray(stored).tobytes()
    )


def of_few_bits(bits):
    def write(path):
        write_png_by_hand(path, some_samples(bits, 1), bits, before=[(b"sBIT", bytes([bits])), CHUNKS[0]])

    return write


def of_a_palette(*more):
    def write(path):
        colours = np.random.default_rng(1).integers(0, 256, 48).astype(np.uint8).tobytes()
        write_png_by_hand(path, some_samples(4, 1), 4, before=[CHUNKS[0], (b"PLTE", colours), *more], colour_type=3)

    return write


def with_a_key(path):
    samples = some_samples(16, 3)
    write_png_by_hand(path, samples, 16, before=[(b"tRNS", struct.pack(">3H", *samples[2, 0].tolist())), CHUNKS[0]])


COMES = [
    ("1 bit", of_few_bits(1), ("Y",)),
    ("2 bit", of_few_bits(2), ("Y",)),
    ("4 bit", of_few_bits(4), ("Y",)),
    ("palette", of_a_palette(), ("R", "G", "B")),
    ("palette with alpha", of_a_palette((b"tRNS", bytes(range(0, 160, 10)))), ("R", "G", "B", "A")),
    ("colour key", with_a_key, ("R", "G", "B", "A")),
]


@pytest.mark.parametrize(("write", "channels"), [row[1:] for row in COMES], ids=[row[0] for row in COMES])
def test_few_bits_palettes_and_colour_keys_come_whole_and_go_out_whole(tmp_path, write, channels):
    write(tmp_path / "a.png")
    frame = read_frame(tmp_path / "a.png", 1)
    assert frame.header.channels == channels
    check_law(tmp_path / "a.png", frame.groups[0].pixels)
    assert read_chunks_by_hand(tmp_path / "out.png") == CHUNKS[:1]
    if frame.sample is Sample.UINT8 if channels[0] == "R" else False:
        with Image.open(tmp_path / "a.png") as witness:
            np.testing.assert_array_equal(np.asarray(witness.convert("".join(channels))), frame.groups[0].pixels)


REFUSED = [
    ([(b"acTL", struct.pack(">2I", 2, 0))], "an animation"),
    ([(b"CrIT", b"")], "CrIT"),
    ([(b"IHDR", bytes(13))], "IHDR"),
]


@pytest.mark.parametrize(("before", "message"), REFUSED)
def test_a_png_of_another_kind_is_refused(tmp_path, before, message):
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8, before=before)
    with pytest.raises(PlateError, match=message):
        read_frame(tmp_path / "a.png", 1)


def test_every_byte_that_changed_is_noticed(tmp_path):
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8, before=CHUNKS)
    sound = (tmp_path / "a.png").read_bytes()
    for place in np.random.default_rng(1).integers(0, len(sound), 200):
        content = bytearray(sound)
        content[place] ^= 1 << int(place) % 8
        (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(PlateError, match=r"a\.png"):
            read_frame(tmp_path / "a.png", 1)


def test_a_file_that_breaks_off_anywhere_is_refused(tmp_path):
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8, before=CHUNKS[:3])
    sound = (tmp_path / "a.png").read_bytes()
    for length in range(0, len(sound), 41):
        (tmp_path / "a.png").write_bytes(sound[:length])
        with pytest.raises(PlateError, match=r"a\.png"):
            read_frame(tmp_path / "a.png", 1)


def test_text_that_unpacks_without_end_is_kept_packed(tmp_path):
    bomb = zlib.compress(bytes(2**27))
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8, before=[(b"zTXt", b"bomb\0\0" + bomb)])
    assert read_frame(tmp_path / "a.png", 1).header.attribute("bomb") is None
    check_law(tmp_path / "a.png", some_samples(8, 3))


def test_damaged_pixels_behind_a_right_checksum_are_refused(tmp_path):
    write_png_by_hand(tmp_path / "a.png", some_samples(8, 3), 8)
    content = (tmp_path / "a.png").read_bytes()
    start = content.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(content[:start] + chunk(b"IDAT", b"x\x9cno pixels") + chunk(b"IEND", b""))
    with pytest.raises(PlateError, match=r"a\.png"):
        read_frame(tmp_path / "a.png", 1)


def test_samples_that_a_png_cannot_hold_are_refused(tmp_path):
    window = Window(0, 0, 4, 4)
    for names, sample in ((("R", "G", "B"), Sample.HALF), (tuple("RGBAZ"), Sample.UINT8)):
        header = Header("png", window, window, names, (sample,) * len(names))
        group = ChannelGroup(names, np.zeros((4, 4, len(names)), sample.dtype))
        with pytest.raises(PlateError, match="as_still16"):
            write_frame(Frame(1, "made", header, (group,)), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
