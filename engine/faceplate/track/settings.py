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
        help="Search the picture in overlapping tiles as well, for small faces; auto does so where no face was found, "
        "and beside larger faces in one frame of every shot, from which small ones are followed.",
        group="Find",
        choices=("auto", "on", "off"),
    )
    box: str = knob(
        "",
        help="Search only here: left, top, right, bottom in plate pixels from the top left corner; empty for all.",
        group="Find",
        unit="px",
    )
    landmarker: str = knob(
        "mediapipe",
        help="Who measures the landmarks: MediaPipe's mesh, FAN's 68 points with the mesh bent to meet them "
        "(flat or in depth), or the detector's eyes, nose and mouth alone.",
        group="Find",
        choices=("mediapipe", "fan2d", "fan3d", "points5"),
    )
    views: int = knob(
        3,
        help="Each face is measured so many times, moved, scaled and turned a little, and averaged.",
        group="Find",
        minimum=1,
        maximum=32,
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
    who: str = knob(
        "everybody",
        help="Whose faces to keep: everybody, largest, a frame such as 1010 (those seen on it), a click as x y frame "
        "in plate pixels, or a name.",
        group="People",
    )
    identity_model: str = knob(
        "",
        help="A face recogniser of the ArcFace family, by which people are known again; empty goes by looks and place.",
        group="People",
        file=".onnx",
    )
    refine: bool = knob(
        default=True,
        help="Follow the face's own texture at full resolution, so that the landmarks hold still on the plate.",
        group="Hold still",
    )
    drift: float = knob(
        0.2,
        help="So far the landmarks' path may be from the texture's before the track is pulled back, in percent of the "
        "face's size.",
        group="Hold still",
        unit="%",
        minimum=0.0,
        maximum=10.0,
    )
    smoothing: float = knob(
        4.0,
        help="What texture cannot tell: movement that swings faster than this many frames is taken as jitter; 0 leaves "
        "it as found.",
        group="Hold still",
        unit="frames",
        minimum=0.0,
        maximum=100.0,
    )
    focal_mm: float = knob(
        0.0,
        help="Focal length of the lens; 0 takes it from the plate's header, or leaves the head's distance unknown.",
        group="Camera",
        unit="mm",
        minimum=0.0,
        maximum=5000.0,
    )
    sensor_mm: float = knob(
        0.0,
        help="Width of the sensor that the plate shows, unsqueezed; 0 takes it from the header.",
        group="Camera",
        unit="mm",
        minimum=0.0,
        maximum=200.0,
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
        version=2,
        summary="Finds every face of the shot, follows it frame by frame, and keeps its landmarks as a track. Its "
        "knobs are read once for the whole shot: where one moves, its value at the first frame rendered counts.",
        inputs=("plate",),
        settings=FaceTrackSettings,
        graph_settings=FaceTrackGraphSettings,
    )
)
