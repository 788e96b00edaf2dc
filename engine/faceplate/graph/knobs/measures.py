"""What expressions may measure of pictures and formats: `width`, `bbox.x`, `format.h`, `first_frame`."""

from collections.abc import Sequence

from faceplate.graph.knobs.formats import ProjectFormat
from faceplate.graph.knobs.pictures import PictureFacts

measured = frozenset({"width", "height", "pixel_aspect", "bbox", "format", "first_frame", "last_frame"})
"""First words of what a picture can be asked."""

_format_words = ("width", "height", "pixel_aspect", "w", "h", "x", "y", "r", "t")


def picture_measure(facts: PictureFacts, words: Sequence[str]) -> float | None:
    """The measure that the words name; None where they name none."""
    match list(words):
        case ["width" | "height" | "pixel_aspect" as word]:
            return float(getattr(facts, word))
        case ["first_frame"]:
            return float(facts.frames[0])
        case ["last_frame"]:
            return float(facts.frames[1])
        case ["bbox", word]:
            return _box_measure(facts.box, word)
        case ["format", word]:
            return format_measure(format_of_facts(facts), word)
    return None


def format_measure(of: ProjectFormat, word: str) -> float | None:
    """The side, corner or pixel aspect of a format; None where the word names none."""
    if word not in _format_words:
        return None
    if word in ("width", "height", "pixel_aspect"):
        return float(getattr(of, word))
    return _box_measure(of.box, word)


def format_of_facts(facts: PictureFacts) -> ProjectFormat:
    """The format of a picture."""
    box = (0.0, 0.0, float(facts.width), float(facts.height))
    return ProjectFormat(facts.width, facts.height, facts.pixel_aspect, facts.format_name, box)


def facts_of_format(of: ProjectFormat, frames: tuple[int, int]) -> PictureFacts:
    """The facts of an empty picture of a format."""
    box = (0, 0, of.width, of.height)
    return PictureFacts(
        width=of.width,
        height=of.height,
        pixel_aspect=of.pixel_aspect,
        box=box,
        channels=(),
        metadata={},
        frames=frames,
        format_name=of.name,
    )


def _box_measure(box: Sequence[float], word: str) -> float | None:
    x, y, r, t = box
    return {"x": x, "y": y, "r": r, "t": t, "w": r - x, "h": t - y}.get(word)
