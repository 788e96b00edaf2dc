"""Landmarks that an artist sets together."""

from types import MappingProxyType

from faceplate.track import topology

WHOLE = "whole"

groups = MappingProxyType(
    {
        WHOLE: tuple(range(topology.POINTS)),
        "right_eye": topology.right_eye + topology.right_iris,
        "left_eye": topology.left_eye + topology.left_iris,
        "right_lids": topology.right_eye,
        "left_lids": topology.left_eye,
        "lips": topology.lips_outer + topology.lips_inner,
        **{name: points for name, points in topology.regions.items() if name not in ("right_eye", "left_eye")},
    }
)
"""Each group's landmarks by its name: the regions of the topology, where an eye is its lids and its iris."""


def group_named(points: tuple[int, ...]) -> str:
    """The name of the group that has just these landmarks; empty where there is none."""
    return next((name for name, members in groups.items() if set(members) == set(points)), "")
