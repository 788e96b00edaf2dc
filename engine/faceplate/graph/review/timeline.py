import cv2
import numpy as np

from faceplate.graph.review.marks import doubtful, hand, sure
from faceplate.graph.review.sheet import ground, written
from faceplate.values import Array, Person, Track

strip_px, curve_px, label_px, margin_px = 90, 60, 24, 20
curve_colour = (230, 205, 50)


def timeline(track: Track, width_px: int) -> Array:
    """A strip a person: where they are seen, where that is doubtful or set by hand, and their residual over the frames.

    Rows x `width_px` x 3, 8 bit sRGB. The residual's curve is as high as its largest value, which is written.
    """
    return np.concatenate([_strip(track, person, width_px) for person in track.people])


def _strip(track: Track, person: Person, width_px: int) -> Array:
    strip = np.full((strip_px, width_px, 3), ground, np.uint8)
    columns = np.arange(margin_px, width_px - margin_px)
    rows = (columns - margin_px) * len(track.frames) // columns.size
    is_doubtful, is_by_hand = np.asarray(person.doubts > 0), person.by_hand.any(axis=1)
    for flags, colour in ((person.seen, sure), (person.seen & is_doubtful, doubtful), (is_by_hand, hand)):
        strip[curve_px + 8 : strip_px - 8, columns[np.asarray(flags)[rows]]] = np.rint(np.multiply(colour, 255))
    top = float(np.max(np.nan_to_num(person.residual_px), initial=0.0))
    _curve(strip, person.residual_px[rows] / max(top, 1e-6), columns)
    frames = f"{person.name}: {track.frames[0]}-{track.frames[-1]}"
    return written(strip, f"{frames}, landmarks and solve up to {top:.2f} px apart")


def _curve(strip: Array, heights: Array, columns: Array) -> None:
    """Heights of 0 to 1 at columns, broken where they are not known."""
    levels = curve_px - heights * (curve_px - label_px)
    known = np.isfinite(levels)
    for start in np.flatnonzero(known[:-1] & known[1:]):
        first, second = ((int(columns[at]), round(float(levels[at]))) for at in (start, start + 1))
        cv2.line(strip, first, second, curve_colour, 1, cv2.LINE_AA)
