from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from faceplate.errors import PlateError, TrackError
from faceplate.track.find.exposure import ToLuminance
from faceplate.track.find.sightings import Sighting, look
from faceplate.track.motion.measure import ToLog, measure_motion
from faceplate.track.networks import FaceNetworks
from faceplate.track.people.link import cuts_of, link
from faceplate.track.people.measured import measured_people
from faceplate.track.regions import ToDisplay
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Frame, Header, Plate, Track, describe_frames

LANDMARKER = "mediapipe-face"


def track_plate(
    plate: Plate,
    to_display: ToDisplay,
    settings: FaceTrackSettings,
    pack: Path,
    *,
    to_luminance: ToLuminance | None = None,
    to_log: ToLog | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> Track:
    """Every person of the plate: 478 landmarks a frame in plate pixels, alignment, pose, presence and confidence.

    Each frame is searched by itself; people are then linked over the frames of a shot and their landmarks smoothed.

    Args:
        plate: read frame by frame, in order; one frame is held at a time.
        to_display: maps rows x columns x 3 of the plate's own encoding, normalised, to display-referred sRGB 0 to 1.
        settings: the knobs of FaceTrack.
        pack: the folder of the `mediapipe-face` pack.
        to_luminance: maps the same samples to scene-linear luminance; without it the track does not know how the faces
            are exposed.
        to_log: maps the same samples to log-encoded grey, in which the motion of the plate is measured; without it the
            landmarks are not refined.
        on_frame: called with the number of each frame once it is searched.

    Raises:
        TrackError: the plate has no frames, or shows nobody for `min_length` frames.
        PlateError: a frame is missing or damaged, or is not of the size and pixel aspect of the first.
        PackError: the pack is not whole.
    """
    if not plate.frames:
        raise _nobody(plate, settings)
    networks = FaceNetworks(pack)
    sightings: list[Sighting] = []
    header = plate.read(plate.frames[0]).header
    for number in plate.frames:
        frame = plate.read(number)
        _require_shape(frame, header)
        sightings.append(look(networks, frame, to_display, settings, to_luminance))
        if on_frame is not None:
            on_frame(number)
    return _track(plate, header, sightings, settings, to_log, on_frame)


def _require_shape(frame: Frame, first: Header) -> None:
    """Refuses another display window or pixel aspect than the first frame's: plate space would change its meaning."""
    if (frame.header.display, frame.header.pixel_aspect) != (first.display, first.pixel_aspect):
        raise PlateError(
            frame.source,
            expected=f"the picture of the first frame, {_shape(first)}",
            came=_shape(frame.header),
            next_step="track the parts of the plate that are of one size each by themselves",
        )


def _shape(header: Header) -> str:
    return f"{header.display.width} x {header.display.height} with pixel aspect {header.pixel_aspect:g}"


def _track(
    plate: Plate,
    header: Header,
    sightings: list[Sighting],
    settings: FaceTrackSettings,
    to_log: ToLog | None,
    on_frame: Callable[[int], None] | None,
) -> Track:
    measured = measured_people(link(sightings), len(plate.frames), settings)
    if not measured:
        raise _nobody(plate, settings)
    cuts = cuts_of(sightings)
    if settings.refine and to_log is not None:
        measured = measure_motion(plate, measured, cuts, to_log, settings, on_frame=on_frame)
    size = (header.display.width, header.display.height)
    track = Track(
        plate.source,
        plate.frames,
        size,
        header.pixel_aspect,
        LANDMARKER,
        people=(),
        cuts=cuts,
        measured=measured,
        settings=asdict(settings),
    )
    return solve_track(track)


def _nobody(plate: Plate, settings: FaceTrackSettings) -> TrackError:
    shortest = min(settings.min_length, len(plate.frames))
    return TrackError(
        plate.source,
        expected=f"a face in {shortest} or more of the frames {describe_frames(plate.frames)}",
        came="no face that long" if plate.frames else "a range without frames",
        next_step="check the range and the colour space, turn tiles on for small faces, or lower min_confidence",
    )
