import re
from dataclasses import dataclass
from pathlib import Path

from fileseq.exceptions import MaxSizeException, ParseException
from fileseq.frameset import FrameSet

from faceplate.errors import CallError, PlateError
from faceplate.values import describe_frames

_frame_field = re.compile(r"%(?:0(?P<percent>\d+))?d|(?P<hashes>#+)")
_more_of_a_number = re.compile(r"-?\d*")
_still_number = re.compile(r"(?:^|[._-])(\d+)\.[^.]+$")


@dataclass(frozen=True)
class FramePattern:
    """The name of a sequence: what stands before the frame number, its padding, and what stands after."""

    folder: Path
    before: str
    padding: int
    after: str

    def path(self, number: int) -> Path:
        """The file of one frame; numbers longer than the padding are written in full."""
        return self.folder / f"{self.before}{number:0{self.padding}d}{self.after}"

    def frames_on_disk(self) -> tuple[int, ...]:
        """The numbers of the frames that are there, rising; none where the folder is not there."""
        if not self.folder.is_dir():
            return ()
        numbers = (self.number_in(entry.name) for entry in self.folder.iterdir())
        return tuple(sorted(number for number in numbers if number is not None))

    def number_in(self, name: str) -> int | None:
        """The number of the frame whose file has this very name; None where no frame's has."""
        match = re.fullmatch(re.escape(self.before) + r"(-?\d+)" + re.escape(self.after), name, re.ASCII)
        number = int(match[1]) if match else None
        return number if number is not None and self.path(number).name == name else None

    def may_meet(self, other: "FramePattern") -> bool:
        """True where a frame of each could have one name, as those of `a.%d.exr` and `a.%04d.exr` from 1000 on."""
        short, long = sorted((self.before, other.before), key=len)
        less, more = sorted((self.after, other.after), key=len)
        left, right = long.removeprefix(short), more.removesuffix(less)
        agree = long == short + left and more == right + less
        return self.folder == other.folder and agree and all(map(_more_of_a_number.fullmatch, (left, right)))


def frame_pattern(source: str) -> FramePattern | None:
    """The pattern that `plate.%04d.exr` or `plate.####.exr` names; None where the name is that of one file.

    The place for the number is in the file's name; what stands in the folder's is only text.

    Raises:
        CallError: the name holds two places for a frame number.
    """
    path = Path(source)
    fields = list(_frame_field.finditer(path.name))
    if path.exists() or not fields:
        return None
    if len(fields) > 1:
        raise CallError(
            source,
            expected="one place for the frame number, in the file's name",
            came=f"{len(fields)} in {path.name}",
            next_step="name the sequence like plate.%04d.exr or plate.####.exr",
        )
    field = fields[0]
    padding = int(field["percent"] or 1) if field["hashes"] is None else len(field["hashes"])
    return FramePattern(path.parent, path.name[: field.start()], padding, path.name[field.end() :])


def still_number(path: Path) -> int:
    """The frame number in the name of a single file, as in `plate.1001.exr`; 1 where there is none."""
    match = _still_number.search(path.name)
    return int(match[1]) if match else 1


def frames_in_range(frame_range: str) -> tuple[int, ...]:
    """The frames that `1001-1016`, `1001-1016x2` or `1001,1005` asks for, rising, each once; none for `1016-1001`.

    Raises:
        CallError: the text is not a range, or names more than ten million frames.
    """
    try:
        parts = [FrameSet(part) for part in frame_range.split(",")]
    except (ParseException, MaxSizeException) as error:
        raise _no_range(frame_range) from error
    if any(number != int(number) for part in parts for number in part):
        raise _no_range(frame_range)
    rising = (part for part in parts if len(part) and part[0] <= part[-1])
    return tuple(sorted({int(number) for part in rising for number in part}))


def _no_range(frame_range: str) -> CallError:
    return CallError(
        "the frame range",
        expected="whole frame numbers like 1001-1016, 1001-1016x2 or 1001,1005, ten million at most",
        came=repr(frame_range),
        next_step="write the range that way",
    )


def choose_frames(source: str, found: tuple[int, ...], frame_range: str | None) -> tuple[int, ...]:
    """The frames asked for, all of which exist; without a range, every frame found.

    Raises:
        PlateError: no frame was found, the range holds none, or one of its frames is missing.
    """
    if not found:
        raise PlateError(
            source, expected="at least one frame", came="none on disk", next_step="check the folder, name and padding"
        )
    wanted = found if frame_range is None else frames_in_range(frame_range)
    there = frozenset(found)
    missing = tuple(number for number in wanted if number not in there)
    if wanted and not missing:
        return wanted
    raise PlateError(
        source,
        expected=f"a range within {describe_frames(found)}, the frames that are there",
        came=f"{frame_range!r}, which " + (f"asks for {describe_frames(missing)}" if missing else "is empty"),
        next_step="ask for frames that are there, or restore the missing files",
    )
