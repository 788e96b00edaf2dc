"""Model packs (installed, verified, found) and the card that every swap model carries."""

from faceplate.models.card import CropGeometry, ModelCard, card_from_json, card_key, card_to_json
from faceplate.models.catalogue import Pack, PackFile, Wheel, catalogue
from faceplate.models.install import install_pack
from faceplate.models.packs import PackStatus, find_pack, list_packs, pack_named, packs_folder, read_pack_file

__all__ = [
    "CropGeometry",
    "ModelCard",
    "Pack",
    "PackFile",
    "PackStatus",
    "Wheel",
    "card_from_json",
    "card_key",
    "card_to_json",
    "catalogue",
    "find_pack",
    "install_pack",
    "list_packs",
    "pack_named",
    "packs_folder",
    "read_pack_file",
]
