"""Regular expressions in time that grows with pattern times text, whatever either is.

A pattern is turned into a small program whose threads all advance one character at a time (K. Thompson, CACM 11, 1968;
captures after R. Pike), so none can run away as with backtracking. The whole match is the leftmost, and the longest
one there unless the pattern asks for short ones, as Tcl has it. Back references and lookahead are refused.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.tcl_pattern_classes import Test, letter_class, one_letter, word_edge

longest_pattern = 300
longest_text = 4000
most_steps = 600
most_work = 1_000_000
most_repeats = 50
deepest_groups = 12


class Step(NamedTuple):
    """An instruction: `letter` with a test, `split` and `jump` with targets, `save` with a slot, `assert`, `match`."""

    kind: str
    test: Test | None = None
    to: int = 0
    other: int = 0


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern."""

    steps: tuple[Step, ...]
    groups: int
    prefers_short: bool

    def search(self, text: str, start: int = 0) -> tuple[int, ...] | None:
        """Where the leftmost match from `start` lies: start and end of the whole and of each group, -1 where unused.

        Raises:
            ScriptError: text times pattern is too much work.
        """
        if len(text) > longest_text:
            raise TextError(
                short(text, 40),
                expected=f"at most {longest_text} characters to search",
                came=f"{len(text)}",
                next_step="search a shorter text",
            )
        return _Search(self, text).run(start)


@lru_cache(maxsize=256)
def compiled(pattern: str, *, ignoring_case: bool = False) -> Pattern:
    """The program of a pattern.

    Raises:
        ScriptError: the pattern is faulty, too large, or asks for what is not rendered.
    """
    if len(pattern) > longest_pattern:
        raise _fault(pattern, f"at most {longest_pattern} characters", f"{len(pattern)}")
    if pattern.startswith("(?i)"):
        pattern, ignoring_case = pattern[4:], True
    parser = _Parser(pattern, ignoring_case)
    body = parser.alternatives()
    if parser.place < len(pattern):
        raise _fault(pattern, "matching brackets", repr(pattern[parser.place]))
    steps: list[Step] = [Step("save", to=0)]
    _emit(body, steps, pattern)
    steps += [Step("save", to=1), Step("match")]
    return Pattern(tuple(steps), parser.groups, parser.prefers_short)


@dataclass
class _Part:
    """A piece of a pattern: kind, what it tests, its parts, how often, and whether rather few."""

    kind: str
    test: Test | None = None
    parts: list["_Part"] = field(default_factory=list)
    fewest: int = 1
    most: int | None = 1
    short: bool = False
    group: int = 0


class _Parser:
    def __init__(self, pattern: str, ignoring_case: bool) -> None:  # noqa: FBT001 -- a private class
        self.pattern, self.ignoring_case = pattern, ignoring_case
        self.place = self.groups = self.depth = 0
        self.prefers_short = False

    @property
    def here(self) -> str:
        return self.pattern[self.place : self.place + 1]

    @property
    def counted(self) -> bool:
        """True where a count in braces stands here, and not a brace as such."""
        return self.here == "{" and self.pattern[self.place + 1 : self.place + 2].isdecimal()

    def alternatives(self) -> _Part:
        self.depth += 1
        if self.depth > deepest_groups:
            raise _fault(self.pattern, f"at most {deepest_groups} groups inside each other", "more")
        choices = [self.sequence()]
        while self.here == "|":
            self.place += 1
            choices.append(self.sequence())
        self.depth -= 1
        return _Part("either", parts=choices) if len(choices) > 1 else choices[0]

    def sequence(self) -> _Part:
        parts = []
        while self.here not in ("", "|", ")"):
            parts.append(self.repeated())
        return _Part("all", parts=parts)

    def repeated(self) -> _Part:
        part = self.atom()
        while self.here and (self.here in "*+?" or self.counted):
            fewest, most = self.counts()
            rather_few = self.here == "?"
            self.place += rather_few
            self.prefers_short |= rather_few
            part = _Part("repeat", parts=[part], fewest=fewest, most=most, short=rather_few)
        return part

    def counts(self) -> tuple[int, int | None]:
        sign = self.here
        self.place += 1
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        end = self.pattern.find("}", self.place)
        low, comma, high = self.pattern[self.place : max(end, self.place)].partition(",")
        self.place = end + 1
        if end < 0 or not low.isdecimal() or not (high.isdecimal() or not high):
            raise _fault(self.pattern, "{count} or {fewest,most}", "something else")
        fewest, most = int(low[:6]), int(high[:6]) if high else None if comma else int(low[:6])
        if fewest > most_repeats or (most or 0) > most_repeats or (most is not None and most < fewest):
            raise _fault(self.pattern, f"at most {most_repeats} repeats", f"{{{low}{comma}{high}}}")
        return fewest, most

    def atom(self) -> _Part:
        here = self.here
        self.place += 1
        if here == "(":
            return self.group()
        if here in "*+?":
            raise _fault(self.pattern, "something to repeat", repr(here))
        if here == "^":
            return _Part("assert", test=lambda _, place: place == 0)
        if here == "$":
            return _Part("assert", test=lambda text, place: place == len(text))
        if here == "\\":
            return self.escape()
        test, self.place = letter_class(self.pattern, self.place - 1, ignoring_case=self.ignoring_case)
        return _Part("letter", test=test)

    def escape(self) -> _Part:
        letter = self.here
        edge = word_edge(letter)
        if edge is not None:
            self.place += 1
            return _Part("assert", test=edge)
        if letter.isdigit() and letter != "0":
            raise _fault(self.pattern, "a pattern without back references", f"\\{letter}")
        test, self.place = one_letter(self.pattern, self.place, ignoring_case=self.ignoring_case)
        return _Part("letter", test=test)

    def group(self) -> _Part:
        number = 0
        if self.pattern.startswith("?:", self.place):
            self.place += 2
        elif self.here == "?":
            raise _fault(self.pattern, "a pattern without lookahead", self.pattern[self.place - 1 : self.place + 2])
        else:
            self.groups += 1
            number = self.groups
        part = self.alternatives()
        if self.here != ")":
            raise _fault(self.pattern, "a closing bracket", "the end of the pattern")
        self.place += 1
        return _Part("group", parts=[part], group=number) if number else part


