import subprocess
import sys
from concurrent.futures import CancelledError

import pytest

from faceplate.errors import ScriptError
from faceplate.serve.script_render import render_text


def a_script(folder):
    return (
        'Root {\n inputs 0\n format "8 6 0 0 8 6 1 tiny"\n}\n'
        "Constant {\n inputs 0\n color 0.5\n}\n"
        f"Write {{\n file {folder}/made.%04d.exr\n file_type exr\n raw true\n name Write1\n}}\n"
    )


def test_a_script_is_rendered_and_each_frame_told(tmp_path):
    events = []
    said = render_text(a_script(tmp_path), "Write1", (1, 2, 3), events.append, lambda: False)
    assert sorted(path.name for path in tmp_path.glob("*.exr")) == [f"made.{frame:04d}.exr" for frame in (1, 2, 3)]
    assert said["made"] == {"Write1": (1, 2, 3)}
    assert events[-1]["done"] == events[-1]["total"] == 3
    assert sorted(event["frame"] for event in events if "frame" in event) == [1, 2, 3]


def test_frames_that_are_there_are_not_made_again(tmp_path):
    render_text(a_script(tmp_path), "Write1", (1, 2), lambda _: None, lambda: False)
    said = render_text(a_script(tmp_path), "Write1", (1, 2, 3), lambda _: None, lambda: False)
    assert said["made"] == {"Write1": (3,)}
    assert said["done_before"] == {"Write1": (1, 2)}


def test_work_that_is_called_off_ends_as_cancelled(tmp_path):
    frames = tuple(range(1, 5000))
    with pytest.raises(CancelledError):
        render_text(a_script(tmp_path), "Write1", frames, lambda _: None, lambda: True)
    assert len(list(tmp_path.glob("*.exr"))) < len(frames)


def test_a_node_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ScriptError, match=r"Write7.*name one of"):
        render_text(a_script(tmp_path), "Write7", (1,), lambda _: None, lambda: False)


def test_the_renderer_knows_every_node_of_ours_without_help():
    """In a process that loads nothing else, as the engine is."""
    code = (
        "import faceplate.serve.script_render; from faceplate.spec import registered\n"
        "known = set(registered()); from faceplate.graph.gizmo import designs\n"
        "print(sorted(set(designs) - known), 'FaceCheck' in known)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[] True\n"
