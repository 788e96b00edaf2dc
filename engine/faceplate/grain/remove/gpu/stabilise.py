"""The scale on which grain is equally strong, and luminance and colours, as on the CPU to the bit."""

from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from faceplate.grain.remove.gpu.padded import sent
from faceplate.grain.remove.opponents import TURN, TURN_BACK
from faceplate.grain.response.lookup import Slots, exposure_slots
from faceplate.grain.response.stabilise import AHEAD, Stabiliser, even_slots
from faceplate.values import Floats


class EvenScale(NamedTuple):
    """A `Stabiliser` and its tables on the GPU."""

    of: Stabiliser
    even_of: Tensor
    linear_of: Tensor

    @classmethod
    def at(cls, of: Stabiliser, device: torch.device) -> Self:
        """Where the work is done."""
        return cls(of, *(sent(table.T, device) for table in (of.even_of, of.linear_of)))

    def forward(self, x_linear: Tensor) -> Tensor:
        """Scene-linear to the scale on which grain has sigma 1."""
        steepness = _float32(1 / self.of.black)
        return torch.where(x_linear >= 0, _looked_up(self.even_of, x_linear, exposure_slots), x_linear * steepness)

    def inverse(self, y_even: Tensor) -> Tensor:
        """Means on the even scale back to means of scene-linear exposures."""
        found = _looked_up(self.linear_of, y_even + float(AHEAD), even_slots)
        return torch.where(y_even >= -1, found, y_even * _float32(self.of.black))


def opponents_of(even: Tensor) -> Tensor:
    """3 x rows x columns: luminance and two colours."""
    return _turned(TURN, even)


def channels_of(opponents: Tensor) -> Tensor:
    """The way back."""
    return _turned(TURN_BACK, opponents)


def _turned(matrix: Floats, planes: Tensor) -> Tensor:
    one, two, three = planes
    return torch.stack([a * one + b * two + c * three for a, b, c in matrix.tolist()])


def _looked_up(table: Tensor, numbers: Tensor, slots: Slots) -> Tensor:
    """Straight lines between the entries of a table, found by the bits of finite numbers (`lookup.look_up_plane`)."""
    lowest, highest, shift = (int(each) for each in slots)
    place = numbers.contiguous().view(torch.int32).clamp(lowest, highest) - lowest
    slot, share = (place >> shift).reshape(-1), (place & ((1 << shift) - 1)).float() / (1 << shift)
    found = table.index_select(1, slot).view(2, *numbers.shape)
    return found[0] + found[1] * share


def _float32(number: float) -> float:
    return float(np.float32(number))
