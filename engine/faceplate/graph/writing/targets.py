"""What a Write's knobs ask for: the kind of file, its samples and channels, its encoding and header."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faceplate.graph.files.channels import alpha, file_channels, rgb
from faceplate.graph.files.encodings import Encoding, script_colour
from faceplate.graph.operators.read import kind_of
from faceplate.graph.render import Box, Info, Node, box_to_window
from faceplate.graph.writing.headers import dpx_header_entries, exr_header_entries, still_entries
from faceplate.graph.writing.origin import Origin
from faceplate.values import Attribute, Header, Sample, Window

file_types: Mapping[str, str] = {
    "exr": "openexr", "sxr": "openexr", "dpx": "dpx", "tiff": "tiff", "tif": "tiff", "png": "png",
}  # fmt: skip
"""The words of `file_type`, and the endings of names, that are written here, by our own name of the format."""

samples: Mapping[str, Mapping[str, Sample]] = {
    "openexr": {"16 bit half": Sample.HALF, "32 bit float": Sample.FLOAT},
    "dpx": {"10 bit": Sample.UINT10, "8 bit": Sample.UINT8, "12 bit": Sample.UINT12, "16 bit": Sample.UINT16},
    "tiff": {"8 bit": Sample.UINT8, "16 bit": Sample.UINT16, "32 bit float": Sample.FLOAT},
    "png": {"8 bit": Sample.UINT8, "16 bit": Sample.UINT16},
}
"""What the knob `datatype` may say of each format, the default first. Nuke numbers DPX's from 8 bit upwards."""

_numbered = {"dpx": ("8 bit", "10 bit", "12 bit", "16 bit")}
_compressions = {
    "none": "none",
    "Zip (1 scanline)": "zips",
    "Zip (16 scanlines)": "zip",
    "PIZ Wavelet (32 scanlines)": "piz",
    "RLE": "rle",
    "B44": "b44",
    "B44A": "b44a",
    "DWAA": "dwaa",
    "DWAB": "dwab",
}
_file_colours = {"rgba.red": "R", "rgba.green": "G", "rgba.blue": "B", alpha: "A"}


@dataclass(frozen=True)
class Target:
    """A file that a Write asks for.

    Attributes:
        file_format: as `Header.file_format`.
        sample: how its channels are stored.
        names: the file's channel for each of Nuke's, in the file's order.
        encoding: what its colour is encoded in.
        premultiplied: whether colour is divided by alpha to be encoded.
        compression: of an EXR, as `Delivery.compressed` takes it; None for other formats.
    """

    file_format: str
    sample: Sample
    names: dict[str, str]
    encoding: Encoding
    premultiplied: bool
    compression: str | None

    def is_plate(self, origin: Origin | None, info: Info, box: Box) -> bool:
        """True where the file has the windows, channels and samples of the plate, so that it may begin as the plate."""
        if origin is None:
            return False
        header = origin.frame.header
        size = Window(0, 0, info.format.width, info.format.height)
        windows = (header.display, header.data) == (size, box_to_window(box, info.format.height))
        alike = header.file_format == self.file_format and set(header.samples) == {self.sample}
        return windows and alike and tuple(self.names.values()) == header.channels and self._named_as(origin)

    def _named_as(self, origin: Origin) -> bool:
        return all(origin.names.get(name) == stored for name, stored in self.names.items())


def target_of(node: Node, file_format: str, info: Info, origin: Origin | None) -> Target:
    """The file that a Write asks for, of a picture that comes from a plate.

    Raises:
        ScriptError: a knob asks for what is not written.
        ColourError: `colorspace` names no space of the script's.
    """
    if node.values.get("transformType", "colorspace") != "colorspace":
        raise node.refusal(
            knob="transformType",
            expected="a colour space",
            came=node.values["transformType"],
            next_step="choose `colorspace`: a picture for a display is not written",
        )
    sample = sample_of(node, file_format)
    names = _names(node, file_format, info, origin)
    compression = None
    if file_format == "openexr":
        _refuse_unwritten(node, names)
        compression = exr_compression(node)
    encoding = script_colour(node.session).encoding(node, kind_of(file_format, sample))
    return Target(file_format, sample, names, encoding, node.flag("premultiplied"), compression)


def file_format_of(node: Node, path: Path) -> str:
    """The format of a file of this name, which has to be what `file_type` says.

    Raises:
        ScriptError: it is not, or is none that is written.
    """
    ending = path.suffix.lower().removeprefix(".")
    stated = node.text("file_type").strip().lower() or ending
    if ending not in file_types or file_types.get(stated) != file_types[ending]:
        raise node.refusal(
            knob="file_type" if stated != ending else "file",
            expected=f"a file of type {', '.join(sorted(set(file_types)))}, its name ending so",
            came=f"type {stated!r} and the name {path.name}",
            next_step="write one of these, and transcode it where another is needed",
        )
    return file_types[ending]


