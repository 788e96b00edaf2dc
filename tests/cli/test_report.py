import json

from faceplate.cli.report import Report


def test_frames_that_turn_up_later_are_said_as_an_event(capsys):
    with Report(as_json=True).frames("track", 3) as count:
        count(1001)
        count.more(2)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[-1] == {"event": "more", "stage": "track", "frames": 2}


def test_the_bar_counts_to_all_the_frames_there_turn_out_to_be(capsys):
    with Report(as_json=False).frames("track", 3) as count:
        count.more(2)
        for number in range(5):
            count(number)
    assert "5/5" in "".join(capsys.readouterr())


def test_control_characters_of_foreign_files_are_spelt_out(capsys):
    report = Report(as_json=False)
    report.result("plate \x1b[2Jgone\nnext line")
    report.note("name \x07")
    said = capsys.readouterr()
    assert said.out == "plate \\x1b[2Jgone\nnext line\n"
    assert said.err == "name \\x07\n"
