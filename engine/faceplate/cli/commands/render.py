"""Renders the Writes of a Nuke script, without Nuke."""

import argparse
from pathlib import Path

from faceplate.cli.left_out import add_on_error, end_with, reasons
from faceplate.cli.plate_arguments import add_anew
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.graph import RenderSettings, ScriptProgress, find_gizmos, open_rendering
from faceplate.graph.script import read_script
from faceplate.plate import default_workers, frames_in_range
from faceplate.values import describe_frames

default_cache_mb = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The script, which of its nodes and frames, and what to do about classes that are not rendered."""
    parser.add_argument("script", metavar="SCRIPT.nk", type=Path, help="saved by Nuke, or written by hand")
    parser.add_argument(
        "--node", metavar="NAME", action="append", default=[],
        help="Write to render, by its full name (Group1.Write1); say it again for more; without it, the only one",
    )  # fmt: skip
    parser.add_argument(
        "--range", metavar="1001-1100",
        help="frames to render, --range=-2-1 where they begin below 0; without it, those that the script says",
    )  # fmt: skip
    add_anew(parser)
    add_on_error(parser)
    parser.add_argument(
        "--pass", dest="passed", metavar="CLASS", action="append", default=[],
        help="class that is not rendered here and whose first input goes through; say it again for more",
    )  # fmt: skip
    parser.add_argument("--pass-unknown", action="store_true", help="let all such classes go through")
    parser.add_argument(
        "--gizmo-path", metavar="DIR", type=Path, action="append", default=[],
        help="folder in which gizmos lie that the script names; say it again for more",
    )  # fmt: skip
    parser.add_argument("--view", metavar="NAME", default="main", help="view to render; main without it")
    parser.add_argument(
        "--cache-mb",
        metavar="N",
        type=int,
        default=default_cache_mb,
        help=f"memory for kept pictures; {default_cache_mb}",
    )
    parser.add_argument("--workers", metavar="N", type=int, default=default_workers, help="frames in work at once")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Renders the frames that are not there yet."""
    _check(arguments)
    frames = None if arguments.range is None else frames_in_range(arguments.range)
    script = read_script(arguments.script)
    for warning in script.warnings:
        report.note(f"{arguments.script}: {warning}")
    settings = RenderSettings(
        script_path=arguments.script.resolve(),
        gizmos=find_gizmos(script, arguments.gizmo_path),
        passed=arguments.pass_unknown or frozenset(arguments.passed),
        anew=arguments.anew,
        skip=arguments.on_error == "skip",
        cache_bytes=arguments.cache_mb * 2**20,
        workers=arguments.workers,
        view=arguments.view,
    )
    rendering = open_rendering(script, node=arguments.node, frames=frames, settings=settings, on_note=report.note)
    with report.frames("render", rendering.total) as count:
        progress = rendering.run(count)
    _tell(progress, report)
    end_with(report, progress.failed)


def _check(arguments: argparse.Namespace) -> None:
    for flag, value, least in (("--cache-mb", arguments.cache_mb, 0), ("--workers", arguments.workers, 1)):
        if value < least:
            raise CallError(flag, expected=f"at least {least}", came=f"{value}", next_step="raise it")


def _tell(progress: ScriptProgress, report: Report) -> None:
    words = "; ".join(
        f"{path}: made {describe_frames(progress.made[path])}, done before: {describe_frames(before)}"
        for path, before in progress.done_before.items()
    )
    report.result(
        words,
        made=progress.made,
        done_before=progress.done_before,
        failed=reasons(progress.failed),
        outputs=progress.files,
    )
