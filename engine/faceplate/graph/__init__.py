"""Where the stages meet: the walk of one shot, frames in parallel, renders that go on where they stopped."""

import faceplate.check  # noqa: F401 -- its node is one of the registry
from faceplate.graph.delivery import Outputs, Progress, deliver_shot, grain_digest, inputs_of, shot_job
from faceplate.graph.grain_pass import GrainPass, apply_grain, remove_grain, run_grain_pass
from faceplate.graph.layers import changed_frame, matte_frame
from faceplate.graph.plates import open_encoded_plate
from faceplate.graph.render.gizmos import find_gizmos
from faceplate.graph.render_script import (
    Rendering,
    RenderSettings,
    ScriptProgress,
    open_rendering,
    open_session,
    render_script,
)
from faceplate.graph.shot import (
    Rendered,
    Shot,
    check_track_fits,
    encoding_of,
    measure_shot_grain,
    person_named,
    render_frame,
)
from faceplate.graph.timing import StageTimes
from faceplate.graph.tracking import face_pack, track_shot

__all__ = [
    "GrainPass",
    "Outputs",
    "Progress",
    "RenderSettings",
    "Rendered",
    "Rendering",
    "ScriptProgress",
    "Shot",
    "StageTimes",
    "apply_grain",
    "changed_frame",
    "check_track_fits",
    "deliver_shot",
    "encoding_of",
    "face_pack",
    "find_gizmos",
    "grain_digest",
    "inputs_of",
    "matte_frame",
    "measure_shot_grain",
    "open_encoded_plate",
    "open_rendering",
    "open_session",
    "person_named",
    "remove_grain",
    "render_frame",
    "render_script",
    "run_grain_pass",
    "shot_job",
    "track_shot",
]
