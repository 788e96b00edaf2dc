"""What expressions are told of the nodes' pictures."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from faceplate.graph.knobs import Moment, PictureFacts
from faceplate.graph.render.depth import working_node
from faceplate.graph.render.info import Info

if TYPE_CHECKING:
    from faceplate.graph.render.session import Session


_heard: ContextVar[list[PictureFacts] | None] = ContextVar("facts that are heard", default=None)


class NodePictures:
    """Answers from what the pull engine knows before it makes a pixel. Each answer is worked out once for a moment."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def facts(self, index: int, moment: Moment) -> PictureFacts:
        """The facts of what a node, by its index in the script, gives out.

        Raises:
            ScriptError: the node cannot be rendered.
        """
        reader = working_node()
        pull = reader.pull if reader and reader.session is self._session else self._session.pull()
        listener = _heard.get()
        # What is asked for on the way is not heard: it may be known already.
        before = _heard.set(None)
        try:
            facts = _facts(pull.node(index, moment).info)
        finally:
            _heard.reset(before)
        if listener is not None:
            listener.append(facts)
        return facts

    @contextmanager
    def heard(self) -> Iterator[list[PictureFacts]]:
        """Collects the facts that knobs ask for meanwhile."""
        facts: list[PictureFacts] = []
        before = _heard.set(facts)
        try:
            yield facts
        finally:
            _heard.reset(before)


def _facts(info: Info) -> PictureFacts:
    return PictureFacts(
        width=info.format.width,
        height=info.format.height,
        pixel_aspect=info.format.pixel_aspect,
        box=(info.box.x, info.box.y, info.box.r, info.box.t),
        channels=info.channels,
        metadata=_texts({name: entry.value for name, entry in info.metadata.items()}),
        frames=info.frames,
        format_name=info.format.name,
    )


def _texts(values: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    """Numbers as Nuke prints them, several parted by spaces."""
    if isinstance(value, tuple | list):
        return " ".join(map(_text, value))
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
