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
