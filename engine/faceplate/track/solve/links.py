from typing import NamedTuple

import numpy as np

from faceplate.values import Array, Matrix


class Links(NamedTuple):
    """What says how far an anchor's correction in one frame is from that in another; links x anchors where not said.

    A correction is how far the wanted place of an anchor is from the path of its landmark, in the face square.

    Attributes:
        first: links, row of the track.
        second: links, row of the track.
        step: links x anchors x 2, second correction minus the first, turned.
        turn: links x anchors x 2 x 2, how the face square turns, grows and shears around the anchor from the first
            frame to the second.
        deviation: links x anchors, standard deviation of the step; infinite where it is not known.
    """

    first: Array
    second: Array
    step: Matrix
    turn: Matrix
    deviation: Matrix


def joined(*links: Links) -> Links:
    """All links in one."""
    return Links(*(np.concatenate(parts) for parts in zip(*links, strict=True)))


def still_links(rows: Array, deviation: Matrix) -> Links:
    """Links from each of `rows` to the row after it that ask for no change; `deviation` is links x anchors."""
    shape = deviation.shape
    turn = np.broadcast_to(np.eye(2), (*shape, 2, 2))
    return Links(rows, rows + 1, np.zeros((*shape, 2)), turn, deviation)
