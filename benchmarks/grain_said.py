"""What is said of plates that went through codecs and scalers, and of those that did not: nothing missed or made up."""

from collections.abc import Callable, Iterator

import cv2

from faceplate.grain import measure_grain, profile_notes
from faceplate.values import Array
from grain_figures import GrainFigure
from grain_staged import ENCODING, MODELS, Staged, to_linear

# After grain_staged, which leads to the tests' folder.
from grain_codecs import blocks, cloth, enlarged, halved_colour, jpeg, louvres, mosaicked  # isort: skip

Change = Callable[[Array], Array]
FRAMES = 2
ROUNDING = {"sensor": 0.04, "silver": 0.012, "sixteen": 0.06}
"""By model, of cosines: coarse beside the grain, and yet some is left."""
BLOCKS: dict[str, Change] = {
    "8 pixels": jpeg(90),
    "16 pixels": enlarged(2, before=jpeg(90)),
    "12 pixels (of 8, enlarged 1.5 times)": enlarged(1.5, before=jpeg(90)),
    "8.533 pixels (of 8, enlarged 1.07 times)": enlarged(16 / 15, before=jpeg(90)),
    "10.67 x 8 pixels": enlarged(4 / 3, 1, before=jpeg(90)),
}
COLOUR: dict[str, Change] = {
    "across and down; linear": halved_colour(),
    "across and down; cubic": halved_colour(back=cv2.INTER_CUBIC),
    "across and down; repeated": halved_colour(back=cv2.INTER_NEAREST),
    "across; linear": halved_colour(2, 1),
}
SOUND: dict[str, Change] = {
    "as it is": lambda codes: codes,
    "a crop": lambda codes: codes[:256, :320],
    "mosaic": mosaicked,
    "1.5 times": enlarged(1.5),
    "twice": enlarged(2),
    "reduced": enlarged(2 / 3),
    "some louvres": louvres(12.3, 0.03, share=0.4),
    "louvres": louvres(40, 0.02),
    "cloth": cloth(8, 0.03),
    "some cloth": cloth(5.5, 0.02, share=0.5),
}
WORDS = ("blocks of {}:", "brightness {}, as")


def of_said() -> Iterator[GrainFigure]:
    """By model: what was not said, and what was said wrongly."""
    for model in MODELS.values():
        plate = Staged(model, "texture", (720, 1280), FRAMES)
        sides = {f"{side} pixels": blocks(side, ROUNDING[model.name]) for side in (4, 32, 64)}
        for about, word, changes in (("blocks", WORDS[0], BLOCKS | sides), ("colour", WORDS[1], COLOUR)):
            told = {each: _notes(plate, change) for each, change in changes.items()}
            missing = [each for each, notes in told.items() if word.format(each.partition("; ")[0]) not in notes]
            beside = f"of {len(changes)}; {', '.join(missing)}"
            yield GrainFigure(f"odd: not said ({model.name}, {about})", len(missing), beside)
        told = {each: _notes(plate, change) for each, change in SOUND.items()}
        wrong = [each for each, notes in told.items() if any(word.partition(" {")[0] in notes for word in WORDS)]
        beside = f"of {len(SOUND)}; {', '.join(wrong)}"
        yield GrainFigure(f"odd: said wrongly ({model.name})", len(wrong), beside)


def _notes(plate: Staged, change: Change) -> str:
    frames = [(place, change(plate.stored(place).astype("float32"))) for place in range(FRAMES)]
    return "; ".join(profile_notes(measure_grain(frames, to_linear, ENCODING)))
