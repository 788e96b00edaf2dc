"""Formats as their knobs write them: `1920 1080 0 0 1920 1080 1 HD_1080`, or a name alone."""

from dataclasses import dataclass
from math import isfinite

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import plain_number

largest_side_px = 200_000


@dataclass(frozen=True)
class ProjectFormat:
    """The size of a picture and the shape of its pixels, as a format knob states them.

    Attributes:
        width: in pixels.
        height: in pixels.
        pixel_aspect: width of a pixel over its height.
        name: empty for an anonymous format.
        box: x, y, r, t of the part of it that is meant for the picture, in graph space.
    """

    width: int
    height: int
    pixel_aspect: float
    name: str
    box: tuple[float, float, float, float]


def _known(width: int, height: int, pixel_aspect: float, name: str) -> tuple[str, ProjectFormat]:
    return name, ProjectFormat(width, height, pixel_aspect, name, (0.0, 0.0, float(width), float(height)))


known_formats: dict[str, ProjectFormat] = dict(
    (
        _known(640, 480, 1, "PC_Video"),
        _known(720, 486, 0.91, "NTSC"),
        _known(720, 576, 1.09, "PAL"),
        _known(1920, 1080, 1, "HD"),
        _known(720, 486, 1.21, "NTSC_16:9"),
        _known(720, 576, 1.46, "PAL_16:9"),
        _known(1280, 720, 1, "HD_720"),
        _known(1920, 1080, 1, "HD_1080"),
        _known(3840, 2160, 1, "UHD_4K"),
        _known(1024, 778, 1, "1K_Super_35(full-ap)"),
        _known(914, 778, 2, "1K_Cinemascope"),
        _known(2048, 1556, 1, "2K_Super_35(full-ap)"),
        _known(1828, 1556, 2, "2K_Cinemascope"),
        _known(2048, 1080, 1, "2K_DCP"),
        _known(4096, 3112, 1, "4K_Super_35(full-ap)"),
        _known(3656, 3112, 2, "4K_Cinemascope"),
        _known(4096, 2160, 1, "4K_DCP"),
        _known(256, 256, 1, "square_256"),
        _known(512, 512, 1, "square_512"),
        _known(1024, 1024, 1, "square_1K"),
        _known(2048, 2048, 1, "square_2K"),
    )
)
"""The formats that Nuke knows before any script names one."""

default_root_format = known_formats["2K_Super_35(full-ap)"]
"""Root's format in a script that writes none."""


def parse_format(text: str) -> ProjectFormat | str:
    """The format of a knob's text, or its name where the text gives no size.

    Sizes are `width height`, `width height pixel_aspect`, or both with the box x y r t between them.

    Raises:
        ScriptError: sizes that no picture has.
    """
    numbers: list[float] = []
    words = text.split()
    for word in words[:7]:
        number = plain_number(word)
        if number is None:
            break
        numbers.append(number)
    name = " ".join(words[len(numbers) :])
    if not numbers:
        return name
    return _sized(text, numbers, name)


def _sized(text: str, numbers: list[float], name: str) -> ProjectFormat:
    if len(numbers) not in (2, 3, 6, 7) or not all(isfinite(number) for number in numbers):
        raise _fault(text, "width height x y r t pixel_aspect name", f"{len(numbers)} numbers")
    width, height = round(numbers[0]), round(numbers[1])
    box = numbers[2:6] if len(numbers) > 3 else [0.0, 0.0, *numbers[:2]]  # noqa: PLR2004 -- a box is given
    pixel_aspect = numbers[-1] if len(numbers) in (3, 7) else 1.0
    if not (0 < width <= largest_side_px and 0 < height <= largest_side_px and 0 < pixel_aspect <= 1000):  # noqa: PLR2004 -- no lens squeezes so far
        raise _fault(text, f"sides of 1 to {largest_side_px} pixels and a positive pixel aspect", short(text))
    return ProjectFormat(width, height, pixel_aspect, name, (box[0], box[1], box[2], box[3]))


def _fault(text: str, expected: str, came: str) -> TextError:
    return TextError(short(text), expected=expected, came=came, next_step="choose a format")
