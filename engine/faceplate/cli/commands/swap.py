"""Runs a swap model on the tracked face and delivers the plate with the result in it, grain and header kept."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_anew, add_compression, add_plate, note_compression, plate_named
from faceplate.cli.report import Report
from faceplate.grain import FaceRegrainSettings, read_profile
from faceplate.graph import (
    Outputs,
    Progress,
    Shot,
    check_track_fits,
    deliver_shot,
    inputs_of,
    measure_shot_grain,
    person_named,
    shot_job,
)
from faceplate.matte import FaceMatteSettings
from faceplate.plate import open_plate
from faceplate.swap import FaceSwapSettings, assumed_crop, choose_device, device_choices, load_model
from faceplate.track import read_track
from faceplate.values import GrainProfile, Plate, Track, describe_frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, track, model, outputs, and the knobs of FaceSwap, FaceMatte and FaceRegrain."""
    add_plate(parser)
    parser.add_argument("--track", metavar="SHOT.track", type=Path, required=True, help="made by `faceplate track`")
    parser.add_argument(
        "--model", metavar="M.onnx", type=Path, required=True, help="swap model: ONNX with its card, or .dfm"
    )
    parser.add_argument(
        "-o", "--output", metavar="OUT.%04d.exr", action="append", required=True,
        help="EXR, DPX, TIFF or PNG sequence; say it again for a second format",
    )  # fmt: skip
    parser.add_argument("--matte-output", metavar="MATTE.%04d.exr", help="the matte, as channel A")
    parser.add_argument("--swap-output", metavar="SWAP.%04d.exr", help="the face alone, scene-linear, premultiplied")
    parser.add_argument("--grain", metavar="PLATE.grain", type=Path, help="grain profile; without it, measured here")
    parser.add_argument("--device", choices=device_choices, default="auto", help="processor that runs the model")
    parser.add_argument(
        "--other-plate", action="store_true",
        help="the plate shows other pictures than those that were tracked, its faces in the very same places",
    )  # fmt: skip
    add_anew(parser)
    add_compression(parser)
    add_knobs(parser, FaceSwapSettings)
    add_knobs(parser, FaceMatteSettings, "matte_")
    add_knobs(parser, FaceRegrainSettings, "grain_")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Renders the frames of the track, or those of --range."""
    outputs = Outputs(tuple(arguments.output), arguments.matte_output, arguments.swap_output, arguments.compression)
    outputs.check([arguments.plate])
    shot, numbers = _open_shot(arguments, report)
    card = shot.model.card
    report.note(f"{card.name} {card.version} on {shot.model.device}; consent: {card.consent}")
    if assumed_crop(shot.model, shot.swap_settings):
        report.note(assumed_crop(shot.model, shot.swap_settings))
    job = shot_job(shot, inputs_of(shot.plate, arguments.track))
    with report.frames("swap", len(numbers)) as count:
        progress = deliver_shot(shot, numbers, outputs, job, anew=arguments.anew, on_frame=count)
    _tell(progress, shot, outputs, report)


def _open_shot(arguments: argparse.Namespace, report: Report) -> tuple[Shot, tuple[int, ...]]:
    """The shot that a call names, checked, and the frames to render; the grain is measured last."""
    swap_settings = settings_from(arguments, FaceSwapSettings)
    track = read_track(arguments.track)
    model = load_model(arguments.model, choose_device(arguments.device))
    plate = plate_named(arguments, arguments.plate, None)
    numbers = track.frames if arguments.range is None else open_plate(arguments.plate, arguments.range).frames
    check_track_fits(track, plate, numbers, other_plate=arguments.other_plate)
    note_compression(plate, report, arguments.compression)
    if track.plate != plate.source:
        report.note(f"the track was made of {track.plate}; it is used on {plate.source}")
    shot = Shot(
        plate=plate,
        track=track,
        person=person_named(track, swap_settings.person),
        model=model,
        grain=_grain(arguments.grain, plate, track, report),
        swap_settings=swap_settings,
        matte_settings=settings_from(arguments, FaceMatteSettings, "matte_"),
        regrain_settings=settings_from(arguments, FaceRegrainSettings, "grain_"),
        other_plate=arguments.other_plate,
    )
    return shot, numbers


def _grain(given: Path | None, plate: Plate, track: Track, report: Report) -> GrainProfile:
    if given is not None:
        return read_profile(given)
    report.note("measuring the plate's grain; give --grain PLATE.grain to use one measured before")
    return measure_shot_grain(plate, track.frames)


def _tell(progress: Progress, shot: Shot, outputs: Outputs, report: Report) -> None:
    if progress.without_face:
        frames = describe_frames(progress.without_face)
        report.note(f"{shot.person.name} is not seen, or the model saw no face, in {frames}: the plate as it came")
    if progress.kept:
        report.note(_kept_words(progress.kept))
    made, before = describe_frames(progress.made), describe_frames(progress.done_before)
    report.result(
        f"made {made}; done before: {before}",
        made=progress.made,
        done_before=progress.done_before,
        without_face=progress.without_face,
        kept_pixels={str(frame): counts for frame, counts in progress.kept.items()},
        outputs=outputs.finished,
    )


def _kept_words(kept: Mapping[int, Mapping[str, int]]) -> str:
    total = {kind: sum(counts[kind] for counts in kept.values()) for kind in next(iter(kept.values()))}
    kinds = f"{total['nan']} NaN, {total['infinite']} infinite, {total['beyond']} beyond what the encoding gives back"
    return f"pixels at the face that stay the plate's own, in {describe_frames(tuple(kept))}: {kinds}"
