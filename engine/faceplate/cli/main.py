import argparse
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import faceplate
from faceplate.cli.report import Report
from faceplate.errors import EngineError, FaceplateError

commands = (
    "demo", "doctor", "models", "inspect", "deliver", "track", "edit", "review", "convert", "swap", "grain", "render",
    "nodes", "serve", "install", "train", "export",
)  # fmt: skip
quick_commands = {"serve"}  # hosts wait for it: it is loaded without the others and all that they need


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns 0 when the work is done, 1 when it failed, 2 when the call was wrong."""
    words = sys.argv[1:] if arguments is None else arguments
    given = build_parser(*words[:1]).parse_args(words)
    report = Report(as_json=given.json)
    try:
        given.run(given, report)
    except FaceplateError as fault:
        report.failure(fault)
        return fault.exit_code
    except KeyboardInterrupt:
        report.note("stopped; every file that is there is whole, and the same call goes on from there")
        return 1
    except Exception as fault:  # noqa: BLE001 -- the outermost shell: whatever reaches it is a fault of ours
        traceback.print_exc()
        report.failure(_ours(fault))
        return 1
    return 0


def _ours(fault: Exception) -> EngineError:
    return EngineError(
        "faceplate",
        expected="an answer or a clear error",
        came=f"{type(fault).__name__}: {fault}",
        next_step="report this with the call you made and the lines above",
    )


def build_parser(first_word: str = "") -> argparse.ArgumentParser:
    """The parser of every command and its flags; of a quick command alone where the call begins with its name."""
    parser = argparse.ArgumentParser(prog="faceplate", description=(faceplate.__doc__ or "").partition("\n")[0])
    parser.add_argument("--version", action="version", version=f"faceplate {faceplate.__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in (first_word,) if first_word in quick_commands else commands:
        command = import_module(f"faceplate.cli.commands.{name}")
        subparser = subparsers.add_parser(name, help=command.__doc__, description=command.__doc__, allow_abbrev=False)
        command.add_arguments(subparser)
        _every_command(subparser, command.run)
    return parser


def _every_command(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable progress and results, one JSON a line")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
