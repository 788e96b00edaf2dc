"""Files of others, read no further than a limit."""

from pathlib import Path

from faceplate.errors import TrackError


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """All of a file.

    Raises:
        TrackError: it cannot be read, or is larger than `most_bytes`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as fault:
        raise TrackError(
            str(path), expected="a file that can be read", came=fault.strerror or str(fault), next_step="check the path"
        ) from fault
    if len(data) > most_bytes:
        raise TrackError(
            str(path),
            expected=f"a file of at most {most_bytes >> 20} MB",
            came="more",
            next_step="export the shot in several files",
        )
    return data
