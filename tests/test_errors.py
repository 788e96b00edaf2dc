import pickle

import pytest

from faceplate import errors


def test_a_message_names_the_thing_what_was_expected_what_came_and_the_next_step():
    fault = errors.PlateError("plate.1001.exr", expected="an EXR", came="a JPEG", next_step="name another file")
    assert str(fault) == "plate.1001.exr: expected an EXR; came a JPEG. Next: name another file."


def test_an_error_survives_the_way_from_another_process():
    fault = errors.ModelError("m.onnx", expected="a", came="b", next_step="c")
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301 -- our own bytes
    assert type(again) is errors.ModelError
    assert str(again) == str(fault)


@pytest.mark.parametrize(("kind", "code"), [("CallError", 2), ("PlateError", 1), ("StorageError", 1)])
def test_a_wrong_call_and_failed_work_end_with_different_codes(kind, code):
    assert getattr(errors, kind).exit_code == code
