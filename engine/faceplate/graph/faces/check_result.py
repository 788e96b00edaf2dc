"""The result of FaceCheck."""

from dataclasses import replace

from faceplate.check import FaceCheckSettings, checked, margin_px
from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.stream import plane_of, planes_over, rgb, rgb_of, window_of
from faceplate.graph.render import Box, Info, Node, Planes, box_to_window, operator


@operator("FaceCheck result")
class FaceCheckResult:
    """What FaceCheck shows of the comp beside the plate."""

    def info(self, node: Node) -> Info:
        """The comp's, its colour alone."""
        return replace(group_of(node).source(0).info, channels=rgb)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Colour."""
        group = group_of(node)
        comp, plate, matte = (group.source(slot) for slot in range(3))
        height = comp.info.format.height
        window = box_to_window(box, height)
        wide = window.grow(margin_px).intersect(window_of(comp.info))
        shown = checked(
            rgb_of(comp, wide), rgb_of(plate, wide), plane_of(matte, wide, "rgba.alpha"),
            settings_at(group, FaceCheckSettings),
        )  # fmt: skip
        return planes_over(box, wide, {name: shown[..., rgb.index(name)] for name in channels}, height)
