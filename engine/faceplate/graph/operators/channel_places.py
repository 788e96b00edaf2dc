"""Which of a layer's four colours a channel is: knobs of four numbers, matrices and shuffles go by that."""

from collections.abc import Iterable

_named = {"red": 0, "r": 0, "green": 1, "g": 1, "blue": 2, "b": 2, "alpha": 3, "a": 3}


def layer_of(channel: str) -> str:
    """The layer of a full name: `rgba` of `rgba.red`."""
    return channel.rpartition(".")[0]


def place_of(channel: str, beside: Iterable[str]) -> int:
    """0 to 3 for red, green, blue and alpha; for other names the place in the layer among the channels beside it."""
    layer, _, name = channel.rpartition(".")
    if name in _named:
        return _named[name]
    others = [each for each in dict.fromkeys(beside) if layer_of(each) == layer]
    return others.index(channel) if channel in others else 0


def in_place(place: int, layer: str, beside: Iterable[str]) -> str | None:
    """The channel of a layer that stands in a place, among the channels given; None where none does."""
    known = tuple(each for each in beside if layer_of(each) == layer)
    return next((each for each in known if place_of(each, known) == place), None)


def four_places(channels: Iterable[str]) -> tuple[str | None, str | None, str | None, str | None]:
    """The channels of a set by their places, None where a place is empty; a place that is taken gives the next one."""
    places: list[str | None] = [None] * 4
    for channel in (listed := tuple(dict.fromkeys(channels))):
        wanted = place_of(channel, listed)
        free = [place for place in (*range(wanted, 4), *range(wanted)) if places[place] is None]
        if free:
            places[free[0]] = channel
    return places[0], places[1], places[2], places[3]
