from dataclasses import FrozenInstanceError, dataclass

import pytest

from faceplate.errors import CallError
from faceplate.spec import Settings, knob, knobs_of


@dataclass(frozen=True, kw_only=True)
class GlowSettings(Settings):
    size: float = knob(1.5, help="Radius.", group="Glow", unit="px", minimum=0, maximum=10)
    count: int = knob(3, help="Passes.", group="Glow", minimum=1)
    filter: str = knob("box", help="Kernel.", group="Glow", choices=("box", "gauss"))
    on: bool = knob(default=True, help="Whether at all.", group="Glow")


@pytest.mark.parametrize("values", [{}, {"size": 0}, {"size": 10.0}, {"filter": "gauss"}, {"on": False}, {"count": 99}])
def test_values_within_their_range_are_taken(values):
    settings = GlowSettings(**values)
    assert all(getattr(settings, name) == value for name, value in values.items())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"size": 10.1}, "0 to 10 px"),
        ({"size": -0.1}, "0 to 10 px"),
        ({"size": float("nan")}, "0 to 10 px"),
        ({"size": "2"}, "a number"),
        ({"size": True}, "a number"),
        ({"count": 0}, "1 to any"),
        ({"count": 2.0}, "a whole number"),
        ({"count": True}, "a whole number"),
        ({"filter": "sinc"}, "one of box, gauss"),
        ({"on": 1}, "on or off"),
    ],
)
def test_values_outside_are_refused_with_what_was_expected(values, expected):
    with pytest.raises(CallError) as refusal:
        GlowSettings(**values)
    assert refusal.value.thing == f"Glow.{next(iter(values))}"
    assert refusal.value.expected == expected


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        GlowSettings().size = 2.0


def test_every_knob_tells_its_default_and_type_in_order():
    assert [(name, default, kind) for name, (_, default, kind) in knobs_of(GlowSettings).items()] == [
        ("size", 1.5, float),
        ("count", 3, int),
        ("filter", "box", str),
        ("on", True, bool),
    ]


def test_a_field_that_is_no_knob_is_a_mistake_of_ours():
    @dataclass(frozen=True, kw_only=True)
    class BareSettings(Settings):
        size: float = 1.0

    with pytest.raises(TypeError, match="declared with knob"):
        knobs_of(BareSettings)