def _emit(part: _Part, steps: list[Step], pattern: str) -> None:
    if len(steps) > most_steps:
        raise _fault(pattern, f"a pattern of at most {most_steps} steps", "a larger one")
    if part.kind in ("letter", "assert"):
        steps.append(Step(part.kind, part.test))
    elif part.kind == "all":
        for each in part.parts:
            _emit(each, steps, pattern)
    elif part.kind == "group":
        steps.append(Step("save", to=2 * part.group))
        _emit(part.parts[0], steps, pattern)
        steps.append(Step("save", to=2 * part.group + 1))
    elif part.kind == "either":
        _emit_either(part.parts, steps, pattern)
    else:
        _emit_repeat(part, steps, pattern)


def _emit_either(choices: list[_Part], steps: list[Step], pattern: str) -> None:
    jumps = []
    for each in choices[:-1]:
        split = len(steps)
        steps.append(Step("split"))
        _emit(each, steps, pattern)
        jumps.append(len(steps))
        steps.append(Step("jump"))
        steps[split] = Step("split", to=split + 1, other=len(steps))
    _emit(choices[-1], steps, pattern)
    for jump in jumps:
        steps[jump] = Step("jump", to=len(steps))


def _emit_repeat(part: _Part, steps: list[Step], pattern: str) -> None:
    inner = part.parts[0]
    for _ in range(part.fewest):
        _emit(inner, steps, pattern)
    if part.most is None:
        split = len(steps)
        steps.append(Step("split"))
        _emit(inner, steps, pattern)
        steps.append(Step("jump", to=split))
        steps[split] = _split(split + 1, len(steps), rather_last=part.short)
        return
    splits = []
    for _ in range(part.most - part.fewest):
        splits.append(len(steps))
        steps.append(Step("split"))
        _emit(inner, steps, pattern)
    for split in splits:
        steps[split] = _split(split + 1, len(steps), rather_last=part.short)


def _split(first: int, last: int, *, rather_last: bool) -> Step:
    return Step("split", to=last, other=first) if rather_last else Step("split", to=first, other=last)


class _Search:
    def __init__(self, pattern: Pattern, text: str) -> None:
        self.pattern, self.text = pattern, text
        self.work = 0

    def run(self, start: int) -> tuple[int, ...] | None:
        best: tuple[int, ...] | None = None
        threads: dict[int, tuple[int, ...]] = {}
        empty = (-1,) * (2 * self.pattern.groups + 2)
        for place in range(start, len(self.text) + 1):
            if best is None:
                self._add(threads, 0, empty, place)
            if not threads and best is not None:
                break
            threads, best = self._advance(threads, place, best)
        return best

    def _advance(
        self, threads: dict[int, tuple[int, ...]], place: int, best: tuple[int, ...] | None
    ) -> tuple[dict[int, tuple[int, ...]], tuple[int, ...] | None]:
        following: dict[int, tuple[int, ...]] = {}
        for at, saved in threads.items():
            step = self.pattern.steps[at]
            if step.kind == "match":
                if best is None or saved[0] < best[0] or (saved[0] == best[0] and saved[1] > best[1]):
                    best = saved
                if self.pattern.prefers_short:
                    break
            elif self._fits(step, place) and (best is None or saved[0] <= best[0]):
                self._add(following, at + 1, saved, place + 1)
        return following, best

    def _fits(self, step: Step, place: int) -> bool:
        return place < len(self.text) and step.test is not None and step.test(self.text, place)

    def _add(self, threads: dict[int, tuple[int, ...]], at: int, saved: tuple[int, ...], place: int) -> None:
        """Follows all steps that take no letter, the preferred way first."""
        seen: set[int] = set()
        waiting = [(at, saved)]
        while waiting:
            at, saved = waiting.pop()
            if at in threads or at in seen:
                continue
            seen.add(at)
            self._count()
            step = self.pattern.steps[at]
            if step.kind == "jump":
                waiting.append((step.to, saved))
            elif step.kind == "split":
                waiting += [(step.other, saved), (step.to, saved)]
            elif step.kind == "save":
                waiting.append((at + 1, (*saved[: step.to], place, *saved[step.to + 1 :])))
            elif step.kind == "assert":
                if step.test is not None and step.test(self.text, place):
                    waiting.append((at + 1, saved))
            else:
                threads[at] = saved

    def _count(self) -> None:
        self.work += 1
        if self.work > most_work:
            raise TextError(
                "a pattern", expected="one that is quick to match", came="too much work", next_step="simplify it"
            )


def _fault(pattern: str, expected: str, came: str) -> TextError:
    return TextError(short(pattern), expected=expected, came=came, next_step="mend the pattern")
