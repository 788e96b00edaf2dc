"""A shot rendered to disk: finished frames, mattes and layers, each frame whole, gone on with where it stopped."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from faceplate.colour import config_identity
from faceplate.deliver import (
    Delivery,
    Job,
    check_outputs,
    file_digest,
    layer_formats,
    open_delivery,
    pixel_versions,
    states_of,
)
from faceplate.graph.layers import changed_frame, matte_frame
from faceplate.graph.shot import Rendered, Shot, finish_frame, frames_around, read_plate
from faceplate.plate import for_each_frame
from faceplate.spec import registered
from faceplate.swap import runtime_version
from faceplate.values import Frame, GrainProfile, Plate

OnFrame = Callable[[int], None]


@dataclass(frozen=True)
class Outputs:
    """Where a shot goes: sequences by name, such as `OUT.%04d.exr`.

    Attributes:
        finished: the plate with the face in it, one or more formats.
        matte: the matte alone, or None.
        swap: the face alone, premultiplied in scene-linear, or None.
        compression: of the finished EXR files, as `zip` or `dwaa:45`; None for the plate's own where it keeps samples.
    """

    finished: tuple[str, ...]
    matte: str | None = None
    swap: str | None = None
    compression: str | None = None

    def check(self, inputs: Sequence[str]) -> None:
        """Refuses, before any work, names that cannot be written, stand twice, or are those of `inputs`.

        Raises:
            CallError: a name makes no sense.
            StorageError: a folder cannot be made or written.
        """
        layers = [name for name in (self.matte, self.swap) if name]
        check_outputs(layers, inputs, layer_formats)
        check_outputs([*self.finished, *layers], inputs)


@dataclass(frozen=True)
class Progress:
    """What became of a render: frames made just now, frames done before, and those made now without a face.

    A frame is without a face where the person is not seen in it, or where the model's own matte is empty. `kept` tells,
    for the frames made now, how many pixels of the face are NaN, infinite or beyond what light can be, and so stay the
    plate's own; frames without any are not in it.
    """

    made: tuple[int, ...]
    done_before: tuple[int, ...]
    without_face: tuple[int, ...]
    kept: Mapping[int, Mapping[str, int]]


def inputs_of(plate: Plate, track_file: Path) -> dict[str, dict[str, str]]:
    """What a job tells of its plate and of the track that was read from `track_file`."""
    return {
        "plate": plate.about,
        "track": {"path": str(track_file), "digest": file_digest(track_file)},
    }


def shot_job(shot: Shot, inputs: dict[str, dict[str, str]]) -> Job:
    """The job of a shot: all that decides its pixels, beside the plate's own. `inputs` tells of plate and track."""
    model = {"path": shot.model.source, "digest": shot.model.digest, "device": shot.model.device}
    nodes = {name: str(spec.version) for name, spec in registered().items()}
    return Job(
        inputs={**inputs, "model": model, "grain": {"digest": grain_digest(shot.grain)}},
        settings={
            "FaceSwap": asdict(shot.swap_settings),
            "FaceMatte": asdict(shot.matte_settings),
            "FaceRegrain": asdict(shot.regrain_settings),
        },
        model_digest=shot.model.digest,
        consent=shot.model.card.consent,
        versions=pixel_versions(onnxruntime=runtime_version, colour=config_identity(), **nodes),
    )


def grain_digest(profile: GrainProfile) -> str:
    """SHA-256 over the arrays of a grain profile."""
    arrays = (profile.exposure, profile.sigma, profile.response, profile.kernel, profile.correlation)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def deliver_shot(
    shot: Shot,
    numbers: tuple[int, ...],
    outputs: Outputs,
    job: Job,
    *,
    anew: bool = False,
    on_frame: OnFrame | None = None,
) -> Progress:
    """Renders the frames that are not there yet, or all of them `anew`, several at once.

    Every file is complete or absent.

    Raises:
        CallError: an output's name makes no sense; nothing has been started.
        StorageError: an output cannot be written; nothing has been started.
        FaceplateError: a frame failed; those finished before are whole, and the same call goes on after them.
    """
    writers = _writers(shot, outputs, job)
    waiting = tuple(number for number in numbers if anew or not all(writer.is_done(number) for writer, _ in writers))

    without_face: list[int] = []
    kept: dict[int, dict[str, int]] = {}

    def write(rendered: Rendered) -> None:
        if rendered.composite is None:
            without_face.append(rendered.frame.number)
        if rendered.kept is not None and rendered.kept.pixels.any():
            kept[rendered.frame.number] = rendered.kept.counts
        with shot.times.stage("write"):
            for writer, picture in writers:
                writer.write(picture(rendered))

    for_each_frame(waiting, partial(read_plate, shot), partial(finish_frame, shot), write, on_frame=on_frame)
    done_before = tuple(sorted(set(numbers) - set(waiting)))
    return Progress(waiting, done_before, tuple(sorted(without_face)), dict(sorted(kept.items())))


def _writers(shot: Shot, outputs: Outputs, job: Job) -> list[tuple[Delivery, Callable[[Rendered], Frame]]]:
    outputs.check([shot.plate.source])
    states = partial(_states, shot)
    finished = [
        (open_delivery(pattern, job, states).compressed(outputs.compression), _finished) for pattern in outputs.finished
    ]
    layers = ((outputs.matte, matte_frame), (outputs.swap, changed_frame))
    return [*finished, *((open_delivery(pattern, job, states), picture) for pattern, picture in layers if pattern)]


def _states(shot: Shot, number: int) -> dict[str, str]:
    """The files of the plate that a frame is made from, as they are now."""
    around = " ".join(shot.plate.state(each) for each in frames_around(shot, number))
    return {**states_of(plate=shot.plate)(number), **({"plate around": around} if around else {})}


def _finished(rendered: Rendered) -> Frame:
    return rendered.frame
