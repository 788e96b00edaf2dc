"""Every node of the suite and its knobs; in a checkout, writes or checks the node reference."""

import argparse
from dataclasses import asdict
from pathlib import Path

from faceplate.cli.node_reference import heading, node_reference
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.spec import knobs_of, registered

reference = Path("docs") / "nodes.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to compare instead of writing."""
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a generated file is not current")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Shows the registry; in a checkout, writes or checks what is generated from it."""
    text = node_reference()
    if arguments.check:
        _check(text)
        report.result(f"{reference} is current", current=[str(reference)])
        return
    report.document({"nodes": _values()}, text)
    if reference.is_file() and reference.read_text().startswith(heading):
        reference.write_text(text)


def _check(text: str) -> None:
    there = reference.read_text() if reference.is_file() else None
    if there != text:
        raise CallError(
            str(reference),
            expected="the text generated from the registry",
            came="no such file" if there is None else "an older text",
            next_step="run `faceplate nodes` in the checkout",
        )


def _values() -> list[dict[str, object]]:
    return [
        {
            "name": spec.name,
            "version": spec.version,
            "summary": spec.summary,
            "inputs": spec.inputs,
            "knobs": [
                {"name": name, "default": default, "type": kind.__name__, **asdict(about)}
                for name, (about, default, kind) in knobs_of(spec.settings).items()
            ],
        }
        for spec in registered().values()
    ]
