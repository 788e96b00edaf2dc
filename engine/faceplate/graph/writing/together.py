"""The pictures that several Writes make of one frame: band by band together, so that what they share is made once."""

from collections.abc import Sequence
from functools import partial

from faceplate.graph.render import Pull, bands
from faceplate.graph.writing.work import Work, at_frame
from faceplate.values import Frame


def made_together(work: Sequence[Work], pull: Pull, frame: int) -> list[tuple[Work, Frame]]:
    """What each Write makes of a frame; errors name node and frame."""
    begun = [(each, each.picture(pull, frame)) for each in work]
    for band in bands(pull, [picture.box for _, picture in begun]):
        for each, picture in begun:
            at_frame(partial(picture.fill, band), each.path, frame)
    return [(each, at_frame(picture.frame, each.path, frame)) for each, picture in begun]
