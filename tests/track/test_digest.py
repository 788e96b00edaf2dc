from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import TrackError
from faceplate.plate import open_plate, write_frame
from faceplate.track import check_digest, frame_digest
from faceplate.values import Attribute, ChannelGroup, Sample, Track, Window


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(5).random((216, 384, 3)).astype(np.float16)


@pytest.fixture
def track(picture, frame_of):
    digests = (frame_digest(frame_of(picture)), "")
    return Track("shot.%04d.exr", (1, 2), (384, 216), 1.0, "mediapipe", (), digests=digests)


def test_a_digest_is_sixteen_hex_characters_and_always_the_same(picture, frame_of):
    assert frame_digest(frame_of(picture)) == frame_digest(frame_of(picture.copy(), number=7)) != ""
    assert len(frame_digest(frame_of(picture))) == 16
    assert int(frame_digest(frame_of(picture)), 16) >= 0


def test_a_digest_is_that_of_earlier_versions(frame_of):
    ramp = np.broadcast_to(np.linspace(0, 1, 1920, dtype=np.float16)[:, None], (1080, 1920, 3))
    assert frame_digest(frame_of(ramp)) == "0e8dc074750aa2be"


@pytest.mark.parametrize("compression", ["none", "zip", "piz"])
def test_compression_tiles_and_header_do_not_change_it(picture, frame_of, tmp_path, compression):
    frame = frame_of(picture)
    header = replace(frame.header, file_format="openexr")
    header = header.with_attributes(Attribute("compression", "string", compression), Attribute("Artist", "string", "x"))
    write_frame(replace(frame, header=header), tmp_path / "plate.0001.exr")
    read = open_plate(str(tmp_path / "plate.0001.exr")).read(1)
    assert frame_digest(read) == frame_digest(frame)


def test_order_of_channels_and_sample_type_do_not_change_it(picture, frame_of):
    frame = frame_of(picture)
    names = ("B", "G", "R", "A")
    turned = np.concatenate([picture[..., ::-1], picture[..., :1]], axis=-1)
    header = replace(frame.header, channels=names, samples=(Sample.HALF,) * 4)
    assert frame_digest(replace(frame, header=header, groups=(ChannelGroup(names, turned),))) == frame_digest(frame)
    assert frame_digest(frame_of(picture.astype(np.float32))) == frame_digest(frame)


def test_black_round_the_picture_may_be_kept_or_left_out(picture, frame_of):
    black = picture.copy()
    black[:50], black[:, 300:] = 0, 0
    cut = frame_of(black[50:, :300], origin=(0, 50), display=Window(0, 0, 384, 216))
    assert frame_digest(cut) == frame_digest(frame_of(black))


def test_the_sign_of_zero_and_the_kind_of_nan_do_not_change_it(frame_of):
    zero, other = np.zeros((60, 100, 3), np.float16), np.full((60, 100, 3), -0.0, np.float16)
    assert frame_digest(frame_of(zero)) == frame_digest(frame_of(other))
    nan, negative = (np.full((60, 100, 3), bits, np.uint16).view(np.float16) for bits in (0x7E00, 0xFE01))
    assert frame_digest(frame_of(nan)) == frame_digest(frame_of(negative)) != frame_digest(frame_of(zero))


def test_another_picture_size_or_pixel_aspect_changes_it(picture, frame_of):
    frame = frame_of(picture)
    seen = {
        frame_digest(each)
        for each in (
            frame,
            frame_of((picture * np.float16(1.01)).astype(np.float16)),
            frame_of(np.roll(picture, 1, axis=1)),
            frame_of(picture, pixel_aspect=2.0),
            frame_of(picture, display=Window(0, 0, 380, 216)),
        )
    }
    assert len(seen) == 5


def test_a_frame_smaller_than_the_lattice_has_a_digest(frame_of):
    one, two = (frame_of(np.full((3, 2, 3), value, np.uint8)) for value in (1, 2))
    assert frame_digest(one) != frame_digest(two)


def test_a_frame_that_was_tracked_is_taken(track, picture, frame_of):
    check_digest(track, frame_of(picture))


def test_a_frame_of_another_plate_is_refused(track, picture, frame_of):
    with pytest.raises(TrackError) as refused:
        check_digest(track, frame_of(picture[::-1]))
    words = str(refused.value)
    assert "track of shot.%04d.exr, frame 1: expected the picture that was tracked, digest" in words
    assert "came made, digest" in words
    assert "--other-plate" in words


@pytest.mark.parametrize("number", [2, 3])
def test_a_frame_whose_picture_is_not_known_is_not_checked(track, picture, frame_of, number):
    check_digest(track, frame_of(picture, number=number))


def test_a_track_without_digests_is_not_checked(track, picture, frame_of):
    check_digest(replace(track, digests=()), frame_of(picture[::-1]))
