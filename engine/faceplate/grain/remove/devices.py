"""Where grain is taken out: on the CPU, or with torch on an NVIDIA GPU."""

from importlib.util import find_spec
from typing import Literal, TypeAlias, get_args

from faceplate.nvidia import DeviceProblem, chosen_device, no_gpu

DegrainDevice: TypeAlias = Literal["auto", "cpu", "cuda"]
degrain_device_choices: tuple[str, ...] = get_args(DegrainDevice)


def degrain_device(asked: str) -> str:
    """`cpu` or `cuda`: what was asked for, or with `auto` CUDA where it is there, else the CPU.

    Raises:
        DeviceError: a GPU was asked for that grain cannot be taken out on.
    """
    return chosen_device(asked, degrain_gpu_problem, expected="an NVIDIA GPU, and torch with CUDA")


def degrain_gpu_problem() -> DeviceProblem | None:
    """Why grain cannot be taken out on a GPU here, and what to do about it; None where it can.

    Torch is loaded only where the driver knows of a GPU.
    """
    if problem := no_gpu():
        return problem
    if find_spec("torch") is None:
        return "no torch", "pip install 'faceplate[degrain]', or choose device cpu"
    from faceplate.grain.remove.gpu.there import has_cuda  # noqa: PLC0415 -- torch is an extra, and heavy

    if not has_cuda():
        return "a torch that finds no CUDA", "install a CUDA build of torch for this driver, or choose device cpu"
    return None
