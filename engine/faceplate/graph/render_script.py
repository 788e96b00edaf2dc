"""A script rendered to disk: the frames of its Writes, whole, with receipts, gone on with where a render stopped."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

import faceplate.graph.operators  # noqa: F401 -- registers the classes that are rendered
from faceplate.errors import FaceplateError, ScriptError
from faceplate.graph.gizmo import open_gizmos
from faceplate.graph.knobs import Moment, ReaderSettings
from faceplate.graph.render import Session
from faceplate.graph.render.allocation import give_back_heaps
from faceplate.graph.render.gizmos import open_named_gizmos
from faceplate.graph.render.session import default_cache_bytes
from faceplate.graph.script import Script
from faceplate.graph.timing import StageTimes
from faceplate.graph.writing.choice import frames_of, targets_of
from faceplate.graph.writing.outputs import Output, check_all, output_of
from faceplate.graph.writing.pulled import pulled
from faceplate.graph.writing.together import made_together
from faceplate.graph.writing.work import Work, at_frame, callbacks
from faceplate.plate import default_workers, for_each_frame
from faceplate.values import Frame

heard_within = 0.2
"""Seconds within which a person's ctrl-c stops the render."""


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """How a script is rendered.

    Attributes:
        script_path: where the script lies, for names that are told from there.
        gizmos: groups that the script names, by class; our own are known besides.
        passed: classes that nothing renders and whose first input goes through, or True for all such.
        anew: make every frame again, also those that are done.
        skip: leave out a frame that fails by a fault of its own, and go on with the others.
        cache_bytes: most that is kept of pictures.
        workers: frames in work at once.
        view: the view to render.
        times: where the seconds of each class of nodes are counted, or None.
    """

    script_path: Path | None = None
    gizmos: Mapping[str, Script] = field(default_factory=dict)
    passed: frozenset[str] | bool = False
    anew: bool = False
    skip: bool = False
    cache_bytes: int = default_cache_bytes
    workers: int = default_workers
    view: str = "main"
    times: StageTimes | None = None


@dataclass(frozen=True)
class ScriptProgress:
    """What became of a render.

    Attributes:
        made: frames made just now, by the Write's full name.
        done_before: frames that were there.
        files: the first file of each Write.
        notes: what a person should know, one sentence each.
        is_stopped: True where the render was called off before its end.
        failed: the reason for each frame that was left out, by all of the Writes.
    """

    made: Mapping[str, tuple[int, ...]]
    done_before: Mapping[str, tuple[int, ...]]
    files: Mapping[str, str]
    notes: tuple[str, ...]
    is_stopped: bool
    failed: Mapping[int, FaceplateError] = field(default_factory=dict)


def render_script(
    script: Script,
    *,
    node: str | Sequence[str] = (),
    frames: Sequence[int] | None = None,
    settings: RenderSettings | None = None,
    on_frame: Callable[[int], None] | None = None,
    on_note: Callable[[str], None] | None = None,
    over: Event | None = None,
) -> ScriptProgress:
    """Renders the Writes of a script that are not there yet, several frames at once; every file is whole or absent.

    Args:
        script: as it was read.
        node: full names of the Writes; the only one of the script where none is named.
        frames: the frames; without them the limits of each Write, else those of the project.
        settings: how.
        on_frame: hears of each frame that all of the Writes have finished.
        on_note: hears at once what a person should know; the progress tells it again.
        over: set to call the render off; what is being made is given up at the next node, what is done stays.

    Raises:
        CallError: no such Write, or several and none named, or no frames.
        ScriptError: a node cannot be rendered; the message names it and the frame.
        FaceplateError: a frame failed; those finished before are whole, and the same call goes on after them.
        CancelledError: called off while nodes prepared themselves, before the first frame.
    """
    rendering = open_rendering(script, node=node, frames=frames, settings=settings, on_note=on_note, over=over)
    return rendering.run(on_frame)


def open_rendering(
    script: Script,
    *,
    node: str | Sequence[str] = (),
    frames: Sequence[int] | None = None,
    settings: RenderSettings | None = None,
    on_note: Callable[[str], None] | None = None,
    over: Event | None = None,
) -> "Rendering":
    """A render checked and prepared, before its first frame; the arguments and errors are those of `render_script`."""
    settings = settings or RenderSettings()
    session = open_session(script, settings, on_note=on_note, over=over)
    targets = targets_of(session, (node,) if isinstance(node, str) else tuple(node))
    outputs = [output_of(session, index, frames_of(session, index, frames), settings.view) for index in targets]
    wanted = session.focus(targets)
    check_all(session, outputs, wanted, settings.script_path)
    _warn(session, targets)
    _prepare(session, outputs, wanted)
    how = {"anew": settings.anew, "skip": settings.skip}
    work = tuple(Work(session, output, settings.script_path, **how) for output in outputs)
    return Rendering(session, work, settings.workers, skip=settings.skip)


