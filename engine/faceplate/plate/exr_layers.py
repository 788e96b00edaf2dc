"""Which part of an EXR, and which three channels of it, are the picture that a person means by layer and view."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from faceplate.errors import PlateError
from faceplate.values import Frame, Header

plain_colour = ("R", "G", "B")
_triples = (plain_colour, ("r", "g", "b"), ("red", "green", "blue"))


class Picture(NamedTuple):
    """Three channels that make a picture.

    `layer` is empty for the plain R, G and B; `names` are all words by which the layer may be called.
    """

    part: int
    part_name: str
    colour: tuple[str, str, str]
    layer: str
    view: str
    names: frozenset[str]


def pictures(headers: Sequence[Header]) -> tuple[Picture, ...]:
    """Every picture that the parts of a file hold, in the order of the parts; `headers` has one entry a part.

    Deep and mip-mapped parts hold none. Views are told by the attribute `view` of a part, or by `multiView` and the
    channels' names (`right.R`, `diffuse.right.R`; those of the first view may stand without it).

    Source: OpenEXR, "Storing Multi-View Images"; multi-part attributes `name`, `type` and `view`.
    """
    views = {view for header in headers for view in _views(header)}
    flat = [part for part, header in enumerate(headers) if _is_plate(header)]
    return tuple(found for part in flat for found in _in_part(part, headers[part], views))


def _is_plate(header: Header) -> bool:
    return not str(header.attribute("type")).startswith("deep") and header.attribute("openexr:levels") is None


def frame_pictures(frame: Frame) -> tuple[Picture, ...]:
    """Every picture of the file that a frame was read from: what layer and view may be asked of it."""
    parts = frame.file.parts if frame.file is not None else ()
    return pictures(parts or (frame.header,))


def _views(header: Header) -> tuple[str, ...]:
    listed, own = header.attribute("multiView"), header.attribute("view")
    named = tuple(listed) if isinstance(listed, tuple | list) else ()
    return (*((own,) if isinstance(own, str) else ()), *named)


def _in_part(part: int, header: Header, views: set[str]) -> Iterator[Picture]:
    default = next(iter(_views(header)), "")
    own = str(header.attribute("name") or "")
    held = frozenset(header.channels)
    prefixes = dict.fromkeys(name.rpartition(".")[0] for name in header.channels)
    for prefix in prefixes:
        for triple in _triples:
            red, green, blue = (f"{prefix}.{name}" if prefix else name for name in triple)
            if held >= {red, green, blue}:
                layer, view = _split(prefix, views, default)
                names = frozenset((layer, *(() if layer else (own, own.removesuffix(f".{view}")))))
                yield Picture(part, own, (red, green, blue), layer, view, names)


def _split(prefix: str, views: set[str], default: str) -> tuple[str, str]:
    """Layer and view of what stands before a channel's own name."""
    layer, _, last = prefix.rpartition(".")
    return (layer, last) if last in views else (prefix, default)


def choose_picture(path: Path, there: Sequence[Picture], layer: str | None, view: str | None) -> Picture | None:
    """The picture that is asked for; with neither layer nor view the first plain one, or the only one there is.

    None where nothing is asked for and nothing can be told.

    Raises:
        PlateError: the file holds no such layer or view; the message lists what it has.
    """
    fitting = [found for found in there if view in (None, found.view) and (layer is None or layer in found.names)]
    plain = [found for found in fitting if not found.layer]
    if layer is not None or view is not None:
        if not fitting:
            raise _absent(path, there, layer, view)
        return plain[0] if layer is None and plain else fitting[0]
    if plain:
        return plain[0]
    return fitting[0] if len(fitting) == 1 else None


def _absent(path: Path, there: Sequence[Picture], layer: str | None, view: str | None) -> PlateError:
    asked = " of ".join(f"{kind} {name!r}" for kind, name in (("layer", layer), ("view", view)) if name is not None)
    return PlateError(
        str(path),
        expected=f"the {asked}",
        came="; ".join(describe_picture(found) for found in there) or "a file without any red, green and blue",
        next_step="name a layer and a view that the file has",
    )


def describe_picture(picture: Picture) -> str:
    """A picture in words: `layer diffuse, view left`, or `R, G, B of part rgba` for a plain one."""
    layer = f"layer {picture.layer}" if picture.layer else ", ".join(picture.colour)
    part = f" of part {picture.part_name}" if picture.part_name else ""
    return layer + part + (f", view {picture.view}" if picture.view else "")
