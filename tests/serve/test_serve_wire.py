import json
import random

import pytest

from faceplate.errors import CallError
from faceplate.serve.wire import FramingError, Request, as_request, decode, encode, id_of

DAY = 86_400


def test_what_is_encoded_is_four_bytes_of_length_and_its_json():
    message = {"id": 7, "event": "done", "text": "Gesicht ÄÖ 顔"}
    wire = encode(message, 1000)
    assert int.from_bytes(wire[:4], "big") == len(wire) - 4
    assert decode(wire[4:]) == message


def test_a_message_longer_than_agreed_is_not_sent():
    with pytest.raises(FramingError, match="shared frames"):
        encode({"text": "x" * 100}, 100)


@pytest.mark.parametrize(
    ("body", "came"),
    [
        (b"", "JSONDecodeError"),
        (b"\xff\xfe", "UnicodeDecodeError"),
        (b"[1]", "a list"),
        (b"null", "null"),
        (b"{", "JSONDecodeError"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b'{"a": -Infinity}', "-Infinity is no JSON"),
        (b'{"a": 1e999}', "a number too large"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b'{"a": ' + b"9" * 5000 + b"}", "ValueError"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "more"),
        (b"[" * 200_000, "RecursionError"),
    ],
)
def test_a_body_that_is_no_message_is_refused(body, came):
    with pytest.raises(CallError, match="message") as refused:
        decode(body)
    assert came in refused.value.came
    assert "docs/serve.md" in refused.value.next_step


@pytest.mark.parametrize(
    ("change", "thing"),
    [
        ({"id": 0}, "request: id"),
        ({"id": True}, "request: id"),
        ({"id": "1"}, "request: id"),
        ({"id": 1 << 53}, "request: id"),
        ({"verb": None}, "request: verb"),
        ({"verb": 5}, "request: verb"),
        ({"deadline_s": 0}, "request: deadline_s"),
        ({"deadline_s": -1.0}, "request: deadline_s"),
        ({"deadline_s": True}, "request: deadline_s"),
        ({"deadline_s": "10"}, "request: deadline_s"),
        ({"deadline_s": DAY + 1}, "request: deadline_s"),
        ({"deadline_s": 10**400}, "request: deadline_s"),
    ],
)
def test_a_request_says_id_verb_and_deadline(change, thing):
    with pytest.raises(CallError) as refused:
        as_request({"id": 1, "verb": "ping", "deadline_s": 1} | change, DAY)
    assert refused.value.thing == thing


def test_a_request_without_its_parts_is_refused_by_the_name_of_the_part():
    for part in ("id", "verb", "deadline_s"):
        message = {"id": 1, "verb": "ping", "deadline_s": 1}
        del message[part]
        with pytest.raises(CallError, match=part):
            as_request(message, DAY)


def test_a_field_is_taken_in_its_own_type_alone():
    request = Request(1, "render", 1, {"node": "Write1", "number": 1, "yes": True})
    assert request.take("node", str) == "Write1"
    assert request.take("options", dict, {}) == {}
    for name, kind in (("node", int), ("number", bool), ("yes", int), ("absent", str)):
        with pytest.raises(CallError, match=f"render: {name}"):
            request.take(name, kind)


def test_random_and_mutated_bodies_are_read_or_refused():
    chance = random.Random(4)  # noqa: S311 -- the same ones every time
    whole = json.dumps({"id": 1, "verb": "render", "deadline_s": 2.5, "frames": [1, 2], "o": {"a": None}}).encode()
    outcomes = {True: 0, False: 0}
    for _ in range(4000):
        body = mutated(chance, whole) if chance.random() < 0.8 else chance.randbytes(chance.randrange(40))
        try:
            request = as_request(decode(body), DAY)
        except CallError:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
            assert id_of({"id": request.id}) == request.id
    assert min(outcomes.values()) > 100


def mutated(chance, body):
    body = bytearray(body)
    for _ in range(chance.randrange(1, 3)):
        place = chance.randrange(len(body))
        body[place : place + chance.randrange(2)] = chance.choice([b"", b"9", b"[", b'"', b"\\", b"\xf0", b"}"])
    return bytes(body)


def test_values_are_counted_before_they_are_made():
    decode(b'{"a":[' + b"1," * 199_990 + b"1]}")
    with pytest.raises(CallError, match="at most 200000 values"):
        decode(b'{"a":[' + b"1," * 200_000 + b"1]}")


def test_a_text_is_one_value_whatever_it_says():
    message = {"script": '{[,"\\' * 300_000, "frames": [1, 2]}
    assert decode(json.dumps(message).encode()) == message
