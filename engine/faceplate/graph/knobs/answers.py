"""One question to the knobs of a script, and all the questions that it leads to."""

from typing import TYPE_CHECKING

from faceplate.graph.knobs.curves import Curve
from faceplate.graph.knobs.elements import Driven, Element, elements_of, no_keys, reads_as_numbers
from faceplate.graph.knobs.evaluation import evaluate
from faceplate.graph.knobs.expressions import Name, parse_expression
from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.fields import Field, field_of
from faceplate.graph.knobs.format_answers import format_of, root_format
from faceplate.graph.knobs.measures import facts_of_format, format_measure, measured, picture_measure
from faceplate.graph.knobs.names import root
from faceplate.graph.knobs.numerals import plain_number, shown_number
from faceplate.graph.knobs.pictures import Moment, PictureFacts
from faceplate.graph.knobs.surroundings import Within
from faceplate.graph.knobs.tcl import Tcl
from faceplate.graph.knobs.tcl_commands import commands
from faceplate.graph.knobs.tcl_host import NodeHost
from faceplate.graph.knobs.trail import KnobAt, Trail
from faceplate.graph.knobs.user_knobs import format_type, link_type, menu_types, string_types

if TYPE_CHECKING:
    from faceplate.graph.knobs.reader import KnobReader


