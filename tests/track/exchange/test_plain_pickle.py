import collections
import os
import pathlib
import pickle
import pickletools
import random
import struct
import subprocess

import numpy as np
import pytest

from faceplate.errors import TrackError
from faceplate.track.exchange.plain_pickle import read_plain

PLAIN = {
    "list": [1, -2.5, None, True, False, "é", b"\x00\xff"],
    "tuple": (1, (2, (3, (4, 5)))),
    "nested": {"a": {"b": [{"c": 2**70}]}, 7: "seven"},
    "empty": [[], {}, ()],
}
ARRAYS = {
    "plain": np.arange(12, dtype=np.float32).reshape(3, 4),
    "swapped": np.arange(6, dtype=">f8").reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "bytes": np.arange(7, dtype=np.uint8),
    "flags": np.array([True, False]),
    "none": np.zeros((0, 2)),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_come_back_as_python_reads_them(protocol):
    assert read_plain(pickle.dumps(PLAIN, protocol), "it") == PLAIN


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back_to_the_bit_with_their_type(protocol):
    read = read_plain(pickle.dumps(ARRAYS, protocol), "it")
    for name, array in ARRAYS.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_numpys_own_numbers_come_as_plain_ones(protocol):
    read = read_plain(pickle.dumps([*np.float32([2.5]), *np.int64([-3]), *np.array([True])], protocol), "it")
    assert read == [2.5, -3, True]
    assert [type(value) for value in read] == [float, int, bool]


def test_arrays_of_numpy_1_and_2_are_the_same():
    data = pickle.dumps(ARRAYS["plain"], 2)
    for old, new in ((b"numpy._core", b"numpy.core"), (b"numpy.core", b"numpy._core")):
        np.testing.assert_array_equal(read_plain(data.replace(old, new), "it"), ARRAYS["plain"])


def test_an_array_that_stands_twice_is_one():
    array = np.arange(3.0)
    first, second = read_plain(pickle.dumps([array, array]), "it")
    assert first is second


def test_enumerations_of_deepfacelab_come_as_their_numbers():
    data = b"\x80\x03csamplelib.Sample\nSampleType\nK\x01\x85R."
    assert read_plain(data, "it") == 1
    assert read_plain(b"\x80\x03cfacelib.FaceType\nFaceType\nK\x04\x85R.", "it") == 4


class Calls:
    """Pickles as a call of anything."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


HOSTILE = {
    "os.system": Calls(os.system, "touch pwned"),
    "eval": Calls(eval, "open('pwned', 'w')"),
    "exec": Calls(exec, "open('pwned', 'w')"),
    "open": Calls(open, "pwned", "w"),
    "popen": Calls(subprocess.Popen, ["touch", "pwned"]),
    "getattr": Calls(getattr, "x", "upper"),
    "numpy.load": Calls(np.load, "pwned.npy"),
    "ordered dict": collections.OrderedDict(a=1),
    "set": {1, 2},
    "object": pathlib.PurePosixPath("x"),
    "object array": np.array([{}, None], object),
    "text array": np.array(["a"]),
    "record array": np.zeros(2, [("a", "f4")]),
    "class": np.matrix,
    "function": os.getcwd,
    "complex": 1j,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_whatever_names_anything_else_is_refused_and_nothing_happens(name, protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = pickle.dumps({"good": [1], "bad": HOSTILE[name]}, protocol)
    with pytest.raises(TrackError, match="nothing of it was run"):
        read_plain(data, "it")
    assert list(tmp_path.iterdir()) == []


def dtype_of(code):
    return b"cnumpy\ndtype\n(X" + struct.pack("<I", len(code)) + code + b"\x89\x88tR"


def array_of(shape, data, code=b"f4"):
    """The pickle of an array by hand: its shape and bytes need not agree."""
    start = b"\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01("
    extents = b"".join(b"\x8a\x09" + extent.to_bytes(9, "little", signed=True) for extent in shape)
    return start + extents + b"t" + dtype_of(code) + b"\x89B" + struct.pack("<I", len(data)) + data + b"tb."


def test_the_array_made_by_hand_is_read_where_it_is_sound():
    np.testing.assert_array_equal(
        read_plain(array_of((2, 1), np.float32([3, 4]).tobytes()), "it"), np.float32([[3], [4]])
    )


DAMAGED = {
    "huge shape": array_of((2**40, 2**40), b""),
    "large shape": array_of((2**30,), b"1234"),
    "negative": array_of((-1,), b"1234"),
    "nothing times huge": array_of((0, 2**31), b""),
    "too many dimensions": array_of((1,) * 9, b"1234"),
    "objects": array_of((1,), b"12345678", b"O8"),
    "kind": array_of((1,), b"1234567", b"f7"),
    "no stack": b"\x80\x03.",
    "no mark": b"\x80\x03t.",
    "memo": b"\x80\x03h\x07.",
    "state of a list": b"\x80\x03]}b.",
    "a call of text": b"\x80\x03X\x01\x00\x00\x00a\x85R.",
    "unfinished array": b"\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R.",
    "constructor": b"\x80\x03cnumpy\ndtype\n.",
    "no end": b"\x80\x03K\x01",
    "cut off": b"\x80\x03X\xff\xff\xff\x7fab.",
    "frame": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f].",
    "long": b"\x80\x03\x8b\xff\xff\xff\x7f1.",
    "persistent": b"\x80\x03K\x01Q.",
    "extension": b"\x80\x03\x82\x01.",
    "mark as value": b"\x80\x03(.",
    "empty": b"",
    "text": b"hello",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_pickles_and_arrays_past_their_bytes_are_refused(name):
    if name == "frame":  # no more than a hint, and nothing is made of it
        assert read_plain(DAMAGED[name], "it") == []
        return
    with pytest.raises(TrackError, match=r"^it: expected a pickle of plain values"):
        read_plain(DAMAGED[name], "it")


def test_nesting_without_end_is_refused_before_it_can_hurt():
    deep_lists = b"\x80\x03" + b"]" * 100_000 + b"a" * 99_999 + b"."
    deep_tuples = b"\x80\x03)" + b"\x85" * 200_000 + b"."
    in_itself = b"\x80\x03]q\x00h\x00a."
    for data in (deep_lists, deep_tuples, in_itself):
        with pytest.raises(TrackError, match="nested deeper"):
            read_plain(data, "it")
    with pytest.raises(TrackError, match="a key that is no plain value"):
        read_plain(b"\x80\x03})" + b"\x85" * 200_000 + b"K\x01s.", "it")


def test_a_list_of_itself_over_and_over_is_no_bomb():
    """Ten lists of ten, each the one before: 10^30 leaves that nobody may walk."""
    level = b"]q\x00"
    data = b"\x80\x03" + level
    for place in range(30):
        data += b"](" + (b"h" + bytes([place])) * 10 + b"eq" + bytes([place + 1])
    assert len(read_plain(data + b".", "it")) == 10


def test_bytes_made_of_text_over_and_over_are_refused():
    text = "x" * 50_000
    data = b"\x80\x02c_codecs\nencode\nq\x00X" + struct.pack("<I", len(text)) + text.encode() + b"q\x01"
    data += b"X\x06\x00\x00\x00latin1q\x02]" + b"h\x00h\x01h\x02\x86Ra" * 100 + b"."
    with pytest.raises(TrackError, match="more bytes than the file has"):
        read_plain(data, "it")


def test_thousands_of_altered_pickles_are_read_or_refused_and_run_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generator = random.Random(7)  # noqa: S311 -- the same ones every time
    codes = bytes(ord(each.code) for each in pickletools.opcodes)
    sound = [pickle.dumps({**PLAIN, **ARRAYS}, protocol) for protocol in range(6)]
    sound.append(pickle.dumps(Calls(os.system, "touch pwned"), 2))
    refused = 0
    for _ in range(3000):
        data = bytearray(generator.choice(sound))
        for _ in range(generator.randint(1, 6)):
            place = generator.randrange(len(data))
            data[place] = generator.choice(codes) if generator.random() < 0.7 else generator.randrange(256)
        try:
            read_plain(bytes(data), "it")
        except TrackError:
            refused += 1
    assert refused > 1000
    assert list(tmp_path.iterdir()) == []
