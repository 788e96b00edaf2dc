"""Small shots for tests: a textured plate on disk, and a track that is known and not measured."""

import numpy as np

from faceplate.align import fit_alignment, transform
from faceplate.align.template import mean_face, steady_points
from faceplate.plate import write_frame
from faceplate.track import face_oval, mesh_to_68
from faceplate.values import Attribute, ChannelGroup, Frame, GrainProfile, Header, Person, Sample, Track, Window

ENCODING = "ARRI LogC3 (EI800)"
SIZE = (640, 360)
POINTS = 478


def plate_frame(number, sample=Sample.HALF, file_format="openexr", data=None, channels=("R", "G", "B")):
    width, height = SIZE
    data = data or Window(0, 0, width, height)
    random = np.random.default_rng(number)
    ramp = np.linspace(0.25, 0.6, data.width)[None, :, None] + np.zeros((data.height, 1, len(channels)))
    values = ramp + random.normal(0, 0.01, ramp.shape)
    top = sample.top_code
    pixels = values.astype(sample.dtype) if top is None else np.rint(values * top).astype(sample.dtype)
    attributes = {
        "openexr": (Attribute("compression", "string", "zip"), Attribute("owner", "string", "Faceplate tests")),
        "dpx": (),
        "tiff": (Attribute("tiff:Compression", "uint16", 5), Attribute("tiff:65000", "double", 0.1)),
        "png": (Attribute("png:cHRM", "uint[8]", tuple(range(8))), Attribute("Copyright", "string", "Faceplate tests")),
    }[file_format]
    header = Header(
        file_format, Window(0, 0, width, height), data, channels, (sample,) * len(channels), attributes=attributes
    )
    return Frame(number, "generated", header, (ChannelGroup(channels, pixels),))


def write_plate(folder, frames, suffix="exr", **about):
    codes = {"dpx": (Sample.UINT10, "dpx"), "tif": (Sample.UINT16, "tiff"), "png": (Sample.UINT16, "png")}
    if suffix in codes:
        sample, file_format = codes[suffix]
        about = {"sample": sample, "file_format": file_format, **about}
    folder.mkdir(parents=True, exist_ok=True)
    for number in frames:
        write_frame(plate_frame(number, **about), folder / f"plate.{number}.{suffix}")
    return str(folder / f"plate.%04d.{suffix}")


def known_track(
    frames, *, face_px=110.0, middle=(320.0, 190.0), drift_px=3.0, unseen=(), exposure=np.nan, pixel_aspect=1.0
):
    """`face_px` and `middle` count square pixels; the plate's own are `pixel_aspect` times as wide as high."""
    rows = [_landmarks(face_px, (middle[0] + drift_px * index, middle[1])) for index in range(len(frames))]
    landmarks = (np.array(rows) / [pixel_aspect, 1.0]).astype(np.float32)
    alignment = np.array([fit_alignment(points[list(mesh_to_68)], pixel_aspect) for points in landmarks])
    count = len(frames)
    exposures = np.broadcast_to(np.float32(exposure), count).copy()
    for number in unseen:
        for each in (landmarks, alignment, exposures):
            each[frames.index(number)] = np.nan
    person = Person(
        name="person1",
        landmarks_plate=landmarks,
        depth_px=np.zeros((count, POINTS), np.float32),
        confidence=np.ones((count, POINTS), np.float32),
        presence=np.ones(count, np.float32),
        pose_deg=np.zeros((count, 3), np.float32),
        place_cm=np.full((count, 3), np.nan, np.float32),
        residual_px=np.where(np.isfinite(landmarks[:, 0, 0]), 0, np.nan).astype(np.float32),
        doubts=np.zeros(count, np.uint16),
        alignment=alignment,
        by_hand=np.zeros((count, POINTS), bool),
        exposure=exposures,
    )
    return Track("generated", tuple(frames), SIZE, pixel_aspect, "known", (person,))


def _landmarks(face_px, middle):
    points = np.tile(np.asarray(middle), (POINTS, 1))
    unit_to_plate = np.array([[face_px, 0, middle[0] - face_px / 2], [0, face_px, middle[1] - face_px / 2]])
    points[np.asarray(mesh_to_68)[list(steady_points)]] = transform(unit_to_plate, mean_face)
    angle = np.linspace(0, 2 * np.pi, len(face_oval), endpoint=False)
    points[list(face_oval)] = np.asarray(middle) + 0.8 * face_px * np.stack([np.sin(angle), -np.cos(angle)], axis=-1)
    return points


def some_grain():
    kernel = np.zeros((3, 15, 15), np.float32)
    kernel[:, 7, 7] = 1
    exposure = np.float32([0.05, 0.2, 0.8])
    return GrainProfile(
        encoding=ENCODING,
        exposure=exposure,
        sigma=np.full((3, 3), 0.01, np.float32),
        response=np.float32([[1e-4, 1e-6]] * 3),
        kernel=kernel,
        correlation=np.eye(3, dtype=np.float32),
        frames=(1001,),
    )
