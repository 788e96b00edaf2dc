from pathlib import Path

from faceplate.errors import PlateError


def damaged(path: Path | str, *, expected: str, came: str) -> PlateError:
    """The error for a file whose content is not what its name promises."""
    return PlateError(str(path), expected=expected, came=came, next_step="render or copy this frame again")