def open_session(
    script: Script,
    settings: RenderSettings,
    *,
    on_note: Callable[[str], None] | None = None,
    over: Event | None = None,
) -> Session:
    """The script ready to render: its gizmos opened, its knobs readable.

    Raises:
        ScriptError: a gizmo cannot be opened.
    """
    opened = open_gizmos(open_named_gizmos(open_gizmos(script), settings.gizmos))
    reader = ReaderSettings(script_path=settings.script_path, clock=datetime.now().astimezone())
    return Session(
        opened,
        cache_bytes=settings.cache_bytes,
        passed=settings.passed,
        over=over,
        settings=reader,
        on_note=on_note,
        times=settings.times,
    )


class Rendering:
    """A render that is ready to begin.

    Attributes:
        session: what its frames share.
        frames: the frames in which a file is not there yet.
    """

    def __init__(self, session: Session, work: Sequence[Work], workers: int, *, skip: bool = False) -> None:
        self.session, self._work, self._workers = session, work, workers
        self._skip = skip
        self._failed: dict[int, FaceplateError] = {}
        self.frames = tuple(sorted(frozenset().union(*(each.waiting for each in work))))

    @property
    def total(self) -> int:
        """How many they are."""
        return len(self.frames)

    def run(self, on_frame: Callable[[int], None] | None = None) -> ScriptProgress:
        """Makes the frames that are not there; errors as `render_script`.

        Called off, frames in work are given up at the next node, and no further one is begun.
        """
        give_back_heaps()
        line = partial(
            for_each_frame,
            self.frames,
            self._pictures,
            self._deliver,
            on_frame=on_frame,
            on_fault=self._leave_out if self._skip else None,
            workers=self._workers,
        )
        with ThreadPoolExecutor(1, "render") as runner:
            try:
                under_way = runner.submit(line)
                # Ctrl-c may reach any thread, and the main one hears of it only when it wakes.
                while not under_way.done():
                    wait((under_way,), timeout=heard_within)
                under_way.result()
            except BaseException:
                self.session.over.set()
                raise
        return ScriptProgress(
            {each.path: tuple(sorted(each.made)) for each in self._work},
            {each.path: each.done_before for each in self._work},
            {each.path: str(each.first_file) for each in self._work},
            tuple(self.session.notes),
            self.session.over.is_set(),
            dict(sorted(self._failed.items())),
        )

    def _pictures(self, frame: int) -> list[tuple[Work, Frame]]:
        """What each Write makes of a frame; they share all that is worked out on the way."""
        self.session.check()
        with self.session.pull() as pull, self.session.own_time("Write"):
            return made_together([each for each in self._work if frame in each.waiting], pull, frame)

    def _leave_out(self, frame: int, fault: FaceplateError) -> None:
        self._failed[frame] = fault
        for each in self._work:
            if frame in each.waiting and frame not in each.made:
                each.leave_out(frame, fault)

    def _deliver(self, pictures: list[tuple[Work, Frame]]) -> None:
        """Writes them; each is let go of once it is on disk."""
        with self.session.own_time("deliver"):
            while pictures:
                each, picture = pictures.pop(0)
                each.deliver(picture)


def _warn(session: Session, targets: Sequence[int]) -> None:
    for index in targets:
        values = session.script.values_of(index)
        said = [name for name in callbacks if values.get(name, "").strip()]
        if said:
            session.note(f"{session.path(index)}: {', '.join(said)} is code, and never run here")
        if values.get("reading", "false") in ("true", "1"):
            session.note(f"{session.path(index)}.reading: the picture is made anew, not read from its file")


def _prepare(session: Session, outputs: Sequence[Output], wanted: Sequence[int]) -> None:
    """What nodes have to do once before the first frame: those that a frame is made from, sources before readers."""
    waiting = {index for index in wanted if _prepares(session, index)}
    for output in outputs:
        for frame in output.frames if waiting else ():
            write = session.pull().node(output.index, Moment(frame, output.view))
            for node in at_frame(partial(pulled, write), write.path, frame):
                prepare = node.operator_class.prepare if node.index in waiting and not node.is_disabled else None
                if prepare is not None:
                    at_frame(partial(prepare, node), node.path, frame)
                    waiting.discard(node.index)
            if not waiting:
                return


def _prepares(session: Session, index: int) -> bool:
    try:
        return session.operator_class(session.pull().node(index, Moment(0.0))).prepare is not None
    except ScriptError:
        # Whether a class that is not rendered matters shows when its picture is asked for.
        return False
