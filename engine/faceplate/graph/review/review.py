import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from faceplate.colour import Conversion, to_display
from faceplate.errors import StorageError
from faceplate.graph.plates import encoding_of
from faceplate.graph.review.marks import caption, mark
from faceplate.graph.review.sheet import grid, written
from faceplate.graph.review.timeline import timeline
from faceplate.graph.review.views import stabilised, whole
from faceplate.plate import write_review_movie
from faceplate.storage import whole_or_absent
from faceplate.track import Quality, check_anybody, track_quality
from faceplate.values import Array, Floats, Frame, Person, Plate, Track

looked_at = 6
close_up_px = 800
movie_px = (1280, 720)


def review_track(
    plate: Plate,
    track: Track,
    numbers: Sequence[int],
    folder: Path,
    *,
    rate: float | None = 24.0,
    on_frame: Callable[[int], None] = lambda _: None,
) -> tuple[Quality, ...]:
    """Leaves `report.json`, `contact.png` and `overlay.mp4` in the folder, and gives what the report says.

    The contact sheet shows each person's most doubtful frames, then others spread over the range; the movie the plate
    with the track on it beside the first person's face held still. Without a `rate` there is no movie.

    Raises:
        TrackError: the track shows nobody.
        PlateError: a frame is missing or damaged.
        StorageError: the folder cannot be written.
    """
    check_anybody(track)
    quality = track_quality(track)
    with whole_or_absent(folder / "report.json") as beside:
        beside.write_text(json.dumps(_plain([asdict(each) for each in quality]), indent=1) + "\n")
    # A movie of the track before beside the sheet of this one would mislead.
    (folder / "overlay.mp4").unlink(missing_ok=True)
    seen = to_display(encoding_of(plate))
    _write_picture(folder / "contact.png", _contact(plate, track, numbers, seen))
    if rate is not None:
        write_review_movie(folder / "overlay.mp4", _movie(plate, track, numbers, seen, on_frame), rate)
    return quality


def frames_to_look_at(track: Track, person: Person, numbers: Sequence[int]) -> tuple[int, ...]:
    """The frames of a range that deserve a look, in order.

    The one where landmarks and solve are farthest apart, those with most doubts, then others from the first frame that
    shows the person to the last.
    """
    rows = [row for row in map(track.frames.index, numbers) if person.seen[row]]
    if not rows:
        return ()
    residual = np.nan_to_num(person.residual_px)
    doubtful = [row for row in rows if person.doubts[row]]
    worst = sorted(doubtful, key=lambda row: (-int(person.doubts[row]).bit_count(), -float(residual[row])))
    farthest = [max(rows, key=lambda row: float(residual[row]))] if residual[rows].any() else []
    spread = [rows[at] for at in np.linspace(0, len(rows) - 1, looked_at).round().astype(int)]
    # Of neighbours one is enough.
    chosen: list[int] = []
    for row in [*farthest, *worst, *spread, *rows]:
        if len(chosen) < looked_at and all(abs(row - other) > len(rows) // (4 * looked_at) for other in chosen):
            chosen.append(row)
    return tuple(sorted(track.frames[row] for row in chosen))


def _contact(plate: Plate, track: Track, numbers: Sequence[int], seen: Conversion) -> Array:
    panels = [
        _close_up(plate.read(number), track, person, seen)
        for person in track.people
        for number in frames_to_look_at(track, person, numbers)
    ]
    if not panels:
        return timeline(track, movie_px[0])
    sheet = grid(panels, 3, (close_up_px, close_up_px // 2))
    return np.concatenate([sheet, timeline(track, sheet.shape[1])])


def _close_up(frame: Frame, track: Track, person: Person, seen: Conversion) -> tuple[str, Floats]:
    """The face held still, without and with the track on it."""
    row = track.frames.index(frame.number)
    view = stabilised(frame, seen, person, row, close_up_px)
    marked = mark(view.rgb_display.copy(), view.plate_to_picture, person, row)
    return f"{frame.number}  {caption(person, row)}", np.concatenate([view.rgb_display, marked], axis=1)


def _movie(
    plate: Plate, track: Track, numbers: Sequence[int], seen: Conversion, on_frame: Callable[[int], None]
) -> Iterator[Array]:
    for number in numbers:
        yield _movie_frame(plate.read(number), track, seen)
        on_frame(number)


def _movie_frame(frame: Frame, track: Track, seen: Conversion) -> Array:
    row = track.frames.index(frame.number)
    view = whole(frame, seen, movie_px)
    for person in track.people:
        mark(view.rgb_display, view.plate_to_picture, person, row)
    pictures = [view.rgb_display]
    pictures += [stabilised(frame, seen, person, row, movie_px[1]).rgb_display for person in track.people[:1]]
    picture = np.rint(np.concatenate(pictures, axis=1) * 255).astype(np.uint8)
    words = "  ".join([str(frame.number), *(caption(person, row) for person in track.people)])
    return written(picture, words)


def _write_picture(path: Path, picture: Array) -> None:
    with whole_or_absent(path) as beside:
        if not cv2.imwrite(str(beside), picture[..., ::-1]):
            raise StorageError(
                str(path),
                expected="a picture written",
                came="OpenCV wrote none",
                next_step="check the folder and its space",
            )


def _plain(value: Any) -> Any:
    """JSON values: what is not known is null."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
