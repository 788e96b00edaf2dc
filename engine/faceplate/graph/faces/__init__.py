"""Our own nodes in a graph: what the engine makes for the `Result` inside each of their groups."""

from faceplate.graph.faces.check_result import FaceCheckResult
from faceplate.graph.faces.grain_results import FaceDegrainResult, FaceRegrainResult
from faceplate.graph.faces.receipt import FacesAbout, faces_about
from faceplate.graph.faces.swap_result import FaceMatteResult, FaceSwapResult
from faceplate.graph.faces.track_result import FaceTrackResult

__all__ = [
    "FaceCheckResult",
    "FaceDegrainResult",
    "FaceMatteResult",
    "FaceRegrainResult",
    "FaceSwapResult",
    "FaceTrackResult",
    "FacesAbout",
    "faces_about",
]
