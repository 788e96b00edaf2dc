import random
import time

import pytest
from sample_scripts import EVERY_CONSTRUCT, ODD_BUT_READABLE

from faceplate.errors import ScriptError
from faceplate.graph.script import decode_script, limits, parse_script, reader, script_text

MANY = 50_000


def reads_or_refuses(text):
    """The script, written and read again, or the error's words."""
    try:
        script = parse_script(text)
    except ScriptError as fault:
        return str(fault)
    assert parse_script(script_text(script)) == script
    return script


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * MANY, "nothing in a script is evaluated"),
        ("push " + "[stack " * MANY, "nothing in a script is evaluated"),
        ("Blur {x " + "{" * MANY + "}" * MANY + "}", "braces inside each other"),
        ("{" * MANY, "braces inside each other"),
        ("Blur {inputs 999999999}", "up to 1000"),
        ("Blur {inputs 9999999999999999999999}", "up to 1000"),
        ("Blur {inputs 999+999}", "up to 1000"),
        ("set a x\n" + 'set a "$a$a"\n' * 100, "nothing in a script is evaluated"),
        ("set a x\n" + "set a $a$a\n" * 100, "nothing in a script is evaluated"),
        ("push [stack 99999999999999]", "nothing in a script is evaluated"),
        ("Group {}\n" * 65, "at most 64 groups"),
        ("a " * MANY, "at most 100 words"),
        ("Dot {inputs 1000}\n" * 10_001, "at most 10000000 inputs in all"),
        ('Blur {"' + "a " * MANY + "}", "a quote that is not closed"),
        ("Blur {" + '"a ' * MANY + "}", "glued to the word"),
        ("Blur {" + "{ {} " * 150 + "}", "a brace that is not closed"),
    ],
)
def test_a_hostile_script_is_refused(text, said):
    assert said in reads_or_refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "Blur {x " + "y" * 1_000_000 + "}",
        "Blur {x {" + "{}" * 200_000 + "}}",
        "Blur {x " + r"\{" * 100_000 + "}",
        "Blur {" + " " * 1_000_000 + "}",
        "Blur {" + "\\\n" * 200_000 + "}",
        "y" * 500_000 + " {a b}",
        "\n;" * 200_000,
        "# " + "\\a" * 200_000,
        "push $" + "a" * 500_000,
        "set a [stack 0]\n" * 20_000,
        "Root {a b}\n" * 20_000,
        "Dot {}\nset c [stack 0]\n" + "clone $c {}\n" * 10_000,
        "push [stack 99999]\n" * 20_000,
        "Blur {x \x00\\x00\\0}",
        "\x00" * 100_000,
    ],
)
def test_a_huge_or_odd_script_is_read_in_bounded_time(text):
    start = time.perf_counter()
    assert not isinstance(reads_or_refuses(decode_script(text.encode())), str)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("limit", "said"), [("max_nodes", "3 nodes"), ("max_knobs", "3 knobs"), ("max_commands", "3 comm")]
)
def test_the_limits_on_nodes_knobs_and_commands_hold(limit, said, monkeypatch):
    monkeypatch.setattr(reader.limits, limit, 3)
    parse_script("Dot {x 1}\n" * 3)
    assert f"at most {said}" in reads_or_refuses("Dot {x 1}\n" * 4)
    assert limits is reader.limits


def test_a_list_of_more_knobs_than_the_limit_is_not_cut_to_the_end(monkeypatch):
    monkeypatch.setattr(reader.limits, "max_knobs", 1000)
    assert "at most 1000 knobs" in reads_or_refuses("Dot {" + "a b " * 1_500_000 + "}")


def test_mutated_scripts_are_read_or_refused():
    rng = random.Random(2)  # noqa: S311 -- the same ones every time
    seeds = [EVERY_CONSTRUCT, *ODD_BUT_READABLE]
    outcomes = [reads_or_refuses(decode_script(_mutated(rng.choice(seeds).encode(), rng))) for _ in range(600)]
    refused = sum(isinstance(outcome, str) for outcome in outcomes)
    assert 100 < refused < 500
    assert all(": expected " in outcome for outcome in outcomes if isinstance(outcome, str))


def test_a_script_full_of_commands_touches_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commands = ["exec touch made", "open made w", "source made", "set a [open made w]", "eval {exec touch made}"]
    commands += ["python {open('made','w')}", "Blur {onCreate \"open('made','w')\" label \"\\[exec touch made]\"}"]
    for command in commands:
        reads_or_refuses(command)
    assert list(tmp_path.iterdir()) == []


def _mutated(data, rng):
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(data) + 1)
        kind = rng.random()
        if kind < 0.4:
            data = data[:at] + bytes([rng.choice(b'{}"\\[]$;#\n\r \x00\xff\x80z')]) + data[at:]
        elif kind < 0.7:
            data = data[:at] + data[at + rng.randint(1, 30) :]
        else:
            data = data[:at] + data[rng.randrange(len(data) + 1) :][:100] + data[at:]
    return data
