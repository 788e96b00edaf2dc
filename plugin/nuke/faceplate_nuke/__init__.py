"""Faceplate's nodes in Nuke: the buttons of the gizmos, and what is behind them. The engine is a process of its own."""

from faceplate_nuke import buttons
from faceplate_nuke.watch import changed

__all__ = ["buttons", "changed"]
