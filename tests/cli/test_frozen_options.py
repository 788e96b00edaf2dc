import argparse
import json
from pathlib import Path

import pytest

from faceplate.cli import build_parser, main

FROZEN = Path(__file__).parent / "frozen_options.json"


def options_of(parser, name=""):
    """Every argument of every command: flags by all their names, positionals by their metavar, with their choices."""
    found = {}
    told = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                found |= options_of(below, f"{name} {word}".strip())
        else:
            words = "/".join(action.option_strings) or str(action.metavar)
            told.append(words + (f" {list(action.choices)}" if action.choices else ""))
    return {name or "faceplate": sorted(told), **found}


def test_the_command_line_is_the_frozen_one():
    """Others script against it: an option may be added, and none may go or change its name."""
    assert options_of(build_parser()) == json.loads(FROZEN.read_text())


def test_a_shortened_flag_is_refused_so_that_new_flags_break_no_script(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--fram", "2"])
    assert ended.value.code == 2
    assert "--fram" in capsys.readouterr().err
