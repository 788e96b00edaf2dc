"""Where a face sits: the fit to the unit face square, the crop a model sees, and the warps between them."""

from faceplate.align.framing import frame_face
from faceplate.align.passes import sampled_in_passes
from faceplate.align.resample import crop_window, decimation_lobes, read, resample, seen_window
from faceplate.align.sampled import sampled, sampling_filters
from faceplate.align.similarity import crop_matrix, fit_alignment, fit_similarity, invert, transform, window_through

__all__ = [
    "crop_matrix",
    "crop_window",
    "decimation_lobes",
    "fit_alignment",
    "fit_similarity",
    "frame_face",
    "invert",
    "read",
    "resample",
    "sampled",
    "sampled_in_passes",
    "sampling_filters",
    "seen_window",
    "transform",
    "window_through",
]
