"""The swap put into the plate: residual or in its place, colour matched, blended in scene-linear light."""

from faceplate.composite.colour_match import ColourMatch, fit_match, matched_picture, needs_statistics
from faceplate.composite.colour_statistics import (
    ColourStatistics,
    coverage_seen,
    measure_colours,
    no_colours,
    smoothed_colours,
)
from faceplate.composite.face import Composite, composite_face, matte_in_crop
from faceplate.composite.place import FacePlace
from faceplate.composite.put_back import put_back
from faceplate.composite.resampled import crop_to_plate

__all__ = [
    "ColourMatch",
    "ColourStatistics",
    "Composite",
    "FacePlace",
    "composite_face",
    "coverage_seen",
    "crop_to_plate",
    "fit_match",
    "matched_picture",
    "matte_in_crop",
    "measure_colours",
    "needs_statistics",
    "no_colours",
    "put_back",
    "smoothed_colours",
]
