"""What the engine is asked to render: a little Nuke script with the Reads, our node's engine part, and a Write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from faceplate_nuke.script_text import Knobs, literal, node_text, quoted
from faceplate_nuke.sequence import digest

WRITE = "Made"
BY_HAND = "hand_"
# Names the track whose edits a new one is to have.
EDITS_FROM = "faceplate_edits_from"
WRITTEN: Knobs = (
    ("file_type", "exr"),
    ("datatype", "32 bit float"),
    ("compression", "Zip (1 scanline)"),
    ("channels", "all"),
    ("raw", "true"),
    ("create_directories", "true"),
)


@dataclass(frozen=True)
class Picture:
    """What comes into one input of our node.

    Attributes:
        knobs: of a Read.
        state: a text that changes when its files do.
        metadata: entries to be added, their values as Tcl.
    """

    knobs: Knobs
    state: str
    metadata: Knobs = ()


@dataclass(frozen=True)
class Job:
    """One of our nodes, frozen.

    Attributes:
        name: of the node, without that of the group it stands in.
        klass: our class and its version: `FaceSwap 2`.
        knobs: that the engine's part of the node goes by; files as literal text.
        files: a text for each file that a knob names, which changes when the file does.
        pictures: of each input, None where nothing is connected.
        root: knobs of the project that say what colour and frames mean.
    """

    name: str
    klass: str
    knobs: Knobs
    files: tuple[str, ...]
    pictures: tuple[Picture | None, ...]
    root: Knobs

    @property
    def own_digest(self) -> str:
        """Stands for what the node itself says."""
        return digest([self.klass, *(f"{name} {value}" for name, value in (*self.knobs, *self.root))])

    @property
    def inputs_digest(self) -> str:
        """Stands for what the node is given."""
        read = [f"{each.knobs} {each.state} {each.metadata}" if each else "" for each in self.pictures]
        return digest([*self.files, *read])

    @property
    def key(self) -> str:
        """Stands for all that its pictures depend on; the frames do not: each is the same alone and among others."""
        return f"{self.own_digest}-{self.inputs_digest}"

    @property
    def plate_key(self) -> str:
        """Stands for what a track is measured from: the key without what is set by hand, which is solved around."""
        return replace(self, knobs=tuple(pair for pair in self.knobs if not pair[0].startswith(BY_HAND))).key

    def file(self, folder: Path) -> str:
        """Where its pictures are, in this folder; a new job has new files, so Nuke never shows old ones."""
        return (folder / self.key / f"{self.engine_class}.%04d.exr").as_posix()

    def track(self, folder: Path) -> Path:
        """Where the track that it makes is, in this folder."""
        return folder / self.key / f"{self.engine_class}.track"

    @property
    def engine_class(self) -> str:
        """Our class without its version; files are named by it, so that a renamed node finds its own again."""
        return self.klass.split(" ", maxsplit=1)[0]

    @property
    def node(self) -> str:
        """The full name of the Write in the script."""
        return f"{self.name}.{WRITE}"

    def with_knobs(self, **values: str) -> Job:
        """The same with these values of some knobs, of those that it has and of further ones."""
        return replace(self, knobs=tuple({**dict(self.knobs), **values}.items()))

    def script(self, file: str) -> str:
        """The script that makes its pictures in `file`: nothing of the group but the engine's part stands in it."""
        result = (("name", "Result"), ("addUserKnob", "20 Faceplate"), ("addUserKnob", "1 faceplate_result"))
        parts = [
            node_text("Root", (("inputs", "0"), *self.root)),
            *self._reads(),
            node_text("Group", self._group_knobs()),
            node_text("Input", (("inputs", "0"), ("name", "Input0"), ("number", "0"))),
            node_text("NoOp", (*result, ("faceplate_result", self.engine_class))),
            node_text("Write", (("file", literal(file)), *WRITTEN, ("name", WRITE))),
            "end_group\n",
        ]
        return "".join(parts)

    def _reads(self) -> list[str]:
        """Every Read under a name of its own, then all of them on the stack, that of input 0 on top."""
        texts: list[str] = []
        stack: list[str] = []
        for slot, picture in enumerate(self.pictures):
            if picture is None:
                stack.append("push 0\n")
                continue
            texts.append(node_text("Read", (("inputs", "0"), *picture.knobs, ("name", f"Read{slot}"))))
            if picture.metadata:
                texts.append(
                    node_text("ModifyMetaData", (("metadata", _entries(picture.metadata)), ("name", f"Said{slot}")))
                )
            texts.append(f"set N{slot} [stack 0]\n")
            stack.append(f"push $N{slot}\n")
        return [*texts, *reversed(stack)]

    def _group_knobs(self) -> Knobs:
        slots = len(self.pictures)
        return (("inputs", str(slots)), ("name", self.name), ("faceplate_class", self.klass), *self.knobs)


def _entries(metadata: Knobs) -> str:
    return "".join(f"\n {{set {key} {quoted(value)}}}" for key, value in metadata) + "\n"
