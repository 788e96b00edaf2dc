from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from faceplate.errors import ModelError
from faceplate.models import ModelCard, card_beside, card_from_json, card_key, check_card, read_card_beside
from faceplate.swap import dfm, one_shot, reage
from faceplate.swap.initialiser import last_initialiser
from faceplate.swap.signature import Signature, signature_of
from faceplate.values import Floats

beside_kind = "card beside the file"
families = ((dfm.kind, dfm.dfm_card), (reage.kind, reage.reage_card))


@dataclass(frozen=True)
class Recognised:
    """What a network was taken for, by what it holds and never by its file's name.

    Attributes:
        kind: the family, or `unknown`.
        why: what it was known by; for each family that it is not, what speaks against it.
        signature: its inputs and outputs.
        card: what it wants and gives; None where it is unknown.
        written: the card's own text where one stands in the file or beside it.
        identity_map: what embeddings are multiplied with, values x values, where the card says that they are.
    """

    kind: str
    why: tuple[str, ...]
    signature: Signature
    card: ModelCard | None = None
    written: str = ""
    identity_map: Floats | None = field(default=None, compare=False, repr=False)


def recognise(session: Any, content: bytes, source: str, family: str = "auto") -> Recognised:
    """What the network of a session is: by the card in its metadata, else by the card beside it, else by its signature.

    `content` are the bytes of its file; `family` names the one of `one_shot.names` that a person takes it for.

    Raises:
        ModelError: a card is damaged, cannot be read, or stands in two places, or what it says of embeddings does not
            hold.
    """
    found = _found(session, content, source, family)
    if found.card is None or found.card.identity is None or not found.card.identity.mapped:
        return found
    last, side = last_initialiser(content, source), found.card.identity.values
    if last is None or last.shape != (side, side):
        step = "take the file as its authors publish it, or say in the card that embeddings are not mapped"
        raise ModelError(source, expected=f"{side} x {side} as last initialiser", came=str(last), next_step=step)
    return replace(found, identity_map=last.values(source))


def _found(session: Any, content: bytes, source: str, family: str) -> Recognised:
    signature, inside, beside = signature_of(session), _card_inside(session, source), read_card_beside(source)
    if inside is not None and beside is not None:
        step = f"move {card_beside(source)} away, or take the card out of the file"
        raise ModelError(source, expected="one card", came="one in its metadata and one beside it", next_step=step)
    if inside is not None:
        why = (f"its metadata holds a card ({card_key})",)
        return Recognised("own card", why, signature, card_from_json(inside, source), inside)
    if beside is not None:
        why = (f"{card_beside(source).name} stands beside it",)
        card = card_from_json(beside, str(card_beside(source)))
        return Recognised(beside_kind, why, signature, card, beside)
    return _by_signature(signature, content, source, family)


def _by_signature(signature: Signature, content: bytes, source: str, family: str) -> Recognised:
    against = [f"no card in its metadata ({card_key})", f"no {card_beside(source).name} beside it"]
    for kind, reading in families:
        card = reading(signature)
        if isinstance(card, ModelCard):
            check_card(card, source)
            return Recognised(kind, (*against, f"{kind}, by its signature: {signature}"), signature, card)
        against.append(f"no {kind}: {card}")
    shown = one_shot.one_shot_card(signature, family, partial(last_initialiser, content, source))
    if isinstance(shown, str):
        return Recognised("unknown", (*against, f"no {one_shot.kind}: {shown}"), signature)
    check_card(shown[0], source)
    return Recognised(one_shot.kind, (*against, shown[1]), signature, shown[0])


def _card_inside(session: Any, source: str) -> str | None:
    try:
        text: str | None = session.get_modelmeta().custom_metadata_map.get(card_key)
    except UnicodeDecodeError as fault:
        step = "export it with `faceplate export`"
        raise ModelError(source, expected="metadata in UTF-8", came=str(fault), next_step=step) from fault
    return text
