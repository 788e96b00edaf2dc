"""Sessions of ONNX Runtime: one for each network, device and memory limit, shared by all who hold it."""

import hashlib
import os
import time
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import onnxruntime as ort

from faceplate.errors import DeviceError, ModelError
from faceplate.swap.batches import Batches
from faceplate.swap.devices import check_device, libraries_missing, memory_of, providers, runtime_version
from faceplate.swap.foreign_errors import first_line, foreign_errors, is_out_of_memory, last_words
from faceplate.swap.outside_weights import check_holds_weights
from faceplate.swap.signature import signature_of
from faceplate.values import Array

largest_bytes = 2**31 - 1
"""What an ONNX file may hold: it is one protocol buffer."""

noticed_s = 1.0
"""A first run that takes longer is said."""

one_at_a_time = "set batch to 1, or export it with an open batch throughout"

Outputs: TypeAlias = list[Array]


class SharedSession:
    """A network ready to run. Threads share it.

    Attributes:
        onnx: ONNX Runtime's own session.
        source: the file it was first loaded from.
        device: `cpu`, `cuda` or `tensorrt`.
        notes: what a person should know of its runs, each sentence once.
        signature: its inputs and outputs.
    """

    def __init__(self, onnx: Any, source: str, device: str) -> None:
        self.onnx, self.source, self.device = onnx, source, device
        self.signature = signature_of(onnx)
        self.notes: dict[str, None] = {}
        self._types = {port.name: port.dtype for port in self.signature.inputs}
        self._first_axes = {port.name: port.shape[0] if port.shape else None for port in self.signature.inputs}
        # A GPU gains nothing from two runs at a time; on a CPU each has one thread.
        self._batches = Batches(1 if device != "cpu" else os.cpu_count() or 1)
        self._most: int | None = None
        self._guard = Lock()
        self._has_run = False

    def run(
        self, outputs: Sequence[str], name: str, pictures: Sequence[Array], others: Mapping[str, Array], batch: int = 1
    ) -> list[Outputs]:
        """The named outputs for each picture, all that a picture has for a batch of one.

        Args:
            outputs: their names.
            name: of the input that the pictures are given to; its first axis counts pictures.
            pictures: each for a batch of one.
            others: what the other inputs are given, the same for all pictures.
            batch: how many pictures a run takes at most, those of other threads among them; a network that was
                exported for a number of its own takes that.

        Raises:
            DeviceError: there is no memory for a run, of a batch half as large either.
            ModelError: the run failed.
        """
        held = {key: np.asarray(values, self._types[key]) for key, values in others.items()}
        ready = [np.asarray(picture, self._types[name]) for picture in pictures]

        def together(some: Sequence[Array]) -> list[Outputs]:
            return self._within_memory(outputs, name, some, held)

        most = self.batch_of(name, batch)
        if most == 1:
            return [made for picture in ready for made in together([picture])]
        alike = (tuple(outputs), name, *((key, values.shape, values.tobytes()) for key, values in held.items()))
        return self._batches.answers(ready, alike, most, together)

    def batch_of(self, name: str, asked: int) -> int:
        """How many pictures a run takes: the network's own number where it has one, else as asked and as fits."""
        own = self._own_batch(name)
        return own or min(asked, self._most or asked)

    def _own_batch(self, name: str) -> int | None:
        size = self._first_axes[name]
        return size if isinstance(size, int) else None

    def _within_memory(
        self, outputs: Sequence[str], name: str, batch: Sequence[Array], others: Mapping[str, Array]
    ) -> list[Outputs]:
        try:
            return self._run(outputs, name, batch, others)
        except (*foreign_errors, MemoryError) as fault:
            if not is_out_of_memory(fault):
                raise self._failed(fault, len(batch)) from fault
            may_shrink = self._own_batch(name) is None and len(batch) > 1
            half = self._halved(len(batch), fault) if may_shrink else 0
            if not half:
                wanted = f"a batch of {len(batch)}"
                raise _no_memory(self.source, self.device, wanted, fault, may_shrink=may_shrink) from fault
        halves = (batch[at : at + half] for at in range(0, len(batch), half))
        return [made for part in halves for made in self._within_memory(outputs, name, part, others)]

    def _failed(self, fault: Exception, size: int) -> ModelError:
        """A run that failed; of a batch, which a network may not have been made for, it says how to do without."""
        expected = "a run" if size == 1 else f"a run of a batch of {size}"
        step = "try device cpu, or export it again" if size == 1 else one_at_a_time
        return ModelError(self.source, expected=expected, came=first_line(fault), next_step=step)

    def _halved(self, size: int, fault: Exception) -> int:
        """What a batch that was too large is made of from here on; 0 where it was halved before."""
        with self._guard:
            if self._most is None:
                self._most = size // 2
                said = f"{self.source} on {self.device}: no memory for a batch of {size}, {self._most} from here on"
                self.notes[f"{said} ({last_words(fault)})"] = None
            return self._most if self._most < size else 0

    def _run(
        self, outputs: Sequence[str], name: str, batch: Sequence[Array], others: Mapping[str, Array]
    ) -> list[Outputs]:
        """One run of the network; a batch smaller than the network's own is filled with its last picture."""
        missing = max(0, (self._own_batch(name) or 0) - len(batch))
        whole = np.concatenate([*batch, *[batch[-1]] * missing]) if len(batch) + missing > 1 else batch[0]
        begun = time.perf_counter()
        made = self._bound({name: whole, **self._for_each(name, others, len(whole))}, outputs)
        self._tell_first(time.perf_counter() - begun)
        if len(whole) == 1:
            return [made]
        self._check_batch(made, outputs, len(whole))
        return [[output[at : at + 1] for output in made] for at in range(len(batch))]

    def _for_each(self, name: str, others: Mapping[str, Array], size: int) -> dict[str, Array]:
        """What the other inputs are given, once a picture where their first axis is named as that of pictures."""
        pictures = self._first_axes[name]
        each = {key for key in others if isinstance(pictures, str) and self._first_axes[key] == pictures}
        return {
            key: np.repeat(values, size, axis=0) if key in each and values.shape[0] == 1 else values
            for key, values in others.items()
        }

    def _bound(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> Outputs:
        """A run with what goes in put where the network runs once, and what comes out left there until it is done."""
        memory, binding = memory_of(self.device), self.onnx.io_binding()
        for name, values in inputs.items():
            binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(values, memory, 0))
        for name in outputs:
            binding.bind_output(name, memory)
        # A copy to a GPU may still be on its way when it returns, on another stream than the network's.
        binding.synchronize_inputs()
        self.onnx.run_with_iobinding(binding)
        binding.synchronize_outputs()
        made: Outputs = binding.copy_outputs_to_cpu()
        return made

    def _check_batch(self, made: Outputs, outputs: Sequence[str], size: int) -> None:
        for name, output in zip(outputs, made, strict=True):
            if len(output.shape) == 0 or output.shape[0] != size:
                raise ModelError(
                    self.source,
                    expected=f"{size} pictures as output {name}, for a batch of {size}",
                    came=f"an output of {output.shape}",
                    next_step=one_at_a_time,
                )

    def _tell_first(self, seconds: float) -> None:
        with self._guard:
            is_first, self._has_run = not self._has_run, True
            if is_first and seconds >= noticed_s:
                self.notes[f"{self.source}: its first run on {self.device} took {seconds:.1f} s"] = None


