"""The demo's plate: a shot that exists nowhere else, of which everything is known."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from scipy.sparse import csr_array

from faceplate.align import transform
from faceplate.demo.film import encoding, exposed, grain_correlation, grain_kernel, grain_response
from faceplate.demo.motion import FIRST_FRAME, Motion
from faceplate.demo.slate import slate
from faceplate.demo.still import Still, make_still
from faceplate.demo.truth import Truth
from faceplate.errors import CallError
from faceplate.plate import write_frame
from faceplate.values import ChannelGroup, Floats, Frame, Header, Matrix, Sample, Window

SIDE_RANGE = (64, 8192)
WIDEST = 4
WORKERS = 2
# The head's turn is worked out once for so many pixels of the portrait, and read between by a cubic.
CELL_PORTRAIT = 1.1


def make_plate(
    folder: Path,
    *,
    frames: int = 16,
    size: tuple[int, int] = (4096, 2160),
    first: int = FIRST_FRAME,
    on_frame: Callable[[int], None] = lambda _: None,
) -> Truth:
    """Writes the demo's plate as `folder`/plate.%04d.exr and gives the truth about it.

    LogC3 half float EXR with camera metadata, time code and grain; `size` is columns and rows. Frames are made on two
    threads; each depends on its number and on the size alone. `on_frame` hears the number of each finished frame.

    Raises:
        CallError: no frames, or a size that is too small, too large or too wide.
        StorageError: the folder cannot be written.
    """
    _check(frames, size)
    camera = DemoCamera(size)
    numbers = tuple(range(first, first + frames))
    with ThreadPoolExecutor(WORKERS) as pool:
        for written in as_completed([pool.submit(_write, camera, folder, number) for number in numbers]):
            on_frame(written.result())
    return Truth(
        plate=str(folder / "plate.%04d.exr"),
        frames=numbers,
        size=size,
        encoding=encoding,
        response=grain_response,
        kernel=grain_kernel(),
        correlation=grain_correlation(),
        motion=camera.motion,
    )


class DemoCamera:
    """Shoots the demo's set: any frame by its number, with grain or without."""

    def __init__(self, size: tuple[int, int]) -> None:
        """A camera with a sensor of this many columns and rows."""
        self.size = size
        self.motion = Motion(size)

    @cached_property
    def still(self) -> Still:
        """The set, enlarged once for all frames."""
        return make_still(self.motion.region_portrait, self.motion.scale)

    def clean(self, number: int) -> Floats:
        """The frame without grain: rows x columns x 3, ACEScg."""
        at = self._plate_to_still(number)
        clean: Floats = cv2.remap(self.still.rgb_working, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return clean

    def shoot(self, number: int) -> Frame:
        """The frame as stored in the file."""
        window = Window(0, 0, *self.size)
        header = Header("openexr", window, window, ("R", "G", "B"), (Sample.HALF,) * 3, attributes=slate(number))
        group = ChannelGroup(("R", "G", "B"), exposed(self.clean(number), number))
        return Frame(number, f"plate.{number:04d}.exr", header, (group,), encoding)

    def _plate_to_still(self, number: int) -> Floats:
        """Where each pixel of the frame looks in the still, in OpenCV's coordinates (first pixel's centre at 0)."""
        cell = max(1, int(CELL_PORTRAIT * self.motion.scale))
        columns, rows = (_cells(side, cell) for side in self.size)
        coarse = np.stack(np.meshgrid(columns, rows), axis=-1)
        seen = self.motion.plate_to_portrait(coarse, number)
        at = transform(self.still.portrait_to_still, seen) - 0.5
        across, down = (_cubic(side, cell) for side in self.size)
        planes = [np.ascontiguousarray(at[..., axis].T, np.float32) for axis in (0, 1)]
        return np.dstack([down @ np.ascontiguousarray((across @ plane).T) for plane in planes])


def _write(camera: DemoCamera, folder: Path, number: int) -> int:
    write_frame(camera.shoot(number), folder / f"plate.{number:04d}.exr")
    return number


def _cells(side_px: int, cell_px: int) -> Matrix:
    """Centres of every so many pixels, two beyond each end."""
    return np.asarray(np.arange(-2, -(-side_px // cell_px) + 3) * cell_px + 0.5, np.float64)


def _cubic(side_px: int, cell_px: int) -> csr_array:
    """The matrix that reads a line of cells at every pixel by Catmull-Rom interpolation (Keys 1981, a = -1/2)."""
    at = np.arange(side_px) / cell_px + 2
    distance = np.abs(at[:, np.newaxis] - np.arange(-(-side_px // cell_px) + 5))
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    return csr_array(np.select([distance < 1, distance < 2], [near, far], 0.0).astype(np.float32))  # noqa: PLR2004 -- the filter's reach


def _check(frames: int, size: tuple[int, int]) -> None:
    columns, rows = size
    if frames < 1:
        raise CallError("the demo's frames", expected="at least 1", came=str(frames), next_step="ask for more frames")
    if not all(SIDE_RANGE[0] <= side <= SIDE_RANGE[1] for side in size) or not 1 <= columns / rows <= WIDEST:
        raise CallError(
            "the demo's size",
            expected=f"{SIDE_RANGE[0]} to {SIDE_RANGE[1]} pixels a side, 1 to {WIDEST} times as wide as high",
            came=f"{columns}x{rows}",
            next_step="ask for a size such as 4096x2160 or 1920x1080",
        )
