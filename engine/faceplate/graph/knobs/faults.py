"""The fault of a piece of text, before it is known which knob of which node holds it."""

from faceplate.errors import ScriptError
from faceplate.graph.script import split_list


class TextError(ScriptError):
    """A text that means nothing, or nothing that is rendered. The knob reader says where it stands."""


def words_of(text: str) -> list[str]:
    """The words of a Tcl list.

    Raises:
        ScriptError: a brace or a quote is not closed.
    """
    try:
        return split_list(text)
    except ScriptError as error:
        raise TextError(short(text), expected=error.expected, came=error.came, next_step=error.next_step) from error


def short(text: str, most: int = 300) -> str:
    """The text for a message: all of it but where it would fill the screen."""
    return repr(text if len(text) <= most else f"{text[:most]}...")
