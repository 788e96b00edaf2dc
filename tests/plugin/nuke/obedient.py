"""An engine that writes empty files and does as it is told, and what tests ask of nodes that it works for."""

import threading
from pathlib import Path

from faceplate.graph.script import parse_script

FRAMES = (1001, 1002, 1003, 1004)
WELL, WORKING, STALE, FAILED = "0xb0714fff", "0x4f7fb0ff", "0xc9a227ff", "0xb03a3aff"


class EngineThatObeys:
    """Writes a file for each frame; stops, fails or waits where a test says so."""

    log_file = Path("/somewhere/engine.log")

    def __init__(self):
        self.asked, self.fails_at, self.waits_at, self.goes_on = [], None, None, threading.Event()
        self.before_frame = lambda _: None

    def request(self, verb, *, deadline_s, poll_s, **fields):
        assert verb == "render"
        assert deadline_s > 3600
        assert poll_s <= 0.2
        self.asked.append(fields)
        return Obeyed(self, fields)


class Obeyed:
    def __init__(self, engine, fields):
        self.engine, self.fields, self.cancelled = engine, fields, False

    def cancel(self):
        self.cancelled = True

    def __iter__(self):
        script = parse_script(self.fields["script"])
        write = script.nodes[script.find(self.fields["node"])]
        for done, frame in enumerate(self.fields["frames"]):
            yield {"event": "progress", "frame": frame, "done": done, "total": len(self.fields["frames"])}
            while frame == self.engine.waits_at and not (self.engine.goes_on.wait(0.02) or self.cancelled):
                yield {"event": "waiting"}
            if self.cancelled:
                yield {"event": "cancelled"}
                return
            self._make(script, write, frame)
        yield {"event": "done"}

    def _make(self, script, write, frame):
        from faceplate_nuke.engine import EngineProblem  # noqa: PLC0415 -- on the path by now

        if frame == self.engine.fails_at:
            raise EngineProblem("FaceDegrain1", expected="a plate", came="smoke", next_step="look")
        made = Path(write.values["file"] % frame)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.touch()
        group = script.nodes[write.parent]
        if group.values.get("track_file"):
            self.engine.before_frame(Path(group.values["track_file"]))
            Path(group.values["track_file"]).write_text(f"track of {frame}")


def said(node):
    return node["status"].value()


def colour(node):
    return hex(int(node["tile_color"].value()))


def finished(nuke, node, button="render"):
    nuke.press(node, button)
    nuke.run_until(lambda: colour(node) != WORKING)


def settled(nuke):
    """Lets what was noted be looked into."""
    from faceplate_nuke import watch  # noqa: PLC0415 -- on the path by now

    nuke.run_until(lambda: not watch._noted)
