import numpy as np

from faceplate.track.solve.path import LandmarkPath
from faceplate.track.topology import anchors
from faceplate.values import Matrix

# Held against bending, so that what one anchor does alone is not swung to the outline.
STIFFNESS = 0.01


def spread_weights(path: LandmarkPath) -> Matrix:
    """Points x anchors: how much of each anchor's correction every point of the mesh takes over.

    A thin-plate spline over the person's usual face: a shift, turn or stretch of the anchors carries the whole mesh;
    anchors take their own. Duchon, "Splines minimizing rotation-invariant semi-norms in Sobolev spaces", 1977.
    """
    usual = np.median(path.face[path.seen], axis=0)
    centres = usual[list(anchors)]
    count = len(anchors)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _thin_plate(centres, centres) + STIFFNESS * np.eye(count)
    system[:count, count:] = _plane(centres)
    system[count:, :count] = _plane(centres).T
    inverse = np.linalg.inv(system)[:, :count]
    weights: Matrix = np.concatenate([_thin_plate(usual, centres), _plane(usual)], axis=1) @ inverse
    weights[list(anchors)] = np.eye(count)
    return weights


def _thin_plate(points: Matrix, centres: Matrix) -> Matrix:
    squared = ((points[:, None] - centres) ** 2).sum(axis=-1)
    plate: Matrix = squared * np.log(np.maximum(squared, 1e-300)) / 2
    return plate


def _plane(points: Matrix) -> Matrix:
    return np.column_stack([np.ones(len(points)), points])
