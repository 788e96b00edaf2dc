"""A contact sheet for the eye: is grain that was put back told from the plate's own, and does it show where it begins?

    python benchmarks/grain_look.py --out look [--plate PLATE.%04d.exr --colourspace CS [--range 1001-1007]]

Without a plate the demo's is made. Its grain is measured, five frames are degrained, and an insert (another place of
the clean plate, half a stop brighter, in a soft ellipse) is put on the clean frame and grained: with the plate's own
grain where that is sound, with the plate's own everywhere, and with new grain alone. The sheet shows the edge of the
insert at 400 %: the plate, the comp with no grain in the insert, each regrained comp; at high gain round mid grey their
fine detail, and the grain alone that degraining took from the plate or that a comp has beyond the clean picture: the
matte's outline must not be seen in them, but for what degraining had left in the plate. Figures beside it: how strong
the grain of the regrained comp is in the insert, in its edge and around it, as a share of what the profile expects.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from faceplate.colour import Conversion, from_working, plate_codec, to_display
from faceplate.demo.plate import make_plate
from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain,
    grain_output,
    sigma_at,
)
from faceplate.graph import encoding_of, measure_shot_grain, open_encoded_plate
from faceplate.graph.review import grid
from faceplate.values import Array, Floats, GrainProfile, Plate, Window
from machine import describe_machine

SIDE_PX = (1024, 768)
PATCH_PX = (160, 120)
ENLARGED = 4
GRAIN_GAIN = 12
MOVED_PX = (37, 90)
BRIGHTER = np.float32(2**0.5)
SOFT_PX = 14
shown_as = {"own where sound": "mix", "own everywhere": "own", "new": "new"}


def main() -> None:
    """Makes the sheet of the plate that was named, else of the demo's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plate")
    parser.add_argument("--colourspace")
    parser.add_argument("--range")
    given = parser.parse_args()
    plate = _plate(given)
    print(describe_machine("opencv-python-headless"))
    print(look(plate, given.out))


def _plate(given: argparse.Namespace) -> Plate:
    if given.plate:
        return open_encoded_plate(given.plate, given.range, given.colourspace)
    make_plate(given.out / "plate", frames=7, size=(1920, 1080))
    return open_encoded_plate(str(given.out / "plate" / "plate.%04d.exr"))


