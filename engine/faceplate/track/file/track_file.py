"""A track as one file: safetensors (arrays and JSON text, nothing that can be executed)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from faceplate.errors import TrackError
from faceplate.storage import whole_or_absent
from faceplate.track.file.header import FileHeader, header_text, read_header
from faceplate.track.file.refused import refused
from faceplate.track.file.soundness import MOST_PAIRS_A_FRAME, check_measured, check_person
from faceplate.track.topology import anchors
from faceplate.values import Array, Measured, Motion, Person, Track

ENTRY = "faceplate_track"

Shapes: TypeAlias = Mapping[str, tuple[type[np.generic], tuple[int, ...]]]
# Each array of a person: its type, and its shape after the frames, where -1 stands for the number of points.
OF_PERSON: Shapes = {
    "landmarks_plate": (np.float32, (-1, 2)),
    "depth_px": (np.float32, (-1,)),
    "confidence": (np.float32, (-1,)),
    "presence": (np.float32, ()),
    "pose_deg": (np.float32, (3,)),
    "alignment": (np.float64, (2, 3)),
    "by_hand": (np.bool_, (-1,)),
    "exposure": (np.float32, ()),
    "place_cm": (np.float32, (3,)),
    "residual_px": (np.float32, ()),
    "doubts": (np.uint16, ()),
}
OF_MEASURED: Shapes = {
    "landmarks_plate": (np.float32, (-1, 2)),
    "depth_px": (np.float32, (-1,)),
    "confidence": (np.float32, (-1,)),
    "presence": (np.float32, ()),
    "exposure": (np.float32, ()),
    "sharpness": (np.float32, ()),
}
# Each array of a motion: its type, and its shape after the pairs.
OF_MOTION: Shapes = {
    "pairs": (np.int32, (2,)),
    "taken_plate": (np.float32, (len(anchors), 2)),
    "found_plate": (np.float32, (len(anchors), 2)),
    "deviation_px": (np.float32, (len(anchors),)),
}
# What tracks of version 1 lack, and what stands for it in every frame.
ADDED_LATER = {"exposure": np.nan, "place_cm": np.nan, "residual_px": np.nan, "doubts": 0}
# As safetensors names their types.
KINDS = ("F32", "F64", "BOOL", "U16", "I32")


def write_track(track: Track, path: Path) -> None:
    """Saves the track: written beside its name, then renamed, so that the file is whole or absent.

    Raises:
        StorageError: the folder cannot be written.
    """
    arrays = dict(_arrays_of(track))
    with whole_or_absent(path) as beside:
        beside.write_bytes(save(arrays, {ENTRY: header_text(track)}))


def _arrays_of(track: Track) -> Iterator[tuple[str, Array]]:
    for place, person in enumerate(track.people):
        yield from _named(f"{place}", person, OF_PERSON)
    for place, measured in enumerate(track.measured):
        yield from _named(f"m{place}", measured, OF_MEASURED)
        if measured.motion is not None:
            yield from _named(f"m{place}.motion", measured.motion, OF_MOTION)


def _named(prefix: str, value: Any, shapes: Shapes) -> Iterator[tuple[str, Array]]:
    for name, (kind, _) in shapes.items():
        yield f"{prefix}.{name}", np.ascontiguousarray(getattr(value, name), kind)


def read_track(path: Path) -> Track:
    """The track in a file that `write_track` made, of this version or an earlier one.

    Raises:
        TrackError: the file is absent, damaged, of another kind, or from a newer version; or its numbers make no faces.
    """
    try:
        with safe_open(path, framework="numpy") as opened:
            metadata = opened.metadata() or {}
            if ENTRY not in metadata:
                raise refused(str(path), "a Faceplate track", "a safetensors file of another kind")
            header = read_header(str(path), metadata[ENTRY])
            arrays = dict(_arrays(path, opened))
    except (OSError, SafetensorError) as error:
        raise refused(str(path), "a whole track file", str(error)) from error
    return _Reader(str(path), header, arrays).track()


def _arrays(path: Path, opened: Any) -> Iterator[tuple[str, Array]]:
    for name in opened.keys():  # noqa: SIM118 -- no mapping
        kind = opened.get_slice(name).get_dtype()
        # numpy has no names for some of the others, and safetensors' own errors for them are no SafetensorError.
        if kind not in KINDS:
            raise refused(str(path), f"arrays of {', '.join(KINDS)}", f"{name} of {kind}")
        yield name, opened.get_tensor(name)


class _Reader:
    """Takes people and measurements out of the arrays of a file, each checked."""

    def __init__(self, source: str, header: FileHeader, arrays: Mapping[str, Array]) -> None:
        self._source, self._header, self._arrays = source, header, arrays
        self._rows = len(header.track.frames)

    def track(self) -> Track:
        names = self._header.names
        return replace(
            self._header.track,
            people=tuple(self._person(place, name) for place, name in enumerate(names)),
            measured=tuple(self._measured(place) for place in range(self._header.measured)),
        )

    def _person(self, place: int, name: str) -> Person:
        later = ADDED_LATER if self._header.version == 1 else {}
        values = self._of_face(f"{place}", name, OF_PERSON, later)
        person = Person(name=name, **values)
        check_person(self._source, self._header.track, person)
        return person

    def _measured(self, place: int) -> Measured:
        values = self._of_face(f"m{place}", f"measured person {place + 1}", OF_MEASURED, {})
        measured = Measured(**values, motion=self._motion(place))
        check_measured(self._source, self._header.track, place, measured)
        return measured

    def _motion(self, place: int) -> Motion | None:
        prefix, most = f"m{place}.motion", MOST_PAIRS_A_FRAME * self._rows
        pairs = self._arrays.get(f"{prefix}.pairs")
        if pairs is None:
            return None
        count = pairs.shape[0] if pairs.ndim else 0
        if count > most:
            raise refused(self._source, f"at most {most} motion pairs in {self._rows} frames", str(count))
        owner = f"the motion of measured person {place + 1}"
        return Motion(
            **{
                name: self._array(f"{prefix}.{name}", owner, kind, (count, *shape))
                for name, (kind, shape) in OF_MOTION.items()
            }
        )

    def _of_face(self, prefix: str, owner: str, shapes: Shapes, later: Mapping[str, float]) -> dict[str, Array]:
        landmarks = self._arrays.get(f"{prefix}.landmarks_plate")
        points = landmarks.shape[1] if landmarks is not None and landmarks.ndim > 1 else 0
        found = {}
        for name, (kind, shape) in shapes.items():
            whole = (self._rows, *(points if extent == -1 else extent for extent in shape))
            if name in later and f"{prefix}.{name}" not in self._arrays:
                found[name] = np.full(whole, later[name], kind)
            else:
                found[name] = self._array(f"{prefix}.{name}", owner, kind, whole)
        return found

    def _array(self, name: str, owner: str, kind: type[np.generic], shape: tuple[int, ...]) -> Array:
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != kind:
            came = "none" if array is None else f"{array.dtype} {array.shape}"
            raise self._refusal(f"{name.rpartition('.')[2]} of {owner} as {np.dtype(kind)} {shape}", came)
        return array

    def _refusal(self, expected: str, came: str) -> TrackError:
        return refused(self._source, expected, came)
