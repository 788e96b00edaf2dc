"""A script made ready to render, and the render of one frame of it."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Lock
from typing import Any

from faceplate.errors import ScriptError
from faceplate.graph.knobs import KnobReader, ProjectFormat, ReaderSettings
from faceplate.graph.render.allocation import give_back_pictures
from faceplate.graph.render.cache import Cache
from faceplate.graph.render.digest import cosmetic_knobs, script_digest
from faceplate.graph.render.geometry import Format
from faceplate.graph.render.node import Node
from faceplate.graph.render.operators import OperatorClass, class_of, defaults_of, rendered_classes
from faceplate.graph.render.pictures import NodePictures
from faceplate.graph.render.pull import Pull
from faceplate.graph.render.upstream import upstream
from faceplate.graph.script import Script
from faceplate.graph.timing import StageTimes

default_cache_bytes = 512 * 2**20
most_seen = 2**15


class Session:
    """A script made ready to render: what all of its frames share. Threads may share it.

    Attributes:
        script: with its gizmos opened.
        pictures: tells knobs of pictures.
        knobs: gives the knobs' values.
        cache: what is kept from frame to frame.
        passed: classes that nothing renders and whose first input goes through, or True for all such.
        over: set to call the render off; whatever is being made ends at the next node.
        notes: what a person should know of the render, each sentence once.
        times: where the own seconds of each class of nodes are counted, or None.
    """

    def __init__(
        self,
        script: Script,
        *,
        cache_bytes: int = default_cache_bytes,
        passed: frozenset[str] | bool = False,
        over: Event | None = None,
        settings: ReaderSettings | None = None,
        on_note: Callable[[str], None] | None = None,
        times: StageTimes | None = None,
    ) -> None:
        give_back_pictures()
        self.times = times
        self.script, self.passed, self.over = script, passed, over or Event()
        self.cache = Cache(cache_bytes)
        self.pictures = NodePictures(self)
        self.knobs = KnobReader(script, defaults=defaults_of, pictures=self.pictures, settings=settings)
        self._on_note = on_note
        self.notes: dict[str, None] = {}
        self._kept: dict[Hashable, tuple[Lock, list[Any]]] = {}
        self._root_format: Format | None = None
        self._readers = _readers(script, range(len(script.nodes)))
        self._animated: dict[int, tuple[str, ...]] = {}
        self._first_seen: OrderedDict[Hashable, float] = OrderedDict()
        self._maths: dict[int, tuple[tuple[str, str], ...]] = {}
        self._guard = Lock()

    def check(self) -> None:
        """Ends the work of this thread where the render was called off.

        Raises:
            CancelledError: it was.
        """
        if self.over.is_set():
            raise CancelledError

    def note(self, words: str) -> None:
        """Says once what a person should know."""
        with self._guard:
            is_new = words not in self.notes
            self.notes[words] = None
        if is_new and self._on_note is not None:
            self._on_note(words)

    def own_time(self, name: str) -> AbstractContextManager[None]:
        """Counts the block's own time, less what is counted inside it, where times are counted."""
        return nullcontext() if self.times is None else self.times.own(name)

    def pull(self) -> Pull:
        """A render of one frame."""
        return Pull(self)

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What the whole render needs once: a model, a track, a plate that is open. Made by the first who asks."""
        with self._guard:
            lock, held = self._kept.setdefault(key, (Lock(), []))
        with lock:
            if not held:
                held.append(make())
            return held[0]

    # What is known of the script.

    @property
    def script_digest(self) -> bytes:
        """Of all of it."""
        digest: bytes = self.kept("script digest", lambda: script_digest(self.script))
        return digest

    @property
    def root_format(self) -> Format:
        """The project's."""
        if self._root_format is None:
            self._root_format = _format(self.knobs.root_format())
        return self._root_format

    def class_name(self, index: int) -> str:
        """The class of a node, of a clone that of its original."""
        node = self.script.nodes[index]
        return node.klass if node.clone_of is None else self.class_name(node.clone_of)

    def path(self, index: int) -> str:
        """The full name of a node: `Group1.Blur1`."""
        above = self.script.nodes[index].parent
        name = self.script.values_of(index).get("name") or f"{self.class_name(index)}#{index}"
        return name if above is None else f"{self.path(above)}.{name}"

    def named(self, path: str) -> int:
        """The index of the node of a full name.

        Raises:
            ScriptError: there is none.
        """
        index = self.script.find(path)
        if index is None:
            names = sorted(name for child in self.script.children(None) if (name := self.path(child)))
            raise ScriptError(
                path,
                expected="the name of a node of the script",
                came="no such node",
                next_step=f"name one of: {', '.join(names[:40])}",
            )
        return index

    def focus(self, targets: Sequence[int]) -> tuple[int, ...]:
        """All that these nodes are made from, sources first; what nothing else reads is not kept from here on."""
        wanted = tuple(dict.fromkeys(each for target in targets for each in upstream(self.script, target)))
        self._readers = _readers(self.script, wanted)
        return wanted

    def readers_of(self, index: int) -> int:
        """How many inputs are connected to a node, Viewers' left out."""
        return self._readers[index]

    def first_seen(self, key: Hashable, frame: float) -> float:
        """The frame in which a key was first asked for: this one, where that was too long ago to be known."""
        with self._guard:
            first = self._first_seen.setdefault(key, frame)
            if len(self._first_seen) > most_seen:
                self._first_seen.popitem(last=False)
        return first

    def outputs_of(self, group: int) -> tuple[int, ...]:
        """The Output nodes of a group."""
        return tuple(child for child in self.script.children(group) if self.class_name(child) == "Output")

    def is_animated(self, index: int) -> bool:
        """True where a knob that makes pixels may change with the frame or with other nodes."""
        return bool(self.animated_knobs(index) or self.maths_names(index))

    def animated_knobs(self, index: int) -> tuple[str, ...]:
        """The knobs that make pixels and hold a curve, an expression or Tcl."""
        known = self._animated.get(index)
        if known is None:
            names = self.script.values_of(index).keys() - cosmetic_knobs
            found = sorted(name for name in names if self.knobs.is_animated(index, name))
            known = self._animated[index] = tuple(found)
        return known

    def maths_names(self, index: int) -> tuple[tuple[str, str], ...]:
        """Knob and name of what lines of maths over pixels may refer to beside the node's own pictures."""
        known = self._maths.get(index)
        if known is None:
            kind = class_of(self.class_name(index))
            found = kind.maths(self.script.values_of(index)) if kind and kind.maths else {}
            known = self._maths[index] = tuple((knob, name) for knob, names in found.items() for name in names)
        return known

    def format_of(self, node: Node, knob: str) -> Format:
        """The format of a knob; Root's where it names none."""
        named = self.knobs.format(node.index, knob, node.moment)
        return self.root_format if named is None else _format(named)

    def operator_class(self, node: Node) -> OperatorClass:
        """What renders a node.

        Raises:
            ScriptError: nothing does, and nobody asked to pass it by.
        """
        engine = node.values.get("faceplate_result")
        known = (
            class_of(f"{engine} result") if engine else class_of("Group" if node.script_node.is_group else node.klass)
        )
        if known is None and (self.passed is True or (self.passed and node.klass in self.passed)):
            known = class_of("NoOp")
        if known is None:
            raise node.refusal(
                expected="a class that is rendered",
                came=node.klass,
                next_step=f"replace it, disable it, or pass its first input through with --pass {node.klass}; rendered "
                f"are {', '.join(rendered_classes())}",
            )
        return known


def _readers(script: Script, places: Iterable[int]) -> Counter[int]:
    """How often each picture is read: once a wire; once more by a result of ours, which reads what enters its group."""
    readers: Counter[int] = Counter()
    for node in (script.nodes[place] for place in places):
        if node.klass != "Viewer":
            readers.update(above for above in node.inputs if above is not None)
        if node.parent is not None and any(name == "faceplate_result" for name, _ in node.knobs):
            readers.update(above for above in script.nodes[node.parent].inputs if above is not None)
    return readers


def _format(named: ProjectFormat) -> Format:
    return Format(named.width, named.height, named.pixel_aspect, named.name)
