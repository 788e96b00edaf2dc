"""Puts the plugin into a host, or takes it out again."""

import argparse
import shlex
from pathlib import Path

from faceplate.cli.nuke_init import FOLDER, init_with_line, take_line_out, write_init
from faceplate.cli.nuke_plugin import recorded, remove_plugin, write_plugin
from faceplate.cli.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The host, and where its plugin goes."""
    parser.add_argument("host", metavar="HOST", choices=["nuke"], help="nuke")
    parser.add_argument(
        "--to", metavar="DIR", type=Path, help="a folder for NUKE_PATH (default: ~/.nuke/faceplate, and told to Nuke)"
    )
    parser.add_argument("--remove", action="store_true", help="take it out again")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Installs or removes; without `--to` the user's ~/.nuke/init.py is told as well, in one line of its own."""
    home = Path.home() / ".nuke"
    folder = arguments.to.absolute() if arguments.to else home / FOLDER
    init = None if arguments.to else home / "init.py"
    files = _remove(folder, init) if arguments.remove else _install(folder, init)
    report.result(_words(arguments, folder), folder=str(folder), files=files, removed=arguments.remove)


def _install(folder: Path, init: Path | None) -> list[str]:
    if init is None:
        return write_plugin(folder)
    content = init_with_line(init)
    files = write_plugin(folder, makes_init=not init.exists())
    write_init(init, content)
    return files


def _remove(folder: Path, init: Path | None) -> list[str]:
    found = recorded(folder)
    told = init is not None and take_line_out(init, made_by_us=found.init)
    return [] if told and not found.files else remove_plugin(folder)


def _words(arguments: argparse.Namespace, folder: Path) -> str:
    if arguments.remove:
        return f"the plugin is gone from {folder}; start Nuke again"
    if arguments.to is None:
        return f"the plugin is in {folder}; start Nuke again, and look for Faceplate among the nodes"
    told = f"the plugin is in {folder}; put that folder on NUKE_PATH and start Nuke:"
    return f"{told}\n  export NUKE_PATH={shlex.quote(str(folder))}"
