"""What the verb `render` does with a script: its Write rendered to disk, frame by frame, until it is called off."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from faceplate.graph import open_rendering
from faceplate.graph.script import parse_script

look_s = 0.1


def render_text(
    text: str,
    node: str,
    frames: tuple[int, ...],
    on_event: Callable[[Mapping[str, Any]], None],
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Renders the frames of a Write that are not there yet. Events say `stage`, `done` and `total`, notes `text`.

    Raises:
        CancelledError: called off; what is finished stays.
        FaceplateError: the script, a node or a frame cannot be rendered.
    """
    over = threading.Event()
    with _watched(cancelled, over):
        on_event({"stage": "getting ready"})
        rendering = open_rendering(
            parse_script(text), node=node, frames=frames, on_note=lambda note: on_event({"text": note}), over=over
        )
        progress = rendering.run(_counted(rendering.total, on_event))
    if progress.is_stopped:
        raise CancelledError
    return {"made": progress.made, "done_before": progress.done_before, "files": progress.files}


def _counted(total: int, on_event: Callable[[Mapping[str, Any]], None]) -> Callable[[int], None]:
    on_event({"stage": "rendering", "done": 0, "total": total})
    lock, done = threading.Lock(), [0]

    def finished(frame: int) -> None:
        with lock:
            done[0] += 1
            on_event({"stage": "rendering", "frame": frame, "done": done[0], "total": total})

    return finished


@contextmanager
def _watched(cancelled: Callable[[], bool], over: threading.Event) -> Iterator[None]:
    """Sets `over` soon after the work was called off."""
    ended = threading.Event()

    def watch() -> None:
        while not cancelled():
            if ended.wait(look_s):
                return
        over.set()

    watcher = threading.Thread(target=watch, name="faceplate-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
