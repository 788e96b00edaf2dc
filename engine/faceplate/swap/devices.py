import ctypes.util
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Literal, TypeAlias, get_args

import onnxruntime as ort

from faceplate.errors import DeviceError
from faceplate.nvidia import DeviceProblem, chosen_device, no_gpu

Device: TypeAlias = Literal["auto", "cpu", "cuda", "tensorrt"]
device_choices: tuple[str, ...] = get_args(Device)

runtime_version: str = ort.__version__

_providers = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


def choose_device(asked: str) -> str:
    """`cuda`, `cpu` or `tensorrt`: what was asked for, or with `auto` CUDA where it is there, else the CPU.

    Raises:
        DeviceError: a device was asked for that this machine or this ONNX Runtime has not.
    """
    if asked == "tensorrt":
        return chosen_device(asked, _tensorrt_problem, expected="an NVIDIA GPU and TensorRT")
    return chosen_device(asked, _cuda_problem, expected="an NVIDIA GPU")


def device_problems() -> Mapping[str, DeviceProblem | None]:
    """For each device that can be asked for why it is not there, and what to do about it; None where it is."""
    return {"cpu": None, "cuda": _cuda_problem(), "tensorrt": _tensorrt_problem()}


def _cuda_problem() -> DeviceProblem | None:
    """Why models cannot run on an NVIDIA GPU here, and what to do about it; None where they can."""
    if _providers["cuda"] not in ort.get_available_providers():
        return "an ONNX Runtime built without CUDA", "install onnxruntime-gpu, or choose device cpu"
    return no_gpu()


def _tensorrt_problem() -> DeviceProblem | None:
    if problem := _cuda_problem():
        return problem
    if _providers["tensorrt"] not in ort.get_available_providers():
        return "an ONNX Runtime built without TensorRT", "install onnxruntime-gpu, or choose device cuda"
    if ctypes.util.find_library("nvinfer") is None:
        return "no TensorRT on this machine", "install TensorRT 10 where the system finds it, or choose device cuda"
    return None


def providers(device: str, gpu_memory_mb: int = 0) -> list[tuple[str, dict[str, str]]]:
    """ONNX Runtime's execution providers for a chosen device, set so that a frame has the same bits in every session.

    CUDA would otherwise time its convolutions anew in each session and may choose others, and round to TF32. With
    `gpu_memory_mb` above 0 a session takes no more than so many MiB of a GPU's memory. TensorRT comes before CUDA,
    which runs what it leaves.
    """
    if device == "cpu":
        return [(_providers[device], {})]
    # What it does not find beside Python it prints, where answers of the command line may go.
    with redirect_stdout(sys.stderr):
        ort.preload_dlls()
    cuda = {"cudnn_conv_algo_search": "HEURISTIC", "use_tf32": "0"}
    limit = str(gpu_memory_mb * 2**20)
    if gpu_memory_mb:
        cuda |= {"gpu_mem_limit": limit, "arena_extend_strategy": "kSameAsRequested"}
    own = {"trt_max_workspace_size": limit} if gpu_memory_mb else {}
    before = [(_providers[device], own)] if device == "tensorrt" else []
    return [*before, (_providers["cuda"], cuda)]


def provider_names(device: str) -> tuple[str, ...]:
    """ONNX Runtime's names for what runs a network on a device: each runs what those before it leave."""
    chain = {"cpu": ("cpu",), "cuda": ("cuda", "cpu"), "tensorrt": ("tensorrt", "cuda", "cpu")}[device]
    return tuple(_providers[each] for each in chain)


def memory_of(device: str) -> str:
    """Where a device's values lie, as ONNX Runtime calls it."""
    return "cpu" if device == "cpu" else "cuda"


def check_device(session: ort.InferenceSession, device: str, source: str) -> None:
    """Refuses a session that ONNX Runtime put on another processor than it was told to, as it does without a word.

    Raises:
        DeviceError: the libraries of CUDA, or of TensorRT, could not be loaded.
    """
    if session.get_providers()[0] != _providers[device]:
        raise libraries_missing(device, source, "an ONNX Runtime that could not load them")


def libraries_missing(device: str, source: str, came: str) -> DeviceError:
    """The error for a device whose own libraries are not there."""
    return DeviceError(
        f"{source} on {device}",
        expected=f"CUDA 13 and cuDNN 9{' and TensorRT 10' if device == 'tensorrt' else ''} beside the GPU",
        came=came,
        next_step="pip install 'faceplate[cuda]', or choose --device cpu",
    )
