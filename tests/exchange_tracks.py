"""A track whose face turns, grows, moves and changes its shape, on a small plate."""

from dataclasses import replace

import numpy as np

import faceplate.graph.operators  # noqa: F401 -- registers them
from faceplate.align import fit_alignment
from faceplate.graph.script import ScriptNode
from faceplate.plate import write_frame
from faceplate.track import mesh_to_68
from faceplate.track.exchange.mesh_from_68 import mesh_from_68
from faceplate.track.topology import POINTS
from faceplate.values import ChannelGroup, Frame, Header, Sample, Track, Window
from faces68 import face68
from shots import known_track

FRAMES = (1001, 1002, 1003, 1005)
UNSEEN = 1003
SIZE = (640, 360)


def moving_track(aspect=1.0, side_px=100.0, place=(300.0, 190.0), away_px=(24.0, -9.0), bend_px=0.0, size=SIZE):
    """The head leans by 7 degrees, grows by 5 % and moves a frame; `bend_px` is how far its shape changes besides."""
    mesh = mesh_from_68(face68((0, 0), side_px))
    rows = []
    for count in range(len(FRAMES)):
        angle, scale = np.radians(7 * count), 1.05**count
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        waves = np.sin(mesh[:, 1::-1] / side_px * [4, 5]) * bend_px * count
        rows.append((mesh[:, :2] + waves) @ turn.T + place + np.array(away_px) * count)
    landmarks = (np.array(rows) / [aspect, 1.0]).astype(np.float32)
    return _track(landmarks, np.tile(mesh[:, 2], (len(FRAMES), 1)), aspect, size)


def _track(landmarks, depth, aspect, size) -> Track:
    alignment = np.array([fit_alignment(points[list(mesh_to_68)], aspect) for points in landmarks])
    person = known_track(FRAMES, pixel_aspect=aspect).people[0]
    pose = np.float32([[10, 20, 30], [11, 20, 170], [0, 0, 0], [12, 20, -170]])
    person = replace(
        person, landmarks_plate=landmarks, depth_px=depth.astype(np.float32), alignment=alignment, pose_deg=pose
    )
    row = FRAMES.index(UNSEEN)
    for values in (person.landmarks_plate, person.alignment, person.pose_deg):
        values[row] = np.nan
    assert person.landmarks_plate.shape[1] == POINTS
    return Track("generated", FRAMES, size, aspect, "known", (person,))


def textured(width, height, seed=3):
    """A picture of waves no shorter than ten pixels, rows from the top, around 0.5."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] + 0.5
    plane = np.full((height, width), 0.5)
    for _ in range(12):
        angle, length, phase = generator.uniform(0, np.pi), generator.uniform(10, 60), generator.uniform(0, 6.3)
        plane += 0.06 * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / length + phase)
    return plane.astype(np.float32)


def write_picture(path, plane, aspect=1.0):
    """The plane as all three channels of an EXR."""
    high, wide = plane.shape
    header = Header(
        "openexr", Window(0, 0, wide, high), Window(0, 0, wide, high), ("R", "G", "B"), (Sample.FLOAT,) * 3, aspect
    )
    write_frame(Frame(1, "made", header, (ChannelGroup(("R", "G", "B"), np.dstack([plane] * 3)),)), path)


def read_node(path, name):
    knobs = {"inputs": "0", "file": path.as_posix(), "raw": "true", "on_error": "error", "name": name}
    return ScriptNode("Read", tuple(knobs.items()))
