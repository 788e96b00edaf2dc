"""A stream that stands premultiplied: bare for the model, and by its alpha again where the face is put into it."""

import numpy as np

from faceplate.graph.faces.stream import plane_of, rgb_of
from faceplate.graph.render import Node, Source
from faceplate.values import Floats, Window

Standing = tuple[Floats, Floats]
"""A face as it stands in the stream, rows x columns x 3, and how far it covers it, rows x columns."""


def divisor(group: Node, source: Source, window: Window) -> Floats | None:
    """The alpha that the stream is premultiplied by, over a window; None where the group names none."""
    # Groups that were made before there was the knob lack it.
    name = group.channel("unpremult") if group.session.knobs.has(group.index, "unpremult") else None
    return None if name is None else plane_of(source, window, name)


def bare_rgb(group: Node, source: Source, window: Window) -> Floats:
    """The stream's colour as it would be without its alpha; where that is 0, as it stands."""
    standing, alpha = rgb_of(source, window), divisor(group, source, window)
    if alpha is None:
        return standing
    return np.asarray(standing / np.where(alpha == 0, np.float32(1), alpha)[..., None], np.float32)


def as_it_stands(group: Node, source: Source, window: Window, bare: Floats, face: Standing) -> Standing:
    """A face that was made of the bare stream, premultiplied as the stream is.

    Where the face is the bare stream it is the stream to the last bit, and where the stream's alpha is 0 nothing is
    covered. `bare` is the stream's colour over the window, as the face was made of it.
    """
    alpha = divisor(group, source, window)
    if alpha is None:
        return face
    colour, weight = face
    stays = (colour == bare) | (alpha == 0)[..., None]
    return np.where(stays, rgb_of(source, window), colour * alpha[..., None]), np.where(alpha == 0, 0, weight)
