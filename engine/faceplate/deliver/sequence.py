import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faceplate.deliver.receipt import Job, read_receipt, write_failure, write_receipt
from faceplate.errors import CallError, FaceplateError
from faceplate.plate import (
    FramePattern,
    as_dpx10,
    as_exr,
    as_still16,
    check_state,
    compression_levels,
    compressions,
    frame_pattern,
    keeps_samples,
    write_frame,
)
from faceplate.storage import check_writable, unwritable
from faceplate.values import Attribute, Frame, Plate

receipts_folder = "receipts"
picture_formats = (".exr", ".dpx", ".tif", ".tiff", ".png")
layer_formats = (".exr",)
"""Mattes and layers hold what the others cannot: scene-linear light, and windows of their own."""

_stills = {".tif": "tiff", ".tiff": "tiff", ".png": "png"}

lossless_compression = "zips"
"""Takes the place of B44, DWA and lossy JPEG 2000, whose untouched pixels would lose beside changed ones."""

# What Python makes of bytes in a name that are not UTF-8.
_surrogate = re.compile("[\ud800-\udfff]")
States = Callable[[int], Mapping[str, str]]
"""Tells the state of every file that a frame is made from, by role."""


@dataclass(frozen=True)
class Delivery:
    """A sequence being written, one whole frame at a time, each with a receipt beside it.

    A frame is done when its file and its receipt are there, the receipt is of this very job and of the input files as
    they are now, and the file has the size it states; so a render that was stopped goes on where it was, on any
    machine, and a changed job or plate starts anew.

    `compression` is that of EXR files, as `zip` or `dwaa:45`; None for the frame's own, or `lossless_compression` where
    that would lose. `untouched` says that no frame has a changed sample, so that nothing can be lost.
    """

    pattern: FramePattern
    job: Job
    states: States
    compression: str | None = None
    untouched: bool = False

    def compressed(self, asked: str | None) -> "Delivery":
        """The delivery in another compression, which is part of its job; None leaves it as it is.

        Raises:
            CallError: EXR has no such compression.
        """
        if asked is None:
            return self
        _check_compression(asked)
        job = replace(self.job, settings={**self.job.settings, "Delivery": {"compression": asked}})
        return replace(self, job=job, compression=asked)

    def path(self, number: int) -> Path:
        """The file of a frame."""
        return self.pattern.path(number)

    def receipt_path(self, number: int) -> Path:
        """The receipt of a frame: `receipts/NAME.json` in the frame's folder."""
        path = self.path(number)
        return path.parent / receipts_folder / f"{path.name}.json"

    def failure_path(self, number: int) -> Path:
        """Where it is told why a frame was left out: `receipts/NAME.failed.json`."""
        receipt = self.receipt_path(number)
        return receipt.with_name(f"{receipt.stem}.failed.json")

    def leave_out(self, number: int, fault: FaceplateError) -> None:
        """Notes why a frame is not made; no file is written for it, and an earlier job's stays as it is.

        Raises:
            StorageError: the folder cannot be written.
        """
        write_failure(self.job.digest, number, fault, self.failure_path(number))

    def is_done(self, number: int) -> bool:
        """True where this job has already delivered the frame."""
        receipt = read_receipt(self.receipt_path(number))
        if receipt is None or receipt.job != self.job.digest or receipt.states != self.states(number):
            return False
        path = self.path(number)
        return path.is_file() and path.stat().st_size == receipt.output_bytes

    def write(self, frame: Frame) -> None:
        """Writes one frame in the format of the pattern's ending: EXR with the plate's header, DPX, TIFF or PNG.

        A DPX, TIFF or PNG keeps its own samples; from other formats a DPX has 10 bits, a TIFF or PNG 16.

        Raises:
            StorageError: the folder cannot be written, or the disk is full; what stood there before is left whole.
            PlateError: the plate's file is no longer the one that was read; the frame counts as not done.
        """
        path, receipt = self.path(frame.number), self.receipt_path(frame.number)
        states = self.states(frame.number)
        shaped = self._shaped(frame, path.suffix.lower())
        try:
            # The old receipt goes first: should we be stopped in between, the frame is made again.
            receipt.unlink(missing_ok=True)
            self.failure_path(frame.number).unlink(missing_ok=True)
        except OSError as fault:
            raise unwritable(receipt, fault.strerror or str(fault)) from fault
        output_bytes = write_frame(shaped, path)
        if frame.file is not None:
            check_state(frame.file)
        write_receipt(self.job.receipt(frame.number, states, output_bytes), receipt)

    def _shaped(self, frame: Frame, suffix: str) -> Frame:
        if suffix in _stills:
            return as_still16(frame, _stills[suffix])
        return _as_dpx(frame) if suffix == ".dpx" else self._as_exr(frame)

    def _as_exr(self, frame: Frame) -> Frame:
        exr = as_exr(frame)
        header = exr.header.with_attributes(*self.job.attributes(exr.header))
        compression = self.compression
        if compression is None and not self.untouched and not keeps_samples(header):
            compression = lossless_compression
        if compression is not None:
            header = header.with_attributes(Attribute("compression", "string", compression))
        return replace(exr, header=header)


