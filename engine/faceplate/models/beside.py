from pathlib import Path

from faceplate.errors import ModelError

suffix = ".card.json"


def card_beside(model: str | Path) -> Path:
    """Where a model's card stands that is not in the file itself: `MODEL.onnx.card.json` for `MODEL.onnx`."""
    path = Path(model)
    return path.with_name(path.name + suffix)


def read_card_beside(model: str | Path) -> str | None:
    """The text of the card beside a model, or None where there is none.

    Raises:
        ModelError: the card cannot be read, or is no UTF-8.
    """
    path = card_beside(model)
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        step = "write it as UTF-8 text that this user may read, or move it away"
        raise ModelError(str(path), expected="a model card", came=str(fault), next_step=step) from fault
