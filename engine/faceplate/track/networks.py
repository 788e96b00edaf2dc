import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from faceplate.errors import PackError
from faceplate.values import Floats

_one_at_a_time = Lock()


class Network:
    """One of the pack's LiteRT models on one CPU thread. Not to be shared between threads.

    Raises:
        PackError: the file is absent, is no LiteRT model, or does not have the inputs and outputs of its name.
    """

    def __init__(self, path: Path, side_px: int, **outputs: int) -> None:
        """Loads `path`, which sees side x side x 3 pictures and gives `outputs`: the number of values by name."""
        self._interpreter = _interpreter(path)
        self.side_px = side_px
        entry = self._interpreter.get_input_details()[0]
        self._input = entry["index"]
        self._outputs = {each["name"]: each["index"] for each in self._interpreter.get_output_details()}
        sizes = {each["name"]: int(np.prod(each["shape"])) for each in self._interpreter.get_output_details()}
        if tuple(entry["shape"]) != (1, side_px, side_px, 3) or sizes != outputs:
            raise _refusal(path, f"{side_px} x {side_px} pictures in and {outputs} out", f"{entry['shape']}, {sizes}")

    def __call__(self, rgb: Floats) -> dict[str, Floats]:
        """Every output by name, flat, for side x side x 3 values in the range this model was trained on."""
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(rgb[np.newaxis], dtype=np.float32))
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index).reshape(-1) for name, index in self._outputs.items()}


class FaceNetworks:
    """The four models of the `mediapipe-face` pack: two detectors, the face mesh, and the iris model."""

    def __init__(self, pack: Path) -> None:
        self.short_range = Network(
            pack / "face_detection_short_range.tflite", 128, regressors=896 * 16, classificators=896
        )
        self.full_range = Network(
            pack / "face_detection_full_range_sparse.tflite", 192, Identity=2304 * 16, Identity_1=2304
        )
        self.mesh = Network(pack / "face_landmark.tflite", 192, conv2d_21=468 * 3, conv2d_31=1)
        self.iris = Network(pack / "iris_landmark.tflite", 64, output_eyes_contours_and_brows=71 * 3, output_iris=5 * 3)


def _interpreter(path: Path) -> Interpreter:
    if not path.is_file():
        raise _refusal(path, "a file of the face pack", "no such file")
    try:
        with _without_native_notes():
            interpreter = Interpreter(model_path=str(path), num_threads=1)
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise _refusal(path, "a LiteRT model", str(error)) from error
    return interpreter


@contextmanager
def _without_native_notes() -> Iterator[None]:
    """Keeps LiteRT's note about its CPU delegate off the terminal: it goes to file 2 and has no switch."""
    with _one_at_a_time:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _refusal(path: Path, expected: str, came: str) -> PackError:
    next_step = "run `faceplate models install mediapipe-face` again"
    return PackError(str(path), expected=expected, came=came, next_step=next_step)
