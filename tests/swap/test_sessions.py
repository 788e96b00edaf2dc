import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from batch_models import open_card, write_convolutions, write_hungry, write_network
from faceplate.errors import DeviceError, ModelError
from faceplate.models import KnobInput
from faceplate.swap import load_model, sessions
from faceplate.swap.batches import Batches
from faceplate.swap.sessions import SharedSession
from faceplate.values import Crop
from swap_models import SIDE_PX, card, write_model

FACES = np.random.default_rng(1).random((8, SIDE_PX, SIDE_PX, 3), np.float32)
CROPS = [Crop(face, np.eye(2, 3), face) for face in FACES]
CODE = 1 / 1023


def pictures(count=8):
    return [np.ascontiguousarray(face.transpose(2, 0, 1)[None]) for face in FACES[:count]]


def answers(session, batch, count=8):
    return np.concatenate([made for (made,) in session.run(["swap"], "face", pictures(count), {}, batch)])


@pytest.fixture
def runs(monkeypatch):
    """How many pictures each run of a network was given."""
    seen, bound = [], SharedSession._bound

    def counted(self, inputs, outputs):
        seen.append(len(inputs["face"]))
        return bound(self, inputs, outputs)

    monkeypatch.setattr(SharedSession, "_bound", counted)
    return seen


# One session for all.


def test_models_of_the_same_network_share_a_session_whatever_their_file_is_called(tmp_path):
    first = load_model(write_model(tmp_path / "m.onnx"))
    (tmp_path / "other.onnx").write_bytes((tmp_path / "m.onnx").read_bytes())
    second = load_model(tmp_path / "other.onnx", gpu_memory_mb=100, batch=4)
    assert second.session is first.session
    assert load_model(write_model(tmp_path / "m.onnx", gain=0.5)).session is not first.session


def test_a_session_goes_with_its_last_holder(tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", gain=0.123))
    held = weakref.ref(model.session)
    del model
    gc.collect()
    assert held() is None


def test_threads_that_load_at_once_load_once(tmp_path, monkeypatch):
    path, loads, loaded = write_model(tmp_path / "m.onnx", gain=0.321), [], sessions._loaded
    monkeypatch.setattr(sessions, "_loaded", lambda *about: loads.append(about) or loaded(*about))
    with ThreadPoolExecutor(8) as threads:
        models = list(threads.map(lambda _: load_model(path), range(8)))
    assert len({id(model.session) for model in models}) == len(loads) == 1


def test_threads_on_one_session_get_what_each_would_get_alone(tmp_path):
    model = load_model(write_convolutions(tmp_path / "m.onnx"))
    alone = [model.run(crop).rgb_model for crop in CROPS]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda crop: model.run(crop).rgb_model, CROPS * 4))
    assert np.array_equal(together, alone * 4)


# Bound inputs and outputs.


def test_a_bound_run_gives_what_a_plain_run_gives(tmp_path):
    session = load_model(write_convolutions(tmp_path / "m.onnx")).session
    plain = [session.onnx.run(["swap"], {"face": picture})[0] for picture in pictures()]
    assert np.array_equal(answers(session, 1), np.concatenate(plain))


def test_what_a_run_gave_stays_when_the_next_is_made(tmp_path):
    model = load_model(write_convolutions(tmp_path / "m.onnx"))
    first = model.run(CROPS[0]).rgb_model
    kept = first.copy()
    model.run(CROPS[1])
    assert np.array_equal(first, kept)


# Batches.


@pytest.mark.parametrize("batch", [2, 3, 8])
def test_a_batch_gives_the_pixels_of_single_runs(tmp_path, runs, batch):
    """On the processors measured so far the very bits; none are promised, see the knob's help."""
    session = load_model(write_convolutions(tmp_path / "m.onnx")).session
    single = answers(session, 1)
    del runs[:]
    np.testing.assert_allclose(answers(session, batch), single, atol=1e-5, rtol=0)
    assert runs == [min(batch, 8 - start) for start in range(0, 8, batch)]


def test_a_network_for_three_is_always_given_three(tmp_path, runs):
    session = load_model(write_convolutions(tmp_path / "m.onnx", batch=3)).session
    single = answers(load_model(write_convolutions(tmp_path / "open.onnx")).session, 1)
    del runs[:]
    np.testing.assert_allclose(answers(session, 1), single, atol=1e-5, rtol=0)
    assert runs == [3, 3, 3]


