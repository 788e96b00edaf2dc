"""What a movie says about itself: how its codes stand for colour, and what its maker wrote into it."""

from pathlib import Path
from typing import Any

import av
from av.video.reformatter import ColorRange

from faceplate.errors import PlateError
from faceplate.values import Attribute

# Kr and Kb by the code of the matrix in ITU-T H.273, table 4.
_weights = {
    1: ("bt709", 0.2126, 0.0722),
    4: ("fcc", 0.30, 0.11),
    5: ("bt601", 0.299, 0.114),
    6: ("bt601", 0.299, 0.114),
    7: ("smpte240m", 0.212, 0.087),
    9: ("bt2020", 0.2627, 0.0593),
}
_unspecified = 2
_high_definition_rows = 720
# Names of H.273, tables 2 and 3, as FFmpeg writes them.
_primaries = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020"}
_primaries |= {10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}
_transfers = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100"}
_transfers |= {10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10"}
_transfers |= {15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67"}


def matrix_of(path: Path, picture: av.VideoFrame) -> tuple[str, float, float]:
    """Name, Kr and Kb of the picture's matrix; where it names none, BT.709 from 720 rows up and BT.601 below.

    Raises:
        PlateError: it names a matrix of another kind, as YCgCo, ICtCp or constant luminance.
    """
    assumed = 1 if picture.height >= _high_definition_rows else 6
    code = assumed if picture.colorspace == _unspecified else int(picture.colorspace)
    if code not in _weights:
        raise PlateError(
            str(path),
            expected="Y'CbCr by BT.601, BT.709, BT.2020 (non-constant luminance), FCC or SMPTE 240M",
            came=f"matrix coefficients {code} of ITU-T H.273",
            next_step="convert the movie to Y'CbCr by BT.709 or BT.2020, or to a sequence of EXR",
        )
    return _weights[code]


def is_full_range(picture: av.VideoFrame) -> bool:
    """True where codes use every value; limited where the picture does not say."""
    said = picture.color_range == ColorRange.JPEG
    return said or picture.format.name.startswith("yuvj") or picture.format.is_rgb


def tags_of(path: Path, picture: av.VideoFrame, stream: av.VideoStream) -> tuple[Attribute, ...]:
    """Codec, samples and colour of the stream, then every entry of the container's and the tracks' own metadata.

    Transfer and primaries are told and not acted upon; codes are never converted by them.
    """
    told = {
        "movie:codec": stream.codec_context.name,
        "movie:profile": stream.codec_context.profile,
        "movie:pixelFormat": picture.format.name,
        "movie:matrix": "rgb" if picture.format.is_rgb else matrix_of(path, picture)[0],
        "movie:range": "full" if is_full_range(picture) else "limited",
        "movie:primaries": _primaries.get(int(picture.color_primaries)),
        "movie:transfer": _transfers.get(int(picture.color_trc)),
    }
    written = {f"movie:{name}": text for name, text in _written(stream).items()}
    return tuple(Attribute(name, "string", text) for name, text in (written | told).items() if text)


def timecode_start(stream: av.VideoStream) -> str | None:
    """The time code of the first frame, as the movie writes it."""
    return _written(stream).get("timecode")


def _written(stream: av.VideoStream) -> dict[str, str]:
    """Metadata of the time code track, the container and the picture's track; where two tell the same, the last."""
    container: Any = stream.container
    tracks = [track.metadata for track in container.streams if track.type == "data"]
    texts: dict[str, str] = {}
    for metadata in (*tracks, container.metadata, stream.metadata):
        texts |= metadata
    return texts
