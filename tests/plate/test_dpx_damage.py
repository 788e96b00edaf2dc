import struct
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from dpx_by_hand import PACKED_AS, codes, write_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"descriptor": 100}, "descriptor 100"),
        ({"descriptor": 0}, "descriptor 0"),
        ({"descriptor": 51}, "16 x 5 in at least"),
        ({"elements": 2}, "elements 2"),
        ({"sign": 1}, r"sign 1 \(signed codes\)"),
        ({"encoding": 1}, r"encoding 1 \(run-length\)"),
        ({"packing": 5}, "packing 5"),
        ({"packing": 0xFFFF}, "packing 65535"),
        ({"bits": 32}, "bits 32"),
        ({"width": 2**31, "height": 2**31}, "2147483648 x 2147483648"),
        ({"width": 2**32 - 1, "height": 2**32 - 1}, "4294967295 x 4294967295"),
        ({"width": 2**32 - 16}, "4294967280 x 5"),
        ({"height": 6}, "16 x 6"),
        ({"width": 0}, "0 x 5"),
        ({"height": 0}, "16 x 0"),
        ({"offset": 2**31}, "at least 214748"),
        ({"offset": 1664}, "begins at byte 1664"),
        ({"line_padding": 2**31, "height": 1}, "claims 2147483648"),
        ({"line_padding": 4096}, "16 x 5 in at least"),
        ({"user_bytes": 2**31}, "user data of at most 0 bytes"),
        ({"user_bytes": 1}, "user data of at most 0 bytes"),
        ({"user_bytes": 2**32 - 2, "start": 3000}, "user data of at most 952 bytes"),
    ],
    ids=str,
)
def test_other_kinds_and_claims_that_the_file_cannot_hold_are_refused_without_memory(tmp_path, layout, message):
    path, stored = tmp_path / "a.dpx", codes(10)
    bits = layout.pop("bits", 10)
    write_dpx_by_hand(path, stored, **({"line_padding": 0} | layout | {"line_padding": 0}))
    content = bytearray(path.read_bytes())
    struct.pack_into(">I", content, 812, layout.get("line_padding", 0))
    content[803] = bits
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(PlateError, match=message) as refused:
        read_frame(path, 1)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(refused.value).startswith(str(path))
    assert peak_bytes < 2**20


@pytest.mark.parametrize(("bits", "packing"), PACKED_AS)
def test_a_damaged_header_gives_a_frame_or_an_error_that_names_the_file(tmp_path, bits, packing):
    path = tmp_path / "a.dpx"
    write_dpx_by_hand(path, codes(bits), bits=bits, packing=packing)
    sound, refused = path.read_bytes(), 0
    for seed in range(60):
        rng, content = np.random.default_rng(seed), bytearray(sound)
        for place in rng.choice([*range(40), *range(768, 820)], 3):
            content[place] = rng.integers(0, 256)
        path.write_bytes(content)
        try:
            frame = read_frame(path, 1)
        except PlateError as error:
            refused += str(error).startswith(str(path))
        else:
            assert frame.groups[0].pixels.shape[:2] == (frame.header.data.height, frame.header.data.width)
            write_frame(replace(frame, file=None), tmp_path / "b.dpx")
            np.testing.assert_array_equal(read_frame(tmp_path / "b.dpx", 1).groups[0].pixels, frame.groups[0].pixels)
    assert refused >= 10


@pytest.mark.parametrize("orientation", [4, 7, 8, 0x4141])
def test_a_picture_on_its_side_is_refused(tmp_path, orientation):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={"orientation": (768, "H", orientation)})
    with pytest.raises(PlateError, match=f"orientation {orientation}"):
        read_frame(tmp_path / "a.dpx", 1)


def test_a_file_as_large_as_its_absurd_claim_is_refused_without_memory(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(8), bits=8, width=100_000, height=60_000)
    with (tmp_path / "a.dpx").open("r+b") as file:
        file.truncate(2**35)
    tracemalloc.start()
    with pytest.raises(PlateError, match="100000 x 60000"):
        read_frame(tmp_path / "a.dpx", 1)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 2**20


@pytest.mark.parametrize("length", [3, 2047, 2048, 2300, -1])
def test_a_file_that_was_cut_is_refused(tmp_path, length):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    (tmp_path / "a.dpx").write_bytes((tmp_path / "a.dpx").read_bytes()[:length])
    with pytest.raises(PlateError, match=r"a\.dpx"):
        read_frame(tmp_path / "a.dpx", 1)
