from __future__ import annotations


class Problem(Exception):  # noqa: N818 -- the word that the artist reads
    """Something that the person at the graph has to know; its text goes into the node's status."""

    def __init__(self, thing: str, came: str, next_step: str) -> None:
        super().__init__(f"{thing}: {came}. Next: {next_step}.")
