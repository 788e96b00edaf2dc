"""What was measured of a plate's grain, as a page with plots that a person can read."""

from faceplate.graph.grain_report.page import grain_page
from faceplate.graph.grain_report.used import Look, looks_of

__all__ = ["Look", "grain_page", "looks_of"]
