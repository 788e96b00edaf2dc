"""Trains a model from a recipe, a Python file that returns complete settings; goes on where it was stopped."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faceplate.cli.report import Report
from faceplate.cli.training import training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, and where its run is kept."""
    parser.add_argument("recipe", metavar="RUN.py", type=Path, help="a recipe, such as train/recipes/younger.py")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="folder of the run; default RUN beside it")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Trains to the recipe's last step."""
    output = arguments.output or arguments.recipe.with_suffix("")
    checkpoint = training().run(arguments.recipe, output, _teller(report))
    report.result(f"trained: {checkpoint}", checkpoint=str(checkpoint))


def _teller(report: Report) -> Callable[[Any], None]:
    def tell(step: Any) -> None:
        if step.done % told_every == 0 or step.done == step.steps:
            report.note(f"step {step.done} of {step.steps}, loss {step.loss:.4f}")

    return tell


told_every = 50
