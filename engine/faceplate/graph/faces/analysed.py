"""What a node needs of the whole shot: its track made, its grain measured, its model loaded."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from faceplate.errors import DeviceError
from faceplate.grain import degrain_device, degrain_device_choices, read_profile
from faceplate.graph.faces.controls import settings_at
from faceplate.graph.faces.stored_space import stored_space
from faceplate.graph.faces.stream import config_of, file_identity, opened, stream_plate
from faceplate.graph.files.frame_ranges import frames_between
from faceplate.graph.one_shot import one_shot_notes, shown_by
from faceplate.graph.render import Node, Source
from faceplate.graph.shot_grain import measure_shot_grain
from faceplate.models import card_beside
from faceplate.swap import OneShotSettings, ProcessorSettings, SwapModel, choose_device, device_choices, load_model
from faceplate.values import GrainProfile


def model_of(group: Node) -> SwapModel:
    """The swap model that a node names, loaded once for the whole render; a one-shot model told whom to show.

    Raises:
        FaceplateError: as `loaded_model` and `one_shot.shown_by` say.
    """
    loaded, settings = loaded_model(group), settings_at(group, OneShotSettings)
    if loaded.card.identity is None and not settings.sources:
        return loaded
    key = (shown_by, loaded.source, loaded.digest, settings, _source_state(settings))
    shown: SwapModel = group.session.kept(key, lambda: shown_by(loaded, settings, config_of(group)))
    for words in one_shot_notes(shown):
        group.session.note(f"{group.path}: {words}")
    return replace(loaded, identity=shown.identity)


def loaded_model(group: Node) -> SwapModel:
    """The swap model that a node names, as its file has it.

    Raises:
        PlateError: it names none, or the file is missing.
        ModelError: the file is no model.
        DeviceError: the device that it asks for is not there.
    """
    settings = settings_at(group, ProcessorSettings)
    loaded = opened(group, "model_file", group.text("model_file"), _loader(group, settings.gpu_memory))
    return replace(loaded, batch=settings.batch)


def _loader(group: Node, gpu_memory_mb: int) -> Callable[[Path], SwapModel]:
    """Loads models for the device that a node asks for: the same function for all that ask for one, card and all."""
    family = settings_at(group, OneShotSettings).one_shot
    about: dict[str, Any] = {"device": _device(group), "gpu_memory_mb": gpu_memory_mb, "family": family}
    key = (load_model, *about.values(), _card_state(group))
    loader: partial[SwapModel] = group.session.kept(key, lambda: partial(load_model, **about))
    return loader


def degrain_device_of(group: Node) -> str:
    """On what a node takes grain out.

    Raises:
        DeviceError: the device that it asks for is not there.
    """
    return _chosen(group, degrain_device_choices, degrain_device)


def _device(group: Node) -> str:
    return _chosen(group, device_choices, choose_device)


def _chosen(group: Node, choices: tuple[str, ...], choose: Callable[[str], str]) -> str:
    if "device" not in group.values:
        return choose("auto")
    asked = group.choice("device", choices)
    try:
        return choose(asked)
    except DeviceError as fault:
        thing = f"{group.path}.device"
        raise DeviceError(
            thing, expected=fault.expected, came=f"{asked}, and {fault.came}", next_step=fault.next_step
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
    return file_identity(group.text("profile_file"))


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
    stream, space = stream_plate(plate, numbers), stored_space(plate)
    return measure_shot_grain(stream, numbers, config_of(plate.node), space=space)


def model_state(group: Node) -> str:
    """The state of the model's file, of the card beside it, and of whom it is to show."""
    whom = _source_state(settings_at(group, OneShotSettings))
    return f"{file_identity(group.text('model_file'))} {_card_state(group)} {whom}".strip()


def _source_state(settings: OneShotSettings) -> str:
    """The states of the files that say whom a one-shot model shows; empty where none is named."""
    files = (*settings.sources, settings.identity_model, settings.identity_converter)
    return " ".join(map(file_identity, files)) if settings.sources else ""


def _card_state(group: Node) -> str:
    path = group.text("model_file")
    return file_identity(str(card_beside(path))) if path else ""
