"""What every format shares on its way through OpenImageIO: limits, errors, groups of channels."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.storage import unwritable
from faceplate.values import Array, ChannelGroup, Sample, Window

# Four times a 16K x 16K frame of RGBA half stands well above any camera; a damaged header claims far more.
MAX_SIDE_PX = 2**17
MAX_FRAME_BYTES = 2**33
MAX_CHANNELS = 2**14

OpenImageIO.attribute("limits:imagesize_MB", MAX_FRAME_BYTES // 2**20)
OpenImageIO.attribute("limits:channels", MAX_CHANNELS)

# OpenEXR takes 1 for a pool of one thread beside the caller's, -1 for none.
_thread_counts = {"threads": 1, "exr_threads": -1}

_base_types = {
    Sample.HALF: OpenImageIO.HALF,
    Sample.FLOAT: OpenImageIO.FLOAT,
    Sample.UINT8: OpenImageIO.UINT8,
    Sample.UINT32: OpenImageIO.UINT32,
}


@contextmanager
def one_thread_an_image() -> Iterator[None]:
    """Inside, OpenImageIO and OpenEXR work each image on the thread that asks for it.

    Where several images are worked at once this is faster than their own threads, which get in each other's way.
    """
    before = {name: OpenImageIO.get_int_attribute(name) for name in _thread_counts}
    try:
        for name, count in _thread_counts.items():
            OpenImageIO.attribute(name, count)
        yield
    finally:
        for name, count in before.items():
            OpenImageIO.attribute(name, count)


def base_type(sample: Sample) -> Any:
    """OpenImageIO's name for the type; 10 and 12 bit codes travel in 16 bit words."""
    return _base_types.get(sample, OpenImageIO.UINT16)


def check_size(path: Path, data: Window, samples: tuple[Sample, ...]) -> None:
    """Refuses a frame that no camera or renderer makes, before any memory is asked for.

    Raises:
        PlateError: the header claims such a frame.
    """
    size_bytes = data.width * data.height * sum(sample.dtype.itemsize for sample in samples)
    if max(data.width, data.height) > MAX_SIDE_PX or size_bytes > MAX_FRAME_BYTES:
        raise damaged(
            path,
            expected=f"a frame of at most {MAX_SIDE_PX} pixels a side and {MAX_FRAME_BYTES // 2**30} GiB",
            came=f"a header that claims {data.width} x {data.height} with {len(samples)} channels",
        )


@contextmanager
def open_input(path: Path, wishes: Any = None) -> Iterator[Any]:
    """The file open for reading; `wishes` is a specification that tells OpenImageIO how.

    Raises:
        PlateError: OpenImageIO cannot read it, here or while it is open, it asks for more memory than there is, or its
            name is not UTF-8.
    """
    _check_name(path)
    try:
        source = OpenImageIO.ImageInput.open(str(path), *([] if wishes is None else [wishes]))
        if source is None:
            raise damaged(path, expected="an image that OpenImageIO reads", came=_message(OpenImageIO))
        try:
            yield source
        finally:
            source.close()
    except (MemoryError, UnicodeDecodeError, RuntimeError) as error:
        raise damaged(path, expected="an image that fits its header", came=_first_line(str(error))) from error


def _check_name(path: Path) -> None:
    """Refuses bytes in a name that are no text, which Python keeps as surrogates and OpenImageIO does not take."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise PlateError(
            ascii(str(path)), expected="a name in UTF-8", came="bytes that are none", next_step="rename it"
        ) from error


def read_channels(path: Path, source: Any, first: int, last: int, sample: Sample) -> Array:
    """Channels `first` up to `last` as rows x columns x channels, in their stored type.

    Raises:
        PlateError: the pixels are damaged or incomplete.
    """
    pixels = source.read_image(source.current_subimage(), 0, first, last, base_type(sample))
    if pixels is None:
        raise damaged(path, expected="whole pixels", came=_message(source))
    return np.asarray(pixels)


def read_groups(
    path: Path, source: Any, names: tuple[str, ...], samples: tuple[Sample, ...]
) -> tuple[ChannelGroup, ...]:
    """Every channel, neighbours of one type together.

    Raises:
        PlateError: the pixels are damaged or incomplete.
    """
    groups, first = [], 0
    for sample, run in groupby(samples):
        last = first + len(list(run))
        groups.append(ChannelGroup(names[first:last], read_channels(path, source, first, last, sample)))
        first = last
    return tuple(groups)


def write_pixels(path: Path, format_name: str, spec: Any, pixels: Array) -> None:
    """Writes one image.

    Raises:
        StorageError: OpenImageIO could not write it all.
    """
    output: Any = OpenImageIO.ImageOutput.create(format_name)
    written = output.open(str(path), spec) and output.write_image(np.ascontiguousarray(pixels))
    message = _message(output) if not written else ""
    if not output.close() or not written:
        raise unwritable(path, message or _message(output))


def _message(source: Any) -> str:
    """What OpenImageIO says; the name of a damaged attribute in it can be no text at all."""
    try:
        return _first_line(source.geterror()) or "a failure that OpenImageIO does not explain"
    except UnicodeDecodeError:
        return "a damaged header"


def _first_line(text: str) -> str:
    return " ".join(text.split())[:300]
