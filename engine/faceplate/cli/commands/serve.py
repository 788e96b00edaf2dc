"""The engine that hosts talk to: serves until a signal, a caller or idleness ends it."""

import argparse
import os
from importlib import import_module
from pathlib import Path

from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.serve import Handler, Limits, Listener, RenderScript, default_socket, protocol, render_handler, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it is reached, and when it ends or drops a caller."""
    parser.add_argument("--socket", metavar="PATH", type=Path, help="default: one socket for every host of this user")
    parser.add_argument("--idle-exit", metavar="SECONDS", type=float, help="end after so long without work")
    parser.add_argument(
        "--heartbeat", metavar="SECONDS", type=float, default=Limits.silence_s,
        help="drop a caller that says nothing for so long (default: %(default)g)",
    )  # fmt: skip


def run(arguments: argparse.Namespace, _report: Report) -> None:
    """Serves; what it says is JSON, one object a line, with or without `--json`."""
    for flag, seconds in (("--idle-exit", arguments.idle_exit), ("--heartbeat", arguments.heartbeat)):
        _check_seconds(flag, seconds)
    report = Report(as_json=True)
    reason = serve(
        (arguments.socket or default_socket()).absolute(),
        handlers,
        lambda listener: _say_ready(report, listener),
        limits=Limits(silence_s=arguments.heartbeat),
        idle_exit_s=arguments.idle_exit,
    )
    report.event("stopped", reason=reason)


def _check_seconds(flag: str, seconds: float | None) -> None:
    if seconds is not None and not 0 < seconds < float("inf"):
        step = f"give {flag} a number of seconds"
        raise CallError(flag, expected="seconds, above 0", came=f"{seconds:g}", next_step=step)


def _graph() -> RenderScript:
    """The renderer, loaded with all that it needs when the first script comes."""
    renderer: RenderScript = import_module("faceplate.serve.script_render").render_text
    return renderer


def _say_ready(report: Report, listener: Listener) -> None:
    report.event(
        "ready",
        listening=str(listener.path),
        token_file=str(listener.token_file),
        protocol=protocol,
        pid=os.getpid(),
    )


handlers: dict[str, Handler] = {"render": render_handler(_graph)}
