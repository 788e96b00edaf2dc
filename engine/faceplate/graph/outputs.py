"""Where a shot goes: which sequences of what, checked before any work."""

from collections.abc import Sequence
from dataclasses import dataclass

from faceplate.deliver import check_outputs, layer_formats
from faceplate.errors import CallError
from faceplate.graph.face_layers import layer_kinds, layer_names

layer_place = "{layer}"
"""Where the name of an output says which layer it is."""


@dataclass(frozen=True)
class Outputs:
    """Where a shot goes: sequences by name, such as `OUT.%04d.exr`.

    Attributes:
        finished: the plate with the face in it, one or more formats.
        matte: the matte alone, or None.
        swap: the face alone, premultiplied in scene-linear, or None.
        compression: of the finished EXR files, as `zip` or `dwaa:45`; None for the plate's own where it keeps samples.
        layers: which of `layer_kinds` are asked for.
        layers_to: where they go: with `{layer}` in it to a sequence each, without to one of them all; None for the
            finished EXR files.
    """

    finished: tuple[str, ...]
    matte: str | None = None
    swap: str | None = None
    compression: str | None = None
    layers: tuple[str, ...] = ()
    layers_to: str | None = None

    def check(self, inputs: Sequence[str], faces: int = 1) -> None:
        """Refuses, before any work, names that cannot be written, stand twice, or are those of `inputs`.

        Raises:
            CallError: a name makes no sense, layers have nowhere to go, or one matte is asked for of several `faces`.
            StorageError: a folder cannot be made or written.
        """
        _check_layers(self, faces)
        layers = [name for name in (self.matte, self.swap) if name]
        layers += [pattern for pattern, _ in self.layer_files(faces)]
        check_outputs(layers, inputs, layer_formats)
        check_outputs([*self.finished, *layers], inputs)

    def holds_layers(self, name: str) -> bool:
        """True for a finished sequence in whose files the layers stand."""
        return bool(self.layers) and self.layers_to is None and name.lower().endswith(layer_formats)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The layers that are made: all that were asked for, less those that have no place among others."""
        alone = self.layers_to is not None and layer_place in self.layers_to
        return tuple(kind for kind in self.layers if alone or not layer_kinds[kind].in_crop)

    def layer_files(self, faces: int) -> tuple[tuple[str, str], ...]:
        """The sequences of layers alone, each with the layer it is of; one of them all is of none."""
        if self.layers_to is None:
            return ()
        if layer_place not in self.layers_to:
            return ((self.layers_to, ""),)
        return tuple((self.layers_to.replace(layer_place, name), name) for name, _ in layer_names(faces, self.kinds))


def _check_layers(outputs: Outputs, faces: int) -> None:
    if outputs.layers_to is not None and not outputs.layers:
        raise CallError(
            outputs.layers_to, expected="layers to write there", came="none", next_step="name them with --layers"
        )
    if outputs.layers and outputs.layers_to is None and not any(map(outputs.holds_layers, outputs.finished)):
        raise CallError(
            "the layers",
            expected="an EXR to stand in",
            came=", ".join(outputs.finished),
            next_step="add an EXR output, or say where they go (--layers-to)",
        )
    if outputs.layers and not outputs.kinds:
        raise CallError(
            "the layers",
            expected=f"a file of its own for {', '.join(outputs.layers)}, which is no picture of the plate",
            came=outputs.layers_to or "none",
            next_step=f"put {layer_place} into the name of --layers-to",
        )
    if faces > 1 and (outputs.matte or outputs.swap):
        raise CallError(
            str(outputs.matte or outputs.swap),
            expected="one face, where a matte or a face is written alone",
            came=f"{faces} faces",
            next_step=f"write the layers of each face: --layers matte,face --layers-to 'OUT/{layer_place}.%04d.exr'",
        )