def look(plate: Plate, folder: Path) -> str:
    """Writes `folder`/look.png and gives the figures in words."""
    profile = measure_shot_grain(plate, plate.frames)
    middle = len(plate.frames) // 2
    numbers = plate.frames[max(0, middle - 2) : middle + 3]
    pictures = {number: _linear(plate, number) for number in numbers}
    number = plate.frames[middle]
    own = pictures.pop(number)
    window = Window(0, 0, own.shape[1], own.shape[0])
    clean = degrain(own, profile, FaceDegrainSettings(), window=window, neighbours=tuple(pictures.values()))
    lost = _ellipse(window)
    comp, bare = (_with_insert(under, clean, lost) for under in (own, clean))
    about: dict[str, Any] = {
        "profile": profile,
        "window": window,
        "frame": number,
        "plate": own,
        "clean": clean,
        "lost": lost,
    }
    mixed, owned, new = (
        partial(grain_output, comp, settings=FaceRegrainSettings(source=source), **about)
        for source in shown_as.values()
    )
    grained = dict(zip(shown_as, (mixed(), owned(), new()), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    steps = [
        ("normalised grain x0.1", np.float32(0.5) + np.float32(0.1) * mixed(output="normalised grain")),
        ("leak: new grain, made up, picture taken out", mixed(output="leak")),
    ]
    shown = _panels(
        plate, {"plate": own, "comp": comp} | grained, {"plate": clean} | dict.fromkeys(grained, bare), steps
    )
    sheet = grid(shown, 4, (PATCH_PX[0] * ENLARGED, PATCH_PX[1] * ENLARGED))
    cv2.imwrite(str(folder / "look.png"), sheet[..., ::-1])
    return "\n".join(f"{name}: {_edge_words(each - bare, bare, lost, profile)}" for name, each in grained.items())


def _linear(plate: Plate, number: int) -> Floats:
    """The middle of a frame, scene-linear."""
    frame = plate.read(number)
    data = frame.header.data
    left, top = (data.left + data.right - SIDE_PX[0]) // 2, (data.top + data.bottom - SIDE_PX[1]) // 2
    window = Window(left, top, left + SIDE_PX[0], top + SIDE_PX[1]).intersect(data)
    return plate_codec(encoding_of(plate), frame.sample).decode(frame.stored(window))


def _ellipse(window: Window) -> Floats:
    """The insert's matte: 1 within, falling off over some pixels."""
    matte = np.zeros((window.height, window.width), np.float32)
    middle, axes = (window.width // 2, window.height // 2), (window.width // 4, window.height // 4)
    cv2.ellipse(matte, middle, axes, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.blur(cv2.blur(matte, (SOFT_PX, SOFT_PX)), (SOFT_PX, SOFT_PX)))


def _with_insert(under: Floats, clean: Floats, lost: Floats) -> Floats:
    insert = np.roll(clean, MOVED_PX, axis=(0, 1)) * BRIGHTER
    return under + lost[..., None] * (insert - under)


def _panels(
    plate: Plate, pictures: dict[str, Floats], without: dict[str, Floats], steps: list[tuple[str, Floats]]
) -> list[tuple[str, Floats]]:
    """The pictures about the edge at 400 %, what their grain is (each less itself `without` any), and that of all."""
    encode, seen = from_working(encoding_of(plate)), to_display(encoding_of(plate))
    shown = [(name, _enlarged(seen(encode(each)))) for name, each in pictures.items()]
    grains = {name: _grain(pictures[name], bare, encode) for name, bare in without.items()}
    close = [(f"grain x{GRAIN_GAIN}: {name}", _enlarged(each)) for name, each in grains.items()]
    whole = [(f"grain x{GRAIN_GAIN}, whole: {name}", each) for name, each in grains.items()]
    mended = ("whole: own where sound", seen(encode(pictures["own where sound"])))
    fine = [
        (f"fine detail x{GRAIN_GAIN}: {name}", _enlarged(_fine(encode(pictures[name]))))
        for name in ("plate", *shown_as)
    ]
    return [*shown, mended, *steps, *fine, *close, *whole]


def _grain(with_it: Floats, without: Floats, encode: Conversion) -> Floats:
    """The grain as the plate's encoding holds it, round mid grey."""
    return np.float32(0.5) + GRAIN_GAIN * (encode(with_it) - encode(without))


def _fine(picture: Array) -> Floats:
    """What is finer than two pixels, round mid grey: nothing is known of clean plates here."""
    blurred = cv2.GaussianBlur(np.asarray(picture, np.float32), (0, 0), 2)
    return np.asarray(np.float32(0.5) + GRAIN_GAIN * (picture - blurred))


def _enlarged(picture: Array) -> Floats:
    """About the right end of the ellipse."""
    height, width = picture.shape[:2]
    left, top = width * 3 // 4 - PATCH_PX[0] * 3 // 4, (height - PATCH_PX[1]) // 2
    cut = np.asarray(picture[top : top + PATCH_PX[1], left : left + PATCH_PX[0]], np.float32)
    enlarged = cv2.resize(cut, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_NEAREST)
    return np.asarray(enlarged)


def _edge_words(grain: Floats, comp: Floats, lost: Floats, profile: GrainProfile) -> str:
    """Root mean square of grain over what is expected, by how much of the insert is there."""
    expected = sigma_at(profile, comp)
    ratio = np.divide(grain, expected, out=np.zeros_like(grain), where=expected > 0)
    zones = {"inside": lost == 1, "edge (0.7 to 0.99)": (lost > 0.7) & (lost < 0.99), "outside": lost == 0}
    found = {name: float(np.sqrt(np.mean(np.square(ratio[there])))) for name, there in zones.items()}
    return ", ".join(f"{name} {value:.2f}" for name, value in found.items())


if __name__ == "__main__":
    main()
