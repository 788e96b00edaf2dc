"""Grain made anew: the same for a pixel of the plate whichever window asks for it."""

from functools import partial

import cv2
import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.looks import Looks, looks_of
from faceplate.grain.apply.white import field_key, fill_white
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, GrainProfile, Window

BACK = cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE
TILE_PX = 240  # with the margin of a 17 px kernel a tile fills a 256 px transform


def grain_field(
    profile: GrainProfile,
    window: Window,
    frame: int,
    *,
    seed: int,
    size: float = 1.0,
    rgb_linear: Floats | None = None,
) -> Floats:
    """Grain of the profile's spectrum and channel correlation over a window of the plate.

    rows x cols x 3, mean 0, standard deviation 1 in each channel. It hangs on the plate: a window inside another holds
    the same bits, the same frame and seed always give the same grain, and other frames are independent. White noise is
    a hash of its place; each tile of the plate filters what it needs of it by a transform of fixed size, so no bit
    depends on the window or the number of threads.

    Args:
        profile: what grain it is.
        window: where on the plate.
        frame: its number.
        seed: another number gives other grain.
        size: of the grain, 1 as measured.
        rgb_linear: the picture over the window that the grain will lie on. Where it is given and the profile knows how
            grain looks in shadows and highlights, each pixel's is that of its exposure; else the mean of them all.
    """
    field = np.empty((window.height, window.width, 3), np.float32)
    looks = looks_of(profile, size, TILE_PX, zoned=rgb_linear is not None)
    fill = partial(_fill_row, field, rgb_linear, window, looks, field_key(frame, seed))
    side_by_side(fill, _starts(window.top, window.bottom) if field.size else ())
    return field


def _starts(first: int, last: int) -> range:
    """Where the tiles begin that lie between two rows or columns of the plate."""
    return range(first // TILE_PX * TILE_PX, last, TILE_PX)


def _fill_row(field: Floats, rgb_linear: Floats | None, window: Window, looks: Looks, key: np.uint64, top: int) -> None:
    """Fills the tiles of one row."""
    side, margin = looks.gain.shape[-1], looks.margin
    white, coloured = np.empty((3, side, side), np.float32), np.empty((looks.gain.shape[0], 3, side, side), np.float32)
    product = np.empty((side, side), np.float32)
    for left in _starts(window.left, window.right):
        wide = Window(left - margin, top - margin, left - margin + side, top - margin + side)
        inside = Window(left, top, left + TILE_PX, top + TILE_PX).intersect(window)
        fill_white(wide, key, white)
        here, there = inside.slices(window), inside.slices(wide)
        place = np.zeros(field[here].shape[:2], np.float32) if rgb_linear is None else looks.place(rgb_linear[here])
        first, last = int(place.min()), int(np.ceil(place.max()))
        for plane in white:
            cv2.dft(plane, dst=plane)
        for look in range(first, last + 1):
            for channel in range(3):
                _colour(white, looks.mix[look, channel], looks.gain[look, channel], product)
                cv2.dft(product, dst=coloured[look, channel], flags=BACK)
        if first == last:
            _lay(coloured[first][:, *there], field[here])
        else:
            _blend(coloured[(..., *there)], place, looks.overlap, field[here])


@compiled
def _colour(spectra: Floats, weights: Floats, gain: Floats, product: Floats) -> None:
    """One channel's mix of the three white spectra, times its filter's. Term by term: a product may round by place."""
    one, two, three = weights[0], weights[1], weights[2]
    red, green, blue = spectra[0].reshape(-1), spectra[1].reshape(-1), spectra[2].reshape(-1)
    filtered, factors = product.reshape(-1), gain.reshape(-1)
    for at in range(filtered.size):
        filtered[at] = (red[at] * one + green[at] * two + blue[at] * three) * factors[at]


@compiled
def _lay(coloured: Floats, field: Floats) -> None:
    for row in range(field.shape[0]):
        red, green, blue = coloured[0, row], coloured[1, row], coloured[2, row]
        for column in range(field.shape[1]):
            field[row, column, 0], field[row, column, 1] = red[column], green[column]
            field[row, column, 2] = blue[column]


@compiled
def _blend(coloured: Floats, place: Floats, overlap: Floats, field: Floats) -> None:
    """Each pixel's grain of the two looks it lies between; what two mixed of unit grain lose in strength is made up."""
    for row in range(field.shape[0]):
        for column in range(field.shape[1]):
            look = int(place[row, column])
            share = place[row, column] - np.float32(look)
            if share == 0:
                for channel in range(3):
                    field[row, column, channel] = coloured[look, channel, row, column]
            else:
                rest = np.float32(1) - share
                for channel in range(3):
                    one, other = coloured[look, channel, row, column], coloured[look + 1, channel, row, column]
                    alike = overlap[look, channel] * (rest * share * np.float32(2))
                    strength = np.sqrt(rest * rest + share * share + alike)
                    field[row, column, channel] = np.divide(rest * one + share * other, strength)
