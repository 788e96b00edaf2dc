"""Pictures plane by plane: loops read neighbours in memory, many at once."""

import cv2
import numpy as np

from faceplate.grain.response.lookup import exposure_slots, look_up_plane
from faceplate.grain.response.response import sigma_table
from faceplate.grain.threads import rows_of, side_by_side
from faceplate.values import Floats, GrainProfile


def planes_of(picture: Floats) -> Floats:
    """3 x rows x columns of a picture, rows x columns x 3."""
    planes = np.empty((3, *picture.shape[:2]), np.float32)

    def part(rows: slice) -> None:
        cv2.mixChannels([picture[rows]], list(planes[:, rows]), (0, 0, 1, 1, 2, 2))

    side_by_side(part, rows_of(picture.shape[0]))
    return planes


def sigma_planes(profile: GrainProfile, planes: Floats) -> Floats:
    """What `sigma_at` says of a picture in planes, 3 x rows x columns, to the bit."""
    sigma, table = np.empty_like(planes), sigma_table(profile)

    def fill(rows: slice) -> None:
        for channel in range(3):
            numbers, found = planes[channel, rows].reshape(-1), sigma[channel, rows].reshape(-1)
            look_up_plane(table[channel], numbers, *exposure_slots, found)

    side_by_side(fill, rows_of(planes.shape[1]))
    return sigma
