"""A track as two tidy tables and back: `NAME.csv`, a row for each frame, person and point, and `NAME_frames.csv`, a row
for each frame and person. An empty cell is a number that is not known; a person who is not in a frame has no points.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from faceplate.errors import TrackError
from faceplate.storage import whole_or_absent
from faceplate.track.exchange.rows import bad_text, checked, doubts_of, empty_person
from faceplate.track.file.listed import doubts_in_words
from faceplate.track.topology import POINTS
from faceplate.values import Array, Person, Track

LANDMARKER = "csv"
point_columns = ("frame", "person", "point", "x", "y", "depth", "confidence", "by_hand")
columns_of = {
    "presence": ("presence",),
    "pose_deg": ("yaw_deg", "pitch_deg", "roll_deg"),
    "place_cm": ("right_cm", "down_cm", "away_cm"),
    "alignment": tuple(f"alignment_{row}{column}" for row in (1, 2) for column in (1, 2, 3)),
    "exposure": ("exposure",),
    "residual_px": ("residual_px",),
}
frame_columns = ("frame", "person", *(name for names in columns_of.values() for name in names), "doubts")
largest_number = 2**31


def frames_path(path: Path) -> Path:
    """The second table's name."""
    return path.with_name(f"{path.stem}_frames{path.suffix}")


def write_csv_track(track: Track, path: Path) -> tuple[Path, Path]:
    """Writes both tables, each whole or not at all; x and y are plate pixels, numbers come back exactly.

    Raises:
        StorageError: the folder cannot be written.
    """
    _write(path, point_columns, _point_rows(track))
    _write(frames_path(path), frame_columns, _frame_rows(track))
    return path, frames_path(path)


def read_csv_track(path: Path, plate: Track) -> Track:
    """The track of two tables; `plate` gives the plate's name, size, pixel aspect, and the frames that may come.

    Raises:
        TrackError: a table is absent, has other columns, frames that the plate has not, or numbers that make no face.
    """
    people: dict[str, Person] = {}
    places = {number: place for place, number in enumerate(plate.frames)}
    for line, cells in _read(frames_path(path), frame_columns):
        place, name = _place(cells, places, f"{frames_path(path)}, line {line}"), cells[1]
        if name not in people:
            people[name] = empty_person(name, len(places))
        _fill_frame(people[name], place, cells, f"{frames_path(path)}, line {line}")
    for line, cells in _read(path, point_columns):
        thing = f"{path}, line {line}"
        place = _place(cells, places, thing)
        if cells[1] not in people:
            raise bad_text(thing, f"somebody of {frames_path(path).name}", cells[1])
        _fill_point(people[cells[1]], place, cells, thing)
    for person in people.values():
        unseen = ~person.seen
        person.alignment[unseen], person.confidence[unseen] = np.nan, np.nan
    made = Track(
        plate.plate, plate.frames, plate.size, plate.pixel_aspect, LANDMARKER, tuple(people.values()),
        focal_px=plate.focal_px,
    )  # fmt: skip
    return checked(made, str(path))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with whole_or_absent(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def _point_rows(track: Track) -> Iterator[Sequence[str]]:
    for person in track.people:
        for place in np.flatnonzero(person.seen):
            numbers = np.column_stack(
                [person.landmarks_plate[place], person.depth_px[place], person.confidence[place]]
            )  # fmt: skip
            hand = person.by_hand[place]
            for point, cells in enumerate(_texts(numbers)):
                yield (str(track.frames[place]), person.name, str(point), *cells, str(int(hand[point])))


def _frame_rows(track: Track) -> Iterator[Sequence[str]]:
    for person in track.people:
        told = [_texts(getattr(person, name).reshape(len(track.frames), -1)) for name in columns_of]
        for place, number in enumerate(track.frames):
            cells = [cell for texts in told for cell in texts[place]]
            yield (str(number), person.name, *cells, "+".join(doubts_in_words(person.doubts[place])))


def _texts(numbers: Array) -> list[list[str]]:
    """The shortest texts that read as the same numbers in the array's own precision; NaN as nothing."""
    # Neither `astype(str)` nor `str`: both go by numpy's global print options, which libraries change.
    return [
        ["" if np.isnan(number) else np.format_float_positional(number, trim="0") for number in row] for row in numbers
    ]


def _read(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line of a table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file)
            head = next(table, [])
            if tuple(head) != tuple(columns):
                raise bad_text(str(path), f"the columns {', '.join(columns)}", ", ".join(head) or "none")
            for cells in table:
                if len(cells) != len(columns):
                    raise bad_text(f"{path}, line {table.line_num}", f"{len(columns)} cells", len(cells))
                yield table.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise TrackError(str(path), expected="a table of CSV", came=str(fault), next_step="restore the file") from fault


def _place(cells: Sequence[str], places: dict[int, int], thing: str) -> int:
    number = _number(cells[0], thing)
    if number not in places:
        raise bad_text(thing, "a frame of the plate and of --range", cells[0])
    return places[int(number)]


def _number(text: str, thing: str) -> float:
    """What a cell says, NaN for nothing; no larger than the track's own numbers can be."""
    try:
        number = float(text) if text else np.nan
    except ValueError as fault:
        raise bad_text(thing, "a number", text) from fault
    if abs(number) > largest_number:
        raise bad_text(thing, f"a number of at most {largest_number}", text)
    return number


def _fill_frame(person: Person, place: int, cells: Sequence[str], thing: str) -> None:
    at = 2
    for name, columns in columns_of.items():
        values = np.array([_number(cell, thing) for cell in cells[at : at + len(columns)]])
        array = getattr(person, name)
        array[place] = values.reshape(array.shape[1:])
        at += len(columns)
    person.doubts[place] = doubts_of(cells[-1].split("+") if cells[-1] else [], thing)


def _fill_point(person: Person, place: int, cells: Sequence[str], thing: str) -> None:
    point, x, y, depth, confidence, hand = (_number(cell, thing) for cell in cells[2:])
    if not (0 <= point < POINTS and point == int(point)):
        raise bad_text(thing, f"a point from 0 to {POINTS - 1}", cells[2])
    index = int(point)
    person.landmarks_plate[place, index] = x, y
    person.depth_px[place, index], person.confidence[place, index] = depth, confidence
    person.by_hand[place, index] = hand == 1
