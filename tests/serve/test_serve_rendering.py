from concurrent.futures import CancelledError

import pytest
from serve_stand import RawCaller, engine_at

from faceplate.errors import ScriptError
from faceplate.serve import Limits, render_handler

ASKED = {"script": "Root {}\nWrite {\n name Write1\n}\n", "node": "Write1", "frames": [1001, 1002, 1010]}


class Renderer:
    """Renders nothing, and keeps what it was asked; it waits for a cancel where the script says so."""

    def __init__(self):
        self.loads = 0
        self.calls = []

    def load(self):
        self.loads += 1
        return self.render

    def render(self, text, node, frames, on_event, cancelled):
        self.calls.append((text, node, frames))
        for frame in frames:
            on_event({"frame": frame})
        if text == "wait":
            while not cancelled():
                pass
            raise CancelledError
        if text == "wrong":
            raise ScriptError("Write1", expected="a file", came="none", next_step="set the knob `file`")
        return {"written": len(frames)}


@pytest.fixture
def renderer():
    return Renderer()


@pytest.fixture
def caller(tmp_path, renderer):
    path, handlers = tmp_path / "e.sock", {"render": render_handler(renderer.load)}
    with engine_at(path, handlers=handlers, limits=Limits(stop_s=0.3)), RawCaller(path) as caller:
        yield caller


def test_a_script_is_rendered_as_it_was_sent(caller, renderer):
    number = caller.begin("render", **ASKED, options={})
    assert [caller.event()["frame"] for _ in range(3)] == [1001, 1002, 1010]
    assert caller.last(number) == {"id": number, "event": "done", "written": 3}
    assert renderer.calls == [(ASKED["script"], "Write1", (1001, 1002, 1010))]


def test_the_renderer_is_loaded_for_the_first_script_and_not_before(caller, renderer):
    assert caller.ask("ping")["event"] == "done"
    assert renderer.loads == 0
    assert caller.ask("render", **ASKED)["event"] == "done"
    assert renderer.loads == 1


def test_a_render_that_is_cancelled_ends_as_cancelled(caller):
    number = caller.begin("render", **ASKED | {"script": "wait"})
    caller.event()
    caller.begin("cancel", request=number)
    assert caller.last(number) == {"id": number, "event": "cancelled", "still_working": False}


def test_a_render_past_its_deadline_is_late_and_not_cancelled(caller):
    assert caller.ask("render", deadline_s=0.2, **ASKED | {"script": "wait"})["kind"] == "DeadlineError"


def test_what_is_wrong_with_a_script_is_said_in_its_own_words(caller):
    event = caller.ask("render", **ASKED | {"script": "wrong"})
    assert (event["kind"], event["next_step"]) == ("ScriptError", "set the knob `file`")


@pytest.mark.parametrize(
    ("change", "thing"),
    [
        ({"script": 5}, "render: script"),
        ({"node": None}, "render: node"),
        ({"frames": []}, "render: frames"),
        ({"frames": [2, 1]}, "render: frames"),
        ({"frames": [1, 1]}, "render: frames"),
        ({"frames": [1.0]}, "render: frames"),
        ({"frames": [True]}, "render: frames"),
        ({"frames": list(range(100_001))}, "render: frames"),
        ({"frames": "1-5"}, "render: frames"),
        ({"options": []}, "render: options"),
        ({"options": {"proxy": 0.5}}, "render: options"),
    ],
)
def test_a_render_that_is_not_asked_rightly_is_refused_before_anything_is_loaded(caller, renderer, change, thing):
    event = caller.ask("render", **ASKED | change)
    assert (event["kind"], event["thing"]) == ("CallError", thing)
    assert renderer.loads == 0
