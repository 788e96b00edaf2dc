"""The plate's grain: measure it, take it out, put it back."""

import argparse
from dataclasses import replace
from pathlib import Path

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_anew, add_compression, add_plate, opened_plate, plate_named
from faceplate.cli.report import Report
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings, read_profile, write_profile
from faceplate.graph import GrainPass, apply_grain, measure_shot_grain, open_encoded_plate, remove_grain, run_grain_pass
from faceplate.values import Plate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """measure, remove or apply, each with its own arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    measure = actions.add_parser("measure", help="measure the grain of a plate and keep its profile")
    add_plate(measure)
    measure.add_argument("-o", "--output", metavar="PLATE.grain", type=Path, required=True)
    remove = actions.add_parser("remove", help="the plate without its grain")
    add_plate(remove)
    _add_pass(remove)
    add_knobs(remove, FaceDegrainSettings)
    apply = actions.add_parser("apply", help="the plate's grain on a clean comp")
    add_plate(apply, "comp")
    apply.add_argument("--plate", metavar="PLATE", help="the plate whose grain it is; read only beside --clean")
    apply.add_argument(
        "--clean", metavar="CLEAN", help="the plate without grain: the plate's own grain is carried over, not made anew"
    )
    apply.add_argument("--plate-colourspace", metavar="CS", help="of --plate and --clean; without it, --colourspace")
    apply.add_argument("--matte", metavar="MATTE", help="where the comp is clean (channel A); without it, everywhere")
    _add_pass(apply)
    add_knobs(apply, FaceRegrainSettings)
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Does what the action says."""
    {"measure": _measure, "remove": _remove, "apply": _apply}[arguments.action](arguments, report)


def _add_pass(parser: argparse.ArgumentParser) -> None:
    add_anew(parser)
    add_compression(parser)
    parser.add_argument("--profile", metavar="PLATE.grain", type=Path, required=True, help="made by `grain measure`")
    parser.add_argument("-o", "--output", metavar="OUT.%04d.exr", required=True, help="EXR, DPX, TIFF or PNG sequence")


def _measure(arguments: argparse.Namespace, report: Report) -> None:
    plate = opened_plate(arguments)
    profile = measure_shot_grain(plate, plate.frames)
    write_profile(profile, arguments.output)
    report.result(f"{arguments.output}: grain of {len(profile.frames)} frames", output=str(arguments.output))


def _remove(arguments: argparse.Namespace, report: Report) -> None:
    plate, profile = opened_plate(arguments), read_profile(arguments.profile)
    settings = settings_from(arguments, FaceDegrainSettings)
    _render(remove_grain(plate, profile, settings, arguments.output), arguments, report, "degrain")


def _apply(arguments: argparse.Namespace, report: Report) -> None:
    grain_pass = apply_grain(
        plate_named(arguments, arguments.comp, arguments.range),
        plate=_beside(arguments, arguments.plate if arguments.clean else None),
        clean=_beside(arguments, arguments.clean),
        matte=arguments.matte,
        profile=read_profile(arguments.profile),
        settings=settings_from(arguments, FaceRegrainSettings),
        output=arguments.output,
    )
    _render(grain_pass, arguments, report, "regrain")


def _beside(arguments: argparse.Namespace, source: str | None) -> Plate | None:
    colourspace = arguments.plate_colourspace or arguments.colourspace
    if source is None:
        return None
    return open_encoded_plate(source, None, colourspace, layer=arguments.layer, view=arguments.view)


def _render(grain_pass: GrainPass, arguments: argparse.Namespace, report: Report, label: str) -> None:
    grain_pass = replace(grain_pass, delivery=grain_pass.delivery.compressed(arguments.compression))
    with report.frames(label, len(grain_pass.waiting(anew=arguments.anew))) as count:
        made = run_grain_pass(grain_pass, anew=arguments.anew, on_frame=count)
    before = [number for number in grain_pass.source.frames if number not in made]
    report.result(f"{len(made)} frames made; done before: {len(before)}", made=made, done_before=before)
