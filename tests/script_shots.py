"""Small scripts for tests: a plate on disk, a Read of it, nodes, a Write; and the session that renders them."""

import numpy as np

import faceplate.graph.operators  # noqa: F401 -- registers the classes that are rendered
from faceplate.graph.render import Session, bands
from faceplate.graph.script import parse_script
from faceplate.graph.writing.picture import Picture
from faceplate.plate import write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

LOG = "ARRI LogC3 (EI800)"
TIME_CODE = Attribute("smpte:TimeCode", "timecode", (0x01020304, 77))
ABOUT = (
    Attribute("compression", "string", "zip"),
    Attribute("Copyright", "string", "Faceplate tests"),
    TIME_CODE,
    Attribute("framesPerSecond", "rational", (24000, 1001)),
    Attribute("com.camera.odd", "vector2i", (3, -4)),
)


def root(**knobs):
    """`root(colorManagement="OCIO", first_frame=1001)`."""
    return node("Root", inputs=None, **{"colorManagement": "OCIO", **knobs})


def node(klass, inputs=1, **knobs):
    """One node in braces; values that hold spaces are quoted."""
    lines = [] if inputs is None else [f" inputs {inputs}"]
    lines += [f' {name} "{value}"' if " " in str(value) else f" {name} {value}" for name, value in knobs.items()]
    return "\n".join([f"{klass} {{", *lines, "}", ""])


def read(file, **knobs):
    """A Read of the log plate, frames 1001 to 1004."""
    return node("Read", 0, **{"name": "Read1", "file": file, "first": 1001, "last": 1004, "colorspace": LOG, **knobs})


def write(file, **knobs):
    """A Write of the log plate's encoding, with all that an EXR plate says."""
    about = {"metadata": "all metadata except input/*", "noprefix": "true", "compression": "Zip (16 scanlines)"}
    return node("Write", **{"name": "Write1", "file": file, "channels": "all", "colorspace": LOG, **about, **knobs})


def session_of(*parts, **about):
    """A session of the script that the parts make."""
    return Session(parse_script("".join(parts)), **about)


def picture(session, name, frame=1001, view="main"):
    """The picture of a node at a frame, by the node's name."""
    return session.pull().source(session.named(name), frame, view)


def whole(source, channels=None):
    """All channels of a picture over its box, rows x columns x channels, lowest row first."""
    names = channels or source.info.channels
    planes = source.pixels(source.info.box, names)
    return np.stack([planes[name] for name in names], axis=-1)


def stored_plate(sample=Sample.HALF, names=("R", "G", "B", "A"), size=(64, 48), seed=1):
    """Samples of all kinds: a ramp with noise, and of halves and floats also NaN of both signs, infinities, zeros."""
    width, height = size
    random = np.random.default_rng(seed)
    values = np.linspace(0, 1, width)[None, :, None] + random.normal(0, 0.05, (height, width, len(names)))
    if sample.top_code is not None:
        return np.rint(values.clip(0, 1) * sample.top_code).astype(sample.dtype)
    pixels = values.astype(sample.dtype)
    bits = pixels.view(np.uint16 if sample is Sample.HALF else np.uint32)
    odd = (0x7E01, 0xFE42, 0x7D55, 0x7C00, 0xFC00, 0x8000, 0x0001, 0x8001, 0x4900, 0x7BFF)
    if sample is Sample.FLOAT:
        odd = (0x7FC00001, 0xFFC00042, 0x7FA00055, 0x7F800000, 0xFF800000, 0x80000000, 1, 0x80000001, 0x41200000)
    for place, each in enumerate(odd):
        bits[3 + place, 5 + place, place % len(names)] = each
    return pixels


def exr_frame(number, pixels, names=("R", "G", "B", "A"), data=None, attributes=ABOUT, **about):
    """A frame over a display window of 64 x 48, unless said otherwise."""
    display = about.pop("display", Window(0, 0, 64, 48))
    sample = Sample.HALF if pixels.dtype == np.float16 else Sample.FLOAT
    header = Header("openexr", display, data or display, names, (sample,) * len(names), attributes=attributes, **about)
    return Frame(number, "made", header, (ChannelGroup(names, pixels),))


def write_exr_plate(folder, numbers=range(1001, 1005), **about):
    """Frames on disk; gives their pattern."""
    for number in numbers:
        write_frame(exr_frame(number, stored_plate(seed=number), **about), folder / f"plate.{number}.exr")
    return f"{folder}/plate.%04d.exr"


def write_dpx_plate(folder, sample=Sample.UINT10, numbers=range(1001, 1005), names=("R", "G", "B"), attributes=()):
    """Frames on disk; gives their pattern."""
    window = Window(0, 0, 64, 48)
    for number in numbers:
        pixels = stored_plate(sample, names, seed=number)
        header = Header("dpx", window, window, names, (sample,) * len(names), attributes=attributes)
        write_frame(Frame(number, "made", header, (ChannelGroup(names, pixels),)), folder / f"plate.{number}.dpx")
    return f"{folder}/plate.%04d.dpx"


def written_frame(write, path, number):
    """The frame of a file that a Write makes, band by band."""
    made = Picture(write, path, number)
    for band in bands(write.pull, [made.box]):
        made.fill(band)
    return made.frame()
