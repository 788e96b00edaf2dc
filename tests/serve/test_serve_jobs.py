import time

import pytest
from serve_stand import RawCaller, engine_at, wait_until

from faceplate.serve import Limits


@pytest.fixture
def path(tmp_path):
    return tmp_path / "e.sock"


@pytest.fixture
def caller(path):
    with engine_at(path, limits=Limits(stop_s=0.2, message_bytes=1 << 20)), RawCaller(path) as caller:
        yield caller


def test_hello_is_answered_with_who_the_engine_is_and_what_it_can(caller):
    assert caller.welcome["event"] == "done"
    assert caller.welcome["protocol"] == 1
    assert {"acquire", "cancel", "count", "ping", "release", "shutdown", "status"} <= set(caller.welcome["verbs"])


def test_a_request_tells_its_progress_in_order_and_then_its_end(caller):
    number = caller.begin("count", steps=3)
    events = [caller.event() for _ in range(4)]
    assert [event["event"] for event in events] == ["progress"] * 3 + ["done"]
    assert [event.get("step") for event in events[:3]] == [0, 1, 2]
    assert {event["id"] for event in events} == {number}


def test_an_error_comes_in_the_words_an_artist_knows(caller):
    assert caller.ask("refuse") == {
        "id": caller.number, "event": "error", "kind": "PlateError", "thing": "plate.1001.exr",
        "expected": "an EXR", "came": "a JPEG", "next_step": "name another file",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "fields", "came"),
    [("broken", {}, "ZeroDivisionError"), ("unsayable", {}, "TypeError"), ("huge", {"characters": 1 << 20}, "bytes")],
)
def test_a_fault_of_ours_is_one_error_and_the_engine_goes_on(caller, verb, fields, came):
    event = caller.ask(verb, **fields)
    assert (event["event"], event["kind"]) == ("error", "EngineError")
    assert came in event["came"]
    assert caller.ask("ping")["event"] == "done"


def test_a_cancel_ends_the_work_within_a_second(caller):
    number = caller.begin("count", steps=1000)
    caller.event()
    start = time.monotonic()
    assert caller.last(caller.begin("cancel", request=number))["found"]
    event = caller.last(number)
    assert event == {"id": number, "event": "cancelled", "still_working": False}
    assert time.monotonic() - start < 1


def test_work_that_does_not_look_at_the_cancel_is_cancelled_within_a_second_all_the_same(caller):
    number = caller.begin("stubborn", seconds=2)
    caller.event()
    start = time.monotonic()
    caller.begin("cancel", request=number)
    assert caller.last(number)["still_working"]
    assert time.monotonic() - start < 1


def test_a_request_that_waits_for_its_turn_is_cancelled_at_once(caller):
    running = [caller.begin("count", steps=100) for _ in range(2)]
    waiting = caller.begin("count", steps=1)
    caller.begin("cancel", request=waiting)
    assert caller.last(waiting)["event"] == "cancelled"
    for number in running:
        caller.begin("cancel", request=number)


def test_a_cancel_of_what_is_done_finds_nothing(caller):
    caller.ask("count", steps=1)
    assert caller.ask("cancel", request=caller.number)["found"] is False


def test_a_deadline_that_passes_is_an_error_that_says_so(caller):
    start = time.monotonic()
    event = caller.ask("count", deadline_s=0.1, steps=1000)
    assert (event["kind"], event["expected"]) == ("DeadlineError", "an answer within 0.1 s")
    assert time.monotonic() - start < 1


def test_a_deadline_passes_for_deaf_work_too(caller):
    start = time.monotonic()
    assert caller.ask("stubborn", deadline_s=0.1, seconds=2)["kind"] == "DeadlineError"
    assert time.monotonic() - start < 1


def test_a_heartbeat_is_answered_while_work_goes_on(caller):
    number = caller.begin("stubborn", seconds=1)
    ping = caller.begin("ping")
    assert caller.last(ping)["event"] == "done"
    assert caller.last(number)["event"] == "done"


def test_an_unknown_verb_is_refused_with_those_there_are(caller):
    event = caller.ask("exec")
    assert (event["kind"], event["came"]) == ("CallError", "exec")
    assert "render" not in event["expected"]
    assert "ping" in event["expected"]


def test_an_id_in_use_is_refused_without_ending_the_request_that_has_it(caller):
    number = caller.begin("count", steps=30)
    caller.send({"id": number, "verb": "count", "deadline_s": 5})
    refused = next(event for event in iter(caller.event, None) if event["event"] == "error")
    assert refused["id"] is None
    assert caller.last(number) == {"id": number, "event": "done", "steps": 30}


def test_a_caller_has_only_so_many_requests_at_a_time(path):
    with engine_at(path, limits=Limits(requests=2)), RawCaller(path) as caller:
        caller.begin("count", steps=20)
        caller.begin("count", steps=20)
        assert "at most 2" in caller.ask("count")["expected"]


def test_two_callers_are_served_at_once_and_hear_only_of_their_own(path):
    with engine_at(path), RawCaller(path) as one, RawCaller(path) as two:
        first, second = one.begin("stubborn", seconds=1), two.begin("count", steps=3)
        assert first == second
        start = time.monotonic()
        assert two.last(second)["steps"] == 3
        assert time.monotonic() - start < 0.9
        status = two.ask("status")
        assert [[work["verb"] for work in caller["requests"]] for caller in status["callers"]] == [["stubborn"], []]
        assert "steps" not in one.last(first)


def test_work_of_a_caller_that_goes_away_is_cancelled(path):
    with engine_at(path), RawCaller(path) as witness:
        with RawCaller(path) as caller:
            caller.begin("count", steps=10_000)
            caller.event()
            assert len(witness.ask("status")["callers"]) == 2
        wait_until(lambda: len(witness.ask("status")["callers"]) == 1)


def test_a_shutdown_says_goodbye_to_everyone_and_ends_their_work(path):
    with engine_at(path), RawCaller(path) as one, RawCaller(path) as two:
        number = two.begin("count", steps=10_000)
        two.event()
        assert one.ask("shutdown")["event"] == "done"
        assert one.rest()[-1] == {"id": None, "event": "bye", "reason": "shutdown"}
        told = [event for event in two.rest() if event["event"] != "progress"]
        assert told[0] == {"id": None, "event": "bye", "reason": "shutdown"}
        assert all(event["id"] == number for event in told[1:])


def test_an_engine_ends_some_time_after_its_last_work_whoever_is_connected(path):
    with engine_at(path, idle_exit_s=0.4), RawCaller(path) as caller:
        assert caller.ask("count", steps=60)["event"] == "done"
        done = time.monotonic()
        caller.begin("ping")
        assert caller.rest()[-1] == {"id": None, "event": "bye", "reason": "idle"}
        assert 0.3 < time.monotonic() - done < 2
