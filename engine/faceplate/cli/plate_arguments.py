import argparse

from faceplate.cli.report import Report
from faceplate.deliver import lossless_compression
from faceplate.graph import open_encoded_plate
from faceplate.plate import keeps_samples
from faceplate.values import Plate


def add_plate(parser: argparse.ArgumentParser, name: str = "plate") -> None:
    """The arguments of every command that reads a plate: its name, the range, the colour space."""
    add_source(parser, name)
    parser.add_argument("--colourspace", metavar="CS", help="OpenColorIO colour space the plate is encoded in")


def add_source(parser: argparse.ArgumentParser, name: str = "plate") -> None:
    """What to read: a name, which frames of it, and which layer and view of those."""
    parser.add_argument(name, metavar=name.upper(), help="sequence (plate.%%04d.exr, plate.####.dpx), still or movie")
    parser.add_argument(
        "--range", metavar="1001-1100",
        help="frames to work on, --range=-2-1 where they begin below 0; without it, all there are",
    )  # fmt: skip
    parser.add_argument(
        "--layer", metavar="NAME", help="layer of an EXR that is the picture; without it, plain R, G, B"
    )
    parser.add_argument("--view", metavar="NAME", help="view of a stereo EXR; without it, the first")


def add_compression(parser: argparse.ArgumentParser) -> None:
    """The compression of delivered EXR files."""
    parser.add_argument(
        "--compression", metavar="NAME[:LEVEL]",
        help="of EXR files: none, zip, zips, piz, dwaa:45, ...; without it, the plate's own",
    )  # fmt: skip


def add_anew(parser: argparse.ArgumentParser) -> None:
    """The flag of every command that goes on where it was stopped."""
    parser.add_argument("--anew", action="store_true", help="make every frame again, also those that are done")


def note_compression(plate: Plate, report: Report, asked: str | None) -> None:
    """Says so where a delivery cannot keep the plate's compression without losing what it holds."""
    if asked is None and not keeps_samples(plate.read(plate.frames[0]).header):
        report.note(f"the plate's compression loses with every writing; EXR is delivered as {lossless_compression}")


def opened_plate(arguments: argparse.Namespace) -> Plate:
    """The plate that a call names, its encoding known."""
    return plate_named(arguments, arguments.plate, arguments.range)


def plate_named(
    arguments: argparse.Namespace, source: str, frame_range: str | None, *, any_frame: bool = False
) -> Plate:
    """A plate under the call's colour space, layer and view; `any_frame` as `open_encoded_plate` has it."""
    about = {"layer": arguments.layer, "view": arguments.view}
    return open_encoded_plate(source, frame_range, arguments.colourspace, any_frame=any_frame, **about)
