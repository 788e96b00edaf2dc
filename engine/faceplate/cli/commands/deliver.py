"""The plate through read and write alone: same format in, same file out."""

import argparse

from faceplate.cli.left_out import add_on_error, end_with, reasons
from faceplate.cli.plate_arguments import add_anew, add_compression, add_source
from faceplate.cli.report import Report
from faceplate.deliver import Job, open_delivery, pixel_versions, states_of
from faceplate.errors import FaceplateError
from faceplate.plate import for_each_frame, open_plate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, range and output."""
    add_source(parser)
    parser.add_argument("--colourspace", metavar="CS", help="accepted as by every command; samples leave as they came")
    add_anew(parser)
    add_on_error(parser)
    add_compression(parser)
    parser.add_argument("-o", "--output", metavar="OUT.%04d.exr", required=True, help="EXR, DPX, TIFF or PNG sequence")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Writes every frame of the plate anew."""
    plate = open_plate(arguments.plate, arguments.range, layer=arguments.layer, view=arguments.view)
    job = Job({"plate": plate.about}, {}, "", "", pixel_versions())
    delivery = open_delivery(
        arguments.output, job, states_of(plate=plate), inputs=[plate.source], untouched=True
    ).compressed(arguments.compression)
    waiting = [number for number in plate.frames if arguments.anew or not delivery.is_done(number)]
    failed: dict[int, FaceplateError] = {}

    def leave_out(number: int, fault: FaceplateError) -> None:
        failed[number] = fault
        delivery.leave_out(number, fault)

    on_fault = leave_out if arguments.on_error == "skip" else None
    with report.frames("deliver", len(waiting)) as count:
        for_each_frame(waiting, plate.read, delivery.write, on_frame=count, on_fault=on_fault)
    made = [number for number in waiting if number not in failed]
    before = [number for number in plate.frames if number not in waiting]
    words = f"{len(made)} frames written to {arguments.output}; done before: {len(before)}"
    report.result(words, made=made, done_before=before, failed=reasons(failed), outputs=[arguments.output])
    end_with(report, dict(sorted(failed.items())))
