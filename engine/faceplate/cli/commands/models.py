"""Model packs: list them, install one, verify what is installed."""

import argparse
from pathlib import Path

from faceplate.cli.report import Report
from faceplate.errors import PackError
from faceplate.models import PackStatus, install_pack, list_packs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The action, and for an install its pack."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    actions.add_parser("list", help="every pack, and whether it is installed")
    install = actions.add_parser("install", help="fetch a pack, verify its digests, and put it in the data folder")
    install.add_argument("name", metavar="NAME", help="a pack of the list")
    install.add_argument("--from", dest="source", metavar="DIR", type=Path, help="take it from here, without a network")
    actions.add_parser("verify", help="check the digests of what is installed")
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Does what the action says."""
    if arguments.action == "install":
        path = install_pack(arguments.name, arguments.source)
        report.result(f"{arguments.name} is installed in {path}", name=arguments.name, path=str(path))
        return
    packs = list_packs()
    for status in packs:
        report.result(_words(status), **_values(status))
    broken = [status.pack.name for status in packs if status.problems]
    if arguments.action == "verify" and broken:
        raise PackError(
            ", ".join(broken),
            expected="the digests on record",
            came="; ".join(problem for status in packs for problem in status.problems),
            next_step="run `faceplate models install NAME` for each",
        )


def _values(status: PackStatus) -> dict[str, object]:
    return {
        "name": status.pack.name,
        "licence": status.pack.licence,
        "installed": status.installed,
        "path": str(status.path),
        "problems": list(status.problems),
    }


def _words(status: PackStatus) -> str:
    state = "damaged" if status.problems else "installed" if status.installed else "not installed"
    lines = [f"{status.pack.name}: {state}; {status.pack.licence}; {status.path}"]
    return "\n".join([*lines, *(f"  {problem}" for problem in status.problems)])
