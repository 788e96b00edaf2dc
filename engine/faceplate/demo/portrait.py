"""The demo's one picture: a public-domain NASA portrait, where its landmarks lie, and how deep its head is.

Portrait space: pixels of the 512 x 512 picture, origin at its top left, y down, the first pixel's centre at (0.5, 0.5).
Depth is in the same pixels, towards the camera.
"""

from functools import cache

import numpy as np

from faceplate.colour import Conversion, builtin_config, conversion, open_config
from faceplate.errors import PackError
from faceplate.values import Array, Floats, Matrix

PORTRAIT_PX = 512
portrait_encoding = "srgb_rec709_scene"
working_space = "ACEScg"
"""The demo is the same picture whatever `$OCIO` says: it is made with the built-in config and its working space."""

# 68 iBUG points, measured once: the median of sixty runs of MediaPipe's face mesh on jittered crops of the portrait.
landmarks68_portrait: Matrix = np.array(
    [
        [178.82, 102.61], [179.12, 111.61], [179.39, 120.85], [182.36, 141.22], [186.05, 149.88], [190.48, 156.48],
        [201.12, 167.52], [212.61, 175.17], [221.07, 176.67], [229.77, 176.09], [242.54, 169.77], [254.83, 159.92],
        [260.05, 153.70], [264.85, 145.48], [270.40, 125.46], [271.77, 116.24], [273.04, 107.37], [186.86, 90.95],
        [190.93, 87.37], [197.32, 85.86], [205.70, 86.73], [215.43, 88.43], [236.34, 89.16], [246.42, 88.29],
        [255.10, 88.28], [261.60, 90.57], [265.43, 94.66], [225.25, 100.50], [224.53, 111.16], [223.82, 120.82],
        [223.40, 126.90], [210.69, 129.88], [217.62, 133.11], [223.24, 134.07], [228.97, 133.74], [236.47, 131.26],
        [194.10, 100.84], [198.55, 97.95], [206.02, 98.01], [213.45, 103.78], [207.39, 104.43], [200.16, 103.79],
        [236.97, 104.99], [244.98, 99.90], [252.56, 100.63], [256.81, 104.03], [250.41, 106.35], [243.00, 106.27],
        [201.26, 139.20], [206.14, 138.38], [216.54, 139.00], [223.09, 140.16], [229.92, 139.72], [240.99, 140.37],
        [246.30, 141.67], [239.54, 149.48], [229.09, 155.10], [222.44, 155.52], [216.13, 154.35], [206.73, 147.66],
        [204.08, 140.09], [217.58, 141.65], [223.17, 142.36], [228.99, 142.28], [243.35, 142.21], [228.49, 150.12],
        [222.81, 150.26], [217.31, 149.41],
    ]
)  # fmt: skip

# Read off the portrait: the edge of the hair from temple to temple, then down to the jaw and round the chin.
face_outline = (
    (181.0, 119.0), (182.6, 103.0), (184.5, 90.0), (188.5, 81.0), (201.0, 80.5), (212.6, 81.0), (227.4, 84.2),
    (242.0, 86.0), (255.5, 88.5), (266.0, 91.5), (269.5, 100.0), (270.5, 113.0), (269.0, 127.0), (267.0, 136.0),
    (264.3, 149.0), (257.0, 162.0), (244.0, 173.0), (232.0, 176.8), (222.5, 177.3), (207.6, 174.2), (192.7, 161.8),
    (186.2, 151.5), (182.2, 139.0), (180.3, 129.0),
)  # fmt: skip
mesh_height_px = 108.2
"""Height of the face mesh on the portrait, hairline to chin."""

# Fit to the depth of the face mesh (rms 6 px of a relief of 60), falling smoothly to nothing at the hair's outline.
HEAD_CENTRE = (225.6, 105.0)
HEAD_REACH = (96.0, 104.0)
HEAD_DEPTH_PX = 73.7
NOSE_TIP = (223.4, 124.8)
NOSE_REACH = (7.4, 8.5)
NOSE_DEPTH_PX = 17.0


@cache
def portrait_display() -> Floats:
    """The portrait as published: 512 x 512 x 3, sRGB, 0 to 1. Eileen Collins, NASA, public domain. Read-only.

    Raises:
        PackError: scikit-image, which brings the picture, is not installed.
    """
    try:
        from skimage.data import astronaut  # noqa: PLC0415 -- an extra, needed by the demo and by training alone
    except ImportError as fault:
        raise PackError(
            "the demo's portrait",
            expected="scikit-image, which brings it",
            came=str(fault),
            next_step='run `pip install "faceplate[demo]"`',
        ) from fault
    picture: Floats = astronaut().astype(np.float32) / np.float32(255)  # type: ignore[no-untyped-call]  # scikit-image leaves it without annotations
    picture.flags.writeable = False
    return picture


def portrait_working() -> Floats:
    """The portrait in the scene-linear working space, 512 x 512 x 3, diffuse white near 1."""
    return demo_conversion(portrait_encoding, working_space)(portrait_display())


def demo_conversion(source: str, target: str) -> Conversion:
    """The conversion between two colour spaces of the built-in config."""
    return conversion(source, target, open_config(f"ocio://{builtin_config}"))


def depth_portrait(points_portrait: Array) -> Matrix:
    """How far the head stands towards the camera at these points (... x 2), portrait pixels; 0 away from the head."""
    across, down = np.moveaxis(np.square(_scaled(points_portrait, HEAD_CENTRE, HEAD_REACH)), -1, 0)
    round_face = np.clip(1 - across, 0, None)
    skull = np.square(round_face) * np.square(np.clip(1 - np.square(down), 0, None))
    nose = np.exp(-np.square(_scaled(points_portrait, NOSE_TIP, NOSE_REACH)).sum(axis=-1) / 2)
    depth: Matrix = HEAD_DEPTH_PX * skull + NOSE_DEPTH_PX * nose
    return depth


def _scaled(points: Array, centre: tuple[float, float], reach: tuple[float, float]) -> Matrix:
    return (np.asarray(points, np.float64) - centre) / reach
