import ctypes
import ctypes.util
from typing import Literal, TypeAlias, get_args

import onnxruntime as ort

from faceplate.errors import DeviceError

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
device_choices: tuple[str, ...] = get_args(Device)

runtime_version: str = ort.__version__

_providers = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


def choose_device(asked: str) -> str:
    """`cuda` or `cpu`: what was asked for, or with `auto` the best that is there.

    Raises:
        DeviceError: `cuda` was asked for and this machine or this ONNX Runtime has none.
    """
    problem = cuda_problem()
    if asked == "cuda" and problem:
        raise DeviceError("device cuda", expected="an NVIDIA GPU", came=problem[0], next_step=problem[1])
    return "cpu" if asked == "cpu" or problem else "cuda"


def cuda_problem() -> tuple[str, str] | None:
    """Why models cannot run on an NVIDIA GPU here, and what to do about it; None where they can."""
    if _providers["cuda"] not in ort.get_available_providers():
        return "an ONNX Runtime built without CUDA", "install onnxruntime-gpu, or choose device cpu"
    if _gpu_count() == 0:
        return "no NVIDIA driver or no GPU on this machine", "render on a machine with a GPU, or choose device cpu"
    return None


def providers(device: str) -> list[tuple[str, dict[str, str]]]:
    """ONNX Runtime's execution providers for a chosen device, set so that a frame has the same bits in every session.

    CUDA would otherwise time its convolutions anew in each session and may choose others, and round to TF32.
    """
    if device == "cpu":
        return [(_providers[device], {})]
    ort.preload_dlls()
    return [(_providers[device], {"cudnn_conv_algo_search": "HEURISTIC", "use_tf32": "0"})]


def check_device(session: ort.InferenceSession, device: str, source: str) -> None:
    """Refuses a session that ONNX Runtime put on another processor than it was told to, as it does without a word.

    Raises:
        DeviceError: CUDA's libraries could not be loaded.
    """
    if session.get_providers()[0] != _providers[device]:
        raise DeviceError(
            f"{source} on {device}",
            expected="CUDA 13 and cuDNN 9 beside the GPU",
            came="an ONNX Runtime that could not load them",
            next_step="pip install 'faceplate[cuda]', or choose --device cpu",
        )


def _gpu_count() -> int:
    # Asked of the driver itself: ONNX Runtime lists CUDA on machines without a GPU and then complains at length.
    library = ctypes.util.find_library("cuda") or ctypes.util.find_library("nvcuda")
    if library is None:
        return 0
    driver, count = ctypes.CDLL(library), ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if found else 0
