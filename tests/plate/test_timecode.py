from fractions import Fraction

import pytest

from faceplate.plate.timecode import timecode_at


@pytest.mark.parametrize(
    ("start", "rate", "frame", "word"),
    [
        ("01:00:00:00", Fraction(24), 0, 0x01000000),
        ("01:00:00:23", Fraction(24), 1, 0x01000100),
        ("00:59:59:24", Fraction(25), 1, 0x01000000),
        ("23:59:59:23", Fraction(24000, 1001), 1, 0x00000000),
        ("10:11:12:13", Fraction(30), 0, 0x10111213),
        # SMPTE ST 12-1: numbers 00 and 01 are left out in every minute but the tenth.
        ("00:00:59;29", Fraction(30000, 1001), 1, 0x00010002 | 0x40),
        ("00:09:59;29", Fraction(30000, 1001), 1, 0x00100000 | 0x40),
        ("00:00:00;00", Fraction(30000, 1001), 17982, 0x00100000 | 0x40),
        ("00:00:00;00", Fraction(30000, 1001), 107892, 0x01000000 | 0x40),
        # Above 30 frames a second two frames share a number; the second has the field mark.
        ("00:00:59;59", Fraction(60000, 1001), 1, 0x00010002 | 0x40),
        ("01:00:00:10", Fraction(50), 1, 0x01000005 | 0x8000),
    ],
)
def test_time_code_counts_as_the_standard_says(start, rate, frame, word):
    assert timecode_at(start, rate, frame) == (word, 0)


def test_drop_frame_counting_never_repeats_or_skips_a_frame():
    words = [timecode_at("00:00:00;00", Fraction(30000, 1001), frame)[0] for frame in range(20000)]
    assert len(set(words)) == len(words)
    assert words == sorted(words)
    left_out = {f"{word >> 16 & 0xFF:02x}:{word & 0x3F:02x}" for word in words if word >> 8 & 0xFF == 0}
    assert "01:00" not in left_out
    assert "10:00" in left_out


@pytest.mark.parametrize("start", ["", "1:2:3:4", "01:00:00:24", "later"])
def test_what_is_no_time_code_gives_none(start):
    assert timecode_at(start, Fraction(24), 0) is None
