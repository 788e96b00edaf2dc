"""What a node needs of the whole shot: its track made, its grain measured, its model loaded."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

from faceplate.errors import DeviceError
from faceplate.grain import read_profile
from faceplate.graph.faces.stream import config_of, file_state, opened, stream_plate
from faceplate.graph.files.frame_ranges import frames_between
from faceplate.graph.render import Node, Source
from faceplate.graph.shot import measure_shot_grain
from faceplate.models import card_beside
from faceplate.swap import SwapModel, choose_device, device_choices, load_model
from faceplate.values import GrainProfile


def model_of(group: Node) -> SwapModel:
    """The swap model that a node names, loaded once for the whole render.

    Raises:
        PlateError: it names none, or the file is missing.
        ModelError: the file is no model.
        DeviceError: the device that it asks for is not there.
    """
    return opened(group, "model_file", group.text("model_file"), _loader(group))


def _loader(group: Node) -> Callable[[Path], SwapModel]:
    """Loads models for the device that a node asks for: the same function for all that ask for one, card and all."""
    device = _device(group)
    key = (load_model, device, _card_state(group))
    loader: partial[SwapModel] = group.session.kept(key, lambda: partial(load_model, device=device))
    return loader


def _device(group: Node) -> str:
    if "device" not in group.values:
        return choose_device("auto")
    try:
        return choose_device(group.choice("device", device_choices))
    except DeviceError as fault:
        thing = f"{group.path}.device"
        raise DeviceError(
            thing, expected=fault.expected, came=f"cuda, and {fault.came}", next_step=fault.next_step
        ) from fault


def profile_of(group: Node, plate: Source | None) -> GrainProfile:
    """The grain that a node goes by: the profile that it names, else measured on a few frames of its plate.

    Raises:
        PlateError: the profile is missing or damaged.
        ScriptError: it names none, and there is no plate to measure.
    """
    path = group.text("profile_file")
    if path:
        return opened(group, "profile_file", path, read_profile)
    if plate is None:
        raise group.refusal(
            knob="profile_file",
            expected="a grain profile, or a plate to measure",
            came="neither",
            next_step="connect the plate, or name a profile made with `faceplate grain measure`",
        )
    whole = _untracked(plate)
    return cast("GrainProfile", group.session.kept(("grain", whole.node.index), partial(_measured, whole)))


def profile_state(group: Node) -> str:
    """The state of the profile's file."""
    return file_state(group.text("profile_file"))


def _untracked(plate: Source) -> Source:
    """The same picture further up: FaceTrack and dots change no pixel of it, so its grain is measured once."""
    while plate.node.values.get("faceplate_class", "").startswith("FaceTrack") or plate.node.klass in ("Dot", "NoOp"):
        above = plate.node.input(0)
        if above is None:
            break
        plate = above
    return plate


def _measured(plate: Source) -> GrainProfile:
    numbers = tuple(frames_between(*plate.info.frames, plate.node))
    return measure_shot_grain(stream_plate(plate, numbers), numbers, config_of(plate.node))


def model_state(group: Node) -> str:
    """The state of the model's file, and of the card beside it."""
    return f"{file_state(group.text('model_file'))} {_card_state(group)}".strip()


def _card_state(group: Node) -> str:
    path = group.text("model_file")
    return file_state(str(card_beside(path))) if path else ""
