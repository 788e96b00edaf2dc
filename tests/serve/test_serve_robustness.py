import gc
import json
import random
import select
import threading
import time
from contextlib import ExitStack

import pytest
from serve_stand import RawCaller, engine_at, wait_until

from faceplate.serve import Limits

QUICK = Limits(refusal_s=0.05, stranger_s=0.5, message_s=0.3, message_bytes=1 << 16, unread_bytes=1 << 16, strangers=4)


@pytest.fixture
def path(tmp_path):
    """The socket of an engine that is quick to lose patience; another caller works there all the while, unharmed."""
    place = tmp_path / "e.sock"
    with engine_at(place, limits=QUICK), RawCaller(place) as witness:
        yield place
        start = time.monotonic()
        assert witness.ask("count", steps=2)["steps"] == 2
        assert time.monotonic() - start < 1
        wait_until(lambda: [caller["client"] for caller in witness.ask("status")["callers"]] == ["raw"])


def test_another_token_is_refused_late_and_the_door_closed(path):
    with RawCaller(path, hello=False) as caller:
        start = time.monotonic()
        event = caller.ask("hello", token="0" * 64, protocol=1, client="x")
        assert (event["kind"], event["came"]) == ("CallError", "another token")
        assert caller.token not in json.dumps(event)
        assert time.monotonic() - start >= QUICK.refusal_s
        assert caller.rest() == []


@pytest.mark.parametrize(
    ("hello", "came"),
    [
        ({"verb": "status"}, "`status`"),
        ({"verb": "hello", "token": 5}, "a whole number"),
        ({"verb": "hello", "protocol": 2}, "protocol 2"),
        ({"verb": "hello", "protocol": "1"}, "a text"),
        ({"verb": "hello", "client": None}, "null"),
        ({"verb": "hello", "deadline_s": -1}, "-1"),
    ],
)
def test_whoever_does_not_say_hello_rightly_gets_nothing_else(path, hello, came):
    with RawCaller(path, hello=False) as caller:
        caller.send({"id": 1, "deadline_s": 1, "token": caller.token, "protocol": 1, "client": "x", **hello})
        event = caller.event()
        assert (event["event"], event["id"], event["came"]) == ("error", 1, came)
        assert caller.rest() == []


def test_a_stranger_may_say_little(path):
    with RawCaller(path, hello=False) as caller:
        caller.connection.sendall((QUICK.stranger_bytes + 1).to_bytes(4, "big"))
        assert f"{QUICK.stranger_bytes + 1} bytes" in caller.event()["came"]
        assert caller.rest() == []


def test_a_stranger_that_says_nothing_is_dropped(path):
    with RawCaller(path, hello=False) as caller:
        assert "nothing for 0.5 s" in caller.event()["came"]
        assert caller.rest() == []


def test_strangers_do_not_fill_the_house(path):
    with ExitStack() as strangers:
        for _ in range(QUICK.strangers):
            strangers.enter_context(RawCaller(path, hello=False))
        one_more = strangers.enter_context(RawCaller(path, hello=False))
        assert one_more.event()["came"] == "one more"


def test_callers_have_a_number(tmp_path):
    with engine_at(tmp_path / "e.sock", limits=Limits(callers=1)), RawCaller(tmp_path / "e.sock") as first:
        with RawCaller(tmp_path / "e.sock", hello=False) as second:
            assert second.event()["next_step"] == "close a host, or try again later"
        assert first.ask("ping")["event"] == "done"


@pytest.mark.parametrize("part", [b"\x00", b"\x00\x00\x00", b"\x00\x00\x00\x50", b'\x00\x00\x00\x50{"id": 1'])
def test_a_part_of_a_message_and_silence_is_dropped_at_its_deadline(path, part):
    with RawCaller(path) as caller:
        start = time.monotonic()
        caller.connection.sendall(part)
        assert "a part of one after 0.3 s" in caller.event()["came"]
        assert caller.rest() == []
        assert time.monotonic() - start < 2


def test_a_message_that_comes_byte_by_byte_is_dropped_at_its_deadline(path):
    with RawCaller(path) as caller:
        start = time.monotonic()
        with pytest.raises(OSError, match=r"pipe|reset"):
            send_slowly(caller.connection, (200).to_bytes(4, "big") + b" " * 200)
        assert time.monotonic() - start < 2


def send_slowly(connection, stream):
    for byte in stream:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


