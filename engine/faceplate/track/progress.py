from typing import Protocol


class Progress(Protocol):
    """Who is told how far the reading of a plate has come; from any thread."""

    def __call__(self, number: int) -> None:
        """One more frame is done, in no fixed order; a frame that is read again is told again."""

    def more(self, frames: int) -> None:
        """So many frames are to be read beyond those that were known of before."""


class Unheard:
    """Progress that nobody asked for."""

    def __call__(self, number: int) -> None:
        """Nothing."""

    def more(self, frames: int) -> None:
        """Nothing."""


unheard = Unheard()
