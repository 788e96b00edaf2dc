from functools import partial

import cv2
import numpy as np
import pytest
from skimage import data

from faceplate.track import FaceTrackSettings, Perception
from faceplate.track.find.sightings import FaceFinder
from faceplate.track.networks import FaceNetworks
from faceplate.values import ChannelGroup, Frame, Header, Plate, Sample, Window

samples = {"uint8": Sample.UINT8, "uint16": Sample.UINT16, "float16": Sample.HALF, "float32": Sample.FLOAT}


def make_frame(rgb, number=1, origin=(0, 0), display=None, pixel_aspect=1.0):
    window = Window(origin[0], origin[1], origin[0] + rgb.shape[1], origin[1] + rgb.shape[0])
    sample = samples[str(rgb.dtype)]
    header = Header("made", display or window, window, ("R", "G", "B"), (sample,) * 3, pixel_aspect)
    return Frame(number, "made", header, (ChannelGroup(("R", "G", "B"), rgb),))


@pytest.fixture(scope="session")
def frame_of():
    """Makes a frame from rows x columns x 3; `origin`, `display` and `pixel_aspect` as the header states them."""
    return make_frame


@pytest.fixture(scope="session")
def plate_of():
    """Makes a plate, numbered from 1001, from a list of pictures or from a function of the place and its length."""

    def make(pictures, **header):
        frames = tuple(range(1001, 1001 + len(pictures)))
        return Plate("made", frames, None, partial(read, pictures, header))

    def read(pictures, header, number):
        return make_frame(pictures[number - 1001], number, **header)

    return make


@pytest.fixture(scope="session")
def networks(face_pack):
    return FaceNetworks(face_pack)


@pytest.fixture(scope="session")
def portrait():
    """Eileen Collins in front of a flag, 512 x 512, float32 display values: one face, about 107 px high."""
    return (data.astronaut() / 255.0).astype(np.float32)


@pytest.fixture(scope="session")
def placed(portrait):
    """The portrait at a scale and a shift (in pixels of the result) on grey."""

    def place(width, height, scale, shift):
        matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
        matrix[:, 2] += (scale - 1) / 2  # OpenCV counts from pixel centres
        size = (width, height)
        flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return cv2.warpAffine(portrait, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE).clip(0, 1)

    return place


@pytest.fixture(scope="session")
def as_is():
    """The way to display of a plate that is display-referred already."""
    return lambda rgb: rgb


@pytest.fixture(scope="session")
def perception(as_is, face_pack):
    """With what a display-referred plate is looked at; nobody asks for light and log there."""
    return Perception(as_is, face_pack)


@pytest.fixture(scope="session")
def look(networks, perception):
    """What a display-referred frame shows by itself, the knobs of FaceTrack being set so."""
    return lambda frame, **knobs: FaceFinder(networks, perception, FaceTrackSettings(**knobs)).look(frame)
