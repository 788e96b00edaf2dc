"""A small shot on disk, and scripts of our nodes over it, rendered or looked into."""

import numpy as np
import pytest

from faceplate.grain import write_profile
from faceplate.graph import RenderSettings, open_session, render_script
from faceplate.graph.render import Box
from faceplate.graph.script import parse_script
from faceplate.track import write_track
from shots import ENCODING, SIZE, known_track, some_grain, write_plate
from swap_models import card, write_model

FRAMES = (1001, 1002, 1003)
RGB = ("rgba.red", "rgba.green", "rgba.blue")
ALPHA = "rgba.alpha"
WHOLE = Box(0, 0, *SIZE)

ROOT = f'Root {{\n first_frame 1001\n last_frame 1003\n format "{SIZE[0]} {SIZE[1]} 0 0 {SIZE[0]} {SIZE[1]} 1 shot"\n \
colorManagement OCIO\n}}\n'


class Shot:
    """A folder with a plate, a track, a model and a grain profile."""

    def __init__(self, folder, **model):
        self.folder = folder
        self.plate = write_plate(folder / "plate", FRAMES)
        self.track = known_track(FRAMES, exposure=0.18)
        write_track(self.track, folder / "shot.track")
        self.model = write_model(folder / "m.onnx", card(mattes={}), **model)
        write_profile(some_grain(), folder / "plate.grain")

    def script(self, *nodes):
        """A script of these nodes under Root, a Read of the plate and a FaceTrack that goes by the track."""
        read = (
            f"Read {{\n inputs 0\n file {self.plate}\n first 1001\n last 1003\n"
            f' colorspace "{ENCODING}"\n name Read1\n}}\nset plate [stack 0]\n'
        )
        track = f"FaceTrack {{\n track_file {self.folder}/shot.track\n name FaceTrack1\n}}\nset tracked [stack 0]\n"
        return parse_script(ROOT + read + track + "\n".join(nodes))

    def node(self, klass, inputs="1", **knobs):
        """The text of a node; `model` and `profile` are those of the folder."""
        known = {"model_file": self.model, "profile_file": self.folder / "plate.grain"}
        wanted = {"FaceSwap": "model_file", "FaceDegrain": "profile_file", "FaceRegrain": "profile_file"}.get(klass)
        stated = {**({wanted: known[wanted]} if wanted else {}), "name": f"{klass}1", **knobs}
        lines = "".join(f" {name} {value}\n" for name, value in stated.items())
        return f"{klass} {{\n inputs {inputs}\n{lines}}}"

    def write(self, name="out", **knobs):
        stated = {
            "file": f"{self.folder}/{name}/{name}.%04d.exr", "datatype": '"16 bit half"',
            "compression": '"Zip (16 scanlines)"', "colorspace": f'"{ENCODING}"',
            "metadata": '"all metadata except input/*"', "noprefix": "true", "name": "Write1", **knobs,
        }  # fmt: skip
        return self.node("Write", **stated)

    def rendered(self, script, **settings):
        """Renders the only Write."""
        return render_script(script, settings=RenderSettings(**settings))

    def session(self, script):
        return open_session(script, RenderSettings())

    def pixels(self, script, name, frame=1002, channels=RGB, box=WHOLE):
        """Rows from below x columns x channels."""
        source = self.source(script, name, frame)
        planes = source.pixels(box, channels)
        return np.stack([planes[channel] for channel in channels], axis=-1)

    def source(self, script, name, frame=1002):
        session = self.session(script)
        return session.pull().source(session.named(name), frame)


@pytest.fixture
def shot(tmp_path):
    return Shot(tmp_path)
