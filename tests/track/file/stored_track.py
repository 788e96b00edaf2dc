"""A track with something in each of its parts, and its file with parts of it replaced."""

import json
import struct

import numpy as np
from safetensors.numpy import load, save

from faceplate.track import topology
from faceplate.values import Doubt, Edit, Measured, Motion, Person

FRAMES, POINTS = 4, 478
ASPECT = 2.0


def alignments(face_px=300.0, turn=0.3, middle=(1500.0, 900.0)):
    """Plate pixels to a face square that is turned, `face_px` rows high, and square once the pixels are."""
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / face_px * [ASPECT, 1.0]
    each = np.column_stack([turned, 0.5 - turned @ middle])
    return np.repeat(each[None], FRAMES, axis=0)


def person(name, seed, unseen=()):
    generator = np.random.default_rng(seed)

    def values(*shape):
        return generator.random((FRAMES, *shape)).astype(np.float32)

    about = {
        "landmarks_plate": values(POINTS, 2) * 1000,
        "depth_px": values(POINTS),
        "confidence": values(POINTS),
        "presence": values(),
        "pose_deg": values(3),
        "alignment": alignments(),
        "exposure": values(),
        "place_cm": values(3) * 100,
        "residual_px": values(),
    }
    for array in about.values():
        array[list(unseen)] = np.nan
    doubts = np.uint16([0, Doubt.PROFILE, Doubt.AT_EDGE | Doubt.SMALL, 0])
    return Person(name=name, **about, by_hand=generator.random((FRAMES, POINTS)) > 0.9, doubts=doubts)


def motion(seed, pairs=((0, 1), (0, 3), (3, 0))):
    generator = np.random.default_rng(seed)
    found = generator.random((len(pairs), len(topology.anchors), 2)).astype(np.float32) * 1000
    deviation = generator.random(found.shape[:2]).astype(np.float32) + 0.01
    found[:, 7], deviation[:, 7] = np.nan, np.inf
    taken = np.nan_to_num(found) + np.float32(1)
    return Motion(np.int32(pairs).reshape(-1, 2), taken, found, deviation)


def measured(seed, unseen=(), **about):
    seen = person("", seed, unseen)
    names = ("landmarks_plate", "depth_px", "confidence", "presence", "exposure")
    values = {name: getattr(seen, name) for name in names}
    return Measured(**values, sharpness=seen.exposure, **about)


EDITS = (
    Edit("points", 1001, (1500.5, 900.25), points=(1, 33), target=((10.5, 20.0), (30.0, 40.125))),
    Edit("alignment", 1005, (1500.0, 900.0), "FaceTrack1", target=((0.006, 0.0, -8.5), (0.0, 0.003, -2.2))),
    Edit("absent", 1002, (1.0, 2.0), last_frame=1005),
    Edit("name", 990, (1.0, 2.0), text="Zoë"),
    Edit("drop", 1001, (1.0, 2.0)),
    Edit("split", 1005, (1.0, 2.0), text="somebody else"),
    Edit("merge", 1001, (1.0, 2.0), other_frame=1006, other_plate=(3.0, 4.0)),
)


def rewritten(path, metadata=None, arrays=None):
    """The file again with parts of its header or its arrays replaced; None takes an entry out."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    kept = json.loads(content[8 : 8 + length])["__metadata__"]
    whole = load(content)
    for entries, changes in ((kept, metadata or {}), (whole, arrays or {})):
        for name, value in changes.items():
            entries.pop(name, None)
            if value is not None:
                entries[name] = value
    path.write_bytes(save(whole, kept))
    return path


def about_with(path, **changes):
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    about = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["faceplate_track"])
    return {"faceplate_track": json.dumps(about | changes)}
