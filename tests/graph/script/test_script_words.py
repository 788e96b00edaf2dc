import random

import pytest
from sample_scripts import random_value
from tcl_oracle import needs_tclsh, tcl_lists

from faceplate.errors import ScriptError
from faceplate.graph.script import join_list, split_list
from faceplate.graph.script.limits import max_brace_depth


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t ", []),
        ("1 2 3", ["1", "2", "3"]),
        ("{curve x1 0.5 x10 1} {a {b c}}", ["curve x1 0.5 x10 1", "a {b c}"]),
        ('"a b" c', ["a b", "c"]),
        (r'"\n\t\r\\\"\{\[" {\n}', ['\n\t\r\\"{[', r"\n"]),
        (r"\x41 \u00e9 \101 \q a\ b", ["A", "é", "A", "q", "a b"]),
        (r"\ud83d\ude00", ["\U0001f600"]),
        ('"" {}', ["", ""]),
        ('a"b c{d', ['a"b', "c{d"]),
        ("a\u00a0b", ["a\u00a0b"]),
        ("\\", ["\\"]),
    ],
)
def test_a_list_is_cut_as_tcl_cuts_it(text, words):
    assert split_list(text) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a b", "brace that is not closed"),
        ("{a\\}", "brace that is not closed"),
        ('x "a b', "quote that is not closed"),
        ("{a}b", "'b' glued to the word '{a}'"),
        ('"a"{b}', "glued to the word '\"a\"'"),
        ("{" * 50_000 + "}" * 50_000, f"more than {max_brace_depth} braces"),
    ],
)
def test_text_that_is_no_list_is_refused(text, said):
    with pytest.raises(ScriptError) as caught:
        split_list(text)
    assert said in str(caught.value)


def test_braces_nest_deeper_than_one_expression_follows():
    inside = "{" * 100 + "x y" + "}" * 100
    assert split_list(f"a {{{inside}}} {{b c}}") == ["a", inside, "b c"]


def test_a_list_of_a_million_words_is_cut_whole():
    assert split_list("word " * 1_000_000) == ["word"] * 1_000_000


@pytest.mark.parametrize(
    "words", [[], [""], ["a b", "c"], ["{", "}"], ['"'], ["\\"], ["a\nb", "\r", "\0"], ["[x]", "$y"], ["\ud800"], ["#"]]
)
def test_a_joined_list_is_cut_into_the_same_words(words):
    assert split_list(join_list(words)) == words


def test_random_words_come_back_from_a_list():
    rng = random.Random(4)  # noqa: S311 -- the same ones every time
    for _ in range(2000):
        words = [random_value(rng) for _ in range(rng.randint(0, 5))]
        assert split_list(join_list(words)) == words


@needs_tclsh
def test_random_text_is_cut_and_refused_as_tcl_does(tmp_path):
    rng = random.Random(11)  # noqa: S311 -- the same ones every time
    texts = [random_value(rng) + " " * rng.randint(0, 1) + random_value(rng) for _ in range(4000)]
    ours = [_cut(text) for text in texts]
    assert None in ours
    assert ours == tcl_lists(texts, tmp_path)


@needs_tclsh
def test_tcl_cuts_our_joined_lists_into_the_same_words(tmp_path):
    rng = random.Random(12)  # noqa: S311 -- the same ones every time
    lists = [[random_value(rng) for _ in range(rng.randint(0, 5))] for _ in range(2000)]
    assert tcl_lists([join_list(words) for words in lists], tmp_path) == lists


def _cut(text):
    try:
        return split_list(text)
    except ScriptError:
        return None
