"""The shot that a call of `faceplate swap` names: plate, track, grain, and a face for each model."""

import argparse
from contextlib import suppress
from dataclasses import replace

from faceplate.cli.faces_file import FaceKnobs, faces_in
from faceplate.cli.knobs import settings_from
from faceplate.cli.plate_arguments import note_compression, plate_named
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain_device,
    read_profile,
)
from faceplate.graph import (
    Shot,
    check_track_fits,
    grain_frames,
    measure_shot_grain,
    one_shot_notes,
    person_named,
    shown_by,
)
from faceplate.matte import FaceMatteSettings
from faceplate.plate import frame_faults, frames_in_range, open_plate
from faceplate.swap import (
    FaceSwapSettings,
    OneShotSettings,
    ProcessorSettings,
    SwapModel,
    assumed_crop,
    choose_device,
    load_model,
)
from faceplate.track import read_track
from faceplate.values import GrainProfile, Plate, Track

face_knobs: FaceKnobs = (
    ("", FaceSwapSettings),
    ("", OneShotSettings),
    ("matte_", FaceMatteSettings),
    ("grain_", FaceRegrainSettings),
)
"""The knobs of a face, by what stands before their names on the command line."""

face_defaults = {"grain_source": "new"}
"""What a swap does otherwise than the nodes: to carry the plate's own grain over it would degrain every face."""


def open_shot(arguments: argparse.Namespace, report: Report) -> tuple[Shot, tuple[int, ...]]:
    """The shot that a call names, checked, and the frames to render; the grain is measured last.

    Raises:
        CallError: no model is named, or the file of faces makes no sense.
        FaceplateError: something that is named is missing, damaged, or does not fit the rest.
    """
    faces = _faces(arguments)
    track, going_on = read_track(arguments.track), arguments.on_error == "skip"
    processor, device = settings_from(arguments, ProcessorSettings), choose_device(arguments.device)
    about: dict[str, int] = {"gpu_memory_mb": processor.gpu_memory, "batch": processor.batch}
    models = [load_model(face.model, device, family=face.one_shot, **about) for face in faces]
    models = [shown_by(model, settings_from(face, OneShotSettings)) for face, model in zip(faces, models, strict=True)]
    plate = plate_named(arguments, arguments.plate, None, any_frame=going_on)
    numbers = _numbers(arguments, track, going_on=going_on)
    if not going_on:
        check_track_fits(track, plate, numbers, other_plate=arguments.other_plate)
    with suppress(*(frame_faults if going_on else ())):
        note_compression(plate, report, arguments.compression)
    if track.plate != plate.source:
        report.note(f"the track was made of {track.plate}; it is used on {plate.source}")
    _check_people(faces, track)
    grain = _grain(arguments, plate, track, report)
    shot: Shot | None = None
    for face, model in zip(faces, models, strict=True):
        shot = replace(_shot(face, model, plate, track, grain), under=shot)
        _note(shot, report)
    if shot is None:
        raise CallError("the faces", expected="at least one", came="none", next_step="name a model (--model)")
    return shot, numbers


def _faces(arguments: argparse.Namespace) -> tuple[argparse.Namespace, ...]:
    """The call once for each face."""
    faces = faces_in(arguments.faces, arguments, face_knobs) if arguments.faces else (arguments,)
    nameless = [place for place, face in enumerate(faces, 1) if face.model is None]
    if nameless:
        raise CallError(
            f"{arguments.faces}, face {nameless[0]}" if arguments.faces else "--model",
            expected="a swap model: ONNX with its card, or .dfm",
            came="none",
            next_step="name one for each face in the file, or one for all with --model",
        )
    return faces


def _check_people(faces: tuple[argparse.Namespace, ...], track: Track) -> None:
    for face in faces:
        person_named(track, face.person)


def _numbers(arguments: argparse.Namespace, track: Track, *, going_on: bool) -> tuple[int, ...]:
    """The frames to render. Where the work goes on after a fault, those that are missing are among them."""
    if arguments.range is None:
        return track.frames
    return frames_in_range(arguments.range) if going_on else open_plate(arguments.plate, arguments.range).frames


def _shot(face: argparse.Namespace, model: SwapModel, plate: Plate, track: Track, grain: GrainProfile) -> Shot:
    swap_settings = settings_from(face, FaceSwapSettings)
    regrain_settings = settings_from(face, FaceRegrainSettings, "grain_")
    degrains = regrain_settings.source != "new"
    return Shot(
        plate=plate,
        track=track,
        person=person_named(track, swap_settings.person),
        model=model,
        grain=grain,
        swap_settings=swap_settings,
        matte_settings=settings_from(face, FaceMatteSettings, "matte_"),
        regrain_settings=regrain_settings,
        degrain_settings=FaceDegrainSettings() if degrains else None,
        degrain_device=degrain_device("auto" if degrains and face.device != "cpu" else "cpu"),
        other_plate=face.other_plate,
    )


def _note(shot: Shot, report: Report) -> None:
    """Says what runs, on whose consent."""
    card, person = shot.model.card, f"{shot.person.name}: " if shot.under else ""
    report.note(f"{person}{card.name} {card.version} on {shot.model.device}; consent: {card.consent}")
    if assumed_crop(shot.model, shot.swap_settings):
        report.note(assumed_crop(shot.model, shot.swap_settings))
    if shot.degrain_settings is not None:
        report.note(f"the plate is degrained on {shot.degrain_device}")
    for words in one_shot_notes(shot.model):
        report.note(words)


def _grain(arguments: argparse.Namespace, plate: Plate, track: Track, report: Report) -> GrainProfile:
    if arguments.grain is not None:
        return read_profile(arguments.grain)
    report.note("measuring the plate's grain; give --grain PLATE.grain to use one measured before")
    unsound = _unsound_frames(plate, track.frames) if arguments.on_error == "skip" else frozenset[int]()
    return measure_shot_grain(plate, track.frames, unsound=unsound)


def _unsound_frames(plate: Plate, numbers: tuple[int, ...]) -> frozenset[int]:
    """Those of the frames that grain is measured on which cannot be read; none where that leaves no frame."""
    chosen, apart = grain_frames(numbers)
    unsound = set()
    for number in {*chosen, *apart}:
        try:
            plate.read(number)
        except frame_faults:
            unsound.add(number)
    return frozenset() if unsound.issuperset(chosen) else frozenset(unsound)
