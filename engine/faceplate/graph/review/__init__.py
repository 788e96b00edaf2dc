"""A track on its plate, for the eye: an overlay movie, a contact sheet of the frames that deserve a look."""

from faceplate.graph.review.review import review_track
from faceplate.graph.review.sheet import grid

__all__ = ["grid", "review_track"]
