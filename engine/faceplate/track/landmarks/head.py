from dataclasses import dataclass

from faceplate.track.regions import Region
from faceplate.values import Matrix


@dataclass(frozen=True)
class Head:
    """A head as a detector saw it.

    Attributes:
        region: the whole head, turned upright by its eyes, in square-pixel space.
        keypoints_square: 6 x 2 in the same space: the person's right eye, left eye, tip of the nose, mouth, right ear,
            left ear.
        score: how sure the detector is that this is a face, 0 to 1.
    """

    region: Region
    keypoints_square: Matrix
    score: float
