import onnxruntime as ort
import pytest

from faceplate import nvidia
from faceplate.errors import DeviceError
from faceplate.swap import choose_device, device_problems, devices
from swap_models import write_model


@pytest.fixture
def _no_gpu(monkeypatch):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 0)


@pytest.mark.usefixtures("_no_gpu")
def test_without_a_gpu_auto_is_the_cpu():
    assert choose_device("auto") == "cpu"


@pytest.mark.usefixtures("_no_gpu")
def test_a_gpu_that_is_asked_for_and_missing_is_an_error():
    with pytest.raises(DeviceError, match="expected an NVIDIA GPU"):
        choose_device("cuda")


def test_the_cpu_can_always_be_asked_for():
    assert choose_device("cpu") == "cpu"


def test_with_a_gpu_auto_is_cuda(monkeypatch):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 1)
    monkeypatch.setattr(devices.ort, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert device_problems()["cuda"] is None
    assert choose_device("auto") == "cuda"


def test_a_session_that_landed_on_another_processor_is_refused(tmp_path):
    session = ort.InferenceSession(write_model(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    devices.check_device(session, "cpu", "m.onnx")
    with pytest.raises(DeviceError, match=r"m\.onnx on cuda.*faceplate\[cuda\]"):
        devices.check_device(session, "cuda", "m.onnx")


def test_tensorrt_is_asked_for_by_name_alone(monkeypatch):
    everything = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 1)
    monkeypatch.setattr(devices.ort, "get_available_providers", lambda: everything)
    monkeypatch.setattr(devices.ctypes.util, "find_library", lambda name: f"lib{name}.so")
    assert choose_device("auto") == "cuda"
    assert choose_device("tensorrt") == "tensorrt"
    monkeypatch.setattr(devices.ctypes.util, "find_library", lambda _: None)
    with pytest.raises(DeviceError, match="NVIDIA GPU and TensorRT; came no TensorRT on this machine"):
        choose_device("tensorrt")


@pytest.mark.usefixtures("_no_gpu")
def test_tensorrt_without_a_gpu_is_an_error():
    with pytest.raises(DeviceError, match="device tensorrt"):
        choose_device("tensorrt")


def test_a_memory_limit_is_one_of_cuda_and_of_tensorrts_workspace(monkeypatch):
    monkeypatch.setattr(devices.ort, "preload_dlls", lambda: None)
    limit = str(3000 * 2**20)
    (tensorrt, workspace), (cuda, options) = devices.providers("tensorrt", 3000)
    assert (tensorrt, cuda) == ("TensorrtExecutionProvider", "CUDAExecutionProvider")
    assert (workspace["trt_max_workspace_size"], options["gpu_mem_limit"]) == (limit, limit)
    assert "gpu_mem_limit" not in devices.providers("cuda")[0][1]
    assert devices.providers("cpu", 3000) == [("CPUExecutionProvider", {})]


@pytest.mark.parametrize("device", ["cpu", "cuda", "tensorrt"])
def test_the_providers_that_are_told_are_those_that_are_asked_for(monkeypatch, device):
    monkeypatch.setattr(devices.ort, "preload_dlls", lambda: None)
    asked = tuple(name for name, _ in devices.providers(device))
    told = devices.provider_names(device)
    assert told[: len(asked)] == asked
    assert told[-1] == "CPUExecutionProvider"
