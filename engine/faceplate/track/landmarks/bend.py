"""The mesh bent smoothly so that some of its points meet others: what lies between follows."""

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from faceplate.track.landmarks.mean_face import mean_face
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Matrix

Indices: TypeAlias = npt.NDArray[np.intp]


def bent(points: Array, targets68: Array) -> Matrix:
    """The mesh (478 x n) with its 68 iBUG points exactly at `targets68` (68 x n), in any space.

    How far the 68 have to go is spread over the face by the biharmonic spline in three dimensions (Duchon, "Splines
    minimizing rotation-invariant semi-norms in Sobolev spaces", 1977) through the mean face: what is near on a face at
    rest moves alike, whatever the pose.
    """
    moved: Matrix = points + influence68() @ (targets68 - points[list(mesh_to_68)])
    return moved


@cache
def influence68() -> Matrix:
    """478 x 68: how far each point goes when one of the 68 goes by one. A shift or an affine bend of all is kept."""
    face = mean_face()
    nodes = face[list(mesh_to_68)]
    kernel = np.linalg.norm(nodes[:, np.newaxis] - nodes, axis=-1)
    plane = np.column_stack([np.ones(len(nodes)), nodes])
    system = np.block([[kernel, plane], [plane.T, np.zeros((4, 4))]])
    weights = np.linalg.solve(system, np.eye(len(system), len(nodes)))
    basis = np.linalg.norm(face[:, np.newaxis] - nodes, axis=-1)
    influence: Matrix = np.column_stack([basis, np.ones(len(face)), face]) @ weights
    influence[list(mesh_to_68)] = np.eye(len(nodes))
    return influence


@cache
def nearest68() -> Indices:
    """Which of the 68 lies nearest to each of the 478 points on the mean face."""
    face = mean_face()
    apart = np.linalg.norm(face[:, np.newaxis] - face[list(mesh_to_68)], axis=-1)
    return np.asarray(apart.argmin(axis=1))
