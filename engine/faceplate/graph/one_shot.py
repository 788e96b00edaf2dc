"""One-shot models are told whom to show: source pictures found, recognised, and given to the model."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from faceplate.deliver import file_digest
from faceplate.errors import CallError, ModelError
from faceplate.graph.source_picture import face_in_words, read_source, recogniser_crop, source_face
from faceplate.models import IdentityInput
from faceplate.swap import (
    OneShotSettings,
    SwapModel,
    check_embedding,
    load_identity_converter,
    load_identity_model,
    mean_embedding,
    recogniser_inputs,
    with_identity,
)
from faceplate.values import Floats


def shown_by(model: SwapModel, settings: OneShotSettings, config: Any = None) -> SwapModel:
    """The model, told whom to show where it is a one-shot model; others as they are.

    `config` knows the encodings of source pictures; the one in use where absent.

    Raises:
        CallError: a source picture is named for a model that takes none, or none for one that does.
        ModelError: the licence was not accepted, or recogniser and model do not go together.
        PackError: the face pack is not installed.
        PlateError: a source picture is missing or damaged.
        ColourError: nobody knows the encoding of a source picture.
        TrackError: a source picture shows no face, or several of which none is named.
    """
    about = model.card.identity
    if about is None:
        _refuse_source(model, settings)
        return model
    _check_accepted(model, settings)
    _check_asked(model, settings)
    convert = _converter(about, settings)
    embedding, faces = _source_embedding(settings, config)
    return with_identity(model, convert(embedding), _told(model, settings), faces)


def one_shot_notes(model: SwapModel) -> tuple[str, ...]:
    """What a person is told of a one-shot model that is about to run: its licence, and whom it shows."""
    if model.identity is None:
        return ()
    return (
        f"{model.card.name} is used under its licence, which you accepted: {model.card.licence}",
        f"whoever is in the source pictures has to agree to be shown: {'; '.join(model.identity.faces)}",
    )


def _refuse_source(model: SwapModel, settings: OneShotSettings) -> None:
    if settings.sources:
        raise CallError(
            "FaceSwap.source",
            expected=f"nothing, for {model.source}: {model.card.name} is no one-shot model",
            came=settings.source,
            next_step="empty source, or name a one-shot model",
        )


def _check_accepted(model: SwapModel, settings: OneShotSettings) -> None:
    if not settings.accept_licence:
        raise ModelError(
            f"{model.source}: {model.card.name}",
            expected="its licence accepted, and that of its recogniser, and the consent of whom it is to show",
            came=f"accept_licence off; licence of the model: {model.card.licence}",
            next_step="read the licences, ask whoever is in the source pictures, and set accept_licence "
            "(--accept-licence on)",
        )


def _check_asked(model: SwapModel, settings: OneShotSettings) -> None:
    for knob, value, what in (
        ("source", settings.sources, "a picture of whom to show"),
        ("identity_model", settings.identity_model, "a face recogniser"),
    ):
        if not value:
            flag = knob.replace("_", "-")
            step = f"name one as {knob} (--{flag})"
            raise CallError(f"FaceSwap.{knob}", expected=f"{what}, for {model.card.name}", came="none", next_step=step)


def _converter(about: IdentityInput, settings: OneShotSettings) -> Callable[[Floats], Floats]:
    """What brings the recogniser's embeddings to those that the model was trained on."""
    kind, path = settings.identity_kind, settings.identity_converter
    if kind == about.recogniser:
        if path:
            step = "empty identity_converter, or set identity_kind to what identity_model is"
            raise CallError(
                "FaceSwap.identity_converter", expected=f"none: the model takes {kind}'s", came=path, next_step=step
            )
        return lambda embedding: embedding
    if not path:
        raise ModelError(
            "FaceSwap.identity_model",
            expected=f"embeddings of {about.recogniser}'s own recogniser",
            came=f"those of {kind}",
            next_step=f"name the file that turns {kind}'s into {about.recogniser}'s as identity_converter, or that "
            f"recogniser as identity_model with identity_kind {about.recogniser}",
        )
    convert = load_identity_converter(path, about.values)

    def converted(embedding: Floats) -> Floats:
        check_embedding(embedding, about.values, settings.identity_model)
        return convert(embedding)

    return converted


def _source_embedding(settings: OneShotSettings, config: Any) -> tuple[Floats, tuple[str, ...]]:
    """The embedding of the person in the source pictures, and where each shows them."""
    embed = load_identity_model(settings.identity_model, kind=settings.identity_kind)
    framing = recogniser_inputs[settings.identity_kind].framing
    embeddings, faces = [], []
    for path in settings.sources:
        frame = read_source(path, settings.source_colourspace, config)
        face = source_face(frame, settings.source_face, config)
        embeddings.append(embed(recogniser_crop(frame, face, framing, config)))
        check_embedding(embeddings[-1], embeddings[0].size, f"{settings.identity_model} on {path}")
        faces.append(f"{path}, the face {face_in_words(face)}")
    return mean_embedding(embeddings), tuple(faces)


def _told(model: SwapModel, settings: OneShotSettings) -> Mapping[str, Mapping[str, str]]:
    """What a receipt tells of them: every file by its digest, and the licence that was accepted."""
    files = {f"source {at}": path for at, path in enumerate(settings.sources, 1)}
    files |= {"identity model": settings.identity_model, "identity converter": settings.identity_converter}
    told = {role: {"path": path, "digest": file_digest(Path(path))} for role, path in files.items() if path}
    told["identity model"] |= {
        "kind": settings.identity_kind,
        "source_face": str(settings.source_face),
        "source_colourspace": settings.source_colourspace,
    }
    about = {"of": model.card.name, "licence": model.card.licence, "consent of the source": "stated by accept_licence"}
    return told | {"licence accepted": about}
