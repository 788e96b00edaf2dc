"""The plate's grain: measure it, take it out, put it back, look at what was measured."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_anew, add_compression, add_plate, opened_plate, plate_named
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.grain import (
    BlocksUsed,
    DegrainProcessorSettings,
    FaceDegrainSettings,
    FaceRegrainSettings,
    curve_as_json,
    degrain_device,
    frames_to_measure,
    grain_outputs,
    profile_as_json,
    profile_notes,
    read_profile,
    with_curve,
    write_profile,
)
from faceplate.graph import (
    GrainPass,
    apply_grain,
    grain_sample_frames,
    measure_shot_grain,
    open_encoded_plate,
    remove_grain,
    run_grain_pass,
)
from faceplate.graph.grain_report import grain_page, looks_of
from faceplate.storage import check_writable, whole_or_absent
from faceplate.values import GrainProfile, Plate, describe_frames

most_frames = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """measure, report, remove or apply, each with its own arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    _add_measure(actions.add_parser("measure", help="measure the grain of a plate and keep its profile"))
    _add_report(actions.add_parser("report", help="a profile as a page with plots, and its curve as JSON"))
    remove = actions.add_parser("remove", help="the plate without its grain")
    add_plate(remove)
    remove.add_argument("--matte", metavar="MATTE", help="where grain goes (channel A or first); else all over")
    _add_pass(remove)
    add_knobs(remove, FaceDegrainSettings)
    add_knobs(remove, DegrainProcessorSettings)
    _add_apply(actions.add_parser("apply", help="the plate's grain on a clean comp"))
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Does what the action says."""
    {"measure": _measure, "report": _report, "remove": _remove, "apply": _apply}[arguments.action](arguments, report)


def _add_measure(parser: argparse.ArgumentParser) -> None:
    add_plate(parser)
    parser.add_argument("-o", "--output", metavar="PLATE.grain", type=Path, required=True)
    parser.add_argument(
        "--clean", metavar="CLEAN", help="the plate without grain, from any denoiser: grain is what sets the two apart"
    )
    parser.add_argument("--clean-colourspace", metavar="CS", help="of --clean; without it, --colourspace")
    parser.add_argument(
        "--frames", metavar="N", type=int, default=grain_sample_frames,
        help="how many frames are looked at: pairs of neighbours spread over the range, and as many further apart "
        f"where a codec copies; default {grain_sample_frames}",
    )  # fmt: skip
    parser.add_argument("--report", metavar="PLATE.html", type=Path, help="a page with plots of what was measured")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("profile", metavar="PLATE.grain", type=Path)
    parser.add_argument("-o", "--output", metavar="PLATE.html", type=Path, help="the page")
    parser.add_argument(
        "--curve-out", metavar="CURVE.json", type=Path, help="strength over exposure, to be edited and given to `apply`"
    )


def _add_apply(parser: argparse.ArgumentParser) -> None:
    add_plate(parser, "comp")
    parser.add_argument("--plate", metavar="PLATE", help="the plate whose grain it is; read only beside --clean")
    parser.add_argument(
        "--clean", metavar="CLEAN", help="the plate without grain: the plate's own grain is carried over, not made anew"
    )
    parser.add_argument("--plate-colourspace", metavar="CS", help="of --plate and --clean; without it, --colourspace")
    parser.add_argument("--matte", metavar="MATTE", help="where the comp is clean (channel A or first); else all over")
    parser.add_argument(
        "--output-kind", choices=grain_outputs, default=grain_outputs[0],
        help=f"what is written; all but {grain_outputs[0]} scene-linear, as EXR; default {grain_outputs[0]}",
    )  # fmt: skip
    parser.add_argument(
        "--curve", metavar="CURVE.json", type=Path, help="strength over exposure in the profile's place"
    )
    _add_pass(parser)
    add_knobs(parser, FaceRegrainSettings)


def _add_pass(parser: argparse.ArgumentParser) -> None:
    add_anew(parser)
    add_compression(parser)
    parser.add_argument("--profile", metavar="PLATE.grain", type=Path, required=True, help="made by `grain measure`")
    parser.add_argument("-o", "--output", metavar="OUT.%04d.exr", required=True, help="EXR, DPX, TIFF or PNG sequence")


def _measure(arguments: argparse.Namespace, report: Report) -> None:
    if not 1 <= arguments.frames <= most_frames:
        raise CallError(
            "--frames", expected=f"1 to {most_frames}", came=f"{arguments.frames}", next_step="name another number"
        )
    for path in (arguments.output, arguments.report):
        if path is not None:
            check_writable(path.resolve().parent)
    plate, used = opened_plate(arguments), list[BlocksUsed]()
    clean = _beside(arguments, arguments.clean, arguments.clean_colourspace)
    awaited = set(frames_to_measure(plate.frames, arguments.frames))
    with report.frames("measure", len(awaited)) as count:

        def heard(blocks: BlocksUsed) -> None:
            used.append(blocks)
            if blocks.frame in awaited:
                awaited.remove(blocks.frame)
                count(blocks.frame)

        profile = measure_shot_grain(plate, plate.frames, clean=clean, count=arguments.frames, on_blocks=heard)
    write_profile(profile, arguments.output)
    if arguments.report is not None:
        _write(arguments.report, grain_page(profile, plate=plate.source, looks=looks_of(plate, used)))
    for note in profile_notes(profile):
        report.note(note)
    words = f"{arguments.output}: grain of {describe_frames(profile.frames)}"
    report.result(words, output=str(arguments.output), profile=profile_as_json(profile))


def _report(arguments: argparse.Namespace, report: Report) -> None:
    asked = [path for path in (arguments.output, arguments.curve_out) if path is not None]
    if not asked:
        raise CallError(
            "grain report",
            expected="something to write",
            came="neither -o nor --curve-out",
            next_step="name the page (-o)",
        )
    profile = read_profile(arguments.profile)
    if arguments.output is not None:
        _write(arguments.output, grain_page(profile, plate=arguments.profile.stem))
    if arguments.curve_out is not None:
        _write(arguments.curve_out, json.dumps(curve_as_json(profile), indent=1) + "\n")
    report.result("\n".join(map(str, asked)), outputs=[str(path) for path in asked], profile=profile_as_json(profile))


def _write(path: Path, text: str) -> None:
    with whole_or_absent(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _remove(arguments: argparse.Namespace, report: Report) -> None:
    plate, profile = opened_plate(arguments), read_profile(arguments.profile)
    whole = plate_named(arguments, arguments.plate, None, any_frame=True)
    _note_encoding(profile, plate, report)
    settings, device = settings_from(arguments, FaceDegrainSettings), degrain_device(arguments.device)
    report.note(f"degraining on {device}")
    grain_pass = remove_grain(
        plate, profile, settings, arguments.output, whole=whole, matte=arguments.matte, device=device
    )
    _render(grain_pass, arguments, report, "degrain")


def _apply(arguments: argparse.Namespace, report: Report) -> None:
    profile = read_profile(arguments.profile)
    if arguments.curve is not None:
        profile = with_curve(profile, arguments.curve)
    colourspace = arguments.plate_colourspace
    plate = _beside(arguments, arguments.plate if arguments.clean else None, colourspace)
    if plate is not None:
        _note_encoding(profile, plate, report)
    elif arguments.plate:
        report.note("--plate is read only beside --clean: without it all grain is new")
    grain_pass = apply_grain(
        plate_named(arguments, arguments.comp, arguments.range),
        plate=plate,
        clean=_beside(arguments, arguments.clean, colourspace),
        matte=arguments.matte,
        profile=profile,
        settings=settings_from(arguments, FaceRegrainSettings),
        output=arguments.output,
        kind=arguments.output_kind,
    )
    _render(grain_pass, arguments, report, "regrain")


def _beside(arguments: argparse.Namespace, source: str | None, colourspace: str | None) -> Plate | None:
    if source is None:
        return None
    colourspace = colourspace or arguments.colourspace
    return open_encoded_plate(source, None, colourspace, layer=arguments.layer, view=arguments.view)


def _note_encoding(profile: GrainProfile, plate: Plate, report: Report) -> None:
    """Says so where a profile was measured on a plate of another kind; both are scene-linear, so it is no fault."""
    if profile.encoding != plate.encoding:
        report.note(
            f"the profile was measured on a plate in {profile.encoding}, this one is in {plate.encoding}: measure this "
            "plate's own grain unless both show the same light from the same camera"
        )


def _render(grain_pass: GrainPass, arguments: argparse.Namespace, report: Report, label: str) -> None:
    grain_pass = replace(grain_pass, delivery=grain_pass.delivery.compressed(arguments.compression))
    with report.frames(label, len(grain_pass.waiting(anew=arguments.anew))) as count:
        made = run_grain_pass(grain_pass, anew=arguments.anew, on_frame=count)
    before = tuple(number for number in grain_pass.source.frames if number not in made)
    words = f"made {describe_frames(made)}; done before: {describe_frames(before)}"
    report.result(words, made=made, done_before=before)
