"""Writes a trained checkpoint as an ONNX model with its card inside."""

import argparse
from pathlib import Path

from faceplate.cli.report import Report
from faceplate.cli.training import training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The checkpoint and the model."""
    parser.add_argument("checkpoint", metavar="CHECKPOINT", type=Path, help="made by `faceplate train`")
    parser.add_argument("-o", "--output", metavar="MODEL.onnx", type=Path, required=True, help="the model file")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Exports the checkpoint."""
    training().export(arguments.checkpoint, arguments.output)
    report.result(f"{arguments.output} written", output=str(arguments.output))
