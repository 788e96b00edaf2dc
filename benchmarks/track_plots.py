"""Pictures of how far a track is from the truth, frame by frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from face_plates import Staged
from faceplate.values import Array
from track_truth import person_of, residual

if TYPE_CHECKING:
    from track_scenes import Tracks

WIDTH, HEIGHT, MARGIN = 1100, 300, 60
COLOURS = {"raw": (60, 60, 220), "averaged": (200, 140, 40), "refined": (40, 140, 40)}
# Half a decade above the ground: what is shown lies between a thousandth and a hundred pixels.
DECADES = (-3.0, 2.0)


def plot_paths(path: Path, staged: Staged, tracks: "Tracks") -> None:
    """A picture for each face: the worst corner's error over the frames, logarithmic; frames that hide it are grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    every = np.ones(staged.scene.frames, bool)
    panels = []
    for actor in staged.actors:
        curves = {}
        for name, track in zip(COLOURS, tracks, strict=True):
            person = person_of(actor, track)
            if person is not None:
                curves[name] = residual(staged, actor, person, every).each
        panels.append(_panel(curves, np.array(actor.clear), list(staged.events.values())))
    cv2.imwrite(str(path), np.vstack(panels))


def _panel(curves: dict[str, Array], clear: Array, events: Sequence[int]) -> Array:
    panel = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for place in np.flatnonzero(~clear):
        left, right = (int(_column(place + half, len(clear))) for half in (-0.5, 0.5))
        panel[10 : HEIGHT - 30, max(left, MARGIN) : right] = 225
    for decade in range(int(DECADES[0]), int(DECADES[1]) + 1):
        row = int(_row(10.0**decade))
        cv2.line(panel, (MARGIN, row), (WIDTH - 10, row), (210, 210, 210), 1)
        cv2.putText(panel, f"{10.0**decade:g}", (4, row + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    for event in events:
        column = int(_column(event, len(clear)))
        cv2.line(panel, (column, 10), (column, HEIGHT - 30), (150, 90, 200), 1)
    for place, (name, errors) in enumerate(curves.items()):
        _curve(panel, errors, COLOURS[name])
        at = (MARGIN + 120 * place, HEIGHT - 8)
        cv2.putText(panel, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, COLOURS[name], 1, cv2.LINE_AA)
    return panel


def _curve(panel: Array, errors: Array, colour: tuple[int, int, int]) -> None:
    places = np.flatnonzero(np.isfinite(errors))
    points = np.stack([_column(places, len(errors)), _row(errors[places])], axis=-1).round().astype(np.int32)
    for gap in np.split(points, np.flatnonzero(np.diff(places) > 1) + 1):
        cv2.polylines(panel, [gap], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA)


def _column(place: Array | float, frames: int) -> Array:
    return MARGIN + np.asarray(place) * (WIDTH - MARGIN - 20) / max(frames - 1, 1)


def _row(error: Array | float) -> Array:
    share = (np.log10(np.maximum(error, 10.0 ** DECADES[0])) - DECADES[0]) / (DECADES[1] - DECADES[0])
    return HEIGHT - 30 - np.clip(share, 0, 1) * (HEIGHT - 40)
