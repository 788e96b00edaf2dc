import subprocess
import sys

import pytest

from faceplate import nvidia
from faceplate.errors import DeviceError
from faceplate.grain import degrain_device, degrain_gpu_problem
from faceplate.grain.remove import devices

WITHOUT_TORCH = """
import sys
import numpy as np
from faceplate.grain import FaceDegrainSettings, degrain, degrain_device
from grain_plates import TRUTH
frames = np.random.default_rng(0).uniform(0.1, 0.2, (2, 32, 32, 3)).astype(np.float32)
device = degrain_device("cpu")
degrain(frames[0], TRUTH.profile(), FaceDegrainSettings(), neighbours=frames[1:], device=device)
from faceplate import nvidia
nvidia.gpu_count = lambda: 0
assert degrain_device("auto") == "cpu"
print([name for name in sys.modules if name.partition(".")[0] in ("torch", "onnxruntime")])
"""


@pytest.fixture
def gpu(monkeypatch):
    """A machine with a GPU, torch and CUDA; the test takes away what it wants."""
    there = pytest.importorskip("faceplate.grain.remove.gpu.there", exc_type=ImportError)
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 1)
    monkeypatch.setattr(devices, "find_spec", lambda _: object())
    monkeypatch.setattr(there, "has_cuda", lambda: True)
    return there


@pytest.fixture
def _no_gpu(monkeypatch):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 0)


def test_degraining_on_the_cpu_and_choosing_it_load_no_torch():
    paths = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], env=paths, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[]\n"


@pytest.mark.usefixtures("_no_gpu")
def test_without_a_gpu_auto_is_the_cpu_and_a_gpu_is_refused():
    assert degrain_device("auto") == degrain_device("cpu") == "cpu"
    with pytest.raises(DeviceError, match=r"device cuda.*an NVIDIA GPU, and torch with CUDA; came no NVIDIA driver"):
        degrain_device("cuda")


@pytest.mark.usefixtures("gpu")
def test_with_a_gpu_and_torch_for_it_auto_is_cuda():
    assert degrain_device("auto") == degrain_device("cuda") == "cuda"
    assert degrain_device("cpu") == "cpu"
    assert degrain_gpu_problem() is None


@pytest.mark.usefixtures("gpu")
def test_a_gpu_without_torch_is_the_cpu_and_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(devices, "find_spec", lambda _: None)
    assert degrain_device("auto") == "cpu"
    with pytest.raises(DeviceError, match=r"came no torch.*pip install 'faceplate\[degrain\]'"):
        degrain_device("cuda")


def test_a_torch_without_cuda_is_the_cpu_and_told_of(gpu, monkeypatch):
    monkeypatch.setattr(gpu, "has_cuda", lambda: False)
    assert degrain_device("auto") == "cpu"
    with pytest.raises(DeviceError, match=r"came a torch that finds no CUDA.*a CUDA build of torch"):
        degrain_device("cuda")