def _as_dpx(frame: Frame) -> Frame:
    return frame if frame.header.file_format == "dpx" else as_dpx10(frame)


def states_of(**plates: Plate | None) -> States:
    """The states of the frames of several plates, by role."""
    there = {role: plate for role, plate in plates.items() if plate is not None}
    return lambda number: {role: plate.state(number) for role, plate in there.items()}


def check_outputs(
    outputs: Sequence[str], inputs: Sequence[str], formats: tuple[str, ...] = picture_formats
) -> tuple[FramePattern, ...]:
    """The patterns of the sequences that will be written, tried before any work starts.

    Raises:
        CallError: a name has no place for the frame number, is of a format we do not deliver, or may be that of a file
            of another output or of an input: padding does not tell names apart.
        StorageError: a folder, or that of its receipts, cannot be made or written.
    """
    patterns = tuple(_named(output, formats) for output in outputs)
    named, files = _input_patterns(inputs), _input_files(inputs)
    for index, (output, pattern) in enumerate(zip(outputs, patterns, strict=True)):
        if any(pattern.may_meet(other) for other in patterns[:index]):
            raise _taken(output, "the name of another output")
        if any(pattern.may_meet(other) for other in named) or any(_writes_over(pattern, path) for path in files):
            raise _taken(output, "the name of an input")
        check_writable(pattern.folder)
        if (pattern.folder / receipts_folder).exists():
            check_writable(pattern.folder / receipts_folder)
    return patterns


def _named(output: str, formats: tuple[str, ...]) -> FramePattern:
    pattern = frame_pattern(output)
    if _surrogate.search(output):
        raise CallError(
            ascii(output), expected="a name in UTF-8", came="bytes that are none", next_step="choose another name"
        )
    if pattern is None or Path(output).suffix.lower() not in formats:
        raise CallError(
            output,
            expected="a sequence like " + " or ".join(f"OUT.%04d{suffix}" for suffix in formats),
            came="a single file" if pattern is None else f"the ending {Path(output).suffix!r}",
            next_step="name the output that way",
        )
    return _resolved(pattern)


def _resolved(pattern: FramePattern) -> FramePattern:
    return replace(pattern, folder=pattern.folder.resolve())


def _input_patterns(inputs: Sequence[str]) -> tuple[FramePattern, ...]:
    patterns = (frame_pattern(given) for given in inputs)
    return tuple(_resolved(pattern) for pattern in patterns if pattern is not None)


def _input_files(inputs: Sequence[str]) -> frozenset[Path]:
    """The files of the inputs, under their own names and under those that links lead to."""
    files: set[Path] = set()
    for given in inputs:
        pattern = frame_pattern(given)
        single = Path(given).parent.resolve() / Path(given).name
        paths = [single] if pattern is None else map(_resolved(pattern).path, pattern.frames_on_disk())
        for path in paths:
            files |= {path, path.resolve()}
    return frozenset(files)


def _writes_over(output: FramePattern, path: Path) -> bool:
    return path.parent == output.folder and output.number_in(path.name) is not None


def _taken(output: str, came: str) -> CallError:
    return CallError(
        output,
        expected="a name of its own for every output, in more than its padding",
        came=came,
        next_step="choose another name or folder",
    )


def open_delivery(
    pattern: str,
    job: Job,
    states: States,
    *,
    inputs: Sequence[str] = (),
    formats: tuple[str, ...] = picture_formats,
    untouched: bool = False,
) -> Delivery:
    """A delivery to `NAME.%04d.exr` or another of `formats`, checked against `inputs` as `check_outputs` does."""
    return Delivery(check_outputs([pattern], inputs, formats)[0], job, states, untouched=untouched)


def _check_compression(asked: str) -> None:
    name, colon, level = asked.partition(":")
    lowest, highest = compression_levels.get(name, (1, 0))
    has_level = not colon or (level.isdecimal() and lowest <= int(level) <= highest)
    if name not in compressions or not has_level:
        levels = ", ".join(f"{each}:{ends[0]}..{ends[1]}" for each, ends in compression_levels.items())
        raise CallError(
            "the compression",
            expected=f"one of {', '.join(compressions)}; with a level where it has one: {levels}",
            came=repr(asked),
            next_step="name one of these, or leave it away to keep the plate's",
        )
