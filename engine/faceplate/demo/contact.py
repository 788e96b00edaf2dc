from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from faceplate.colour import Conversion, model_range, plate_codec, shown_plate, to_display
from faceplate.errors import StorageError, TrackError
from faceplate.graph import encoding_of
from faceplate.graph.review import grid
from faceplate.graph.review.sheet import cell_px
from faceplate.plate import normalised, open_plate
from faceplate.swap import FaceSwapSettings, SwapModel, cut_crop, exposure_ev, region_of
from faceplate.track import face_oval
from faceplate.values import Floats, Frame, Person, Plate, Swap, Track, Window

difference_gain = 16
grain_gain = 6
enlargement = 4
patch_px = (cell_px[0] // enlargement, cell_px[1] // enlargement)


@dataclass(frozen=True)
class Station:
    """What a sheet is made from.

    Attributes:
        plate: with its encoding.
        track: of it.
        person: whose face was replaced.
        model: by which.
        rendered: names the sequences `exr` and `matte` that were rendered.
    """

    plate: Plate
    track: Track
    person: Person
    model: SwapModel
    rendered: Callable[[str], str]


def write_contact_sheet(station: Station, number: int, path: Path) -> None:
    """One frame of a shot at every station of the walk, as an sRGB PNG to look at.

    Raises:
        TrackError: nobody is seen in this frame.
        StorageError: the picture cannot be written.
    """
    sheet = grid(_panels(station, number))
    if not cv2.imwrite(str(path), sheet[..., ::-1]):
        raise StorageError(
            str(path),
            expected="a picture written",
            came="OpenCV wrote none",
            next_step="check the folder and its space",
        )


def _panels(station: Station, number: int) -> list[tuple[str, Floats]]:
    if not station.person.seen[station.track.frames.index(number)]:
        raise TrackError(
            f"contact sheet, frame {number}", expected="a face", came="none", next_step="choose another frame"
        )
    plate = station.plate.read(number)
    finished, matte = (open_plate(station.rendered(name)).read(number) for name in ("exr", "matte"))
    seen = to_display(encoding_of(station.plate))
    display, face = plate.header.data, _around(matte.header.data, plate.header.data)
    before, after = (_look(frame, display, seen) for frame in (plate, finished))
    close_before, close_after = before[face.slices(display)], after[face.slices(display)]
    coverage = np.zeros((face.height, face.width), np.float32)
    covered = matte.header.data.intersect(face)
    coverage[covered.slices(face)] = matte.groups[0].pixels[(*covered.slices(matte.header.data), 0)]
    swap = _through_model(station, plate)
    eyes = _middle(face, cell_px, display)
    cheek = _middle(_cheek(face), patch_px, display)
    grains = [_grain(picture[cheek.slices(display)]) for picture in (before, after)]
    return [
        ("plate", before),
        ("track", _overlay(close_before, station, number, face)),
        ("aligned crop, as the model sees it", swap.crop.rgb_model),
        ("model output", swap.rgb_model),
        ("matte", np.repeat(coverage[..., None], 3, axis=2)),
        ("result", after),
        (f"difference x{difference_gain}", np.abs(close_after - close_before) * difference_gain),
        ("result, face", close_after),
        ("plate at 100 %", before[eyes.slices(display)]),
        ("result at 100 %", after[eyes.slices(display)]),
        (f"grain before, at {enlargement}00 %, x{grain_gain}", grains[0]),
        (f"grain after, at {enlargement}00 %, x{grain_gain}", grains[1]),
    ]


def _through_model(station: Station, plate: Frame) -> Swap:
    """The face of a frame as the model sees and gives it, at the exposure that FaceSwap's own settings ask for."""
    row, card = station.track.frames.index(plate.number), station.model.card
    alignment = station.person.alignment[row]
    region = region_of(alignment, card, plate.header.data)
    light = model_range(card, exposure_ev(card, station.person, FaceSwapSettings())[row])
    shown = shown_plate(plate.stored(region), plate_codec(encoding_of(station.plate), plate.sample), light)
    return station.model.run(cut_crop(shown, region, alignment, card))


def _look(frame: Frame, window: Window, seen: Conversion) -> Floats:
    return seen(normalised(frame.stored(window), frame.sample))


def _around(matte: Window, data: Window) -> Window:
    return matte.grow(matte.height // 6).intersect(data)


def _cheek(face: Window) -> Window:
    """Left of the nose and below the eye, where skin is smooth and grain is seen best."""
    left, top = face.left + face.width // 5, face.top + 2 * face.height // 5
    return Window(left, top, left + face.width // 5, top + face.height // 8)


def _middle(face: Window, size_px: tuple[int, int], data: Window) -> Window:
    left = (face.left + face.right - size_px[0]) // 2
    top = (face.top + face.bottom - size_px[1]) // 2
    return Window(left, top, left + size_px[0], top + size_px[1]).intersect(data)


def _overlay(picture: Floats, station: Station, number: int, face: Window) -> Floats:
    drawn = picture.copy()
    points = station.person.landmarks_plate[station.track.frames.index(number)] - [face.left, face.top]
    ring = np.rint(points[list(face_oval)] * 16).astype(np.int32)
    thickness = max(1, face.height // 400)
    cv2.polylines(drawn, [ring], isClosed=True, color=(0.1, 1, 0.3), thickness=thickness, lineType=cv2.LINE_AA, shift=4)
    for x, y in np.rint(points * 16).astype(int).tolist():
        cv2.circle(drawn, (x, y), 16 * thickness, (1, 0.85, 0.1), -1, cv2.LINE_AA, 4)
    return drawn


def _grain(patch: Floats) -> Floats:
    raised = 0.5 + grain_gain * (patch - cv2.GaussianBlur(patch, (0, 0), 6))
    enlarged: Floats = cv2.resize(raised, None, fx=enlargement, fy=enlargement, interpolation=cv2.INTER_NEAREST)
    return enlarged
