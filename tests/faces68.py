"""68 points of a face that nobody has: the mean face's steady points, an oval and two rings."""

import numpy as np

from faceplate.align.template import mean_face, steady_points


def face68(middle=(300.0, 200.0), size=100.0, turn=0.0):
    """68 points of a face seen from the front, its face square `size` wide; leans by `turn` radians."""
    points = np.zeros((68, 2))
    angle = np.linspace(np.pi, 0, 17)
    points[:17] = np.stack([0.5 + 0.62 * np.cos(angle), 0.25 + 0.85 * np.sin(angle)], -1)
    points[list(steady_points)] = mean_face
    mouth = np.linspace(np.pi, -np.pi, 13)[:-1]
    points[48:60] = np.stack([0.49 + 0.236 * np.cos(mouth), 0.78 - 0.09 * np.sin(mouth)], -1)
    inner = np.linspace(np.pi, -np.pi, 9)[:-1]
    points[60:68] = np.stack([0.49 + 0.18 * np.cos(inner), 0.78 - 0.03 * np.sin(inner)], -1)
    cosine, sine = np.cos(turn), np.sin(turn)
    return (points - 0.5) @ np.array([[cosine, sine], [-sine, cosine]]) * size + middle
