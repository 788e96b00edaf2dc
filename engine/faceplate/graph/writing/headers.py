"""The header's entries of a written file, from the picture's metadata and the Write's knobs."""

from collections.abc import Iterable

from faceplate.graph.files.encodings import Encoding
from faceplate.graph.files.metadata import Metadata, header_entries, modes, timecode_entry
from faceplate.graph.render import Node
from faceplate.plate import dpx_attributes, exr_name
from faceplate.values import Attribute, Header, Sample, Window

_modes_in_menus = ("default metadata", "no metadata", *modes[2:])
# Entries that say how a file of one part is laid out; the writer states them anew.
_of_the_layout = frozenset({
    "channels", "chunkCount", "compression", "dataWindow", "deepImageState", "displayWindow", "dwaCompressionLevel",
    "lineOrder", "maxSamplesPerPixel", "multiView", "name", "pixelAspectRatio", "preview", "tiles", "type", "version",
    "view",
})  # fmt: skip
_layout = ("openexr:lineOrder", "openexr:tiles", "openexr:pLinear")
_longest_name_bytes = 255
_transfers = {
    "user-defined": "User defined",
    "printing density": "Printing density",
    "linear": "Linear",
    "log": "Logarithmic",
    "unspecified video": "Unspecified video",
    "SMPTE 240M": "SMPTE 274M",
    "CCIR 709-1": "ITU-R 709-4",
    "CCIR 601-2 system B/G": "ITU-R 601-5 system B or G",
    "CCIR 601-2 system M": "ITU-R 601-5 system M",
    "NTSC": "NTSC",
    "PAL": "PAL",
    "Z linear": "Z linear",
    "Z homogeneous": "Z homogeneous",
    "(auto detect)": "",
}
_in_words = (Sample.UINT10, Sample.UINT12)
_tiff_compressions = {"none": 1, "PackBits": 32773, "LZW": 5, "Deflate": 8}
_both_stills = ("Copyright", "Artist", "DocumentName", "ImageDescription", "DateTime", "ICCProfile")


def exr_header_entries(node: Node, metadata: Metadata, compression: str, plate: Header | None) -> tuple[Attribute, ...]:
    """Those of an EXR, by the knobs `metadata` and `noprefix`; its layout the plate's where it has its compression."""
    mode = metadata_mode(node)
    kept = header_entries(metadata, mode, prefix=not node.flag("noprefix"))
    laid_out = (
        _plate_layout(plate, compression) if modes.index(mode) >= modes.index("default metadata and exr/*") else None
    )
    if laid_out is None:
        kept = tuple(entry for entry in kept if exr_name(entry) not in _of_the_layout)
    entries = {entry.name: entry for entry in (*kept, *(laid_out or ()))}
    return tuple(entry for entry in entries.values() if 0 < len(exr_name(entry).encode()) <= _longest_name_bytes)


def metadata_mode(node: Node) -> str:
    """What a Write of an EXR takes along, one of `modes`."""
    return node.choice("metadata", _modes_in_menus) if "metadata" in node.values else "default metadata"


def _plate_layout(plate: Header | None, compression: str) -> tuple[Attribute, ...] | None:
    if plate is None or str(plate.attribute("compression")) != compression.partition(":")[0]:
        return None
    return tuple(entry for entry in plate.attributes if entry.name in _layout)


def dpx_header_entries(node: Node, metadata: Metadata, sample: Sample, encoding: Encoding) -> tuple[Attribute, ...]:
    """Those of a DPX: a DPX plate's own fields, else what DPX has a field for; byte order and packing by the knobs."""
    own = tuple(entry for name, entry in metadata.items() if name.startswith("dpx/") and entry.name != name)
    if not own:
        size = Window(0, 0, 1, 1)
        told = header_entries(metadata, "default metadata and exr/*", prefix=True)
        own = dpx_attributes(Header("openexr", size, size, (), (), attributes=told))
    entries = {entry.name: entry for entry in own}
    changed = (*timecode_entry(metadata), *_dpx_transfer(node, encoding), *_dpx_layout(node, sample))
    return tuple((entries | {entry.name: entry for entry in changed}).values())


def _dpx_layout(node: Node, sample: Sample) -> Iterable[Attribute]:
    big = node.flag("bigEndian") if "bigEndian" in node.values else True
    yield Attribute("dpx:Endian", "string", "big" if big else "little")
    if sample in _in_words:
        packed = "fill" in node.values and node.flag("fill")
        yield Attribute("dpx:Packing", "string", "Packed" if packed else "Filled, method A")


def _dpx_transfer(node: Node, encoding: Encoding) -> Iterable[Attribute]:
    """What the knob says; nothing where it leaves the field as it is, but video, which is told as such."""
    word = node.choice("transfer", tuple(_transfers)) if "transfer" in node.values else "(auto detect)"
    stated = _transfers[word] or ("ITU-R 709-4" if encoding.space == "rec709" else "")
    if stated:
        yield Attribute("dpx:Transfer", "string", stated)


def still_entries(node: Node, metadata: Metadata, file_format: str, plate: Header | None) -> tuple[Attribute, ...]:
    """Those of a TIFF or PNG: all of the plate's where the file has its channels and samples, else those both know."""
    told = {entry.name: entry for entry in plate.attributes} if plate else {}
    if not plate:
        told = {entry.name: entry for entry in metadata.values() if entry.name in _both_stills}
    if file_format == "tiff" and ("compression" in node.values or not plate):
        words = tuple(_tiff_compressions)
        word = node.choice("compression", words) if "compression" in node.values else "Deflate"
        told["tiff:Compression"] = Attribute("tiff:Compression", "uint16", _tiff_compressions[word])
    return tuple(told.values())