@pytest.mark.parametrize("size", [0, QUICK.message_bytes + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_ends_the_connection(path, size):
    with RawCaller(path) as caller:
        caller.connection.sendall(size.to_bytes(4, "big") + b"{}")
        event = caller.event()
        assert (event["kind"], event["came"]) == ("FramingError", f"{size} bytes")
        assert caller.rest() == []


def test_the_largest_message_that_is_allowed_is_taken(path):
    with RawCaller(path) as caller:
        body = json.dumps({"id": 5, "verb": "ping", "deadline_s": 1}).encode()
        caller.send_body(body + b" " * (QUICK.message_bytes - len(body)))
        assert caller.event() == {"id": 5, "event": "done"}


def test_a_whole_message_that_says_nonsense_is_refused_and_the_next_one_heard(path):
    with RawCaller(path) as caller:
        for body in (b"not json", b"[]", b'{"id":3}', b'{"id":3,"verb":"x","deadline_s":1}', b"\xff", b"[" * 60_000):
            caller.send_body(body)
            event = caller.event()
            assert (event["event"], event["kind"]) == ("error", "CallError")
            assert event["id"] == (3 if b"3" in body else None)
        assert caller.ask("ping")["event"] == "done"


def test_a_caller_that_does_not_read_is_dropped(path):
    with RawCaller(path) as caller, pytest.raises(OSError, match=r"pipe|reset"):
        ask_without_reading(caller)


def ask_without_reading(caller):
    for _ in range(100_000):
        caller.begin("status")


def test_a_caller_that_falls_silent_is_dropped_with_what_it_held(tmp_path):
    place = tmp_path / "e.sock"
    with engine_at(place, limits=Limits(silence_s=0.4)), RawCaller(place) as silent:
        silent.ask("acquire", width=4, height=4, channels=1)
        number = silent.begin("count", steps=10_000)
        events = [event for event in silent.rest() if event["event"] != "progress"]
        assert "nothing for 0.4 s" in events[0]["came"]
        assert all(event["id"] in {None, number} for event in events)
        with RawCaller(place) as witness:
            wait_until(lambda: len(witness.ask("status")["callers"]) == 1)


def test_random_bytes_and_mutated_messages_harm_nobody(path):
    """Four thousand messages, whole and broken; a caller beside them is answered at once."""
    chance = random.Random(20)  # noqa: S311 -- the same ones every time
    answers, stop = [], threading.Event()
    beside = threading.Thread(target=ping_until, args=(path, stop, answers))
    beside.start()
    try:
        sent = sum(send_garbage(path, chance) for _ in range(80))
    finally:
        stop.set()
        beside.join()
    assert sent >= 4000
    assert len(answers) > 10
    assert max(answers) < 1


def send_garbage(path, chance):
    """Fifty messages over one connection, or over a new one where the engine closed it; how many were sent."""
    caller = RawCaller(path)
    for _ in range(50):
        try:
            caller.connection.sendall(garbage(chance))
            read_what_is_there(caller.connection)
        except OSError:
            caller.connection.close()
            caller = RawCaller(path)
    caller.connection.close()
    return 50


def read_what_is_there(connection):
    while select.select([connection], [], [], 0)[0]:
        if not connection.recv(1 << 16):
            raise ConnectionError


VERBS = ["ping", "status", "cancel", "acquire", "release", "double", "count", "render", "hello", "", "\x00", "é"]
VALUES = [0, 1, -1, 1 << 40, 1.5, None, True, "", "x" * 300, [], [[]], {}, {"name": "x", "width": 1}, [1, "2"]]
FIELDS = ["request", "width", "height", "channels", "name", "frame", "steps", "token", "script", "id", "deadline_s"]


def garbage(chance):
    message = {"id": chance.randrange(1, 50), "verb": chance.choice(VERBS), "deadline_s": chance.choice([0.01, 1, 1.0])}
    message |= {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randrange(4))}
    body = bytearray(json.dumps(message).encode())
    for _ in range(chance.choice([0, 0, 1, 3])):
        body[chance.randrange(len(body))] = chance.randrange(256)
    if chance.random() < 0.04:
        return chance.randbytes(chance.randrange(1, 60))
    size = len(body) if chance.random() < 0.97 else chance.randrange(1 << 32)
    return size.to_bytes(4, "big") + body


def ping_until(path, stop, answers):
    with RawCaller(path) as caller:
        while not stop.is_set():
            start = time.monotonic()
            assert caller.ask("ping")["event"] == "done"
            answers.append(time.monotonic() - start)
            time.sleep(0.005)


@pytest.mark.parametrize("part", [b"[],", b"1,", b'"",', b'"\\\\",', b"[", b'"a":1,', b'\\"'])
def test_the_largest_messages_of_one_caller_keep_no_other_waiting(tmp_path, part):
    place, answers, stop = tmp_path / "e.sock", [], threading.Event()
    body = b'{"id":9,"verb":"ping","deadline_s":5,"x":[' + part * ((15 << 20) // len(part))
    with engine_at(place), RawCaller(place) as caller:
        beside = threading.Thread(target=ping_until, args=(place, stop, answers))
        beside.start()
        try:
            wait_until(lambda: answers)
            caller.send_body(body)
            assert caller.event()["kind"] == "CallError"
        finally:
            stop.set()
            beside.join()
        assert caller.ask("ping")["event"] == "done"
    assert len(answers) > 1
    assert max(answers) < 0.5


def test_hundreds_of_callers_that_come_and_go_leave_nothing_open(path):
    before = threading.active_count()
    for _ in range(100):
        with RawCaller(path) as caller:
            caller.begin("acquire", width=8, height=8, channels=1)
            caller.begin("count", steps=2)
    gc.collect()
    wait_until(lambda: threading.active_count() <= before + 1)
