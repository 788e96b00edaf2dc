from collections.abc import Sequence
from dataclasses import asdict

from faceplate.errors import TrackError
from faceplate.track.find.plate_search import PlateSearch
from faceplate.track.find.sightings import Sighting
from faceplate.track.people.cuts import Shots
from faceplate.track.people.link import link, shots_in
from faceplate.track.people.look_again import look_again
from faceplate.track.people.measured import measured_people
from faceplate.track.people.who import choose_people, parsed_who
from faceplate.track.perception import Perception
from faceplate.track.progress import Progress, unheard
from faceplate.track.refine import refined
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.camera import focal_px_of
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Edit, Header, Measured, Plate, Track, describe_frames


def track_plate(
    plate: Plate,
    perception: Perception,
    settings: FaceTrackSettings,
    *,
    edits: Sequence[Edit] = (),
    progress: Progress = unheard,
) -> Track:
    """Every person of the plate: 478 landmarks a frame in plate pixels, alignment, pose, presence and confidence.

    Each frame is searched by itself; people are linked over the frames of a shot and looked for again where they were
    missed; then the plate's own motion is followed, and all is solved over each shot.

    Args:
        plate: read frame by frame, several at once; how many are held does not depend on how many there are.
        perception: with what it is looked at.
        settings: the knobs of FaceTrack.
        edits: an artist's, carried over from the track before.
        progress: told each frame of the plate once it is searched; what is read beyond that, to look again and to
            follow texture, is announced to it as it becomes known.

    Raises:
        TrackError: the plate has no frames, shows nobody for `min_length` frames, or not whom the knob `who` asks for.
        PlateError: a frame is missing or damaged, or is not of the size and pixel aspect of the first.
        PackError: the pack is not whole.
        CallError: the knob `box` is none, or holds nothing of the picture; the knob `who` makes no sense.
    """
    if not plate.frames:
        raise _nobody(plate, settings)
    parsed_who(settings.who, plate.frames)
    to_log = perception.to_log if settings.refine else None
    if to_log is not None:
        progress.more(len(plate.frames))
    header, sightings, shots = _seen(plate, perception, settings, progress)
    people = measured_people(link(sightings, shots), len(plate.frames), settings)
    if not people:
        raise _nobody(plate, settings)
    people = choose_people(people, edits, plate.frames, settings.who)
    track = _track(plate, header, sightings, settings, shots.cuts, people, edits)
    if to_log is not None:
        track = refined(plate, track, to_log, settings, progress)
    return solve_track(track)


def _seen(
    plate: Plate, perception: Perception, settings: FaceTrackSettings, progress: Progress
) -> tuple[Header, list[Sighting], Shots]:
    """The header of the first frame, what every frame shows, and where shots begin."""
    search = PlateSearch(plate, perception, settings)
    first_look = search.look(progress)
    shots = shots_in(first_look)
    return search.header, look_again(search, first_look, shots, settings, progress), shots


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
