"""The plate without its grain, worked out on a GPU: uploaded once, and one picture comes back."""

from collections.abc import Sequence
from itertools import chain
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from faceplate.errors import DeviceError
from faceplate.grain.remove.filled import MOST_LIGHT, filled, is_light
from faceplate.grain.remove.gpu.aligned import aligned
from faceplate.grain.remove.gpu.cosines import whole_products
from faceplate.grain.remove.gpu.motion import motions
from faceplate.grain.remove.gpu.padded import sent
from faceplate.grain.remove.gpu.shrink import shrunk
from faceplate.grain.remove.gpu.stabilise import EvenScale, channels_of, opponents_of
from faceplate.grain.remove.motion import whitening
from faceplate.grain.remove.opponents import opponent_covariances
from faceplate.grain.remove.part import Part
from faceplate.grain.remove.settings import FaceDegrainSettings
from faceplate.grain.remove.shrink import noise_variances
from faceplate.grain.response.stabilise import stabilisers
from faceplate.values import Floats, GrainProfile

one_at_a_time = Lock()  # frames of a render share a GPU's memory, and it is busy with one


def degrained(
    frames: Sequence[Floats],
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    *,
    part: Part,
    offsets: tuple[int, ...],
    device: str,
) -> Floats:
    """As `degrain`: within rounding the numbers of the CPU.

    A GPU of one kind, and one version of its libraries, gives a pixel the same bits in any window that holds it.

    Args:
        frames: the picture, and the neighbours that are used.
        profile: the plate's grain.
        settings: how much goes.
        part: where the pictures lie, and what of them is wanted.
        offsets: the neighbours' numbers less the picture's own; none where they are not told.
        device: torch's name for where the work is done.

    Raises:
        DeviceError: the GPU has not so much memory.
    """
    try:
        with one_at_a_time, whole_products(), torch.inference_mode():
            own = sent(frames[0], torch.device(device))
            whole = _whole(frames[0], own)
            others = (_whole(each, sent(each, own.device)) for each in frames[1:])
            scales = [EvenScale.at(each, own.device) for each in stabilisers(profile)]
            even = [_even(each, scales) for each in chain([whole], others)]
            smooth = channels_of(_merged(even, profile, settings, part, offsets))
            clean = torch.stack([scale.inverse(plane) for scale, plane in zip(scales, smooth, strict=True)])
            cut = part.inside.slices(part.window)
            own, before = own[cut], whole[:, *cut]
            mixed = before + float(np.float32(settings.amount)) * (clean - before)
            grainy = sent(np.any(profile.response, axis=1), own.device)
            made: Floats = torch.where(_is_light(own) & grainy, mixed.movedim(0, -1), own).cpu().numpy()
            return made
    except torch.OutOfMemoryError as fault:
        raise _no_memory(frames) from fault


def _whole(frame: Floats, pixels: Tensor) -> Tensor:
    """A frame that was sent, channels x rows x columns; what is no light is filled on the CPU: it is rare."""
    if not _is_light(pixels).all():
        pixels = sent(filled(frame, is_light(frame)), pixels.device)
    return pixels.movedim(-1, 0).contiguous()


def _is_light(pixels: Tensor) -> Tensor:
    return pixels.abs() < MOST_LIGHT


def _even(planes: Tensor, scales: list[EvenScale]) -> Tensor:
    """Luminance and two colours on the scale where the grain has one strength."""
    return opponents_of(torch.stack([scale.forward(plane) for scale, plane in zip(scales, planes, strict=True)]))


def _merged(
    even: list[Tensor],
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    part: Part,
    offsets: tuple[int, ...],
) -> Tensor:
    """The part's opponents without their grain: those of the frames, which are used up, moved onto the first."""
    covariances, near = opponent_covariances(profile), part.near
    stack = even[0].new_empty((3, len(even), near.height, near.width))
    stack[:, 0] = even[0][:, *near.slices(part.window)]
    if len(even) > 1:
        found = motions(torch.stack([each[0] for each in even]), whitening(covariances[0]), part.corner, offsets)
        for place, motion in enumerate(found, 1):
            stack[:, place] = aligned(even[place], motion, part.corner, near)
    even.clear()  # what lies beyond the part has done its work, and the GPU has other use for the room
    variances = noise_variances(covariances, settings.luminance, settings.colour)
    return shrunk(stack, variances, part.near_corner)[:, *part.inside.slices(near)]


def _no_memory(frames: Sequence[Floats]) -> DeviceError:
    rows, columns, _ = frames[0].shape
    return DeviceError(
        f"degraining {columns}x{rows} pixels of {len(frames)} frames on cuda",
        expected="GPU memory for them",
        came="a GPU whose memory is full",
        next_step="look at fewer frames, free the GPU of other work, or choose device cpu",
    )
