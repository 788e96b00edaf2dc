import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from faceplate.errors import DeviceError, ModelError
from faceplate.models import KnobInput, ModelCard, card_beside, network_knobs
from faceplate.swap.passes import joined_passes, passes_of
from faceplate.swap.recognise import Recognised, beside_kind, recognise
from faceplate.swap.sessions import Outputs, SharedSession, network_content, shared_session
from faceplate.swap.settings import FaceSwapSettings
from faceplate.swap.signature import FLOATS, HALVES, Port, fits
from faceplate.swap.source_identity import Identity
from faceplate.swap.tensors import from_network, picture_shape, to_network
from faceplate.values import Crop, Floats, Swap


class Given(NamedTuple):
    """What a network is given for one crop: a picture for each pass, and the values of its other inputs by name."""

    pictures: list[Floats]
    others: dict[str, Floats]


@dataclass(frozen=True)
class SwapModel:
    """A swap model ready to run; one is shared by all threads.

    Attributes:
        source: the file it came from.
        digest: SHA-256 of that file, and of the card beside it where it has one.
        device: `cpu`, `cuda` or `tensorrt`.
        card: what it wants and gives.
        session: shared by all models of the same network, device and memory limit.
        recognised: what it was taken for, and why.
        knobs: what its inputs are given that knobs set, by the knob's name.
        batch: how many pictures a run of the network takes at most.
        identity: whom it shows, for one-shot models; without it they cannot run.
    """

    source: str
    digest: str
    device: str
    card: ModelCard
    session: SharedSession
    recognised: Recognised
    knobs: Mapping[str, float]
    batch: int = 1
    identity: Identity | None = None

    def given(self, crop: Crop) -> Given:
        """What the network is given for a crop; one n times as fine as the model's own goes through in n x n passes."""
        given = {name: self._values(about) for name, about in self.card.knobs.items()} | self._shown()
        planes = given.pop(self.card.input, np.zeros(0, np.float32))
        ports = {port.name: port for port in self.recognised.signature.inputs}
        shaped = {name: values.reshape(_sizes(ports[name], values.size)) for name, values in given.items()}
        parts = passes_of(crop.rgb_model, self._passes(crop))
        return Given([to_network(part, self.card, planes) for part in parts], shaped)

    def run(self, crop: Crop, of: str = "", given: Given | None = None) -> Swap:
        """What the model makes of one crop, in its own range.

        Errors say what it is `of`: whose face, in which frame. `given` is what the crop's is, where it is at hand.

        Raises:
            DeviceError: there is no memory for the run.
            ModelError: the run failed, or an output holds NaN or has another shape than the card says.
        """
        passes, names = self._passes(crop), [self.card.image, *self.card.mattes.values()]
        source = f"{self.source}, {of}" if of else self.source
        answers = self._answers(source, names, *(given or self.given(crop)))
        images, mattes = [], []
        for made in answers:
            images.append(self._image(made, source))
            mattes.append(self._mattes(made, source))
        named = {name: joined_passes([each[name] for each in mattes], passes) for name in self.card.mattes}
        return Swap(joined_passes(images, passes), named, crop)

    def question(self, given: Given) -> Hashable:
        """All that an answer depends on: the network, what runs it, every value it is given, and how it is read."""
        digest = hashlib.blake2b()
        for values in (*given.pictures, *(given.others[name] for name in sorted(given.others))):
            digest.update(f"{values.shape}".encode())
            digest.update(values.tobytes())
        read = (self.card.image, *self.card.mattes.items(), self.card.order, *self.card.image_range)
        return (self.digest, self.device, self.batch, *read, digest.digest())

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the network's runs so far, each sentence once."""
        return tuple(self.session.notes)

    def _answers(
        self, source: str, names: list[str], pictures: list[Floats], others: dict[str, Floats]
    ) -> list[Outputs]:
        """What the network gives for each picture; the session, which others share, knows neither face nor frame."""
        try:
            return self.session.run(names, self.card.input, pictures, others, self.batch)
        except (DeviceError, ModelError) as fault:
            thing = fault.thing.replace(self.session.source, source, 1)
            raise type(fault)(thing, expected=fault.expected, came=fault.came, next_step=fault.next_step) from fault

    def _image(self, made: Outputs, source: str) -> Floats:
        image = from_network(made[0], self.card, channels=3, source=source)
        rgb = image[..., ::-1] if self.card.order == "BGR" else image
        spread, mean = (np.asarray(amount, np.float32) for amount in self.card.image_range)
        return np.ascontiguousarray(rgb * spread + mean)

    def _mattes(self, made: Outputs, source: str) -> dict[str, Floats]:
        mattes = [from_network(output, self.card, channels=1, source=source) for output in made[1:]]
        return {name: np.clip(matte[..., 0], 0, 1) for name, matte in zip(self.card.mattes, mattes, strict=True)}

    def _passes(self, crop: Crop) -> int:
        return int(crop.rgb_model.shape[0] // self.card.side_px)

    def _shown(self) -> dict[str, Floats]:
        """What the identity input is given."""
        if self.card.identity is None:
            return {}
        if self.identity is None:
            raise _refusal(self.source, "a source picture of whom to show", "none", "name one as source (--source)")
        return {self.card.identity.input: self.identity.vector}

    def _values(self, about: KnobInput) -> Floats:
        return np.array([self.knobs[name] * about.scale for name in about.names], np.float32)


def load_model(
    path: str | Path, device: str = "cpu", *, gpu_memory_mb: int = 0, batch: int = 1, family: str = "auto"
) -> SwapModel:
    """The swap model in an ONNX file: with a card in its metadata or beside it, or of a family known by its signature.

    Weights outside the file are refused: the network is loaded from the very bytes that the digest is taken of. Loaded
    again while someone holds it, it shares their session.

    Args:
        path: of the file.
        device: what runs it.
        gpu_memory_mb: how much of a GPU's memory its runs may take, in MiB; 0 for all there is.
        batch: how many pictures a run takes at most, of several frames and faces; a network with a fixed number takes
            that.
        family: of a one-shot model, as FaceSwap's knob `one_shot` names it.

    Raises:
        DeviceError: the device's own libraries are missing.
        ModelError: the file is missing, is no ONNX, is of no known kind, or has other inputs and outputs than its card
            says.
    """
    session, recognised, digest = _opened(path, device, gpu_memory_mb, family)
    if recognised.card is None:
        step = f"write its card beside it, {card_beside(path).name}, or export it with `faceplate export`"
        raise _refusal(str(path), "a model of a known kind", "; ".join(recognised.why), step)
    knobs = {name: getattr(FaceSwapSettings(), name) for name in network_knobs}
    return SwapModel(str(path), digest, device, recognised.card, session, recognised, knobs, batch)


def recognised_model(path: str | Path) -> tuple[Recognised, str]:
    """What the network in a file is, known or not, and its digest as `SwapModel` has it.

    Raises:
        ModelError: the file is missing, is no ONNX, its card is damaged, or the network is not as the card says.
    """
    _, recognised, digest = _opened(path, "cpu", 0, "auto")
    return recognised, digest


def _opened(path: str | Path, device: str, gpu_memory_mb: int, family: str) -> tuple[SharedSession, Recognised, str]:
    content = network_content(Path(path))
    session = shared_session(content, device, gpu_memory_mb, str(path))
    recognised = recognise(session.onnx, content, str(path), family)
    if recognised.card is not None:
        _check_shapes(recognised, recognised.card, str(path))
    digest = hashlib.sha256(content)
    if recognised.kind == beside_kind:
        digest.update(recognised.written.encode())
    return session, recognised, digest.hexdigest()


def _check_shapes(recognised: Recognised, card: ModelCard, source: str) -> None:
    inputs = {port.name: port for port in recognised.signature.inputs}
    outputs = {port.name: port for port in recognised.signature.outputs}
    planes = len(card.knobs[card.input].names) if card.input in card.knobs else 0
    wanted = [("input", card.input, inputs, 3 + planes), ("image output", card.image, outputs, 3)]
    wanted += [(f"matte output {name}", output, outputs, 1) for name, output in card.mattes.items()]
    for role, name, there, channels in wanted:
        expected = picture_shape(card, channels)
        if not fits(_port(name, there, role, source), expected):
            raise _refusal(source, f"{role} of floats {expected}", str(there[name]), _mend)
    if card.identity is not None:
        port, values = _port(card.identity.input, inputs, "identity input", source), card.identity.values
        if port.type not in (FLOATS, HALVES) or np.prod(_sizes(port, values)) != values:
            raise _refusal(source, f"identity input of {values} floats", str(port), _mend)
    _check_knobs(inputs, card, source)


def _check_knobs(inputs: Mapping[str, Port], card: ModelCard, source: str) -> None:
    for name in card.knobs.keys() - {card.input}:
        port, count = _port(name, inputs, "knob input", source), len(card.knobs[name].names)
        if port.type not in (FLOATS, HALVES) or np.prod(_sizes(port, count)) != count:
            raise _refusal(source, f"knob input of {count} floats", str(port), _mend)
    named = {card.input, *card.knobs, *([card.identity.input] if card.identity else [])}
    if set(inputs) != named:
        expected_inputs = f"inputs {', '.join(sorted(named))} alone"
        raise _refusal(source, expected_inputs, ", ".join(inputs), "name the others in the card's knobs")


_mend = "correct the card, or export it again"


def _port(name: str, there: Mapping[str, Port], role: str, source: str) -> Port:
    if name not in there:
        raise _refusal(source, f"{role} named {name}", "only " + ", ".join(there), _mend)
    return there[name]


def _sizes(port: Port, count: int) -> tuple[int, ...]:
    """The shape that so many values have as this input; what the known sizes leave, the last open one takes."""
    open_sizes = [at for at, size in enumerate(port.shape) if not isinstance(size, int)]
    known = np.prod([size for size in port.shape if isinstance(size, int)])
    last = open_sizes[-1:] if count > known else []
    return tuple(size if isinstance(size, int) else count if at in last else 1 for at, size in enumerate(port.shape))


def _refusal(source: str, expected: str, came: str, next_step: str) -> ModelError:
    return ModelError(source, expected=expected, came=came, next_step=next_step)
