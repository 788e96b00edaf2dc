import argparse

from faceplate.cli.report import Report
from faceplate.deliver import lossless_compression
from faceplate.graph import open_encoded_plate
from faceplate.plate import keeps_samples
from faceplate.values import Plate


def add_plate(parser: argparse.ArgumentParser, name: str = "plate") -> None:
    """The arguments of every command that reads a plate: its name, the range, the colour space."""
    parser.add_argument(name, metavar=name.upper(), help="sequence (plate.%%04d.exr, plate.####.dpx), still or movie")
    parser.add_argument("--range", metavar="1001-1100", help="frames to work on; without it, all there are")
    parser.add_argument("--colourspace", metavar="CS", help="OpenColorIO colour space the plate is encoded in")


def add_anew(parser: argparse.ArgumentParser) -> None:
    """The flag of every command that goes on where it was stopped."""
    parser.add_argument("--anew", action="store_true", help="make every frame again, also those that are done")


def note_compression(plate: Plate, report: Report) -> None:
    """Says so where a delivery cannot keep the plate's compression without losing what it holds."""
    if not keeps_samples(plate.read(plate.frames[0]).header):
        report.note(f"the plate's compression loses with every writing; EXR is delivered as {lossless_compression}")


def opened_plate(arguments: argparse.Namespace) -> Plate:
    """The plate that a call names, its encoding known."""
    return open_encoded_plate(arguments.plate, arguments.range, arguments.colourspace)
