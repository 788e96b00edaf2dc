import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from faceplate.errors import ModelError
from faceplate.swap.initialiser import last_initialiser
from foreign_networks import write_dfm
from one_shot_networks import some_map, write_one_shot


def content_of(*tensors):
    return helper.make_model(helper.make_graph([], "g", [], [], list(tensors))).SerializeToString()


@pytest.mark.parametrize("shape", [(), (1,), (3, 4), (2, 3, 5)])
def test_the_last_one_is_read_as_onnx_itself_reads_it(shape):
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    others = [numpy_helper.from_array(np.arange(9), "first"), numpy_helper.from_array(values, "last, später")]
    found = last_initialiser(content_of(*others), "m.onnx")
    assert (found.name, found.shape) == ("last, später", shape)
    np.testing.assert_array_equal(found.values("m.onnx"), values)


def test_a_file_without_initialisers_has_none():
    assert last_initialiser(content_of(), "m.onnx") is None


def test_nothing_but_floats_inside_the_file_is_taken():
    whole = numpy_helper.from_array(np.arange(9), "whole")
    outside = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="/etc/passwd")
    short = TensorProto(name="short", data_type=TensorProto.FLOAT, dims=[2], raw_data=b"1234")
    ragged = TensorProto(name="ragged", data_type=TensorProto.FLOAT, dims=[2], raw_data=b"123")
    empty = TensorProto(name="empty", data_type=TensorProto.FLOAT16, dims=[2])
    for tensor in (whole, outside, short, ragged, empty):
        with pytest.raises(ModelError, match=f"m.onnx: expected initialiser {tensor.name}"):
            last_initialiser(content_of(tensor), "m.onnx").values("m.onnx")


def test_bytes_that_are_no_protocol_buffer_end_in_our_own_error(tmp_path):
    """Cut off anywhere, or with any byte of the frame changed, in a file that ONNX Runtime did not see before."""
    content = write_one_shot(tmp_path / "m.onnx", mapping=some_map()[:4, :4]).read_bytes()
    random = np.random.default_rng(0)
    told = 0
    for _ in range(400):
        damaged = bytearray(content[: random.integers(1, len(content))])
        damaged[random.integers(len(damaged))] = random.integers(256)
        try:
            found = last_initialiser(bytes(damaged), "m.onnx")
            if found is not None:
                found.values("m.onnx")
        except ModelError:
            told += 1
    assert told > 100


def test_a_large_file_is_walked_and_not_copied(tmp_path):
    content = onnx.load(write_dfm(tmp_path / "m.dfm")).SerializeToString()
    found = last_initialiser(content, "m.dfm")
    assert found.message.obj is content
