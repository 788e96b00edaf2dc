from faceplate.values import Array, Window

# Steps down and across a stored picture that lead from the top left of the upright one, by the orientation field of
# SMPTE ST 268-1. Pictures that lie on their side (4 to 7) are not among them.
_steps = {0: (1, 1), 1: (1, -1), 2: (-1, 1), 3: (-1, -1)}
orientations = tuple(_steps)


def turned(pixels: Array, orientation: int) -> Array:
    """The picture upright where it is given as stored, and as stored where it is given upright: a view."""
    down, across = _steps[orientation]
    return pixels[::down, ::across]


def stored_rows(window: Window, height: int, orientation: int) -> range:
    """The lines of the file that hold a window of the upright picture."""
    down, _ = _steps[orientation]
    return range(window.top, window.bottom) if down > 0 else range(height - window.bottom, height - window.top)
