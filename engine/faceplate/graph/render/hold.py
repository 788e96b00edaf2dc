"""Planes of one frame that wait for their next reader."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from faceplate.graph.render.geometry import Box
from faceplate.values import Floats

spare_bytes = 2**25
"""What may stay of planes that nobody is known to wait for."""

most_made_again = 1.5
"""How much larger than asked for a picture may be made in order to hold what is kept of it already."""


@dataclass(eq=False)
class _Piece:
    box: Box
    plane: Floats
    waiting: int


class Hold:
    """The planes that the nodes of one frame made for several readers, over the boxes that those asked for.

    A plane stays as long as a reader is waiting for it, then among those that may go, the oldest first. With the next
    band of rows nobody waits for the last one any more.
    """

    def __init__(self) -> None:
        self._pieces: dict[Hashable, list[_Piece]] = {}
        self._spare: OrderedDict[_Piece, Hashable] = OrderedDict()
        self._spare_bytes = 0

    def get(self, key: Hashable, box: Box) -> Floats | None:
        """What is held of a key over a box; None where that is not all of it."""
        for piece in self._pieces.get(key, ()):
            if piece.box.holds(box):
                self._read(key, piece)
                return piece.plane[box.slices(piece.box)]
        return None

    def put(self, key: Hashable, box: Box, plane: Floats, waiting: int) -> None:
        """Holds a plane over a box for so many more readers."""
        for piece in [each for each in self._pieces.get(key, ()) if box.holds(each.box)]:
            self._drop(key, piece)
        piece = _Piece(box, plane, waiting)
        self._pieces.setdefault(key, []).append(piece)
        if waiting <= 0:
            self._spared(key, piece)

    def around(self, key: Hashable, box: Box) -> Box:
        """The box, with what readers still wait for around it where little is made again for that."""
        for piece in self._pieces.get(key, ()):
            whole = box.join(piece.box)
            if piece.waiting > 0 and whole.width * whole.height <= most_made_again * box.width * box.height:
                box = whole
        return box

    def next_band(self) -> None:
        """Lets all go that was held for the last band of rows, beside what room there is."""
        for key, pieces in list(self._pieces.items()):
            for piece in [each for each in pieces if each.waiting > 0]:
                piece.waiting = 0
                self._spared(key, piece)

    def _read(self, key: Hashable, piece: _Piece) -> None:
        piece.waiting -= 1
        if piece.waiting <= 0:
            self._spared(key, piece)

    def _spared(self, key: Hashable, piece: _Piece) -> None:
        if piece in self._spare:
            self._spare.move_to_end(piece)
            return
        self._spare[piece] = key
        self._spare_bytes += piece.plane.nbytes
        while self._spare_bytes > spare_bytes:
            oldest, its_key = next(iter(self._spare.items()))
            self._drop(its_key, oldest)

    def _drop(self, key: Hashable, piece: _Piece) -> None:
        pieces = self._pieces[key]
        pieces.remove(piece)
        if not pieces:
            del self._pieces[key]
        if self._spare.pop(piece, None) is not None:
            self._spare_bytes -= piece.plane.nbytes
