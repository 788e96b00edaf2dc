"""Where grain is taken out: on the CPU, or with torch on an NVIDIA GPU."""

from importlib.util import find_spec
from typing import Literal, TypeAlias, get_args

from faceplate.errors import DeviceError
from faceplate.nvidia import gpu_count

DegrainDevice: TypeAlias = Literal["auto", "cpu", "cuda"]
degrain_device_choices: tuple[str, ...] = get_args(DegrainDevice)


def degrain_device(asked: str) -> str:
    """`cpu` or `cuda`: what was asked for, or with `auto` CUDA where it is there, else the CPU.

    Raises:
        DeviceError: a GPU was asked for that grain cannot be taken out on.
    """
    if asked == "cpu":
        return asked
    problem = degrain_gpu_problem()
    if asked == "auto":
        return "cpu" if problem else "cuda"
    if problem:
        expected = "an NVIDIA GPU, and torch with CUDA"
        raise DeviceError(f"device {asked}", expected=expected, came=problem[0], next_step=problem[1])
    return asked


def degrain_gpu_problem() -> tuple[str, str] | None:
    """Why grain cannot be taken out on a GPU here, and what to do about it; None where it can.

    Torch is loaded only where the driver knows of a GPU.
    """
    if gpu_count() == 0:
        return "no NVIDIA driver or no GPU on this machine", "render on a machine with a GPU, or choose device cpu"
    if find_spec("torch") is None:
        return "no torch", "pip install 'faceplate[degrain]', or choose device cpu"
    from faceplate.grain.remove.gpu.there import has_cuda  # noqa: PLC0415 -- torch is an extra, and heavy

    if not has_cuda():
        return "a torch that finds no CUDA", "install a CUDA build of torch for this driver, or choose device cpu"
    return None
