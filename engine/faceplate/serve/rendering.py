"""The verb `render`: a Nuke script's text, the node to render, and its frames."""

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from itertools import pairwise
from typing import Any, Final, Protocol

from faceplate.serve.jobs import Handler, Job, JobStopped
from faceplate.serve.wire import Request, longest_word, refused

most_frames: Final = 100_000
longest_script: Final = 12 << 20


class RenderScript(Protocol):
    """Renders the frames of a node and returns what the caller is told at the end.

    It calls `on_event` as it goes, with fields of JSON's own types, and looks at `cancelled` at least twice a second;
    where that is true it ends with `concurrent.futures.CancelledError`. What it cannot do it says as `FaceplateError`.
    """

    def __call__(
        self,
        text: str,
        node: str,
        frames: tuple[int, ...],
        on_event: Callable[[Mapping[str, Any]], None],
        cancelled: Callable[[], bool],
    ) -> Mapping[str, Any]:
        """Renders them."""


def render_handler(load: Callable[[], RenderScript]) -> Handler:
    """The handler of `render`; `load` is called for the first request, so that the engine starts without the graph."""

    def render(request: Request, job: Job) -> Mapping[str, Any]:
        given = _script(request), request.take("node", str), _frames(request)
        _check_options(request)
        try:
            return load()(*given, lambda event: job.progress(**event), job.stopped)
        except CancelledError:
            raise JobStopped from None

    return render


def _check_options(request: Request) -> None:
    """There are none yet; a caller that asks for one is told, and not left to believe that it counts."""
    options = request.take("options", dict, {})
    if options:
        came = ", ".join(sorted(options))[:longest_word]
        raise refused("render: options", expected="none, for no option is known", came=came)


def _script(request: Request) -> str:
    text: str = request.take("script", str)
    if len(text) > longest_script:
        raise refused("render: script", expected=f"at most {longest_script} characters", came=str(len(text)))
    return text


def _frames(request: Request) -> tuple[int, ...]:
    """The frame numbers, each once, in rising order."""
    frames = request.take("frames", list)
    if not 0 < len(frames) <= most_frames:
        raise refused("render: frames", expected=f"1 to {most_frames} frame numbers", came=str(len(frames)))
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in frames)
    if not whole or any(one >= next_one for one, next_one in pairwise(frames)):
        raise refused("render: frames", expected="whole numbers in rising order", came="others")
    return tuple(frames)
