from dataclasses import dataclass

import numpy as np

from faceplate.align import invert, transform
from faceplate.values import Floats, Matrix


@dataclass(frozen=True)
class FacePlace:
    """Where a face stands on the plate, as its track says it for one frame.

    Attributes:
        landmarks_plate: points x 2, plate pixels.
        alignment: 2 x 3, plate pixels to the unit face square.
    """

    landmarks_plate: Floats
    alignment: Matrix

    @property
    def square_px(self) -> tuple[float, float]:
        """The side of the face square in plate pixels, across and down: on an anamorphic plate they differ."""
        across, down = np.linalg.norm(self.alignment[:, :2], axis=0)
        return float(1 / across), float(1 / down)

    def seen_through(self, plate_to_crop: Matrix) -> "FacePlace":
        """Where it stands in a crop."""
        back = invert(plate_to_crop)
        alignment = np.column_stack([self.alignment[:, :2] @ back[:, :2], transform(self.alignment, back[:, 2])])
        return FacePlace(transform(plate_to_crop, self.landmarks_plate).astype(np.float32), alignment)
