"""Trains a model from a recipe, a Python file that returns complete settings; goes on where it was stopped."""

import argparse
from pathlib import Path

from faceplate.cli.report import Report
from faceplate.cli.training import training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, and where its run is kept."""
    parser.add_argument("recipe", metavar="RUN.py", type=Path, help="a recipe, such as train/recipes/younger.py")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="folder of the run; default RUN beside it")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Trains to the recipe's last step."""
    output = arguments.output or arguments.recipe.with_suffix("")
    checkpoint = training().run(arguments.recipe, output, report.note)
    report.result(f"trained: {checkpoint}", checkpoint=str(checkpoint))
