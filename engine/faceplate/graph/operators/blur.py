"""Blur."""

from dataclasses import replace

from faceplate.graph.operators.convolution import convolved, kernel_of
from faceplate.graph.operators.limits import largest_kernel, within
from faceplate.graph.operators.neighbourhood import worked_around
from faceplate.graph.operators.standard import mask_knobs
from faceplate.graph.render import Box, Info, Node, Planes, empty_box, operator
from faceplate.values import Matrix

filter_names = ("box", "triangle", "quadratic", "gaussian")


@operator(
    "Blur",
    defaults={
        "channels": "all",
        "size": "0",
        "filter": "gaussian",
        "quality": "15",
        "crop": "true",
        **mask_knobs,
    },
)
class Blur:
    """Each pixel a weighted mean of those around it; whatever the knob `quality`, at the picture's own density."""

    def info(self, node: Node) -> Info:
        """The picture's; the box grown by what the kernels reach, cut to the format where the knob `crop` says so."""
        info, reach = node.source(0).info, _reach(_kernels(node))
        if reach == (0, 0) or info.box.is_empty:
            return info
        box = info.box.grow(*reach)
        box = box.intersect(info.format.box) if node.flag("crop") else box
        return replace(info, box=empty_box if box.is_empty else box)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels, blurred."""
        across, up = _kernels(node)
        reach = _reach((across, up))
        if reach == (0, 0):
            return node.source(0).pixels(box, channels)
        return worked_around(node, box, channels, reach, lambda plane: convolved(plane, across, up, node.session.check))


def _kernels(node: Node) -> tuple[Matrix, Matrix]:
    name = node.choice("filter", filter_names)
    wide, high = within(node, "size", 2, largest_kernel)
    return kernel_of(name, wide), kernel_of(name, high)


def _reach(kernels: tuple[Matrix, Matrix]) -> tuple[int, int]:
    across, up = kernels
    return across.size // 2, up.size // 2