def sample_of(node: Node, file_format: str) -> Sample:
    """How the file stores its channels."""
    known = samples[file_format]
    if "datatype" not in node.values:
        return next(iter(known.values()))
    return known[node.choice("datatype", _numbered.get(file_format, tuple(known)))]


def exr_compression(node: Node) -> str:
    """The compression of an EXR, with its level where it has one."""
    name = _compressions[node.choice("compression", tuple(_compressions))] if "compression" in node.values else "zips"
    if not name.startswith("dwa"):
        return name
    level = round(node.number("dw_compression_level"))
    if level < 1:
        raise node.refusal(
            knob="dw_compression_level", expected="a level of at least 1", came=f"{level}", next_step="raise it"
        )
    return f"{name}:{level}"


def _names(node: Node, file_format: str, info: Info, origin: Origin | None) -> dict[str, str]:
    chosen = node.channels("channels", info.channels)
    like = origin.names if origin is not None and origin.frame.header.file_format == file_format else {}
    if file_format == "openexr":
        names = file_channels(chosen, like)
        _refuse_none(node, info, chosen)
        return _in_file_order(names, origin)
    if not set(chosen) & {*rgb}:
        raise node.refusal(
            knob="channels",
            expected="rgb or rgba, which is what this kind of file holds",
            came=f"{node.values.get('channels', 'rgb')}, of {', '.join(info.channels) or 'nothing'}",
            next_step="choose rgb, or write EXR",
        )
    names = {name: _file_colours[name] for name in (*rgb, *((alpha,) if alpha in chosen else ()))}
    return _in_file_order(names, origin)


def _in_file_order(names: dict[str, str], origin: Origin | None) -> dict[str, str]:
    """In the order of the plate where that has the same channels."""
    stored = {file: name for name, file in names.items()}
    order = origin.frame.header.channels if origin is not None else ()
    return {stored[file]: file for file in order} if set(order) == set(stored) else names


def _refuse_none(node: Node, info: Info, chosen: tuple[str, ...]) -> None:
    if not chosen:
        raise node.refusal(
            knob="channels",
            expected="a channel that the picture has",
            came=f"{node.values.get('channels', 'rgb')}, of {', '.join(info.channels) or 'nothing'}",
            next_step="choose channels that are there",
        )


def _refuse_unwritten(node: Node, names: Mapping[str, str]) -> None:
    if node.flag("write_ACES_compliant_EXR"):
        raise node.refusal(
            knob="write_ACES_compliant_EXR",
            expected="an EXR without its own rules",
            came="an ACES container",
            next_step="switch it off, choose half, no compression, rgb and ACES2065-1, which is what it asks for",
        )
    layers = {name.rpartition(".")[0] for name in names}
    words = ("channels, layers and views", "channels and layers", "channels")
    if node.choice("interleave", words) == "channels" and len(layers) > 1:
        raise node.refusal(
            knob="interleave",
            expected="all layers in one part",
            came="a part for each layer",
            next_step="choose `channels, layers and views`, or write each layer with a Write of its own",
        )


def header_of(node: Node, target: Target, info: Info, box: Box, origin: Origin | None) -> Header:
    """The header of the file: windows, channels and what the picture's metadata says."""
    size = Window(0, 0, info.format.width, info.format.height)
    plate = origin.frame.header if origin is not None and target.is_plate(origin, info, box) else None
    return Header(
        file_format=target.file_format,
        display=size,
        data=box_to_window(box, info.format.height),
        channels=tuple(target.names.values()),
        samples=(target.sample,) * len(target.names),
        pixel_aspect=info.format.pixel_aspect,
        attributes=_entries(node, target, info, plate),
        origin=_display_origin(target, size, origin) if plate is None else plate.origin,
    )


def _display_origin(target: Target, size: Window, origin: Origin | None) -> tuple[int, int]:
    """Where the file's display window begins: where the plate's does, as long as it is of the plate's size."""
    if origin is None or target.file_format != "openexr":
        return 0, 0
    header = origin.frame.header
    return header.origin if header.display == size else (0, 0)


def _entries(node: Node, target: Target, info: Info, plate: Header | None) -> tuple[Attribute, ...]:
    if target.file_format == "openexr":
        return exr_header_entries(node, info.metadata, target.compression or "", plate)
    if target.file_format == "dpx":
        return dpx_header_entries(node, info.metadata, target.sample, target.encoding)
    return still_entries(node, info.metadata, target.file_format, plate)
