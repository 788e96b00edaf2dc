"""EXR files of every kind, made and read by the OpenEXR project's own library: the witness for ours."""

import numpy as np
import OpenEXR

COMPRESSIONS = {
    name.removesuffix("_COMPRESSION").lower().replace("no", "none"): getattr(OpenEXR, name)
    for name in dir(OpenEXR)
    if name.endswith("_COMPRESSION")
}
DATA = (-3, -2, 66, 301)
DISPLAY = (5, 7, 54, 280)
HALVES = {"R": "f2", "G": "f2", "B": "f2"}
FLOATS = {"R": "f4", "G": "f4", "B": "f4"}
MIXED = {**HALVES, "A": "f2", "depth.Z": "f4", "crypto00.id": "u4", "AA": "f4"}


def box(left, top, right, bottom):
    return np.array([left, top], np.int32), np.array([right, bottom], np.int32)


def samples(rng, kind, data=DATA):
    """Smooth enough for lossy codecs, with some values that are not; integers of any bits."""
    rows, columns = data[3] - data[1] + 1, data[2] - data[0] + 1
    if kind == "u4":
        return rng.integers(0, 2**32, (rows, columns), np.uint32)
    values = np.linspace(-0.1, 3, columns) + rng.normal(0, 0.02, (rows, columns))
    values[::7, ::11] = 600.0
    return values.astype(kind)


def part(name="", kinds=HALVES, *, seed=0, data=DATA, display=DISPLAY, **header):
    rng = np.random.default_rng(seed)
    about = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "dataWindow": box(*data),
        "displayWindow": box(*display),
        **header,
    }
    return OpenEXR.Part(about, {channel: samples(rng, kind, data) for channel, kind in kinds.items()}, name)


def deep_part(name, **header):
    pixels = np.empty((20, 30), object)
    for index in np.ndindex(pixels.shape):
        pixels[index] = np.arange(sum(index) % 4, dtype=np.float32)
    about = {
        "type": OpenEXR.deepscanline,
        "compression": OpenEXR.ZIPS_COMPRESSION,
        "dataWindow": box(0, 0, 29, 19),
        "displayWindow": box(*DISPLAY),
        **header,
    }
    return OpenEXR.Part(about, {"Z": pixels, "A": pixels.copy()}, name)


def write(path, *parts):
    OpenEXR.File(list(parts)).write(str(path))
    return path


def channels(path, index=0):
    """Every channel of a part as OpenEXR reads it: name -> rows x columns."""
    return {name: channel.pixels for name, channel in parts(path)[index].channels.items()}


def parts(path):
    return OpenEXR.File(str(path), separate_channels=True).parts


def header_text(path, index=0):
    """The header of a part as OpenEXR reads it: name -> its value in words."""
    return {name: repr(value) for name, value in parts(path)[index].header.items()}
