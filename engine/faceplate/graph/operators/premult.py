"""Colour times alpha, and back."""

from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.standard import over
from faceplate.graph.render import Box, Info, Node, Planes, operator
from faceplate.values import Floats

premult_knobs = {"channels": "rgb", "alpha": "rgba.alpha", "invert": "false"}


class _ByAlpha:
    """Works on the chosen channels by the channel `alpha`, which itself stays as it is."""

    def worked(self, plane: Floats, alpha: Floats) -> Floats:
        """One channel."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """The input's."""
        return node.source(0).info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels worked on; all as they are where no alpha is named."""
        name = node.channel("alpha")
        chosen = tuple(each for each in node.channels("channels", channels) if each != name)
        if name is None or not chosen:
            return node.source(0).pixels(box, channels)
        held = node.source(0).pixels(box, tuple(dict.fromkeys((*channels, name))))
        alpha = 1 - held[name] if node.flag("invert") else held[name]
        worked = {each: by_bands(self.worked, held[each], alpha) for each in chosen}
        return {each: worked.get(each, held[each]) for each in channels}


@operator("Premult", defaults=premult_knobs)
class Premult(_ByAlpha):
    """Times alpha."""

    def worked(self, plane: Floats, alpha: Floats) -> Floats:
        """The product."""
        return plane * alpha


@operator("Unpremult", defaults=premult_knobs)
class Unpremult(_ByAlpha):
    """Divided by alpha, left alone where alpha is 0."""

    def worked(self, plane: Floats, alpha: Floats) -> Floats:
        """The quotient."""
        return over(plane, alpha)
