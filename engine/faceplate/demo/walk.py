"""The whole walk on a generated plate: tracked, rendered through a script, looked at, measured against its truth."""

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from faceplate.demo.contact import Station, write_contact_sheet
from faceplate.demo.film import encoding
from faceplate.demo.plate import make_plate
from faceplate.demo.report import Figures, Walked, measure_delivery, write_report
from faceplate.graph import RenderSettings, StageTimes, open_encoded_plate, person_named, render_script, track_shot
from faceplate.graph.gizmo import delivered, face_replacement, layers, track_file
from faceplate.graph.render import give_back_pictures
from faceplate.graph.script import read_script, write_script
from faceplate.storage import check_writable
from faceplate.swap import load_model
from faceplate.track import FaceTrackSettings, Progress, write_track
from faceplate.values import Plate, Track

FrameProgress = Callable[[str, int], AbstractContextManager[Progress]]
"""Opens progress over a named stage of so many frames; what it gives is called with each finished frame."""

demo_model = Path(__file__).with_name("younger.onnx")
first_frame = 1001
person = "person1"
writes = ("Write1", "Write2", "Write3", "Write4")


@dataclass(frozen=True)
class DemoFiles:
    """Where everything of a demo lies inside its folder."""

    folder: Path

    @property
    def plate(self) -> str:
        """The generated plate."""
        return str(self.folder / "plate" / "plate.%04d.exr")

    @property
    def script(self) -> Path:
        """The script that is rendered."""
        return self.folder / "face_replacement.nk"

    @property
    def track(self) -> Path:
        """The track of the plate."""
        return self.folder / track_file

    @property
    def model(self) -> Path:
        """The model, beside the script."""
        return self.folder / demo_model.name

    def rendered(self, name: str) -> str:
        """What the script leaves: `exr` and `dpx`, `matte` and `swap`."""
        return str(self.folder / (delivered | layers)[name])


def run_demo(folder: Path, frames: int, size: tuple[int, int], progress: FrameProgress) -> Figures:
    """Walks the demo shot and gives the figures that it leaves in `report.json`; `contact.png` is for the eye.

    Raises:
        PackError: the face pack is not installed.
        StorageError: the folder cannot be written.
    """
    check_writable(folder)
    give_back_pictures()
    start, times, files = time.perf_counter(), StageTimes(), DemoFiles(folder)
    with progress("plate", frames) as count, times.stage("make plate"):
        truth = make_plate(folder / "plate", frames=frames, size=size, first=first_frame, on_frame=count)
    plate = open_encoded_plate(files.plate)
    track = _tracked(plate, files, times, progress)
    _render(files, plate.frames, size, times, progress)
    walked = Walked(plate, track, person_named(track, person), truth, times, time.perf_counter() - start)
    with progress("check", frames) as count, times.stage("check"):
        figures = measure_delivery(walked, files.rendered, on_frame=count)
    station = Station(plate, track, walked.person, load_model(files.model), files.rendered)
    write_contact_sheet(station, track.frames[len(track.frames) // 2], folder / "contact.png")
    write_report(figures, folder / "report.json")
    return figures


def _tracked(plate: Plate, files: DemoFiles, times: StageTimes, progress: FrameProgress) -> Track:
    """The track, written where the script's FaceTrack keeps it."""
    settings = FaceTrackSettings()
    with progress("track", len(plate.frames)) as count, times.stage("track"):
        track = track_shot(plate, settings, progress=count)
    write_track(track, files.track)
    return track


def _render(
    files: DemoFiles, frames: tuple[int, ...], size: tuple[int, int], times: StageTimes, progress: FrameProgress
) -> None:
    """The example script, written beside the plate and rendered as `faceplate render` does."""
    script = face_replacement(encoding=encoding, frames=(frames[0], frames[-1]), size=size)
    write_script(script, files.script)
    shutil.copyfile(demo_model, files.model)
    settings = RenderSettings(script_path=files.script, anew=True, times=times)
    with progress("render", len(frames)) as count, times.stage("render"):
        render_script(read_script(files.script), node=writes, frames=frames, settings=settings, on_frame=count)
