"""How the pictures of an input reach the engine: as the files of a plain Read, or written by Nuke for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nuke

from faceplate_nuke.job import Picture
from faceplate_nuke.problem import Problem
from faceplate_nuke.sequence import digest, files_state, frame_files, spans
from faceplate_nuke.surface import EXPORT, inside
from faceplate_nuke.upstream import evaluated, upstream_state

# Classes that hand their input on pixel for pixel.
THROUGH = frozenset({"Dot", "NoOp", "ModifyMetaData", "Output"})
# What the engine reads by itself; of other files Nuke writes copies.
PLAIN = frozenset({".exr", ".dpx", ".cin", ".tif", ".tiff", ".png"})
COPIED = (
    *("file_type", "first", "last", "origfirst", "origlast", "origset", "before", "after", "on_error"),
    *("colorspace", "raw", "premultiplied", "auto_alpha"),
)


@dataclass(frozen=True)
class Export:
    """Pictures that Nuke has to write first: with which Write, where to, which frames."""

    write: nuke.Node
    file: str
    missing: tuple[int, ...]

    def run(self) -> None:
        """Writes them, in full resolution; Nuke shows how far it is.

        Raises:
            Problem: a node above is in error, the artist cancelled, or the disk is full.
        """
        proxy, before = nuke.root()["proxy"], nuke.root()["proxy"].value()
        nuke.Undo.disable()
        try:
            proxy.setValue(False)
            self.write["file"].setValue(self.file)
            self.write["disable"].setValue(False)
            for first, last in spans(self.missing):
                nuke.execute(self.write, first, last, 1, nuke.views()[:1])
        except RuntimeError as fault:
            raise Problem(
                f"{self.write.fullName()}: writing for the engine", str(fault), "mend it and ask again"
            ) from fault
        finally:
            self.write["disable"].setValue(True)
            proxy.setValue(before)
            nuke.Undo.enable()


def picture(
    group: nuke.Group, slot: int, name: str, frames: range, folder: Path, *, clipped: bool
) -> tuple[Picture | None, Export | None]:
    """What the engine reads for an input, and what has to be written before; nothing where nothing is connected.

    With `clipped` the sequence ends where the frames do, so that nothing outside of them is looked at.
    """
    source = group.input(slot)
    if source is None:
        return None, None
    read = plain_read(source)
    if read is not None:
        return _of_read(read, frames if clipped else None), None
    return _of_export(inside(group, EXPORT + name), name, source, frames, folder)


def plain_read(node: nuke.Node | None) -> nuke.Node | None:
    """The Read whose files are what stands here, untouched; None where something was done to them.

    Groups are looked into: FaceTrack hands its input on, as long as nobody added to it.
    """
    groups: list[nuke.Group] = []
    while node is not None:
        if _is_disabled(node) or node.Class() in THROUGH:
            node = node.input(0)
        elif isinstance(node, nuke.Group):
            groups.append(node)
            node = next((each for each in node.nodes() if each.Class() == "Output"), None)
        elif node.Class() == "Input" and groups:
            node = groups.pop().input(int(node["number"].value()))
        else:
            return node if node.Class() == "Read" and _is_plain(node) else None
    return None


def _is_disabled(node: nuke.Node) -> bool:
    knob = node.knob("disable")
    return knob is not None and not knob.isAnimated() and not knob.hasExpression() and bool(knob.value())


def _is_plain(read: nuke.Node) -> bool:
    """False where what is shown is not simply the file of the frame, as the engine reads it."""
    file = evaluated(read, "file")
    shifted = str(read["frame"].value()) not in ("", "0")
    return Path(file).suffix.lower() in PLAIN and "%v" not in file.lower() and not shifted


def _of_read(read: nuke.Node, clip: range | None) -> Picture:
    first, last = int(read["first"].value()), int(read["last"].value())
    file = evaluated(read, "file")
    knobs = {name: read[name].toScript() for name in COPIED if read.knob(name) is not None}
    if clip is not None:
        first, last = max(first, clip[0]), min(last, clip[-1])
        knobs.update({"first": str(first), "last": str(last)})
    return Picture((("file", file), *knobs.items()), files_state(file, first, last))


def _of_export(write: nuke.Node, name: str, source: nuke.Node, frames: range, folder: Path) -> tuple[Picture, Export]:
    state = upstream_state(source)
    file = (folder / f"{name}-{digest([state, write['channels'].toScript()])}" / f"{name}.%04d.exr").as_posix()
    ends = (("first", str(frames[0])), ("last", str(frames[-1])))
    orig = (("origfirst", str(frames[0])), ("origlast", str(frames[-1])), ("origset", "true"))
    knobs = (("file", file), ("file_type", "exr"), *ends, *orig, ("raw", "true"))
    written = frame_files(file)
    return Picture(knobs, state), Export(write, file, tuple(frame for frame in frames if frame not in written))
