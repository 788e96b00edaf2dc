"""Every node of the suite and its knobs; in a checkout, writes or checks the files generated from them."""

import argparse
from dataclasses import asdict
from pathlib import Path

from faceplate.cli.generated import generated_files, left_over, reference
from faceplate.cli.node_reference import heading
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.spec import Settings, knobs_of, registered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to compare instead of writing."""
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a generated file is not current")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Shows the registry; in a checkout, writes or checks what is generated from it."""
    files = generated_files()
    if arguments.check:
        _check(files)
        report.result(f"{len(files)} generated files are current", current=[str(path) for path in files])
        return
    report.document({"nodes": _values()}, files[reference])
    if reference.is_file() and reference.read_text().startswith(heading):
        _write(files)


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="\n")
    for path in left_over():
        path.unlink()


def _check(files: dict[Path, str]) -> None:
    for path, text in files.items():
        there = path.read_bytes().decode() if path.is_file() else None
        if there != text:
            raise CallError(
                str(path),
                expected="the text generated from the registry",
                came="no such file" if there is None else "an older text",
                next_step="run `faceplate nodes` in the checkout",
            )
    for path in left_over():
        raise CallError(
            str(path),
            expected="gizmos of the registry's nodes alone",
            came="one that no node stands behind",
            next_step="run `faceplate nodes` in the checkout, which removes it",
        )


def _values() -> list[dict[str, object]]:
    return [
        {
            "name": spec.name,
            "version": spec.version,
            "summary": spec.summary,
            "inputs": spec.inputs,
            "knobs": _knobs(spec.settings),
            "graph_knobs": _knobs(spec.graph_settings),
            "layers": dict(spec.layers),
        }
        for spec in registered().values()
    ]


def _knobs(settings: type[Settings]) -> list[dict[str, object]]:
    return [
        {"name": name, "default": default, "type": kind.__name__, **asdict(about)}
        for name, (about, default, kind) in knobs_of(settings).items()
    ]
