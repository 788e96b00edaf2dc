"""Pictures of a model's range as its network takes and gives them."""

import numpy as np

from faceplate.errors import ModelError
from faceplate.models import ModelCard
from faceplate.values import Array, Floats


def picture_shape(card: ModelCard, channels: int) -> tuple[int, ...]:
    """The shape of one picture of so many channels."""
    side = card.side_px
    return (1, channels, side, side) if card.layout == "NCHW" else (1, side, side, channels)


def to_network(rgb_model: Floats, card: ModelCard, planes: Floats) -> Floats:
    """A picture (side x side x 3) as the network takes it, with a plane of each of these values behind its colours."""
    scaled = (rgb_model - np.asarray(card.mean, np.float32)) / np.asarray(card.spread, np.float32)
    pixels = scaled[..., ::-1] if card.order == "BGR" else scaled
    if planes.size:
        pixels = np.concatenate([pixels, np.broadcast_to(planes, (*pixels.shape[:2], planes.size))], axis=-1)
    planar = pixels.transpose(2, 0, 1) if card.layout == "NCHW" else pixels
    return np.ascontiguousarray(planar[None], np.float32)


def from_network(output: Array, card: ModelCard, *, channels: int, source: str) -> Floats:
    """What the network gave as side x side x channels, in its own values and order.

    Raises:
        ModelError: it is of another shape, or holds NaN or infinity.
    """
    if output.shape != picture_shape(card, channels) or not np.isfinite(output).all():
        came = f"{output.shape}, {np.count_nonzero(~np.isfinite(output))} values NaN or infinite"
        expected = f"finite output {picture_shape(card, channels)}"
        raise ModelError(source, expected=expected, came=came, next_step="train or export the model again")
    planes = output[0].transpose(1, 2, 0) if card.layout == "NCHW" else output[0]
    return np.asarray(planes, np.float32)
