"""Model packs (installed, verified, found) and the card that every swap model carries."""

from faceplate.models.beside import card_beside, read_card_beside
from faceplate.models.card import (
    Amount,
    KnobInput,
    ModelCard,
    card_from_json,
    card_key,
    card_to_json,
    check_card,
    network_knobs,
    side_range_px,
)
from faceplate.models.catalogue import Pack, PackFile, Wheel, catalogue
from faceplate.models.framing import CropGeometry, face_types, framed_crop, framings, templates
from faceplate.models.identity_input import IdentityInput, recognisers
from faceplate.models.install import install_pack
from faceplate.models.packs import PackStatus, find_pack, list_packs, pack_named, packs_folder, read_pack_file

__all__ = [
    "Amount",
    "CropGeometry",
    "IdentityInput",
    "KnobInput",
    "ModelCard",
    "Pack",
    "PackFile",
    "PackStatus",
    "Wheel",
    "card_beside",
    "card_from_json",
    "card_key",
    "card_to_json",
    "catalogue",
    "check_card",
    "face_types",
    "find_pack",
    "framed_crop",
    "framings",
    "install_pack",
    "list_packs",
    "network_knobs",
    "pack_named",
    "packs_folder",
    "read_card_beside",
    "read_pack_file",
    "recognisers",
    "side_range_px",
    "templates",
]
