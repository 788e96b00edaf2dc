"""A frame in bands of rows, so that what is made on the way does not grow with it."""

from collections.abc import Iterator, Sequence
from functools import reduce

from faceplate.graph.render.geometry import Box
from faceplate.graph.render.pull import Pull

band_px = 2**20
"""Pixels of a band of rows: what the nodes make on the way stays small, and mostly in the processor's cache."""

rows_for_reach = 8
"""Rows of a band for each row that nodes read beyond it, so that little is made twice."""


def bands(pull: Pull, boxes: Sequence[Box]) -> Iterator[Box]:
    """All of the boxes in bands of rows, each told to the pull; where nodes reach far beyond theirs, in larger ones."""
    whole = reduce(Box.join, boxes)
    y = whole.y
    while y < whole.t:
        rows = max(1, band_px // whole.width, rows_for_reach * pull.reach_px)
        pull.band = whole._replace(y=y, t=min(y + rows, whole.t))
        yield pull.band
        y = pull.band.t
