from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from faceplate.errors import TrackError
from faceplate.track.find.exposure import ToLuminance
from faceplate.track.find.look_at_plate import look_at_plate
from faceplate.track.find.sightings import Sighting
from faceplate.track.find.signature import Embed
from faceplate.track.motion.measure import ToLog
from faceplate.track.people.link import cuts_of, link
from faceplate.track.people.measured import measured_people
from faceplate.track.people.who import choose_people, parsed_who
from faceplate.track.refine import refined
from faceplate.track.regions import ToDisplay
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.camera import focal_px_of
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Edit, Header, Measured, Plate, Track, describe_frames


def readings(settings: FaceTrackSettings) -> int:
    """How often a plate is read at least to be tracked: to find the faces, and to follow their texture."""
    return 2 if settings.refine else 1


def track_plate(  # noqa: PLR0913 -- each way to see the plate may be missing for itself
    plate: Plate,
    to_display: ToDisplay,
    settings: FaceTrackSettings,
    pack: Path,
    *,
    to_luminance: ToLuminance | None = None,
    to_log: ToLog | None = None,
    embed: Embed | None = None,
    edits: Sequence[Edit] = (),
    on_frame: Callable[[int], None] | None = None,
) -> Track:
    """Every person of the plate: 478 landmarks a frame in plate pixels, alignment, pose, presence and confidence.

    Each frame is searched by itself; people are then linked over the frames of a shot and their landmarks smoothed.

    Args:
        plate: read frame by frame, several at once; how many are held does not depend on how many there are.
        to_display: maps rows x columns x 3 of the plate's own encoding, normalised, to display-referred sRGB 0 to 1.
        settings: the knobs of FaceTrack.
        pack: the folder of the `mediapipe-face` pack.
        to_luminance: maps the same samples to scene-linear luminance; without it the track does not know how the faces
            are exposed.
        to_log: maps the same samples to log-encoded grey, in which the motion of the plate is measured; without it the
            landmarks are not refined.
        embed: gives a vector for a face, by which people are known again (`find.signature`).
        edits: an artist's, carried over from the track before.
        on_frame: called with the number of each frame once it is searched, and once more when its texture was followed
            (`readings`), in no fixed order, from any thread.

    Raises:
        TrackError: the plate has no frames, shows nobody for `min_length` frames, or not whom the knob `who` asks for.
        PlateError: a frame is missing or damaged, or is not of the size and pixel aspect of the first.
        PackError: the pack is not whole.
        CallError: the knob `box` is none, or holds nothing of the picture; the knob `who` makes no sense.
    """
    if not plate.frames:
        raise _nobody(plate, settings)
    parsed_who(settings.who, plate.frames)
    header, sightings = look_at_plate(plate, to_display, settings, pack, to_luminance, embed=embed, on_frame=on_frame)
    cuts = cuts_of(sightings)
    people = measured_people(link(sightings, cuts), len(plate.frames), settings)
    if not people:
        raise _nobody(plate, settings)
    people = choose_people(people, edits, plate.frames, settings.who)
    track = _track(plate, header, sightings, settings, cuts, people, edits)
    if settings.refine and to_log is not None:
        track = refined(plate, track, to_log, settings, on_frame)
    return solve_track(track)


def _track(
    plate: Plate,
    header: Header,
    sightings: Sequence[Sighting],
    settings: FaceTrackSettings,
    cuts: tuple[int, ...],
    people: tuple[Measured, ...],
    edits: Sequence[Edit],
) -> Track:
    return Track(
        plate.source,
        plate.frames,
        (header.display.width, header.display.height),
        header.pixel_aspect,
        settings.landmarker,
        people=(),
        digests=tuple(sighting.digest for sighting in sightings),
        cuts=cuts,
        focal_px=focal_px_of(header, settings),
        measured=people,
        edits=tuple(edits),
        settings=asdict(settings),
    )


def _nobody(plate: Plate, settings: FaceTrackSettings) -> TrackError:
    shortest = min(settings.min_length, len(plate.frames))
    return TrackError(
        plate.source,
        expected=f"a face in {shortest} or more of the frames {describe_frames(plate.frames)}",
        came="no face that long" if plate.frames else "a range without frames",
        next_step="check the range and the colour space, turn tiles on for small faces, or lower min_confidence",
    )
