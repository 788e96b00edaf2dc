"""The whole walk on a generated plate with known truth; writes a contact sheet to look at and a report."""

import argparse
from pathlib import Path

from faceplate.cli.report import Report
from faceplate.errors import CallError, SetupError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, how long, how large."""
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("demo"), help="folder to write; default demo")
    parser.add_argument("--frames", metavar="N", type=int, default=16, help="length of the shot; default 16")
    parser.add_argument("--size", metavar="WxH", type=_size, default=(4096, 2160), help="default 4096x2160")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Makes the plate, walks it, measures it against its truth."""
    try:
        from faceplate.demo import run_demo  # noqa: PLC0415 -- needs an extra
    except ModuleNotFoundError as fault:
        raise SetupError(
            "faceplate demo",
            expected="scikit-image, for its public-domain portrait",
            came=f"no module {fault.name}",
            next_step="pip install 'faceplate[demo]'",
        ) from fault
    if arguments.frames < 1:
        raise CallError("--frames", expected="1 or more", came=str(arguments.frames), next_step="ask for a frame")
    figures = run_demo(arguments.out, arguments.frames, arguments.size, report.frames)
    report.result(figures.words(), **figures.as_json())


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) >= least_size[0] and int(height) >= least_size[1]):
        msg = f"expected WIDTHxHEIGHT of at least {least_size[0]}x{least_size[1]}, not {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(width), int(height)


least_size = (256, 144)
