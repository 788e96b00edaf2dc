"""Settings declared once, nodes, and the registry from which every host's controls are derived."""

from faceplate.spec.knobs import Knob, Settings, knob, knobs_of
from faceplate.spec.nodes import NodeSpec, register, registered

__all__ = ["Knob", "NodeSpec", "Settings", "knob", "knobs_of", "register", "registered"]
