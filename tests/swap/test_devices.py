import onnxruntime as ort
import pytest

from faceplate.errors import DeviceError
from faceplate.swap import choose_device, cuda_problem, devices
from swap_models import write_model


@pytest.fixture
def _no_gpu(monkeypatch):
    monkeypatch.setattr(devices, "_gpu_count", lambda: 0)


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
    monkeypatch.setattr(devices, "_gpu_count", lambda: 1)
    monkeypatch.setattr(devices.ort, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert cuda_problem() is None
    assert choose_device("auto") == "cuda"


def test_a_session_that_landed_on_another_processor_is_refused(tmp_path):
    session = ort.InferenceSession(write_model(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    devices.check_device(session, "cpu", "m.onnx")
    with pytest.raises(DeviceError, match=r"m\.onnx on cuda.*faceplate\[cuda\]"):
        devices.check_device(session, "cuda", "m.onnx")
