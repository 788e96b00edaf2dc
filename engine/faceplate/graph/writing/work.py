"""One Write on its way to disk: its job, its delivery, and which of its frames are there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from faceplate.deliver import Delivery, Job, pixel_versions
from faceplate.errors import FaceplateError
from faceplate.graph.faces import faces_about
from faceplate.graph.files.encodings import script_colour
from faceplate.graph.knobs import Moment
from faceplate.graph.render import Node, Pull, Session
from faceplate.graph.render.depth import node_of
from faceplate.graph.render.digest import cosmetic_knobs
from faceplate.graph.writing.outputs import Output, reads_of
from faceplate.graph.writing.picture import Picture
from faceplate.graph.writing.pulled import pulled
from faceplate.graph.writing.targets import exr_compression, file_format_of
from faceplate.plate import frame_faults
from faceplate.spec import registered
from faceplate.swap import runtime_version
from faceplate.values import Frame

callbacks = ("beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender")
"""What Nuke would run around a render, and is never run here."""

Made = TypeVar("Made")

_of_no_pixel = cosmetic_knobs | {"file", "frame", "first_frame", "last_frame", "lock_range", "views", *callbacks}


class Work:
    """The frames of one Write.

    Attributes:
        output: its files.
        path: its full name.
        waiting: the frames that are not there yet.
        made: those made since.
    """

    def __init__(
        self, session: Session, output: Output, script_path: Path | None, *, anew: bool, skip: bool = False
    ) -> None:
        self.session, self.output = session, output
        self.path = session.path(output.index)
        self.made: list[int] = []
        self._begun: dict[int, Delivery] = {}
        self._shared = Delivery(output.files, _shared_job(session, output, script_path), _no_states)
        self._shared = self._shared.compressed(self._compression)
        # Where frames may be left out, what is wrong with one shows when it is made.
        faults = frame_faults if skip else ()
        self.waiting = frozenset(frame for frame in output.frames if anew or not self._is_done(frame, faults))
        if self.waiting and not skip:
            # A model or a track that is not there is told of before any work.
            first = min(self.waiting)
            at_frame(lambda: faces_about(pulled(self._node(first, session.pull()))), self.path, first)

    @property
    def done_before(self) -> tuple[int, ...]:
        """The frames that were there."""
        return tuple(frame for frame in self.output.frames if frame not in self.waiting)

    @property
    def first_file(self) -> Path:
        """The file of the first frame."""
        return self.output.files.path(self.output.numbers[self.output.frames[0]])

    def picture(self, pull: Pull, frame: int) -> Picture:
        """The frame of the file, begun; errors name node and frame."""
        number, node = self.output.numbers[frame], self._node(frame, pull)

        def begun() -> Picture:
            self._begun[number] = self._delivery(node)
            return Picture(node, self.output.files.path(number), number)

        return at_frame(begun, self.path, frame)

    def deliver(self, frame: Frame) -> None:
        """Writes a frame: whole or absent, with its receipt."""
        self._begun.pop(frame.number).write(frame)
        self.made.append(self.output.frame_of(frame.number))

    def leave_out(self, frame: int, fault: FaceplateError) -> None:
        """Notes why a frame is not made."""
        self._shared.leave_out(self.output.numbers[frame], fault)

    def _node(self, frame: int, pull: Pull) -> Node:
        return pull.node(self.output.index, Moment(frame, self.output.view))

    def _is_done(self, frame: int, faults: tuple[type[FaceplateError], ...]) -> bool:
        number = self.output.numbers[frame]
        if not self._shared.receipt_path(number).is_file():
            return False
        node = self._node(frame, self.session.pull())
        try:
            return at_frame(lambda: self._delivery(node).is_done(number), self.path, frame)
        except faults:
            return False

    def _delivery(self, node: Node) -> Delivery:
        """The delivery of one frame: its own files, models, tracks and consent, and what it depends on as it is now."""
        above, shared = pulled(node), self._shared.job
        about, states = faces_about(above), {"picture": node.source(0).digest.hex()}
        reads = {path: {"path": name} for path, name in reads_of(above).items()}
        job = replace(
            shared,
            inputs={**shared.inputs, **reads, **about.inputs},
            model_digest=about.model_digest,
            consent=about.consent,
        )
        return replace(self._shared, job=job, states=lambda _: states)

    @property
    def _compression(self) -> str | None:
        node = self._node(self.output.frames[0], self.session.pull())
        return exr_compression(node) if file_format_of(node, self.first_file) == "openexr" else None


def at_frame(work: Callable[[], Made], path: str, frame: int) -> Made:
    """What the work gives; an error names the node in which it was raised, and the frame."""
    try:
        return work()
    except FaceplateError as fault:
        node = node_of(fault) or path
        named = fault.thing if node in fault.thing else f"{node}: {fault.thing}"
        thing = named if f"frame {frame}" in named else f"{named} at frame {frame}"
        raise type(fault)(thing, expected=fault.expected, came=fault.came, next_step=fault.next_step) from fault


def _no_states(_number: int) -> dict[str, str]:
    return {}


def _shared_job(session: Session, output: Output, script_path: Path | None) -> Job:
    """What decides the pixels of all frames, beside what each is made from."""
    return Job(
        inputs={} if script_path is None else {"script": {"path": str(script_path)}},
        settings={
            session.path(output.index): _seen(session.script.values_of(output.index)),
            "Root": _seen(session.script.root_values),
            "view": {"name": output.view},
        },
        model_digest="",
        consent="",
        versions=pixel_versions(
            onnxruntime=runtime_version,
            colour=script_colour(session).identity,
            **{name: str(spec.version) for name, spec in registered().items()},
        ),
    )


def _seen(values: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name not in _of_no_pixel}
