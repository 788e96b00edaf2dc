"""The networks of face-alignment (Bulat and Tzimiropoulos, "How far are we from solving the 2D & 3D Face Alignment
problem?", 2017) as TorchScript. Torch is loaded here, when somebody asks for them.
"""

import warnings
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from faceplate.errors import ModelError, PackError
from faceplate.models import Pack, catalogue, pack_named, packs_folder, read_pack_file
from faceplate.values import Floats

PACK = "fan"
FLAT, DEEP, DEPTH = "2DFAN4", "3DFAN4", "depth"
"""How the pack's files begin: the points as seen, the points of the head's far side too, and how deep those lie."""

POINTS68 = 68
SIDE_PX = 256
HEAT_SIDE = 64

Torch: TypeAlias = Any


class FanNetwork:
    """One network of the pack, on the CPU; gives the same bits whoever asks, in any order."""

    def __init__(self, torch: Torch, module: Any, source: str) -> None:
        self._torch = torch
        self._module = module
        self._source = source

    def heat(self, rgb: Floats) -> Floats:
        """68 x 64 x 64 heat maps of a 256 x 256 x 3 picture, display-referred 0 to 1.

        Raises:
            ModelError: the network gives something else.
        """
        return self._asked(rgb.transpose(2, 0, 1), (1, POINTS68, HEAT_SIDE, HEAT_SIDE))

    def depth(self, rgb: Floats, marks: Floats) -> Floats:
        """68 depths in pixels of the picture, towards the camera, of the points marked in 68 maps of its size.

        Raises:
            ModelError: the network gives something else.
        """
        return self._asked(np.concatenate([rgb.transpose(2, 0, 1), marks]), (1, POINTS68))

    def _asked(self, planes: Floats, shape: tuple[int, ...]) -> Floats:
        torch = self._torch
        given = torch.from_numpy(np.ascontiguousarray(planes[np.newaxis], dtype=np.float32))
        try:
            # TorchScript compiles anew after some calls, and the compiled network rounds in another way.
            with torch.inference_mode(), torch.jit.optimized_execution(should_optimize=False):
                answer = self._module(given)
        except RuntimeError as error:
            raise self._refusal(shape, str(error).strip().rpartition("\n")[2]) from error
        last = answer[-1] if isinstance(answer, list | tuple) else answer
        if tuple(last.shape) != shape:
            raise self._refusal(shape, f"{tuple(last.shape)}")
        values: Floats = last.numpy()[0].astype(np.float32)
        return values

    def _refusal(self, shape: tuple[int, ...], came: str) -> ModelError:
        return ModelError(
            self._source,
            expected=f"a network that gives {' x '.join(map(str, shape))} values",
            came=came,
            next_step=f"run `faceplate models install {PACK}` again",
        )


def fan_network(kind: str, packs: Mapping[str, Pack] = catalogue) -> FanNetwork:
    """A network of the installed pack by how its file begins; loaded once a process.

    Raises:
        PackError: torch or the pack is not installed, or the file is not the one on record.
        ModelError: the file is no TorchScript.
    """
    return _loaded(kind, pack_named(PACK, packs), packs_folder())


@cache
def _loaded(kind: str, pack: Pack, _folder: Path) -> FanNetwork:
    torch = _torch()
    (name,) = (file.name for file in pack.files if file.name.startswith(kind))
    # A TorchScript archive is a program. Its own interpreter runs it, not Python, and its pickles are read by a reader
    # that makes tensors and numbers alone; still it could do harm. So nothing is loaded but the bytes whose digest has
    # just been checked against the catalogue, and never a file that might have changed since, or a Python pickle.
    content = read_pack_file(pack.name, name, {pack.name: pack})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch would rather export; the weights come as they come
        try:
            module = torch.jit.load(BytesIO(content), map_location="cpu").eval()
        except RuntimeError as error:
            raise ModelError(
                name,
                expected="a TorchScript archive",
                came=str(error).strip().partition("\n")[0],
                next_step=f"run `faceplate models install {PACK}` again",
            ) from error
    return FanNetwork(torch, module, name)


def _torch() -> Torch:
    try:
        import torch  # noqa: PLC0415 -- an extra, and heavy: loaded only for those who ask for FAN
    except ImportError as error:
        raise PackError(
            "the landmarkers fan2d and fan3d",
            expected="torch, which runs them",
            came=str(error),
            next_step='run `pip install "faceplate[fan]"`',
        ) from error
    return torch
