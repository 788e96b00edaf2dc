"""What becomes of a frame that fails: the work stops there, or goes on without it and says so in the end."""

import argparse
from collections.abc import Mapping

from faceplate.cli.report import Report
from faceplate.errors import ArtistError, FaceplateError
from faceplate.values import describe_frames

Failed = Mapping[int, FaceplateError]


def add_on_error(parser: argparse.ArgumentParser) -> None:
    """The flag of every command that makes frames."""
    parser.add_argument(
        "--on-error", choices=("stop", "skip"), default="stop",
        help="after a frame that fails: stop, or skip it, go on with the others, and end with 1 and the reasons; "
        "default stop",
    )  # fmt: skip


def reasons(failed: Failed) -> dict[str, str]:
    """Why each frame was left out, in words, for a result."""
    return {str(frame): str(fault) for frame, fault in failed.items()}


def end_with(report: Report, failed: Failed) -> None:
    """Tells of the frames that were left out, each with its reason.

    Raises:
        ArtistError: there are any.
    """
    if not failed:
        return
    for frame, fault in failed.items():
        report.note(f"frame {frame} was left out: {fault}")
    raise ArtistError(
        f"frames {describe_frames(tuple(failed))}",
        expected="every frame made",
        came=f"{len(failed)} left out, each for the reason above; the others are there",
        next_step="mend what is said and give the same call again: it makes those that are missing",
    )
