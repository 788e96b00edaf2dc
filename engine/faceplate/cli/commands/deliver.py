"""The plate through read and write alone: same format in, same file out."""

import argparse

from faceplate.cli.plate_arguments import add_anew, add_compression, add_source
from faceplate.cli.report import Report
from faceplate.deliver import Job, open_delivery, pixel_versions, states_of
from faceplate.plate import for_each_frame, open_plate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, range and output."""
    add_source(parser)
    parser.add_argument("--colourspace", metavar="CS", help="accepted as by every command; samples leave as they came")
    add_anew(parser)
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
    with report.frames("deliver", len(waiting)) as count:
        for_each_frame(waiting, plate.read, delivery.write, on_frame=count)
    before = [number for number in plate.frames if number not in waiting]
    words = f"{len(waiting)} frames written to {arguments.output}; done before: {len(before)}"
    report.result(words, made=waiting, done_before=before, outputs=[arguments.output])
