"""Grain made anew: the same for a pixel of the plate whichever window asks for it."""

import cv2
import numpy as np

from faceplate.grain.kernel import mixing, scaled_kernel
from faceplate.values import Floats, GrainProfile, Window

TILE_PX = 240  # with the margin of a 17 px kernel a tile fills a 256 px transform
WORD = 2**64


def grain_field(profile: GrainProfile, window: Window, frame: int, *, seed: int, size: float = 1.0) -> Floats:
    """Grain of the profile's spectrum and channel correlation over a window of the plate.

    rows x cols x 3, mean 0, standard deviation 1 in each channel. It hangs on the plate: a window inside another holds
    the same bits, the same frame and seed always give the same grain, and other frames are independent. Each tile of
    the plate draws its own white noise, is filtered alone by a transform of fixed size, and its overhang is added to
    its neighbours in the order of their rows and columns, so no bit depends on the window.

    The generator of a tile is seeded by seed, frame, row and column alone.

    Source: numpy's SeedSequence, after O'Neill, "Developing a seed_seq Alternative" (2015), and SFC64.
    """
    kernel = scaled_kernel(profile.kernel, size)
    margin = kernel.shape[-1] // 2
    side = cv2.getOptimalDFTSize(TILE_PX + 2 * margin)
    spectra = [_spectrum(channel, side) for channel in kernel]
    mix = mixing(profile.correlation, profile.kernel)
    field = np.zeros((3, window.height, window.width), np.float32)
    for row, column in _tiles(window.grow(margin)):
        tile = Window(column * TILE_PX, row * TILE_PX, (column + 1) * TILE_PX, (row + 1) * TILE_PX).grow(margin)
        inside = tile.intersect(window)
        if inside.is_empty:
            continue
        white = _white(seed, frame, row, column)
        for channel, spectrum in enumerate(spectra):
            filtered = _filter(_mixed(white, mix[channel]), spectrum, margin)
            field[channel][inside.slices(window)] += filtered[inside.slices(tile)]
    return np.ascontiguousarray(np.moveaxis(field, 0, -1))


def _tiles(window: Window) -> list[tuple[int, int]]:
    """Row and column of every tile that the window touches, row by row."""
    rows = range(window.top // TILE_PX, -(-window.bottom // TILE_PX))
    columns = range(window.left // TILE_PX, -(-window.right // TILE_PX))
    return [(row, column) for row in rows for column in columns]


def _white(seed: int, frame: int, row: int, column: int) -> Floats:
    """Independent standard normal samples of one tile, 3 x TILE_PX x TILE_PX."""
    entropy = [number % WORD for number in (seed, frame, row, column)]
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))
    return generator.standard_normal((3, TILE_PX, TILE_PX), dtype=np.float32)


def _mixed(white: Floats, weights: Floats) -> Floats:
    """One channel of correlated noise. Sums run term by term: a matrix product may round by position."""
    mixed: Floats = white[0] * weights[0]
    for other in (1, 2):
        if weights[other]:
            mixed += white[other] * weights[other]
    return mixed


def _spectrum(kernel: Floats, side: int) -> Floats:
    padded = np.zeros((side, side), np.float32)
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    spectrum: Floats = cv2.dft(padded)
    return spectrum


def _filter(tile: Floats, spectrum: Floats, margin: int) -> Floats:
    """The tile convolved with the kernel, with its full overhang of `margin` on all sides."""
    side = spectrum.shape[0]
    padded = np.zeros((side, side), np.float32)
    padded[:TILE_PX, :TILE_PX] = tile
    product = cv2.mulSpectrums(cv2.dft(padded), spectrum, 0)
    reach = TILE_PX + 2 * margin
    filtered: Floats = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE)[:reach, :reach]
    return filtered
