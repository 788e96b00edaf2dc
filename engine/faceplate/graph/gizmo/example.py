"""The example script: a log plate gets another face among ordinary nodes, and leaves as EXR and DPX."""

from faceplate.graph.gizmo.layout import Layout, Pairs
from faceplate.graph.script import Script

BESIDE = "[file dirname [value root.name]]"
MODEL = f"{BESIDE}/younger.onnx"
# Nuke's name for OpenColorIO's built-in ACES 1.3 studio config.
CONFIG = "fn-nuke_studio-config-v1.0.0_aces-v1.3_ocio-v2.1"
COMMENT = "# The walk of one shot. It stands beside plate/, which `faceplate demo` makes, and the model younger.onnx."
delivered = {kind: f"delivery/{kind}/delivery.%04d.{kind}" for kind in ("exr", "dpx")}
"""What the script delivers, beside itself: Write1 and Write2."""

layers = {"matte": "matte/matte.%04d.exr", "swap": "swap/swap.%04d.exr"}
"""What it leaves for ordinary nodes to build the comp again: Write3 and Write4."""

track_file = "shot.track"


def face_replacement(*, encoding: str, frames: tuple[int, int], size: tuple[int, int]) -> Script:
    """A plate of plate/plate.%04d.exr beside the script gets the face of younger.onnx; our nodes stand as gizmos.

    Args:
        encoding: the OpenColorIO colour space of the plate, read and written.
        frames: the first and the last frame.
        size: columns and rows.
    """
    layout = Layout()
    plate = _read(layout, encoding, frames, size)
    face, matte = _face(layout, plate)
    grade = (("white", "1.02 1 0.98 1"), ("black_clamp", "false"), ("unpremult", "rgba.alpha"))
    graded = layout.add("Grade", "Grade1", (-400, 900), [face], knobs=grade)
    premultiplied = (("unpremult", "rgba.alpha"),)
    inputs = (graded, plate, None, None)
    grained = layout.add("FaceRegrain", "FaceRegrain1", (-320, 1000), inputs, knobs=premultiplied)
    over = (("operation", "over"), ("output", "rgb"), ("metainput", "B"), ("bbox", "B"))
    comp = layout.add("Merge2", "Merge1", (0, 1100), [plate, grained], knobs=over)
    _write(layout, encoding, comp)
    _write_layers(layout, matte, graded)
    return layout.script(comments=(COMMENT,), root=_root(frames, size))


def _root(frames: tuple[int, int], size: tuple[int, int]) -> Pairs:
    first, last = frames
    return (
        ("inputs", "0"),
        ("first_frame", str(first)),
        ("last_frame", str(last)),
        ("lock_range", "true"),
        ("fps", "24"),
        ("format", _format(size)),
        ("colorManagement", "OCIO"),
        ("OCIO_config", CONFIG),
    )


def _format(size: tuple[int, int]) -> str:
    columns, rows = size
    return f"{columns} {rows} 0 0 {columns} {rows} 1 plate"


def _read(layout: Layout, encoding: str, frames: tuple[int, int], size: tuple[int, int]) -> int:
    first, last = (str(frame) for frame in frames)
    knobs = (
        ("file_type", "exr"),
        ("file", f"{BESIDE}/plate/plate.%04d.exr"),
        ("format", _format(size)),
        ("first", first),
        ("last", last),
        ("origfirst", first),
        ("origlast", last),
        ("origset", "true"),
        ("colorspace", encoding),
    )
    return layout.add("Read", "Read1", (0, 0), knobs=knobs)


def _face(layout: Layout, plate: int) -> tuple[int, int]:
    """The face alone, and the matte."""
    kept = (("track_file", f"{BESIDE}/{track_file}"),)
    track = layout.add("FaceTrack", "FaceTrack1", (-200, 160), [plate], knobs=kept)
    matte_knobs = (("model_file", MODEL), ("output", "matte"))
    matte = layout.add("FaceMatte", "FaceMatte1", (-600, 300), [track], knobs=matte_knobs)
    alpha = ("channels", "alpha")
    eroded = layout.add("FilterErode", "FilterErode1", (-600, 400), [matte], knobs=(alpha, ("size", "2")))
    soft = layout.add("Blur", "Blur1", (-600, 500), [eroded], knobs=(alpha, ("size", "6")))
    # The model's crop averages grain away as it shrinks the face: what one frame tells is enough for it.
    alone = (("frames", "1"),)
    clean = layout.add("FaceDegrain", "FaceDegrain1", (-200, 300), [track, None], knobs=alone)
    swap_knobs = (("model_file", MODEL), ("mode", "replace"), ("output", "face"))
    face = layout.add("FaceSwap", "FaceSwap1", (-400, 700), [clean, soft, None], knobs=swap_knobs)
    return face, soft


def _write(layout: Layout, encoding: str, comp: int) -> None:
    """The comp as EXR and as DPX, in the plate's encoding and with the plate's header."""
    kept = (
        ("colorspace", encoding),
        ("metadata", "all metadata except input/*"),
        ("noprefix", "true"),
        ("create_directories", "true"),
    )
    exr = (
        ("file", f"{BESIDE}/{delivered['exr']}"),
        ("file_type", "exr"),
        ("datatype", "16 bit half"),
        ("compression", "Zip (16 scanlines)"),
        *kept,
    )
    dpx = (
        ("file", f"{BESIDE}/{delivered['dpx']}"),
        ("file_type", "dpx"),
        ("datatype", "10 bit"),
        *kept,
    )
    layout.add("Write", "Write1", (0, 1260), [comp], knobs=exr)
    layout.add("Write", "Write2", (200, 1260), [comp], knobs=dpx)


def _write_layers(layout: Layout, matte: int, face: int) -> None:
    """The matte, and the face alone before its grain, premultiplied in scene-linear light, each in its own box."""
    kept = (("file_type", "exr"), ("datatype", "16 bit half"), ("raw", "true"), ("create_directories", "true"))
    for name, number, position, source, channels in (
        ("matte", 3, (-600, 1260), matte, "alpha"),
        ("swap", 4, (-400, 1260), face, "rgba"),
    ):
        file = (("file", f"{BESIDE}/{layers[name]}"), ("channels", channels))
        layout.add("Write", f"Write{number}", position, [source], knobs=(*file, *kept))
