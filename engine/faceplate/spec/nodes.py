"""A node as every host sees it, and the registry of them all."""

from dataclasses import dataclass

from faceplate.spec.knobs import Settings, knobs_of


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    """One node of the suite: command line, gizmo, OFX parameters and reference page are derived from this.

    Attributes:
        name: the class name hosts show.
        version: raised when a default or the look changes, so that old scripts keep their picture.
        summary: one sentence for the artist.
        inputs: names of the inputs in host order; input 0 is the stream that passes through.
        settings: the class of its knobs.
        graph_settings: the class of the knobs that it has beside them in a node graph; the command line has arguments
            for what they say.
        layers: the layers it adds to the stream or takes out of it, each with its channels: `matte`, (`matte.alpha`).
    """

    name: str
    version: int
    summary: str
    inputs: tuple[str, ...]
    settings: type[Settings]
    graph_settings: type[Settings] = Settings
    layers: tuple[tuple[str, tuple[str, ...]], ...] = ()


_registry: dict[str, NodeSpec] = {}


def register(spec: NodeSpec) -> NodeSpec:
    """Adds a node to the registry and gives it back; a second node of the same name is a mistake of ours."""
    if spec.name in _registry:
        msg = f"{spec.name} is registered twice"
        raise ValueError(msg)
    knobs_of(spec.settings)
    knobs_of(spec.graph_settings)
    _registry[spec.name] = spec
    return spec


def registered() -> dict[str, NodeSpec]:
    """Every node whose stage has been imported, by name, in order of the names."""
    return dict(sorted(_registry.items()))
