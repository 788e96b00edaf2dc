"""The classes that can be rendered, each by what makes its pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from faceplate.graph.render.geometry import Box
from faceplate.graph.render.info import Info, Planes

if TYPE_CHECKING:
    from faceplate.graph.render.node import Node, Nothing, Source


class Operator(Protocol):
    """Makes the pictures of one class of nodes. It keeps nothing between calls: threads share it."""

    def info(self, node: "Node") -> Info:
        """What the node's picture is, at the node's moment."""
        ...

    def pixels(self, node: "Node", box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels asked for over a box inside the info's own; both are never empty, the channels all known."""
        ...


@dataclass(frozen=True, kw_only=True)
class OperatorClass:
    """A class of the registry.

    Attributes:
        operator: makes its pictures.
        defaults: the knobs' values where a script writes none, as Nuke would write them.
        timed: True where the picture may change with the frame though no knob does, as a sequence read from disk.
        costly: True where a picture is worth keeping even for a single reader.
        passes: True where the picture is always the first input's, box and all.
        state: a text that changes when what the picture is made from outside of the script does, such as a file.
        prepare: what has to be done once before the first frame is made, such as an analysis of the whole shot.
        sources: the pictures that this one is made from, where they are not simply those of the node's inputs.
        maths: the knobs that hold lines of maths, each with the names in it that may stand for the frame or for knobs
            of nodes, from the knobs that the script writes.
    """

    operator: Operator
    defaults: Mapping[str, str]
    timed: bool = False
    costly: bool = False
    passes: bool = False
    state: "Callable[[Node], str] | None" = None
    prepare: "Callable[[Node], None] | None" = None
    sources: "Callable[[Node], Sequence[Source | Nothing]] | None" = None
    maths: Callable[[Mapping[str, str]], Mapping[str, Sequence[str]]] | None = None


_classes: dict[str, OperatorClass] = {}

Made = TypeVar("Made", bound=Operator)


def operator(
    *names: str,
    defaults: Mapping[str, str] | None = None,
    timed: bool = False,
    costly: bool = False,
    passes: bool = False,
    state: "Callable[[Node], str] | None" = None,
    prepare: "Callable[[Node], None] | None" = None,
) -> Callable[[type[Made]], type[Made]]:
    """Registers a class of pictures under the names of Nuke's classes; the keywords are those of `OperatorClass`.

    Where the class has a method `sources`, that says what pictures it is made from; one `maths` says what its lines of
    maths may refer to.
    """

    def registered(kind: type[Made]) -> type[Made]:
        made = kind()
        entry = OperatorClass(
            operator=made, defaults=defaults or {}, timed=timed, costly=costly, passes=passes, state=state,
            prepare=prepare, sources=getattr(made, "sources", None), maths=getattr(made, "maths", None),
        )  # fmt: skip
        for name in names:
            if name in _classes:
                msg = f"{name} is registered twice"
                raise ValueError(msg)
            _classes[name] = entry
        return kind

    return registered


def class_of(name: str) -> OperatorClass | None:
    """The registered class of a name, `Blur` or `Blur.gizmo`; None where we render none such."""
    return _classes.get(name) or _classes.get(name.removesuffix(".gizmo"))


def rendered_classes() -> tuple[str, ...]:
    """The names of all classes that are rendered, sorted."""
    return tuple(sorted(_classes))


def defaults_of(name: str) -> Mapping[str, str]:
    """The default knobs of a class; empty where we do not know it."""
    known = class_of(name)
    return known.defaults if known else {}
