"""How the pictures of an input reach the engine: as the files of a plain Read, or written by Nuke for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nuke

from faceplate_nuke.job import Picture
from faceplate_nuke.knob_text import text_over
from faceplate_nuke.problem import Problem
from faceplate_nuke.project import project_knobs
from faceplate_nuke.script_text import literal
from faceplate_nuke.sequence import digest, files_state, frame_files, spans
from faceplate_nuke.surface import EXPORT, inside
from faceplate_nuke.upstream import evaluated, outside, upstream_state

# Classes that hand their input on pixel for pixel.
THROUGH = frozenset({"Dot", "NoOp", "ModifyMetaData", "Output"})
# What the engine reads by itself; of other files Nuke writes copies.
PLAIN = frozenset({".exr", ".dpx", ".cin", ".tif", ".tiff", ".png"})
COMP, PLATE = "comp", "plate"
COPIED = (
    *("file_type", "first", "last", "origfirst", "origlast", "origset", "before", "after", "on_error"),
    *("colorspace", "raw", "premultiplied", "auto_alpha"),
)


@dataclass(frozen=True)
class Export:
    """Pictures that Nuke has to write first: with which Write, which channels, where to, which frames."""

    write: nuke.Node
    channels: str
    file: str
    missing: tuple[int, ...]

    def run(self) -> None:
        """Writes them, in full resolution; Nuke shows how far it is.

        Raises:
            Problem: a node above is in error, the artist cancelled, or the disk is full.
        """
        proxy, before = nuke.root()["proxy"], nuke.root()["proxy"].value()
        channels, usual = self.write["channels"], self.write["channels"].toScript()
        nuke.Undo.disable()
        try:
            proxy.setValue(False)
            channels.fromScript(self.channels)
            self.write["file"].setValue(literal(self.file))
            self.write["disable"].setValue(False)
            for first, last in spans(self.missing):
                nuke.execute(self.write, first, last, 1, nuke.views()[:1])
        except RuntimeError as fault:
            raise Problem(
                f"{self.write.fullName()}: writing for the engine", str(fault), "mend it and ask again"
            ) from fault
        finally:
            self.write["disable"].setValue(True)
            channels.fromScript(usual)
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
        return _of_read(read, frames, clipped=clipped), None
    write = inside(group, EXPORT + name)
    return _of_export(write, _channels(group, name, write), source, frames, folder / name)


def plain_read(node: nuke.Node | None) -> nuke.Node | None:
    """The Read whose files are what stands here, untouched; None where something was done to them.

    Groups are looked into: FaceTrack hands its input on, as long as nobody added to it.
    """
    while node is not None:
        if _is_disabled(node) or node.Class() in THROUGH:
            node = node.input(0)
        elif isinstance(node, nuke.Group):
            node = next((each for each in node.nodes() if each.Class() == "Output"), None)
        elif node.Class() == "Input":
            node = outside(node)
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


def _of_read(read: nuke.Node, frames: range, *, clipped: bool) -> Picture:
    first, last = int(read["first"].value()), int(read["last"].value())
    file = evaluated(read, "file")
    knobs = {name: text_over(read[name], frames) for name in COPIED if read.knob(name) is not None}
    if clipped:
        first, last = max(first, frames[0]), min(last, frames[-1])
        knobs.update({"first": str(first), "last": str(last)})
    return Picture((("file", literal(file)), *knobs.items()), files_state(file, first, last))


def _channels(group: nuke.Group, name: str, write: nuke.Node) -> str:
    """What is written of an input: what the Write says, and all where it is divided by a channel beside it."""
    divided = COMP if group.node(f"Export_{COMP}") else PLATE
    divisor = group.knob("unpremult") if name == divided else None
    layer = "" if divisor is None else str(divisor.value()).rpartition(".")[0]
    return str(write["channels"].toScript()) if layer in ("", "rgba") else "all"


def _of_export(
    write: nuke.Node, channels: str, source: nuke.Node, frames: range, place: Path
) -> tuple[Picture, Export]:
    state = upstream_state(source)
    summed = digest([state, channels, *(f"{name} {text}" for name, text in project_knobs().items())])
    file = (place.with_name(f"{place.name}-{summed}") / f"{place.name}.%04d.exr").as_posix()
    ends = (("first", str(frames[0])), ("last", str(frames[-1])))
    orig = (("origfirst", str(frames[0])), ("origlast", str(frames[-1])), ("origset", "true"))
    knobs = (("file", literal(file)), ("file_type", "exr"), *ends, *orig, ("raw", "true"))
    written = frame_files(file)
    missing = tuple(frame for frame in frames if frame not in written)
    return Picture(knobs, summed), Export(write, channels, file, missing)
