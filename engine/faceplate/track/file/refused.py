from faceplate.errors import TrackError


def refused(
    thing: str, expected: str, came: str, next_step: str = "track the plate again, or restore the file from a copy"
) -> TrackError:
    """The error for a track file, or a part of one, that is not sound."""
    return TrackError(thing, expected=expected, came=came, next_step=next_step)
