"""How grain looks at each exposure: the filters and mixes that white noise is given, and which pixel takes which."""

from typing import NamedTuple

import cv2
import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.kernel import mixing, scaled_kernel
from faceplate.values import Floats, GrainProfile

DARKEST = 2.0**-14


class Looks(NamedTuple):
    """What grain looks like in each zone of exposure, darkest first; one look alone where zones are not known.

    Attributes:
        gain: looks x 3 x side x side, factors of the packed transform (`cv2.dft`) of a square of white noise.
        mix: looks x 3 x 3, each channel's shares of three white noises.
        overlap: looks x 3, the correlation between a channel's grain in one look and in the next, of one white noise.
        exposure: looks, scene-linear, the middle of each zone.
        margin: how far the filters reach, px.
    """

    gain: Floats
    mix: Floats
    overlap: Floats
    exposure: Floats
    margin: int

    def place(self, rgb_linear: Floats) -> Floats:
        """Where each pixel lies among the looks, rows x columns: 1.5 is half way from the second to the third."""
        place = np.zeros(rgb_linear.shape[:2], np.float32)
        if self.exposure.size > 1:
            _place(rgb_linear, np.log2(np.maximum(self.exposure, DARKEST)).astype(np.float32), place)
        return place


def looks_of(profile: GrainProfile, size: float, tile_px: int, *, zoned: bool) -> Looks:
    """The looks of a profile's grain, `size` times as large, for tiles of this side; not `zoned`, the mean look."""
    kernels, correlations, exposure = profile.kernel[None], profile.correlation[None], np.zeros(1, np.float32)
    if zoned and profile.zone_exposure.size:
        kernels, correlations, exposure = profile.zone_kernel, profile.zone_correlation, profile.zone_exposure
    mix = np.stack([_upright(mixing(*each)) for each in zip(correlations, kernels, strict=True)])
    scaled = np.stack([scaled_kernel(kernel, size) for kernel in kernels])
    margin = scaled.shape[-1] // 2
    side = 2 * cv2.getOptimalDFTSize((tile_px + 2 * margin + 1) // 2)
    gain = np.stack([[_packed_gain(channel, side) for channel in kernel] for kernel in scaled])
    return Looks(gain, mix, _overlap(scaled, mix), exposure, margin)


def _upright(mix: Floats) -> Floats:
    """The same mix of noises of such signs that every channel has its own in it: looks must not cancel each other."""
    return mix * np.where(np.diag(mix) < 0, np.float32(-1), np.float32(1))


def _packed_gain(kernel: Floats, side: int) -> Floats:
    """The spectrum of a kernel that is symmetric about its middle, and therefore real, in the packing of `cv2.dft`.

    Each factor stands twice, where the real and where the imaginary part of the noise's wave stand.
    """
    padded, reach = np.zeros((side, side), np.float32), kernel.shape[0]
    padded[:reach, :reach] = kernel
    gain = np.asarray(cv2.dft(np.roll(padded, (-(reach // 2), -(reach // 2)), axis=(0, 1))), np.float32)
    gain[:, 2:-1:2] = gain[:, 1:-1:2]
    gain[2:-1:2, :: side - 1] = gain[1:-1:2, :: side - 1]
    return gain


def _overlap(kernels: Floats, mix: Floats) -> Floats:
    alike = np.einsum("lcij,lcij->lc", kernels[:-1], kernels[1:]) * np.einsum("lcw,lcw->lc", mix[:-1], mix[1:])
    return np.asarray(alike, np.float32)


@compiled
def _place(rgb_linear: Floats, stops: Floats, place: Floats) -> None:
    """By the mean of the three channels, in stops; the outermost looks hold beyond their middles, and for no number."""
    for row in range(place.shape[0]):
        for column in range(place.shape[1]):
            red, green, blue = rgb_linear[row, column]
            mean = (red + green + blue) * np.float32(1 / 3)
            stop = np.log2(max(mean, np.float32(DARKEST)))
            for look in range(stops.size - 1):
                share = np.divide(stop - stops[look], stops[look + 1] - stops[look])
                if share > 0:
                    place[row, column] = np.float32(look) + min(share, np.float32(1))
