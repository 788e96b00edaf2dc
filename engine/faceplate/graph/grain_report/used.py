"""Where grain was measured: thumbnails of frames with their flat blocks outlined."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from faceplate.colour import to_display
from faceplate.grain import BlocksUsed
from faceplate.graph.plates import encoding_of
from faceplate.plate import normalised
from faceplate.values import Array, Frame, Plate

thumbnail_px = 480
most_looks = 6
outline = (255, 196, 0)
in_pairs = (90, 230, 120)


@dataclass(frozen=True)
class Look:
    """A frame that was measured, as it looks: its number, how many blocks of it were used, the thumbnail (8 bit)."""

    frame: int
    blocks: int
    picture: Array


def looks_of(plate: Plate, used: Sequence[BlocksUsed]) -> tuple[Look, ...]:
    """A few of the frames that were measured, 480 px wide, each block that was used outlined.

    Green where it was measured against the frame before, yellow where alone.
    """
    chosen = used if len(used) <= most_looks else [used[at] for at in _spread(len(used))]
    return tuple(
        Look(each.frame, len(each.corners_px), _marked(plate.read(each.frame), plate, each)) for each in chosen
    )


def _spread(count: int) -> list[int]:
    return [int(at) for at in np.linspace(0, count - 1, most_looks).round()]


def _marked(frame: Frame, plate: Plate, used: BlocksUsed) -> Array:
    shrunk = _shrunk(normalised(frame.stored(frame.header.data), frame.sample))
    shown = np.rint(np.clip(np.nan_to_num(to_display(encoding_of(plate))(shrunk)), 0, 1) * 255)
    picture = np.ascontiguousarray(shown, np.uint8)
    scale = picture.shape[1] / frame.header.data.width
    for (left, top), is_pair in zip(used.corners_px.tolist(), used.temporal.tolist(), strict=True):
        ends = np.rint(np.array([left, top, left + used.side_px, top + used.side_px]) * scale).astype(int).tolist()
        cv2.rectangle(picture, tuple(ends[:2]), tuple(ends[2:]), in_pairs if is_pair else outline, 1)
    return picture


def _shrunk(rgb: Array) -> Array:
    height, width = rgb.shape[:2]
    across = min(width, thumbnail_px)
    size = (across, max(1, round(height * across / width)))
    return np.asarray(cv2.resize(np.asarray(rgb, np.float32), size, interpolation=cv2.INTER_AREA))
