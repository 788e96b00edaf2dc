import numpy as np
import pytest
from face_scripts import FRAMES, Shot

from faceplate.cli import main
from faceplate.plate import open_plate
from shots import ENCODING

KNOBS = {"mode": "replace", "colour_match_method": "covariance"}


@pytest.fixture
def shot(tmp_path):
    return Shot(tmp_path, gain=0.7, offset=0.1)


def pixels(shot, frame=1002, above="", **knobs):
    nodes = [above] if above else []
    return shot.pixels(shot.script(*nodes, shot.node("FaceSwap", "2", **{**KNOBS, **knobs})), "FaceSwap1", frame)


@pytest.mark.parametrize("method", ["mean", "mean_variance", "covariance", "histogram"])
def test_the_node_matches_as_the_command_line_does(shot, method):
    knobs = {"mode": "replace", "colour_match_method": method, "colour_smooth": "2"}
    shot.rendered(shot.script(shot.node("FaceSwap", "2", **knobs), shot.write()))
    call = ["swap", shot.plate, "--track", f"{shot.folder}/shot.track", "--model", str(shot.model), "--mode", "replace"]
    call += ["--colourspace", ENCODING, "--grain", f"{shot.folder}/plate.grain", "--grain-amount", "0"]
    call += ["--colour-match-method", method, "--colour-smooth", "2"]
    assert main([*call, "-o", f"{shot.folder}/cli/cli.%04d.exr"]) == 0
    for number in FRAMES:
        frames = [open_plate(f"{shot.folder}/{name}/{name}.%04d.exr").read(number) for name in ("out", "cli")]
        ours, theirs = (frame.stored(frame.header.data).view(np.uint16).astype(int) for frame in frames)
        assert np.abs(ours - theirs).max() <= 1


def test_the_frames_around_are_those_of_the_picture_that_comes_in(shot):
    def graded(frames):
        keys = " ".join(f"x{frame} {gain}" for frame, gain in frames.items())
        return f"Multiply {{\n value {{{{curve K {keys}}}}}\n name M\n}}"

    even, other = graded({1001: 1, 1002: 1, 1003: 1}), graded({1001: 1, 1002: 1, 1003: 1.1})
    alone = [pixels(shot, above=above, colour_smooth="0") for above in (even, other)]
    smoothed = [pixels(shot, above=above, colour_smooth="1") for above in (even, other)]
    assert np.array_equal(*alone)
    assert not np.array_equal(*smoothed)
    assert not np.array_equal(alone[0], smoothed[0])


def test_a_frame_alone_is_the_frame_after_others(shot):
    script = shot.script(shot.node("FaceSwap", "2", **KNOBS, colour_smooth="2"))
    session = shot.session(script)
    alone = shot.pixels(script, "FaceSwap1", 1003)
    for frame in FRAMES:
        source = session.pull().source(session.named("FaceSwap1"), frame)
        planes = source.pixels(source.info.box, ("rgba.red",))
    window = source.info.box
    from_below = alone[window.y : window.t, window.x : window.r, 0]
    np.testing.assert_array_equal(planes["rgba.red"], from_below)


def test_the_method_can_be_animated(shot):
    keyed = pixels(shot, colour_match="{{curve L x1001 0 x1003 1}}", colour_smooth="1")
    half = pixels(shot, colour_match="0.5", colour_smooth="1")
    np.testing.assert_allclose(keyed, half, atol=1e-6)
