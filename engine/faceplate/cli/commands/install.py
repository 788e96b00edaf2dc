"""Puts the plugin into a host, or takes it out again."""

import argparse
from pathlib import Path

from faceplate.cli.nuke_plugin import point_to_plugin, remove_plugin, write_plugin
from faceplate.cli.report import Report

FOLDER = "faceplate"


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
    files = remove_plugin(folder) if arguments.remove else write_plugin(folder)
    if arguments.to is None:
        point_to_plugin(home / "init.py", None if arguments.remove else FOLDER)
    report.result(_words(arguments, folder), folder=str(folder), files=files, removed=arguments.remove)


def _words(arguments: argparse.Namespace, folder: Path) -> str:
    if arguments.remove:
        return f"the plugin is gone from {folder}; start Nuke again"
    if arguments.to is None:
        return f"the plugin is in {folder}; start Nuke again, and look for Faceplate among the nodes"
    return f"the plugin is in {folder}; put that folder on NUKE_PATH and start Nuke:\n  export NUKE_PATH={folder}"
