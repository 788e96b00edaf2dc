"""Faceplate: face replacement and rejuvenation in the node graph, in float, with the plate's own grain.

Importing this loads none of the heavy libraries; each stage loads what it owns when it is imported.
"""

from importlib.metadata import version

from faceplate.errors import FaceplateError

__version__ = version("faceplate")

__all__ = ["FaceplateError", "__version__"]
