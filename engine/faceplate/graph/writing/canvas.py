"""The samples of a file in the making: new arrays, or those of the plate until a sample of it changes."""

from dataclasses import replace

import numpy as np

from faceplate.graph.render import Box, box_to_window, empty_box
from faceplate.values import Array, ChannelGroup, Frame, Sample, Window


class Canvas:
    """Stored samples over a box, written band by band.

    Attributes:
        changed: where samples were put.
    """

    def __init__(self, groups: tuple[ChannelGroup, ...], box: Box, *, owned: bool) -> None:
        self._groups, self._box = list(groups), box
        self._owned = [owned] * len(groups)
        self._places = {name: (at, group.names.index(name)) for at, group in enumerate(groups) for name in group.names}
        self.changed = empty_box

    @classmethod
    def empty(cls, names: tuple[str, ...], sample: Sample, box: Box) -> "Canvas":
        """A canvas of zeros, all channels stored alike."""
        return cls((ChannelGroup(names, np.zeros((*box.shape, len(names)), sample.dtype)),), box, owned=True)

    @classmethod
    def of(cls, plate: Frame, box: Box) -> "Canvas":
        """A canvas that is the plate until something is put on it; the plate stays as it is."""
        return cls(plate.groups, box, owned=False)

    def put(self, box: Box, names: tuple[str, ...], stored: Array) -> None:
        """Stored samples of some channels over a box, lowest row first, the channels in the last axis."""
        rows, columns = box_to_window(box, self._box.t).slices(box_to_window(self._box, self._box.t))
        places = [self._places[name] for name in names]
        group, first = places[0]
        if places == [(group, first + step) for step in range(len(places))]:
            self._pixels(group)[rows, columns, first : first + len(places)] = stored[::-1]
        else:
            for source, (each, target) in enumerate(places):
                self._pixels(each)[rows, columns, target] = stored[::-1, :, source]
        self.changed = self.changed.join(box)

    def cropped(self, box: Box) -> "Canvas":
        """The part of it over a box inside its own."""
        rows, columns = box_to_window(box, self._box.t).slices(box_to_window(self._box, self._box.t))
        groups = (ChannelGroup(group.names, group.pixels[rows, columns]) for group in self._groups)
        part = Canvas(tuple(groups), box, owned=False)
        part.changed = box
        return part

    @property
    def groups(self) -> tuple[ChannelGroup, ...]:
        """All channels."""
        return tuple(self._groups)

    def window(self, height: int) -> Window:
        """Where samples were put, in the plate space of a format so high."""
        return box_to_window(self.changed, height)

    def _pixels(self, group: int) -> Array:
        """The samples of a group, its own from the first change on."""
        if not self._owned[group]:
            before = self._groups[group]
            self._groups[group] = replace(before, pixels=before.pixels.copy())
            self._owned[group] = True
        return self._groups[group].pixels
