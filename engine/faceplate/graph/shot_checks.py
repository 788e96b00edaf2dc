"""Whether plate, track and person go together, said before any work or at the frame that does not fit."""

from faceplate.errors import TrackError
from faceplate.graph.plates import check_holds
from faceplate.track import check_digest, person_of, row_of
from faceplate.values import Frame, Person, Plate, Track


def person_named(track: Track, name: str) -> Person:
    """The person of a track by name.

    Raises:
        TrackError: the track has nobody of that name; the message lists who is there.
    """
    return person_of(track, name, "name one of them as FaceSwap's person (--person)")


def check_track_fits(track: Track, plate: Plate, numbers: tuple[int, ...], *, other_plate: bool = False) -> None:
    """Refuses, before any work, a track of another plate and frames that the plate or the track does not hold.

    Args:
        track: to be used on the plate.
        plate: its first frame is read.
        numbers: the frames to be rendered.
        other_plate: True where the plate is meant to show other pictures than those that were tracked.

    Raises:
        PlateError: a frame is missing on disk.
        TrackError: a frame was not tracked, the plate's display window has another size than the track's, or its first
            frame shows another picture than the one that was tracked.
    """
    check_holds(plate, numbers)
    for number in numbers:
        tracked_row(track, number)
    check_frame(track, plate.read(numbers[0]), other_plate=other_plate)


def check_frame(track: Track, frame: Frame, *, other_plate: bool) -> None:
    """Refuses a frame that is not of the format that was tracked, or shows another picture unless that is meant.

    Raises:
        TrackError: it is, or does.
    """
    _check_format(track, frame)
    if not other_plate:
        check_digest(track, frame)


def _check_format(track: Track, frame: Frame) -> None:
    """Refuses a frame that is not of the format that was tracked: the face would be put in the wrong place."""
    display, aspect = frame.header.display, frame.header.pixel_aspect
    if (display.width, display.height, round(aspect, 4)) != (*track.size, round(track.pixel_aspect, 4)):
        raise TrackError(
            f"track of {track.plate}",
            expected=f"frames of {track.size[0]}x{track.size[1]}, pixel aspect {track.pixel_aspect:g}",
            came=f"{frame.source} of {display.width}x{display.height}, pixel aspect {aspect:g}",
            next_step="track this plate, or name the plate the track was made of",
        )


def tracked_row(track: Track, number: int) -> int:
    """The row of a frame.

    Raises:
        TrackError: the track does not hold it.
    """
    return row_of(track, number, "track the whole range, or render the range that is tracked")
