"""A shot rendered to disk: finished frames, mattes and layers, each frame whole, gone on with where it stopped."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from faceplate.colour import config_identity
from faceplate.deliver import (
    Delivery,
    Job,
    file_digest,
    open_delivery,
    pixel_versions,
    states_of,
)
from faceplate.errors import FaceplateError
from faceplate.graph.degrained import degrained_on
from faceplate.graph.face_layers import Layer, made_layers
from faceplate.graph.layers import changed_frame, layer_frame, layers_frame, matte_frame, with_layers
from faceplate.graph.outputs import Outputs
from faceplate.graph.shot import Rendered, Shot
from faceplate.graph.shot_colours import frames_around
from faceplate.graph.shot_walk import finish_frame, read_plate
from faceplate.plate import OnFault, for_each_frame, frame_faults
from faceplate.spec import registered
from faceplate.swap import runtime_version
from faceplate.values import Frame, GrainProfile, Plate

OnFrame = Callable[[int], None]
Made = tuple[Rendered, Mapping[str, Layer]]
"""A finished frame, and the layers of it that were asked for."""

Picture = Callable[[Made], Frame]


@dataclass(frozen=True)
class Progress:
    """What became of a render: frames made just now, frames done before, and those made now without a face.

    A frame is without a face where the person is not seen in it, or where the model's own matte is empty. `kept` tells,
    for the frames made now, how many pixels of the face are NaN, infinite or beyond what light can be, and so stay the
    plate's own; frames without any are not in it. `failed` gives the reason for each frame that was left out.
    """

    made: tuple[int, ...]
    done_before: tuple[int, ...]
    without_face: tuple[int, ...]
    kept: Mapping[int, Mapping[str, int]]
    failed: Mapping[int, FaceplateError] = field(default_factory=dict)


def inputs_of(plate: Plate, track_file: Path) -> dict[str, dict[str, str]]:
    """What a job tells of its plate and of the track that was read from `track_file`."""
    return {
        "plate": plate.about,
        "track": {"path": str(track_file), "digest": file_digest(track_file)},
    }


def shot_job(shot: Shot, inputs: dict[str, dict[str, str]]) -> Job:
    """The job of a shot: all that decides its pixels, beside the plate's own. `inputs` tells of plate and track.

    What it tells of a second face has a 2 behind its name, and so on; whom a one-shot model shows, which is counted
    itself, "of face 2".
    """
    nodes = {name: str(spec.version) for name, spec in registered().items()}
    models: dict[str, dict[str, str]] = {}
    settings: dict[str, dict[str, Any]] = {}
    for place, face in enumerate(shot.faces, 1):
        number = f" {place}" if place > 1 else ""
        models[f"model{number}"] = {
            "path": face.model.source, "digest": face.model.digest, "device": face.model.device,
        }  # fmt: skip
        if face.model.batch > 1:
            models[f"model{number}"]["batch"] = str(face.model.batch)
        if face.model.identity is not None:
            of = f" of face {place}" if place > 1 else ""
            models |= {f"{role}{of}": dict(about) for role, about in face.model.identity.inputs.items()}
        settings |= {
            f"FaceSwap{number}": asdict(face.swap_settings),
            f"FaceMatte{number}": asdict(face.matte_settings),
            f"FaceRegrain{number}": asdict(face.regrain_settings),
        }
        if face.degrain_settings is not None:
            settings[f"FaceDegrain{number}"] = asdict(face.degrain_settings)
            models |= degrained_on(face.degrain_device, number)
    return Job(
        inputs={**inputs, **models, "grain": {"digest": grain_digest(shot.grain)}},
        settings=settings,
        model_digest=" ".join(dict.fromkeys(face.model.digest for face in shot.faces)),
        consent="; ".join(dict.fromkeys(face.model.card.consent for face in shot.faces)),
        versions=pixel_versions(onnxruntime=runtime_version, colour=config_identity(), **nodes),
    )


def grain_digest(profile: GrainProfile) -> str:
    """SHA-256 over all of a grain profile that makes pixels."""
    told = {each.name: getattr(profile, each.name) for each in fields(profile) if each.name not in _no_pixels}
    stated = {
        name: (each.shape, each.tobytes()) if isinstance(each, np.ndarray) else each for name, each in told.items()
    }
    return hashlib.sha256(repr(stated).encode()).hexdigest()


_no_pixels = ("frames", "warnings", "time_correlation")


def deliver_shot(
    shot: Shot,
    numbers: tuple[int, ...],
    outputs: Outputs,
    job: Job,
    *,
    anew: bool = False,
    on_frame: OnFrame | None = None,
    skip: bool = False,
) -> Progress:
    """Renders the frames that are not there yet, or all of them `anew`, several at once.

    Every file is complete or absent. With `skip` a frame that fails by a fault of its own is left out, the reason noted
    beside the receipts and told in the end.

    Raises:
        CallError: an output's name makes no sense; nothing has been started.
        StorageError: an output cannot be written; nothing has been started.
        FaceplateError: a frame failed; those finished before are whole, and the same call goes on after them.
    """
    writers = _writers(shot, outputs, job)
    waiting = tuple(number for number in numbers if anew or not _is_done(writers, number))
    without_face: list[int] = []
    kept: dict[int, dict[str, int]] = {}
    failed: dict[int, FaceplateError] = {}

    def write(made: Made) -> None:
        rendered, number = made[0], made[0].frame.number
        if all(face.composite is None for face in rendered.faces):
            without_face.append(number)
        if counts := _kept_counts(rendered):
            kept[number] = counts
        with shot.times.stage("write"):
            for writer, picture in writers:
                writer.write(picture(made))

    def leave_out(number: int, fault: FaceplateError) -> None:
        failed[number] = fault
        for writer, _ in writers:
            writer.leave_out(number, fault)

    on_fault: OnFault | None = leave_out if skip else None
    stages = (partial(read_plate, shot), partial(_made, shot, outputs.kinds), write)
    for_each_frame(waiting, *stages, on_frame=on_frame, on_fault=on_fault)
    made = tuple(number for number in waiting if number not in failed)
    done_before = tuple(sorted(set(numbers) - set(waiting)))
    ordered = dict(sorted(failed.items()))
    return Progress(made, done_before, tuple(sorted(without_face)), dict(sorted(kept.items())), ordered)


def _is_done(writers: Sequence[tuple[Delivery, Picture]], number: int) -> bool:
    """A frame that cannot even say what it is made from is not done; what is wrong shows when it is made."""
    try:
        return all(writer.is_done(number) for writer, _ in writers)
    except frame_faults:
        return False


def _made(shot: Shot, kinds: Sequence[str], frame: Frame) -> Made:
    rendered = finish_frame(shot, frame)
    with shot.times.stage("layers"):
        return rendered, made_layers(shot, rendered, kinds) if kinds else {}


def _kept_counts(rendered: Rendered) -> dict[str, int]:
    counts: dict[str, int] = {}
    for face in rendered.faces:
        if face.kept is not None and face.kept.pixels.any():
            counts = {kind: counts.get(kind, 0) + count for kind, count in face.kept.counts.items()}
    return counts


def _writers(shot: Shot, outputs: Outputs, job: Job) -> list[tuple[Delivery, Picture]]:
    faces = len(shot.faces)
    outputs.check([shot.plate.source], faces)
    states = partial(_states, shot)
    several = replace(job, settings={**job.settings, "Layers": {"kinds": outputs.kinds}})
    finished: list[tuple[str, Job, Picture]] = [
        (name, several, _layered) if outputs.holds_layers(name) else (name, job, _finished) for name in outputs.finished
    ]
    layers: list[tuple[str, Job, Picture]] = [
        (pattern, job if name else several, _layer(name)) for pattern, name in outputs.layer_files(faces)
    ]
    layers += [(outputs.matte, job, _matte)] if outputs.matte else []
    layers += [(outputs.swap, job, _swap)] if outputs.swap else []
    return [
        *((open_delivery(name, of, states).compressed(outputs.compression), picture) for name, of, picture in finished),
        *((open_delivery(name, of, states), picture) for name, of, picture in layers),
    ]


def _layered(made: Made) -> Frame:
    return with_layers(made[0].frame, made[1])


def _layer(name: str) -> Picture:
    """The picture of one layer alone, or of all of them in one where it has no name."""
    if not name:
        return lambda made: layers_frame(made[0].frame, made[1])
    return lambda made: layer_frame(made[0].frame, made[1][name])


def _matte(made: Made) -> Frame:
    return matte_frame(made[0])


def _swap(made: Made) -> Frame:
    return changed_frame(made[0])


def _states(shot: Shot, number: int) -> dict[str, str]:
    """The files of the plate that a frame is made from, as they are now."""
    beside = {each for face in shot.faces for each in face.near.numbers(number)}
    around = " ".join(shot.plate.state(each) for each in sorted({*frames_around(shot, number), *beside}))
    return {**states_of(plate=shot.plate)(number), **({"plate around": around} if around else {})}


def _finished(made: Made) -> Frame:
    return made[0].frame
