from dataclasses import dataclass

from faceplate.spec import Settings, knob


@dataclass(frozen=True, kw_only=True)
class ProcessorSettings(Settings):
    """How the processor runs the model."""

    gpu_memory: int = knob(
        0,
        help="How much of a GPU's memory the model may take; 0 is all there is. One that asks for more says so, and "
        "goes on with half the batch. The CPU has no such limit.",
        unit="MiB",
        minimum=0,
        maximum=2**18,
        group="Processor",
    )
    batch: int = knob(
        1,
        help="How many pictures go through the model at once, of passes, frames and faces that wait for it: more keep "
        "a GPU busier. A model exported for a fixed number takes that. With 1 a frame has the same bits alone and in "
        "any sequence; with more, some processors round the last bit by how many go together.",
        minimum=1,
        maximum=64,
        group="Processor",
    )
