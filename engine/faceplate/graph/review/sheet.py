import cv2
import numpy as np

from faceplate.values import Array, Floats

cell_px = (640, 480)
label_px = 28
ground, ink = 30, (230, 230, 230)


def grid(panels: list[tuple[str, Floats]], columns: int = 4, size_px: tuple[int, int] = cell_px) -> Array:
    """Labelled pictures (rows x columns x 3, display-referred 0 to 1) side by side, 8 bit.

    Each is fitted to a cell of `size_px`, columns and rows.
    """
    cells = [_cell(label, picture, size_px) for label, picture in panels]
    cells += [np.full_like(cells[0], ground)] * (-len(cells) % columns if len(cells) > columns else 0)
    rows = [np.concatenate(cells[start : start + columns], axis=1) for start in range(0, len(cells), columns)]
    return np.concatenate(rows)


def written(picture: Array, label: str) -> Array:
    """The picture with a label in its top left corner, written into it."""
    cv2.putText(picture, label, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.55, ink, 1, cv2.LINE_AA)
    return picture


def _cell(label: str, picture: Floats, size_px: tuple[int, int]) -> Array:
    width, height = size_px
    cell = np.full((height + label_px, width, 3), ground, np.uint8)
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    fitted = picture if scale == 1 else cv2.resize(picture, size, interpolation=_filter(scale))
    top, left = label_px + (height - size[1]) // 2, (width - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = np.rint(np.clip(fitted, 0, 1) * 255)
    return written(cell, label)


def _filter(scale: float) -> int:
    return int(cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
