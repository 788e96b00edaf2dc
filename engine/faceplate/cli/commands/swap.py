"""Runs a swap model on the tracked face and delivers the plate with the result in it, grain and header kept."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from faceplate.cli.knobs import add_knobs
from faceplate.cli.left_out import add_on_error, end_with, reasons
from faceplate.cli.plate_arguments import add_anew, add_compression, add_plate
from faceplate.cli.report import Report
from faceplate.cli.swap_shot import face_defaults, face_knobs, open_shot
from faceplate.graph import Outputs, Progress, Shot, deliver_shot, inputs_of, layer_kinds, layers_named, shot_job
from faceplate.swap import ProcessorSettings, device_choices
from faceplate.values import describe_frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, track, model, outputs, and the knobs of FaceSwap, FaceMatte and FaceRegrain."""
    add_plate(parser)
    parser.add_argument("--track", metavar="SHOT.track", type=Path, required=True, help="made by `faceplate track`")
    parser.add_argument(
        "--model",
        metavar="M.onnx",
        type=Path,
        help="swap model: ONNX with its card, or .dfm; of every face without one",
    )
    parser.add_argument(
        "--faces", metavar="FACES.json", type=Path,
        help="several faces in one go: a list of objects with person, model, and knobs by the names of their flags "
        "(matte_feather); painted in that order, the last on top",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="OUT.%04d.exr", action="append", required=True,
        help="EXR, DPX, TIFF or PNG sequence; say it again for a second format",
    )  # fmt: skip
    parser.add_argument("--matte-output", metavar="MATTE.%04d.exr", help="the matte, as channel A")
    parser.add_argument("--swap-output", metavar="SWAP.%04d.exr", help="the face alone, scene-linear, premultiplied")
    parser.add_argument(
        "--layers", metavar="NAME,...|all",
        help="what to write beside the finished picture, scene-linear, as layers of its EXR: "
        + "; ".join(f"{name}, {kind.help}" for name, kind in layer_kinds.items()),
    )  # fmt: skip
    parser.add_argument(
        "--layers-to", metavar="OUT/{layer}.%04d.exr",
        help="write the layers here instead: a sequence each where {layer} stands in the name, else one of all",
    )  # fmt: skip
    parser.add_argument("--grain", metavar="PLATE.grain", type=Path, help="grain profile; without it, measured here")
    parser.add_argument(
        "--device", choices=device_choices, default="auto",
        help="processor that runs the model; cpu keeps degraining (--grain-source mix) off the GPU, too",
    )  # fmt: skip
    parser.add_argument(
        "--other-plate", action="store_true",
        help="the plate shows other pictures than those that were tracked, its faces in the very same places",
    )  # fmt: skip
    add_anew(parser)
    add_on_error(parser)
    add_compression(parser)
    add_knobs(parser, ProcessorSettings)
    for prefix, settings in face_knobs:
        add_knobs(parser, settings, prefix, face_defaults)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Renders the frames of the track, or those of --range."""
    outputs = _outputs(arguments)
    outputs.check([arguments.plate])
    shot, numbers = open_shot(arguments, report)
    outputs.check([arguments.plate], len(shot.faces))
    job = shot_job(shot, inputs_of(shot.plate, arguments.track))
    skip = arguments.on_error == "skip"
    with report.frames("swap", len(numbers)) as count:
        progress = deliver_shot(shot, numbers, outputs, job, anew=arguments.anew, on_frame=count, skip=skip)
    _tell(progress, shot, outputs, report)
    end_with(report, progress.failed)


def _outputs(arguments: argparse.Namespace) -> Outputs:
    return Outputs(
        finished=tuple(arguments.output),
        matte=arguments.matte_output,
        swap=arguments.swap_output,
        compression=arguments.compression,
        layers=layers_named(arguments.layers) if arguments.layers is not None else (),
        layers_to=arguments.layers_to,
    )


def _tell(progress: Progress, shot: Shot, outputs: Outputs, report: Report) -> None:
    if progress.without_face:
        frames = describe_frames(progress.without_face)
        people = " and ".join(dict.fromkeys(face.person.name for face in shot.faces))
        report.note(f"{people}: not seen, or no face to the model, in {frames}, which are the plate as it came")
    for words in dict.fromkeys(words for face in shot.faces for words in face.model.notes):
        report.note(words)
    if progress.kept:
        report.note(_kept_words(progress.kept))
    made, before = describe_frames(progress.made), describe_frames(progress.done_before)
    report.result(
        f"made {made}; done before: {before}",
        made=progress.made,
        done_before=progress.done_before,
        without_face=progress.without_face,
        failed=reasons(progress.failed),
        kept_pixels={str(frame): counts for frame, counts in progress.kept.items()},
        outputs=outputs.finished,
    )


def _kept_words(kept: Mapping[int, Mapping[str, int]]) -> str:
    total = {kind: sum(counts[kind] for counts in kept.values()) for kind in next(iter(kept.values()))}
    kinds = f"{total['nan']} NaN, {total['infinite']} infinite, {total['beyond']} beyond what the encoding gives back"
    return f"pixels at the face that stay the plate's own, in {describe_frames(tuple(kept))}: {kinds}"
