from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from faceplate.values import describe_frames


def track_summary(track: Mapping[str, Any]) -> str:
    """What a track holds, in a few lines: frames, people and where they are seen, doubts counted, edits."""
    # Names may hold what no terminal takes; it is shown as question marks.
    return "\n".join(_lines(track)).encode("utf-8", "replace").decode()


def _lines(track: Mapping[str, Any]) -> Iterator[str]:
    width, height = track["size"]
    yield f"plate: {track['plate']}, {width}x{height}, pixel aspect {track['pixel_aspect']:g}"
    yield f"frames: {describe_frames(tuple(track['frames']))}"
    yield f"landmarker: {track['landmarker']}"
    if track["focal_px"] is not None:
        yield f"focal length: {track['focal_px']:g} px"
    yield f"cuts: {', '.join(map(str, track['cuts'])) or 'none'}"
    yield f"people: {len(track['people'])}"
    for person in track["people"]:
        yield from _person(track["frames"], person)
    yield f"edits: {_counted(Counter(edit['kind'] for edit in track['edits'])) or 'none'}"


def _person(frames: list[int], person: Mapping[str, Any]) -> Iterator[str]:
    seen = tuple(frame for frame, landmarks in zip(frames, person["landmarks"], strict=True) if landmarks is not None)
    yield f"  {person['name']}: seen in {len(seen)} of {len(frames)} frames, {describe_frames(seen)}"
    doubts = Counter(word.replace("_", " ") for words in person["doubts"] for word in words)
    yield f"    doubts: {_counted(doubts) or 'none'}"
    if person["by_hand"]:
        yield f"    set by hand: {describe_frames(tuple(person['by_hand']))}"


def _counted(words: Counter[str]) -> str:
    """The commonest first, each with its number."""
    return ", ".join(f"{word} {number}" for word, number in sorted(words.items(), key=lambda each: (-each[1], each[0])))
