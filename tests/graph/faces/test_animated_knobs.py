"""Every knob of our nodes may be animated: what a script keys is read at each frame.

But for FaceTrack's: one track is made of the whole shot.
"""

import pytest
from face_scripts import Shot

from faceplate.check import FACE_CHECK
from faceplate.grain import FACE_DEGRAIN, FACE_REGRAIN
from faceplate.graph import render_script
from faceplate.graph.faces import track_result
from faceplate.graph.faces.controls import settings_at
from faceplate.graph.knobs import Moment
from faceplate.matte import FACE_MATTE
from faceplate.spec import knobs_of
from faceplate.swap import FACE_SWAP

NODES = (FACE_SWAP, FACE_MATTE, FACE_DEGRAIN, FACE_REGRAIN, FACE_CHECK)
KNOBS = [
    (spec.name, settings, name)
    for spec in NODES
    for settings in (spec.settings, spec.graph_settings)
    for name in knobs_of(settings)
]


def two_values(about, kind):
    """Two values that the knob may have, and how a script says that frame 1001 has the one and 1002 the other."""
    if about.choices:
        last = len(about.choices) - 1
        return (about.choices[0], about.choices[last]), f"{{{{curve K x1001 0 x1002 {last}}}}}"
    if kind is bool:
        return (False, True), "{{curve K x1001 0 x1002 1}}"
    if kind is str:
        # Names, of files too, are texts: what moves in them is an expression.
        return ("one1001", "one1002"), '"one\\[frame]"'
    low = about.minimum if about.minimum is not None else min(0, (about.maximum or 0) - 1)
    high = low + 1 if about.maximum is None else about.maximum
    first, second = (kind(low + share * (high - low)) for share in (0.25, 0.75))
    return (first, second), f"{{{{curve x1001 {first} x1002 {second}}}}}"


@pytest.mark.parametrize(("klass", "settings", "name"), KNOBS, ids=[f"{klass}.{name}" for klass, _, name in KNOBS])
def test_a_knob_that_is_animated_is_read_at_each_frame(tmp_path, klass, settings, name):
    about, _, kind = knobs_of(settings)[name]
    values, text = two_values(about, kind)
    assert values[0] != values[1]
    shot = Shot(tmp_path)
    session = shot.session(shot.script(shot.node(klass, **{name: text})))
    index = session.named(f"{klass}1")
    read = [getattr(settings_at(session.pull().node(index, Moment(frame)), settings), name) for frame in (1001, 1002)]
    assert read == list(values)


def test_an_animated_knob_moves_the_picture_and_a_frame_alone_is_the_frame_in_the_sequence(tmp_path):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    keyed = shot.script(shot.node("FaceSwap", "2", mode="replace", detail="{{curve x1001 0 x1003 1}}"))
    for frame, detail in ((1001, "0"), (1002, "0.5"), (1003, "1")):
        still = shot.script(shot.node("FaceSwap", "2", mode="replace", detail=detail))
        moving = shot.pixels(keyed, "FaceSwap1", frame)
        assert (moving == shot.pixels(still, "FaceSwap1", frame)).all()


@pytest.mark.parametrize(("frames", "value"), [((1001, 1002, 1003), 2.0), ((1003, 1002), 6.0)])
def test_facetrack_reads_its_knobs_once_at_the_first_frame_that_is_rendered(tmp_path, monkeypatch, frames, value):
    shot, asked = Shot(tmp_path), []

    def known(_plate, settings, **_about):
        asked.append(settings.smoothing)
        return shot.track

    monkeypatch.setattr(track_result, "track_shot", known)
    keyed = {"track_file": f"{tmp_path}/new.track", "smoothing": "{{curve x1001 2 x1003 6}}", "name": "Again"}
    render_script(shot.script(shot.node("FaceTrack", **keyed), shot.write()), frames=frames)
    assert asked == [value]
