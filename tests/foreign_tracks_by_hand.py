"""Files of other programs, made here from their documented layouts."""

import json
import pickle
import struct
import zlib

import numpy as np

PIXEL = b"\xff\xd8\xff\xe0\x00\x04ab"  # start, a segment
SCAN = b"\xff\xda\x00\x02\x00\xff\xd9"


def faceswap_document(faces, version=2.4, *, as_lists=True):
    """`faces`: the name of each frame with its faces' landmarks."""

    def entry(landmarks):
        box = {"x": 1, "w": 2, "y": 3, "h": 4}
        points = landmarks.tolist() if as_lists else landmarks.astype(np.float32)
        rest = {"mask": {"components": {"mask": b"zlib"}} if not as_lists else {}, "identity": {}}
        return {**box, "landmarks_xy": points, **rest, "thumb": None if as_lists else np.zeros(9, np.uint8)}

    frames = {name: [entry(each) for each in found] for name, found in faces.items()}
    if version < 2.1:
        return frames
    data = {name: {"faces": found, "video_meta": {}} for name, found in frames.items()}
    return {"__meta__": {"version": version}, "__data__": data} if version >= 2.2 else data


def write_faceswap_json(path, faces, version=2.4):
    path.write_text(json.dumps(faceswap_document(faces, version)))


def write_fsa(path, faces, version=2.4, protocol=4):
    document = faceswap_document(faces, version, as_lists=False)
    path.write_bytes(zlib.compress(pickle.dumps(document, protocol)))


def dfl_picture(landmarks, source="00001.png", *, in_frame=True, protocol=3, **more):
    """The bytes of an aligned JPEG; its pixels are none."""
    matrix = np.array([[0.8, 0.1, -30.0], [-0.1, 0.8, 20.0]])
    about = {
        "face_type": "whole_face",
        "landmarks": landmarks @ matrix[:, :2].T + matrix[:, 2],
        "source_filename": source,
        "source_rect": [1, 2, 3, 4],
        "image_to_face_mat": matrix,
        "eyebrows_expand_mod": 1.0,
        "seg_ie_polys": {"polys": [{"type": 0, "pts": np.zeros((3, 2), np.float32)}]},
        **({"source_landmarks": landmarks} if in_frame else {}),
        **more,
    }
    body = pickle.dumps(about, protocol)
    return PIXEL + b"\xff\xef" + struct.pack(">H", len(body) + 2) + body + SCAN


def write_pack(path, pictures):
    """`pictures`: bytes by name. Enumerations stand as DeepFaceLab's own classes."""
    configs = [{"filename": name, "face_type": "FACE", "sample_type": "SAMPLE"} for name in pictures]
    body = pickle.dumps(configs, 3)
    for word, call in (
        (b"FACE", b"facelib.FaceType\nFaceType\nK\x04"),
        (b"SAMPLE", b"samplelib.Sample\nSampleType\nK\x01"),
    ):
        text = b"X" + struct.pack("<I", len(word)) + word
        body = body.replace(text, b"c" + call + b"\x85R")
    offsets, data = [], b""
    for each in pictures.values():
        offsets.append(len(data))
        data += each
    table_bytes = 8 * (len(pictures) + 1)
    start = 16 + len(body) + table_bytes
    offsets.append(start + len(data))
    table = struct.pack(f"<{len(offsets)}Q", *offsets)
    path.write_bytes(struct.pack("<QQ", 1, len(body)) + body + table + data)