def test_a_network_for_one_is_given_one_whatever_is_asked(tmp_path, runs):
    session = load_model(write_convolutions(tmp_path / "m.onnx", batch=1)).session
    answers(session, 8)
    assert runs == [1] * 8


def test_a_network_for_a_hundred_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"input of floats \(1, 3, 64, 64\); came face .*100 x 3"):
        load_model(write_convolutions(tmp_path / "m.onnx", batch=100))


def test_a_network_that_forgets_its_batch_is_refused_by_its_output(tmp_path):
    nodes = [onnx.helper.make_node("ReduceMean", ["face"], ["swap"], axes=[0])]
    model = load_model(write_network(tmp_path / "m.onnx", nodes, {}, out="m"), batch=4)
    crop = Crop(np.concatenate([np.concatenate(FACES[:2]), np.concatenate(FACES[2:4])], axis=1), np.eye(2, 3), None)
    with pytest.raises(ModelError, match=r"4 pictures as output swap.*\(1, 3, 64, 64\).*set batch to 1"):
        model.run(crop)


# Half precision.


@pytest.mark.parametrize("batch", [1, 4])
def test_a_network_in_half_precision_gives_what_the_same_in_floats_gives_within_a_code(tmp_path, batch):
    half = load_model(write_convolutions(tmp_path / "half.onnx", half=True), batch=batch)
    whole = load_model(write_convolutions(tmp_path / "whole.onnx"))
    assert half.recognised.signature.precision == "float16"
    assert whole.recognised.signature.precision == "float32"
    made = half.run(CROPS[0]).rgb_model
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, whole.run(CROPS[0]).rgb_model, atol=CODE, rtol=0)


# Memory.


@pytest.fixture(scope="session")
def _sixteen_mb():
    """An arena that no session may outgrow who asks for it, as CUDA's with `gpu_mem_limit`: the same BFCArena."""
    kind, memory = ort_state.OrtAllocatorType.ORT_ARENA_ALLOCATOR, ort_state.OrtMemType.DEFAULT
    same_as_requested = 1
    limit = ort_state.OrtArenaCfg(16 * 2**20, same_as_requested, -1, -1)
    ort_state.create_and_register_allocator(ort_state.OrtMemoryInfo("Cpu", kind, 0, memory), limit)


def limited(path):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.use_env_allocators", "1")
    return SharedSession(ort.InferenceSession(path, options, providers=["CPUExecutionProvider"]), str(path), "cpu")


@pytest.mark.usefixtures("_sixteen_mb")
def test_a_batch_too_large_for_memory_is_halved_once_and_said(tmp_path, runs):
    session = limited(write_hungry(tmp_path / "m.onnx", times=70))
    assert np.array_equal(answers(session, 4), np.concatenate(pictures()))
    (said,) = session.notes
    assert "m.onnx on cpu: no memory for a batch of 4, 2 from here on" in said
    assert runs == [4, 2, 2, 4, 2, 2]
    del runs[:]
    answers(session, 4)
    assert runs == [2] * 4
    assert len(session.notes) == 1


@pytest.mark.usefixtures("_sixteen_mb")
def test_where_half_a_batch_is_too_large_as_well_it_is_an_error_that_says_what_to_do(tmp_path):
    session = limited(write_hungry(tmp_path / "m.onnx", times=70))
    with pytest.raises(DeviceError, match=r"m\.onnx on cpu: expected memory for a batch of 4; came .*set batch to 1"):
        answers(session, 8)


@pytest.mark.usefixtures("_sixteen_mb")
def test_a_single_picture_too_large_for_memory_is_an_error(tmp_path):
    session = limited(write_hungry(tmp_path / "m.onnx", times=1000))
    with pytest.raises(
        DeviceError, match=r"memory for a batch of 1; came .*requested bytes.* Next: free this machine's memory, or"
    ):
        answers(session, 1, count=1)


