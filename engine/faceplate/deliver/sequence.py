import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from faceplate.deliver.receipt import Job, read_receipt, write_receipt
from faceplate.errors import CallError, StorageError
from faceplate.plate import FramePattern, as_dpx10, as_exr, frame_pattern, keeps_samples, write_frame
from faceplate.values import Attribute, Frame

formats = (".exr", ".dpx")
receipts_folder = "receipts"

lossless_compression = "zips"
"""Takes the place of DWAA and DWAB, which would lose a little more with every writing, outside the matte too."""


@dataclass(frozen=True)
class Delivery:
    """A sequence being written, one whole frame at a time, each with a receipt beside it.

    A frame is done when its file and its receipt are there, the receipt is of this very job, and the file has the size
    it states; so a render that was stopped goes on where it was, on any machine, and a changed job starts anew.
    """

    pattern: FramePattern
    job: Job

    def path(self, number: int) -> Path:
        """The file of a frame."""
        return self.pattern.path(number)

    def receipt_path(self, number: int) -> Path:
        """The receipt of a frame: `receipts/NAME.json` in the frame's folder."""
        return self.path(number).parent / receipts_folder / f"{self.path(number).stem}{self.path(number).suffix}.json"

    def is_done(self, number: int) -> bool:
        """True where this job has already delivered the frame."""
        receipt = read_receipt(self.receipt_path(number))
        path = self.path(number)
        if receipt is None or receipt.job != self.job.digest or not path.is_file():
            return False
        return path.stat().st_size == receipt.output_bytes

    def write(self, frame: Frame) -> None:
        """Writes one frame in the format of the pattern's ending: EXR with the plate's header, or 10-bit DPX.

        Raises:
            StorageError: the folder cannot be written, or the disk is full; what stood there before is left whole.
        """
        path = self.path(frame.number)
        shaped = as_dpx10(frame) if path.suffix == ".dpx" else _as_exr_of(self.job, frame)
        # The old receipt goes first: should we be stopped in between, the frame is made again.
        self.receipt_path(frame.number).unlink(missing_ok=True)
        size_bytes = write_frame(shaped, path)
        write_receipt(self.job.receipt(frame.number, size_bytes), self.receipt_path(frame.number))


def open_delivery(pattern: str, job: Job) -> Delivery:
    """A delivery to `NAME.%04d.exr` or `NAME.####.dpx`; its folder is made and tried before any work starts.

    Raises:
        CallError: the name has no place for the frame number, or its format is not one we deliver.
        StorageError: the folder cannot be made or written.
    """
    named = frame_pattern(pattern)
    if named is None or Path(pattern).suffix.lower() not in formats:
        raise CallError(
            pattern,
            expected="a sequence like OUT.%04d.exr or OUT.####.dpx",
            came="a single file" if named is None else f"the ending {Path(pattern).suffix!r}",
            next_step="name the output that way",
        )
    try:
        named.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=named.folder):
            pass
    except OSError as fault:
        raise StorageError(
            str(named.folder),
            expected="a folder that can be written",
            came=str(fault.strerror),
            next_step="choose another output, or ask for the right to write there",
        ) from fault
    return Delivery(named, job)


def _as_exr_of(job: Job, frame: Frame) -> Frame:
    exr = as_exr(frame)
    header = exr.header.with_attributes(*job.attributes())
    if not keeps_samples(header):
        header = header.with_attributes(Attribute("compression", "string", lossless_compression))
    return replace(exr, header=header)
