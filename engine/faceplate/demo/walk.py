"""The whole walk on a generated plate: made, tracked, swapped, delivered, looked at, and measured against its truth."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from faceplate.demo.contact import write_contact_sheet
from faceplate.demo.plate import make_plate
from faceplate.demo.report import Figures, measure_delivery, write_report
from faceplate.grain import write_profile
from faceplate.graph import (
    Outputs,
    Shot,
    StageTimes,
    deliver_shot,
    inputs_of,
    measure_shot_grain,
    open_encoded_plate,
    person_named,
    shot_job,
    track_shot,
)
from faceplate.storage import check_writable
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.track import FaceTrackSettings, write_track

FrameProgress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Opens progress over a named stage of so many frames; what it gives is called with each finished frame."""

demo_model = Path(__file__).with_name("younger.onnx")
first_frame = 1001


@dataclass(frozen=True)
class DemoFiles:
    """Where everything of a demo lies inside its folder."""

    folder: Path

    @property
    def plate(self) -> str:
        """The generated plate."""
        return str(self.folder / "plate" / "plate.%04d.exr")

    @property
    def track(self) -> Path:
        """The track of it."""
        return self.folder / "shot.track"

    @property
    def grain(self) -> Path:
        """Its grain profile."""
        return self.folder / "plate.grain"

    @property
    def outputs(self) -> Outputs:
        """What is delivered."""
        finished = (self.folder / "delivery" / kind / f"delivery.%04d.{kind}" for kind in ("exr", "dpx"))
        return Outputs(
            finished=tuple(map(str, finished)),
            matte=str(self.folder / "matte" / "matte.%04d.exr"),
            swap=str(self.folder / "swap" / "swap.%04d.exr"),
        )


def run_demo(folder: Path, frames: int, size: tuple[int, int], progress: FrameProgress) -> Figures:
    """Walks the demo shot and gives the figures that it leaves in `report.json`; `contact.png` is for the eye.

    Raises:
        PackError: the face pack is not installed.
        StorageError: the folder cannot be written.
    """
    check_writable(folder)
    start, times, files = time.perf_counter(), StageTimes(), DemoFiles(folder)
    with progress("plate", frames) as count, times.stage("make plate"):
        truth = make_plate(folder / "plate", frames=frames, size=size, first=first_frame, on_frame=count)
    shot = _open_shot(files, times, progress)
    with progress("swap", frames) as count, times.stage("deliver"):
        job = shot_job(shot, inputs_of(shot.plate, files.track))
        deliver_shot(shot, shot.track.frames, files.outputs, job, anew=True, on_frame=count)
    walked_s = time.perf_counter() - start
    with progress("check", frames) as count, times.stage("check"):
        figures = measure_delivery(shot, files.outputs, truth, walked_s, on_frame=count)
    write_contact_sheet(shot, shot.track.frames[len(shot.track.frames) // 2], folder / "contact.png")
    write_report(figures, folder / "report.json")
    return figures


def _open_shot(files: DemoFiles, times: StageTimes, progress: FrameProgress) -> Shot:
    plate = open_encoded_plate(files.plate)
    with progress("track", len(plate.frames)) as count, times.stage("track"):
        track = track_shot(plate, FaceTrackSettings(), on_frame=count)
    write_track(track, files.track)
    with times.stage("measure grain"):
        grain = measure_shot_grain(plate, track.frames)
    write_profile(grain, files.grain)
    settings = FaceSwapSettings(mode="replace")
    person = person_named(track, settings.person)
    return Shot(plate, track, person, load_model(demo_model), grain, swap_settings=settings, times=times)