@pytest.mark.parametrize(
    "words",
    [
        (
            "Non-zero status code returned while running Conv node. Name:'c' Status Message: /onnxruntime_src/"
            "onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool)"
            " Failed to allocate memory for requested buffer of size 1073741824"
        ),
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=h ; expr=cudaMalloc((void**)&p, size);",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);",
        "std::bad_alloc",
    ],
)
def test_what_cuda_says_of_memory_is_understood(tmp_path, monkeypatch, words):
    session, bound = load_model(write_convolutions(tmp_path / "m.onnx")).session, SharedSession._bound

    def full(self, inputs, outputs):
        if len(inputs["face"]) > 2:
            raise ort_state.RuntimeException(words)
        return bound(self, inputs, outputs)

    monkeypatch.setattr(SharedSession, "_bound", full)
    assert answers(session, 4).shape == (8, 3, SIDE_PX, SIDE_PX)
    assert "a batch of 4, 2 from here on" in next(iter(session.notes))


def test_a_network_that_does_not_fit_into_memory_itself_is_told_from_one_that_is_no_onnx(tmp_path, monkeypatch):
    def full(*_, **__):
        raise ort_state.RuntimeException("bfc_arena.cc:376 AllocateRawInternal(size_t, bool) Failed to allocate memory")

    path = write_model(tmp_path / "m.onnx", gain=0.987)
    monkeypatch.setattr(sessions.ort, "InferenceSession", full)
    with pytest.raises(
        DeviceError,
        match=r"m\.onnx on cpu: expected memory for the network itself.*free this machine's memory, or take a smaller",
    ):
        load_model(path)


def test_a_gpu_that_cannot_be_set_up_is_told_as_such_and_never_falls_back_to_the_cpu(tmp_path, monkeypatch, capfd):
    """ONNX Runtime's own wrapper prints and tries the CPU, unless it is told not to."""
    created = ort.InferenceSession._create_inference_session
    asked = []

    def fails_on_cuda(self, given, *about):
        asked.append([name for name, _ in given])
        if asked[-1] == ["CUDAExecutionProvider"]:
            raise RuntimeError("CUDA_PATH is set but CUDA wasn't able to be loaded")
        created(self, given, *about)

    monkeypatch.setattr(ort.InferenceSession, "_create_inference_session", fails_on_cuda)
    with pytest.raises(DeviceError, match=r"m\.onnx on cuda: expected CUDA 13.*; came CUDA_PATH is set"):
        load_model(write_model(tmp_path / "m.onnx", gain=0.777), "cuda")
    assert asked == [["CUDAExecutionProvider"]]
    assert capfd.readouterr().out == ""


# What is said.


def test_a_first_run_that_takes_long_is_said_once_with_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(sessions, "noticed_s", 0.0)
    model = load_model(write_model(tmp_path / "m.onnx", open_card, gain=0.9))
    assert model.notes == ()
    model.run(CROPS[0])
    model.run(CROPS[1])
    (said,) = model.notes
    assert said.startswith(f"{tmp_path}/m.onnx: its first run on cpu took 0.0 s")


# What cannot run.


def test_an_operator_that_has_no_kernel_for_its_values_is_named(tmp_path):
    """Known to ONNX, and on no processor of this ONNX Runtime: loading says so, not a frame."""
    path = write_network(tmp_path / "m.onnx", [onnx.helper.make_node("Relu", ["face"], ["swap"])], {})
    model = onnx.load(path)
    for port in (*model.graph.input, *model.graph.output):
        port.type.tensor_type.elem_type = onnx.TensorProto.BFLOAT16
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"Relu.*operators that ONNX Runtime \d+"):
        load_model(path)


def test_a_run_that_fails_names_the_model_and_what_to_do(tmp_path):
    nodes = [onnx.helper.make_node("Reshape", ["face", "shape"], ["swap"])]
    path = write_network(tmp_path / "m.onnx", nodes, {"shape": np.int64([1, 3, 64, 65])}, out="m")
    with pytest.raises(ModelError, match=r"m\.onnx: expected a run; came .*Reshape node.* cannot be reshaped"):
        load_model(path).run(CROPS[0])


def test_a_batch_that_a_network_was_not_made_for_says_to_take_single_pictures(tmp_path):
    nodes = [onnx.helper.make_node("Reshape", ["face", "shape"], ["swap"])]
    path = write_network(tmp_path / "m.onnx", nodes, {"shape": np.int64([1, 3, 64, 64])}, out="m")
    assert np.array_equal(answers(load_model(path).session, 1), np.concatenate(pictures()))
    with pytest.raises(ModelError, match=r"expected a run of a batch of 2; came .*Reshape.* Next: set batch to 1"):
        answers(load_model(path).session, 2)


