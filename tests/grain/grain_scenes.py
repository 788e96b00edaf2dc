"""Pictures without grain to lay grain over: a chart of flat steps, texture, the portrait; still or in a moving shot."""

from functools import cache

import cv2
import numpy as np
from grain_plates import picture, portrait

STEPS_EV = np.arange(-7, 3.5, 0.5)
PAN_PX = (2.35, -1.2)  # a frame, across and down
ZOOM, TURN_DEG = 1.002, 0.15  # a frame, about the middle
MARGIN_PX = 64  # the shot may go so far


def chart(size):
    """Three rows of neutral steps half a stop apart from -7 to +3 of middle grey, each row in an order of its own."""
    height, width = size
    column = np.arange(width) * STEPS_EV.size // width
    order = np.random.default_rng(4)
    rows = np.stack([order.permutation(STEPS_EV)[column] for _ in range(3)])
    steps = rows[np.arange(height) * 3 // height]
    return np.repeat((0.18 * np.exp2(steps))[..., None], 3, axis=-1)


def textured(size):
    """Ten stops, patches of texture as strong as the grain, cards with hard edges."""
    return np.maximum(picture(size), 1e-4)


def face(size):
    """The procedural portrait, as wide as high, enough times over to fill the size."""
    side = min(size)
    tiles = (-(-size[0] // side), -(-size[1] // side), 1)
    return np.tile(portrait(side), tiles)[: size[0], : size[1]]


SCENES = {"chart": chart, "texture": textured, "portrait": face}


@cache
def _wide(scene, size):
    grown = SCENES[scene]((size[0] + 2 * MARGIN_PX, size[1] + 2 * MARGIN_PX))
    return cv2.GaussianBlur(grown, (0, 0), 0.6)


def panned(scene, size, place, pan_px=PAN_PX):
    """The scene as the camera sees it in frame `place` of a pan; `offset(place)` says by how much it has moved."""
    across, down = offset(place, pan_px)
    matrix = np.array([[1, 0, MARGIN_PX - across], [0, 1, MARGIN_PX - down]], np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(_wide(scene, size), matrix, size[::-1], flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def offset(place, pan_px=PAN_PX):
    """By how many pixels (across, down) the picture of a frame stands from that of frame 0."""
    return pan_px[0] * place, pan_px[1] * place


def shot(scene, size, place):
    """The scene as the camera sees it in frame `place` of a shot that pans, zooms and turns, by fractions of pixels."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        _wide(scene, size), seen_from(size, place), size[::-1], flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )


def seen_from(size, place):
    """2 x 3: where in the wide picture a pixel of frame `place` of `shot` lies, (across, down, 1) to (across, down)."""
    angle, grown = np.deg2rad(TURN_DEG * place), ZOOM**place
    turn = grown * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([size[1], size[0]]) / 2
    return np.column_stack([turn, middle + MARGIN_PX - np.array(offset(place)) - turn @ middle])
