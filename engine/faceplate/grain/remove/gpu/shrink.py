"""Grain taken out by shrinking the cosine coefficients of overlapping blocks, twice; of one frame or several."""

from torch import Tensor
from torch.nn import functional

from faceplate.grain.remove.gpu.padded import padded
from faceplate.grain.remove.gpu.sweep import Told, groups_to_fill, swept
from faceplate.grain.remove.shrink import first_noise, inner, margins, second_noise
from faceplate.grain.remove.sweep import HOP_PX
from faceplate.values import Floats


def shrunk(planes: Tensor, variances: list[Floats], corner: tuple[int, int]) -> Tensor:
    """Each plane (planes x frames x rows x columns) without noise of its coefficient variance (`shrink.shrunk`)."""
    noisy = [each for each, variance in enumerate(variances) if variance.any()]
    clean = planes[:, 0].clone()
    if not noisy:
        return clean
    frames = padded(planes[noisy], margins(planes.shape[2:], corner), "symmetric")
    rows, columns = frames.shape[2:]
    more = [groups_to_fill(length) * HOP_PX - length for length in (columns, rows)]
    frames = functional.pad(frames, (0, more[0], 0, more[1]))
    first, second = (
        Told.of([noise(variances[each]) for each in noisy], planes.device) for noise in (first_noise, second_noise)
    )
    pilot = swept(frames, None, first, (rows, columns))
    clean[noisy] = swept(frames, pilot, second, (rows, columns))[:, *inner(planes.shape[2:], corner)]
    return clean
