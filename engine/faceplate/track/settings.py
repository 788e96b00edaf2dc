from dataclasses import dataclass

from faceplate.spec import NodeSpec, Settings, knob, register


@dataclass(frozen=True, kw_only=True)
class FaceTrackSettings(Settings):
    """The knobs of FaceTrack."""

    detector_range: str = knob(
        "auto",
        help="Which detector looks at the picture: short for close-ups, full for faces further away, auto for both.",
        group="Find",
        choices=("auto", "short", "full"),
    )
    tiles: str = knob(
        "auto",
        help="Search the picture in overlapping tiles as well, for small faces; auto does so where no face was found.",
        group="Find",
        choices=("auto", "on", "off"),
    )
    min_confidence: float = knob(
        0.5, help="How sure the detector has to be that it sees a face.", group="Find", minimum=0.05, maximum=1.0
    )
    min_presence: float = knob(
        0.6,
        help="How sure the landmarker has to be that it looks at a face.",
        group="Find",
        minimum=0.0,
        maximum=1.0,
    )
    max_people: int = knob(
        8, help="At most this many people, the largest first.", group="People", minimum=1, maximum=64
    )
    min_length: int = knob(
        5,
        help="A face seen in fewer frames than this is dropped; a shorter range asks for no more than it has.",
        group="People",
        unit="frames",
        minimum=1,
        maximum=1000,
    )
    smoothing: float = knob(
        4.0,
        help="Movement that swings faster than this many frames is taken as jitter; 0 leaves the landmarks as found.",
        group="Smooth",
        unit="frames",
        minimum=0.0,
        maximum=100.0,
    )


@dataclass(frozen=True, kw_only=True)
class FaceTrackGraphSettings(Settings):
    """What FaceTrack is told in a node graph."""

    track_file: str = knob(
        "[file dirname [value root.name]]/faceplate/[value name].track",
        help="Where the track is kept.",
        group="Track",
        file=".track",
    )


FACE_TRACK = register(
    NodeSpec(
        name="FaceTrack",
        version=1,
        summary="Finds every face of the shot, follows it frame by frame, and keeps its landmarks as a track.",
        inputs=("plate",),
        settings=FaceTrackSettings,
        graph_settings=FaceTrackGraphSettings,
    )
)
