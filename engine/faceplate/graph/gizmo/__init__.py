"""Our nodes as Nuke's groups: gizmos made from the registry, scripts that name them opened, the example script."""

from faceplate.graph.gizmo.by_hand import HandKnobs, hand_knob_names, hand_knobs
from faceplate.graph.gizmo.designs import designs
from faceplate.graph.gizmo.example import delivered, face_replacement, layers, track_file
from faceplate.graph.gizmo.gizmo import gizmo_script, gizmo_text
from faceplate.graph.gizmo.opened import open_gizmos

__all__ = [
    "HandKnobs",
    "delivered",
    "designs",
    "face_replacement",
    "gizmo_script",
    "gizmo_text",
    "hand_knob_names",
    "hand_knobs",
    "layers",
    "open_gizmos",
    "track_file",
]
