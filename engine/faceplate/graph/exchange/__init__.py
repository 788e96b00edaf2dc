"""A track for other programs: Nuke's own nodes, and STMaps."""

from faceplate.graph.exchange.keyed import Keyed, keyed
from faceplate.graph.exchange.map_sequence import MapSequence, STMapSettings, open_map_sequence
from faceplate.graph.exchange.nodes import kinds, track_script
from faceplate.graph.exchange.stabilise import CropMaps, STMap
from faceplate.graph.exchange.warp import FaceWarp

__all__ = [
    "CropMaps",
    "FaceWarp",
    "Keyed",
    "MapSequence",
    "STMap",
    "STMapSettings",
    "keyed",
    "kinds",
    "open_map_sequence",
    "track_script",
]
