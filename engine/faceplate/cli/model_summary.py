from collections.abc import Iterator, Mapping
from typing import Any


def model_summary(model: Mapping[str, Any]) -> str:
    """What a model is, why it was taken for that, and everything of its card, for people."""
    return "\n".join(_lines(model, ""))


def _lines(entries: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in entries.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:" if value else f"{indent}{name}: none"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{name}:"
            yield from (f"{indent}  {line}" for line in value)
        elif isinstance(value, tuple):
            yield f"{indent}{name}: {', '.join(map(str, value))}"
        else:
            yield f"{indent}{name}: {value}"
