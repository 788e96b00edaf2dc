"""Write: in the graph its input as it is; the file is made by the render."""

from faceplate.graph.operators.structure import Through
from faceplate.graph.render import operator

write_knobs = {
    "file": "",
    "file_type": "",
    "channels": "rgb",
    "colorspace": "default",
    "raw": "false",
    "premultiplied": "false",
    "use_limit": "false",
    "first": "1",
    "last": "1",
    "frame_mode": "expression",
    "frame": "",
    "render_order": "1",
    "views": "",
    "reading": "false",
    "create_directories": "false",
    "autocrop": "false",
    "noprefix": "false",
    "metadata": "default metadata",
    "dw_compression_level": "45",
    "interleave": "channels, layers and views",
    "write_ACES_compliant_EXR": "false",
}


@operator("Write", defaults=write_knobs)
class Write(Through):
    """Input 0 as it is."""
