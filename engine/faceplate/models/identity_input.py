from dataclasses import dataclass

recognisers = ("w600k", "simswap", "ghost")
"""Whose embeddings a one-shot model was trained on: InsightFace's w600k and its kin, SimSwap's own, or Ghost's own."""

lengths = ("unit", "own")
embedding_range = (32, 4096)


@dataclass(frozen=True)
class IdentityInput:
    """The input of a one-shot model that says whom it is to show, by an embedding of their face.

    Attributes:
        input: its name in the network.
        recogniser: whose embeddings it takes, one of `recognisers`.
        values: how many numbers an embedding has.
        length: `unit` where embeddings are brought to length 1, `own` where they stay as the recogniser gives them.
        mapped: True where the embedding goes through the file's last initialiser, values x values, and is brought to
            length 1 again before the network sees it.
    """

    input: str
    recogniser: str = "w600k"
    values: int = 512
    length: str = "unit"
    mapped: bool = False