class Answers:
    """Works out one question. What is asked twice on the way is worked out once; going in circles is an error."""

    def __init__(self, reader: "KnobReader") -> None:
        self.reader, self.names = reader, reader.names
        self.trail = Trail(reader.names)

    # Numbers.

    def number(self, at: KnobAt) -> float:
        """The value of an element.

        Raises:
            ScriptError: there is no such knob, or its text gives no number.
        """
        return self.trail.once("number", at, lambda: self._number(at))

    def _number(self, at: KnobAt) -> float:
        target = self.linked(at)
        if target is not None:
            return self.of_named(target, at.index, at)
        if at.index == root and at.knob == "frame":
            return at.moment.frame
        text = self._numeric_text(at)
        items = self.menu(at)
        if text in items and plain_number(text) is None:
            return float(items.index(text))
        return self.of_element(self._element(at, text), at)

    def _element(self, at: KnobAt, text: str) -> Element:
        """An element of a text; a lone one stands for all, a missing one is the default's, or 0."""
        elements = elements_of(text)
        if len(elements) == 1:
            return elements[0]
        if at.field < len(elements):
            return elements[at.field]
        defaults = elements_of(self.names.default(at.index, at.knob) or "")
        if len(defaults) == 1:
            return defaults[0]
        return defaults[at.field] if at.field < len(defaults) else 0.0

    def of_element(self, element: Element, at: KnobAt) -> float:
        """The value of an element at the moment."""
        if isinstance(element, float):
            return element
        if isinstance(element, Curve):
            return element.value(at.moment.frame)
        return self.expression(element.expression, at, element.keys)

    def expression(self, text: str, at: KnobAt, keys: Curve = no_keys) -> float:
        """The value of an expression that stands in a knob; brackets in it are replaced first, as text."""
        return evaluate(parse_expression(self.substituted(text, at)), Within(self, at, keys))

    def _numeric_text(self, at: KnobAt) -> str:
        text = self.text_of(at)
        return self.substituted(text, at) if "[" in text and not text.startswith("{") else text

    def menu(self, at: KnobAt) -> tuple[str, ...]:
        """The items of a menu knob; empty where none are known."""
        declared = self.names.user_knobs(at.index).get(at.knob)
        if declared is not None:
            return declared.menu if declared.type in menu_types else ()
        return self.reader.settings.menus.get(self.names.klass(at.index), {}).get(at.knob, ())

    def count_of(self, at: KnobAt) -> int:
        """How many elements a knob's text has."""
        text = self.text_of(at)
        return 1 if "[" in text and not text.startswith("{") else len(elements_of(text))

    # Texts.

    def text_of(self, at: KnobAt) -> str:
        """The text of a knob as the script has it.

        Raises:
            ScriptError: the node has no such knob.
        """
        if at.index == root and at.knob == "name" and self.reader.settings.script_path is not None:
            return self.reader.settings.script_path.as_posix()
        text = self.names.text(at.index, at.knob)
        if text is None:
            raise TextError(
                short(at.knob),
                expected=f"a knob of {self.names.klass(at.index)} that is known here",
                came=at.knob,
                next_step="write the knob's value into the script, or mend the name",
            )
        return text

    def substituted(self, text: str, at: KnobAt) -> str:
        """The text with its brackets replaced by what they give."""
        if "[" not in text and "\\]" not in text:
            return text
        return Tcl(NodeHost(self, at), commands).substituted(text)

    def text(self, at: KnobAt) -> str:
        """The value of a knob as text: brackets replaced, numbers written out, menus by the name of their item."""
        return self.trail.once("text", at, lambda: self._text(at))

    def _text(self, at: KnobAt) -> str:
        target = self.linked(at)
        if target is not None:
            return self.text_of_named(target, at.index, at.moment)
        if at.index == root and at.knob == "frame":
            return shown_number(at.moment.frame)
        text = self.text_of(at)
        if not self._is_driven(at, text):
            return self.substituted(text, at)
        places = (KnobAt(at.index, at.knob, at.moment, place) for place in range(len(elements_of(text))))
        values = [self.number(each) for each in places]
        items = self.menu(at)
        if items and len(values) == 1 and 0 <= values[0] < len(items):
            return items[int(values[0])]
        shown = [shown_number(value) for value in values]
        return shown[0] if len(set(shown)) == 1 else " ".join(shown)

    def _is_driven(self, at: KnobAt, text: str) -> bool:
        """True where the text stands for numbers that a curve or an expression gives."""
        declared = self.names.user_knobs(at.index).get(at.knob)
        is_string = declared is not None and declared.type in string_types
        return reads_as_numbers(text) and not (is_string and not text.startswith("{"))

    # Names.

    def of_named(self, path: str, seen_from: int, at: KnobAt) -> float:
        """The number that a name stands for: a knob, a field of one, or a measure of a picture."""
        index, rest = self.names.find(path, seen_from)
        if not rest:
            raise self._nothing(path, seen_from)
        is_itself = (index, rest[0]) == (at.index, at.knob) and rest[0] in measured
        if self.names.text(index, rest[0]) is None or is_itself:
            return self._measure(index, rest, path, seen_from, at.moment)
        return self._knob_field(KnobAt(index, rest[0], at.moment, at.field), rest[1:], path)

    def _knob_field(self, at: KnobAt, words: tuple[str, ...], path: str) -> float:
        words = words[1:] if words and words[0] in self.names.views else words
        if not words:
            return self.number(at)
        if self._is_format(at):
            measure = format_measure(format_of(self, at) or root_format(self.reader), words[0])
            if measure is None:
                raise self._nothing(path, at.index)
            return measure
        target = self.linked(at)
        if target is not None:
            return self.of_named(".".join((target, *words)), at.index, at)
        field = self._field(at, words[0])
        value = self.number(KnobAt(at.index, at.knob, at.moment, field.place))
        return value if field.less is None else value - self.number(KnobAt(at.index, at.knob, at.moment, field.less))

    def _field(self, at: KnobAt, word: str) -> Field:
        return field_of(at.knob, word, self.count_of(at), self.names.user_knobs(at.index).get(at.knob))

    def _is_format(self, at: KnobAt) -> bool:
        declared = self.names.user_knobs(at.index).get(at.knob)
        return declared.type == format_type if declared else at.knob in ("format", "proxy_format")

    def element_of_named(self, path: str, at: KnobAt) -> Element:
        """The element that a name stands for, links and expressions that are but a name followed to their end."""
        index, rest = self.names.find(path, at.index)
        if not rest or self.names.text(index, rest[0]) is None:
            raise self._nothing(path, at.index)
        knob = KnobAt(index, rest[0], at.moment, at.field)
        target = self.linked(knob)
        if target is not None:
            with self.trail.asking("element", knob):
                return self.element_of_named(".".join((target, *rest[1:])), knob)
        if rest[1:]:
            knob = KnobAt(index, rest[0], at.moment, self._field(knob, rest[1]).place)
        element = self._element(knob, self._numeric_text(knob))
        if isinstance(element, Driven) and "[" not in element.expression:
            tree = parse_expression(element.expression)
            if isinstance(tree, Name):
                with self.trail.asking("element", knob):
                    return self.element_of_named(tree.path, knob)
        return element

    def text_of_named(self, path: str, seen_from: int, moment: Moment) -> str:
        """The text that a name stands for."""
        index, rest = self.names.find(path, seen_from)
        if not rest:
            raise self._nothing(path, seen_from)
        if self.names.text(index, rest[0]) is None:
            return shown_number(self._measure(index, rest, path, seen_from, moment))
        at = KnobAt(index, rest[0], moment)
        if not rest[1:] or rest[1:] == (moment.view,):
            return self.text(at)
        return shown_number(self._knob_field(at, rest[1:], path))

    def linked_text(self, at: KnobAt) -> str | None:
        """The text of the knob that an expression which is but a name leads to; None for other expressions."""
        element = self._element(at, self.text_of(at))
        if not isinstance(element, Driven) or "[" in element.expression:
            return None
        tree = parse_expression(element.expression)
        if not isinstance(tree, Name):
            return None
        index, rest = self.names.find(tree.path, at.index)
        if len(rest) != 1 or self.names.text(index, rest[0]) is None:
            return None
        with self.trail.asking("word", at):
            target = KnobAt(index, rest[0], at.moment)
            return self.linked_text(target) if reads_as_numbers(self.text_of(target)) else self.text(target)

    def linked(self, at: KnobAt) -> str | None:
        """The name that a link knob shows; None for other knobs."""
        declared = self.names.user_knobs(at.index).get(at.knob)
        return declared.text if declared is not None and declared.type == link_type and declared.text else None

    def _nothing(self, path: str, seen_from: int) -> TextError:
        return TextError(
            short(path),
            expected=f"a knob, or a measure such as width, by a name that {self.names.path(seen_from)} can see",
            came=path,
            next_step="mend the name, or write the knob's value into the script",
        )

    # Pictures.

    def _measure(self, index: int, words: tuple[str, ...], path: str, seen_from: int, moment: Moment) -> float:
        if words[0] not in measured or (index == root and words[0] not in ("width", "height", "pixel_aspect")):
            raise self._nothing(path, seen_from)
        measure = picture_measure(self.facts(index, seen_from, moment), words)
        if measure is None:
            raise self._nothing(path, seen_from)
        return measure

    def facts(self, index: int, seen_from: int, moment: Moment) -> PictureFacts:
        """The facts of a node's picture; of the asking node's own, or of a group's around it, those of its input.

        What a node makes may depend on the knob that asks, so it can only be told what comes in.
        """
        if index == root:
            return self._empty_facts()
        if index == seen_from or self.names.is_around(index, seen_from):
            above = self.names.input_of(index, 0)
            if above is None and (self.names.script.nodes[index].is_group or self.names.script.nodes[index].inputs):
                return self._empty_facts()
            index = index if above is None else above
        return self.reader.pictures.facts(index, moment)

    def _empty_facts(self) -> PictureFacts:
        frames = [plain_number(self.names.text(root, knob) or "") or 1 for knob in ("first_frame", "last_frame")]
        return facts_of_format(root_format(self.reader), (int(frames[0]), int(frames[1])))