def test_what_fails_names_the_file_and_the_face_that_asked_and_not_who_loaded_it_first(tmp_path):
    nodes = [onnx.helper.make_node("Reshape", ["face", "shape"], ["swap"])]
    first = load_model(write_network(tmp_path / "m.onnx", nodes, {"shape": np.int64([1, 3, 64, 65])}, out="m"))
    (tmp_path / "other.onnx").write_bytes((tmp_path / "m.onnx").read_bytes())
    second = load_model(tmp_path / "other.onnx")
    assert second.session is first.session
    with pytest.raises(ModelError, match=r"other\.onnx, ann, frame 7: expected a run"):
        second.run(CROPS[0], "ann, frame 7")


def test_faces_whose_knobs_stand_otherwise_never_share_a_run(tmp_path, runs):
    about = card(mattes={}, knobs={"age": KnobInput(("morph",))})
    nodes = [onnx.helper.make_node("Mul", ["face", "age"], ["swap"])]
    path = write_network(tmp_path / "m.onnx", nodes, {}, about=about)
    network = onnx.load(path)
    network.graph.input.append(onnx.helper.make_tensor_value_info("age", onnx.TensorProto.FLOAT, [1]))
    onnx.save(network, path)
    model = load_model(path, batch=8)
    morphs = [0.25, 0.5, 1.0] * 20

    def swapped(morph):
        return replace(model, knobs={"morph": morph}).run(CROPS[0]).rgb_model

    with ThreadPoolExecutor(6) as threads:
        for morph, made in zip(morphs, threads.map(swapped, morphs), strict=True):
            assert np.array_equal(made, FACES[0] * np.float32(morph))
    assert sum(runs) == len(morphs)


def test_faces_that_come_while_a_gpu_is_busy_share_its_next_run(tmp_path, monkeypatch):
    model = load_model(write_convolutions(tmp_path / "m.onnx"))
    alone = [model.run(crop).rgb_model for crop in CROPS[:4]]
    # As for a device other than the CPU: one run at a time.
    session, sizes, go, bound = model.session, [], threading.Event(), SharedSession._bound
    monkeypatch.setattr(session, "_batches", Batches(1))

    def slow(self, inputs, outputs):
        sizes.append(len(inputs["face"]))
        assert go.wait(10)
        return bound(self, inputs, outputs)

    monkeypatch.setattr(SharedSession, "_bound", slow)
    batched = replace(model, batch=8)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(batched.run, crop) for crop in CROPS[:4]]
        ends = time.monotonic() + 10
        while not sizes or len(session._batches._queue) < 4 - sizes[0]:
            assert time.monotonic() < ends
            time.sleep(0.001)
        go.set()
        made = [each.result(10).rgb_model for each in asked]
    assert sum(sizes) == 4
    assert len(sizes) == 2
    np.testing.assert_allclose(made, alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("first", "given"), [("n", 4), (1, 1), ("m", 1)])
def test_an_input_that_counts_pictures_as_the_picture_does_is_given_one_for_each(tmp_path, monkeypatch, first, given):
    about = card(mattes={}, knobs={"age": KnobInput(("morph",))})
    nodes = [onnx.helper.make_node("Mul", ["face", "age"], ["swap"])]
    path = write_network(tmp_path / "m.onnx", nodes, {}, about=about)
    network = onnx.load(path)
    network.graph.input.append(onnx.helper.make_tensor_value_info("age", onnx.TensorProto.FLOAT, [first, 1, 1, 1]))
    onnx.save(network, path)
    shapes, bound = [], SharedSession._bound

    def noted(self, inputs, outputs):
        shapes.append(inputs["age"].shape)
        return bound(self, inputs, outputs)

    monkeypatch.setattr(SharedSession, "_bound", noted)
    session = load_model(path).session
    morph = np.full((1, 1, 1, 1), 0.5, np.float32)
    made = session.run(["swap"], "face", pictures(4), {"age": morph}, 4)
    assert shapes == [(given, 1, 1, 1)]
    assert np.array_equal(np.concatenate([each for (each,) in made]), 0.5 * np.concatenate(pictures(4)))
