import numpy as np

from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.mean_face import posed
from faceplate.track.regions import ToDisplay
from faceplate.values import Frame

# A mean face over six keypoints is 3% of the head off on a face it knows; it knows no expression at all.
POINTS5_CONFIDENCE = 0.3


class PosedLandmarker:
    """The last resort: the mean face posed to the eyes, nose, mouth and ears that the detector saw."""

    name = "points5"

    def measure(self, frame: Frame, head: Head, to_display: ToDisplay) -> Face:  # noqa: ARG002 -- it needs no pixels
        """As `landmarker.Landmarker`; presence is the detector's score, confidence is low everywhere."""
        points = posed(head.keypoints_square)
        confidence = np.full(len(points), POINTS5_CONFIDENCE * head.score)
        landmarks = points[:, :2] / [frame.header.pixel_aspect, 1.0]
        return Face(landmarks, points[:, 2], confidence, head.score, best_confidence=POINTS5_CONFIDENCE)