def _no_memory(source: str, device: str, wanted: str, fault: Exception, *, may_shrink: bool = False) -> DeviceError:
    on_gpu, on_cpu = "raise gpu_memory, free the GPU's memory or choose device cpu", "free this machine's memory"
    step = on_cpu if device == "cpu" else on_gpu
    return DeviceError(
        f"{source} on {device}",
        expected=f"memory for {wanted}",
        came=last_words(fault),
        next_step=f"set batch to 1, or {step}" if may_shrink else f"{step}, or take a smaller model",
    )


_shared: WeakValueDictionary[Hashable, SharedSession] = WeakValueDictionary()
_making = Lock()


def shared_session(content: bytes, device: str, gpu_memory_mb: int, source: str) -> SharedSession:
    """The session of a network: the one that is there, where someone holds one of the same; it goes with its holders.

    Raises:
        DeviceError: the device's own libraries are missing, or its memory holds no more.
        ModelError: it is no ONNX, or its weights lie in other files.
    """
    key = (hashlib.sha256(content).digest(), device, gpu_memory_mb if device != "cpu" else 0)
    with _making:
        session = _shared.get(key)
        if session is None:
            session = _shared[key] = SharedSession(_loaded(content, device, gpu_memory_mb, source), source, device)
        return session


def network_content(path: Path) -> bytes:
    """The bytes of an ONNX file.

    Raises:
        ModelError: it cannot be read, or is larger than ONNX can be.
    """
    try:
        size = path.stat().st_size
        if size <= largest_bytes:
            return path.read_bytes()
    except OSError as fault:
        came = fault.strerror or str(fault)
        raise ModelError(str(path), expected="a model file", came=came, next_step="check the path") from fault
    expected, step = f"an ONNX file of at most {largest_bytes} bytes", "export it in half precision, or smaller"
    raise ModelError(str(path), expected=expected, came=f"{size} bytes", next_step=step)


def _loaded(content: bytes, device: str, gpu_memory_mb: int, source: str) -> Any:
    check_holds_weights(content, source)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    # One thread a run: frames are what runs side by side, and sums are always taken in the same order.
    options.intra_op_num_threads = 1
    options.use_deterministic_compute = True
    try:
        # Its own fallback would print, and hide behind the CPU what went wrong on the GPU.
        session = ort.InferenceSession(content, options, providers=providers(device, gpu_memory_mb), enable_fallback=0)
    except foreign_errors as fault:
        raise _not_loaded(fault, device, source) from fault
    check_device(session, device, source)
    return session


def _not_loaded(fault: Exception, device: str, source: str) -> DeviceError | ModelError:
    if is_out_of_memory(fault):
        return _no_memory(source, device, "the network itself", fault)
    if isinstance(fault, RuntimeError) and device != "cpu":
        return libraries_missing(device, source, first_line(fault))
    step = f"export it as ONNX of operators that ONNX Runtime {runtime_version} has, weights inside the file"
    return ModelError(source, expected="an ONNX model", came=first_line(fault), next_step=step)
