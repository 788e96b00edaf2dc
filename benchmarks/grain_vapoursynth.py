"""BM3D and V-BM3D by VapourSynth, run by a Python that has its packages: `PYTHON grain_vapoursynth.py ASKED ANSWERED`.

ASKED, an .npz: `frames`, frames x rows x columns x 3 from 0 to 1, and `sigmas`, strengths x 3, of white noise in the
opponents of R, G and B, on the same scale. ANSWERED: at each strength the middle frame, `single` of that frame alone
and `video` of all; `versions`. Nothing here needs Faceplate.
"""

import sys
from importlib.metadata import version

import numpy as np
import vapoursynth as vs

PROFILE = "np"
OPPONENTS = 100  # as the plugin numbers them
CODES_8_BIT = 255


def main() -> None:
    """From the one file to the other."""
    _, asked, answered = sys.argv
    with np.load(asked) as given:
        frames, sigmas = given["frames"], (CODES_8_BIT * given["sigmas"]).tolist()
    middle = len(frames) // 2
    packages = [f"{name} {version(name)}" for name in ("VapourSynth", "vapoursynth-bm3d")]
    single = [picture(single_frame(clip_of(frames[middle : middle + 1]), each), 0) for each in sigmas]
    video = [picture(several_frames(clip_of(frames), each, middle), middle) for each in sigmas]
    np.savez(answered, single=single, video=video, versions=", ".join(packages))


def clip_of(frames: np.ndarray) -> vs.VideoNode:
    """The frames as a clip of float R, G and B."""
    count, height, width, _ = frames.shape
    blank = vs.core.std.BlankClip(width=width, height=height, format=vs.RGBS, length=count)

    def filled(n: int, f: vs.VideoFrame) -> vs.VideoFrame:
        copy = f.copy()
        for plane in range(3):
            np.asarray(copy[plane])[:] = frames[n, ..., plane]
        return copy

    return blank.std.ModifyFrame(blank, filled)


def single_frame(clip: vs.VideoNode, sigma: list[float]) -> vs.VideoNode:
    """BM3D, both steps."""
    told = {"profile": PROFILE, "sigma": sigma}
    return clip.bm3d.Final(clip.bm3d.Basic(**told), **told)


def several_frames(clip: vs.VideoNode, sigma: list[float], beside: int) -> vs.VideoNode:
    """V-BM3D, both steps, of so many frames to either side."""
    told = {"profile": PROFILE, "sigma": sigma, "radius": beside, "matrix": OPPONENTS}
    opponents = clip.bm3d.RGB2OPP(sample=1)
    basic = opponents.bm3d.VBasic(**told).bm3d.VAggregate(radius=beside, sample=1)
    return opponents.bm3d.VFinal(basic, **told).bm3d.VAggregate(radius=beside, sample=1).bm3d.OPP2RGB(sample=1)


def picture(clip: vs.VideoNode, place: int) -> np.ndarray:
    """One frame of a clip, rows x columns x 3."""
    frame = clip.get_frame(place)
    return np.stack([np.asarray(frame[plane]) for plane in range(3)], axis=-1)


if __name__ == "__main__":
    main()
