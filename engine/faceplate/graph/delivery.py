"""A shot rendered to disk: finished frames, mattes and layers, each frame whole, gone on with where it stopped."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

from faceplate.deliver import Delivery, Job, open_delivery, pixel_versions
from faceplate.graph.frames import for_each_frame
from faceplate.graph.layers import changed_frame, matte_frame
from faceplate.graph.shot import Rendered, Shot, render_frame
from faceplate.swap import runtime_version
from faceplate.values import Frame, GrainProfile

OnFrame = Callable[[int], None]


@dataclass(frozen=True)
class Outputs:
    """Where a shot goes: sequences by name, such as `OUT.%04d.exr`.

    Attributes:
        finished: the plate with the face in it, one or more formats.
        matte: the matte alone, or None.
        swap: the face alone, premultiplied in scene-linear, or None.
    """

    finished: tuple[str, ...]
    matte: str | None = None
    swap: str | None = None


@dataclass(frozen=True)
class Progress:
    """What became of a render: frames made just now, and frames that were done before."""

    made: tuple[int, ...]
    done_before: tuple[int, ...]


def shot_job(shot: Shot, inputs: dict[str, dict[str, str]]) -> Job:
    """The job of a shot: everything its pixels depend on. `inputs` adds paths and digests of plate and track."""
    model = {"path": shot.model.source, "digest": shot.model.digest, "device": shot.model.device}
    return Job(
        inputs={**inputs, "model": model, "grain": {"digest": grain_digest(shot.grain)}},
        settings={
            "FaceSwap": asdict(shot.swap_settings),
            "FaceMatte": asdict(shot.matte_settings),
            "FaceRegrain": asdict(shot.regrain_settings),
        },
        model_digest=shot.model.digest,
        consent=shot.model.card.consent,
        versions=pixel_versions(onnxruntime=runtime_version),
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
        StorageError: an output cannot be written; nothing has been started.
        FaceplateError: a frame failed; those finished before are whole, and the same call goes on after them.
    """
    writers = _writers(outputs, job)
    waiting = tuple(number for number in numbers if anew or not all(writer.is_done(number) for writer, _ in writers))

    def make(number: int) -> None:
        rendered = render_frame(shot, number)
        with shot.times.stage("write"):
            for writer, picture in writers:
                writer.write(picture(rendered))

    for_each_frame(waiting, make, on_frame=on_frame)
    return Progress(waiting, tuple(sorted(set(numbers) - set(waiting))))


def _writers(outputs: Outputs, job: Job) -> list[tuple[Delivery, Callable[[Rendered], Frame]]]:
    writers: list[tuple[Delivery, Callable[[Rendered], Frame]]] = [
        (open_delivery(pattern, job), _finished) for pattern in outputs.finished
    ]
    if outputs.matte:
        writers.append((open_delivery(outputs.matte, job), matte_frame))
    if outputs.swap:
        writers.append((open_delivery(outputs.swap, job), changed_frame))
    return writers


def _finished(rendered: Rendered) -> Frame:
    return rendered.frame
