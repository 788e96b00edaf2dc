"""Where the stages meet: the walk of one shot, frames in parallel, renders that go on where they stopped."""

import faceplate.check  # noqa: F401 -- its node is one of the registry
from faceplate.graph.delivery import Progress, deliver_shot, grain_digest, inputs_of, shot_job
from faceplate.graph.face_layers import layer_kinds, layers_named
from faceplate.graph.grain_apply import apply_grain
from faceplate.graph.grain_pass import GrainPass, run_grain_pass
from faceplate.graph.grain_remove import remove_grain
from faceplate.graph.layers import changed_frame, matte_frame
from faceplate.graph.one_shot import one_shot_notes, shown_by
from faceplate.graph.outputs import Outputs, layer_place
from faceplate.graph.plates import encoding_of, open_encoded_plate
from faceplate.graph.render.gizmos import find_gizmos
from faceplate.graph.render_script import (
    Rendering,
    RenderSettings,
    ScriptProgress,
    open_rendering,
    open_session,
    render_script,
)
from faceplate.graph.shot import Rendered, Shot
from faceplate.graph.shot_checks import check_track_fits, person_named
from faceplate.graph.shot_grain import grain_frames, grain_sample_frames, measure_shot_grain
from faceplate.graph.shot_walk import render_frame
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
    "grain_frames",
    "grain_sample_frames",
    "inputs_of",
    "layer_kinds",
    "layer_place",
    "layers_named",
    "matte_frame",
    "measure_shot_grain",
    "one_shot_notes",
    "open_encoded_plate",
    "open_rendering",
    "open_session",
    "person_named",
    "remove_grain",
    "render_frame",
    "render_script",
    "run_grain_pass",
    "shot_job",
    "shown_by",
    "track_shot",
]
