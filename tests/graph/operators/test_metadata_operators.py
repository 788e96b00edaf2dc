import pytest
from operator_scripts import noise, render

from faceplate.errors import ScriptError


def entries(node, *plates, **more):
    return {name: entry.value for name, entry in render(node, *plates, **more)[0].metadata.items()}


def test_entries_are_set_and_removed_in_order():
    plate = noise(1, metadata={"exr/owner": "me", "exr/reel": "A001"})
    node = 'ModifyMetaData { metadata {\n {set note "two words"}\n {remove exr/owner ""}\n {set exr/reel B002}\n } }'
    assert entries(node, plate) == {"note": "two words", "exr/reel": "B002"}


def test_values_may_hold_brackets():
    node = r'ModifyMetaData { metadata {{set shot "f\[frame] \[value this.name]"}} }'
    assert entries(node, noise(1), frame=7) == {"shot": "f7 Op"}


def test_a_step_that_is_neither_is_refused():
    with pytest.raises(ScriptError, match=r"Op\.metadata"):
        render("ModifyMetaData { metadata {{rename a b}} }", noise(1))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("Image+Meta", {"own": "1", "both": "meta", "new": "2"}),
        ("Meta+Image", {"own": "1", "both": "image", "new": "2"}),
        ("Meta only", {"both": "meta", "new": "2"}),
        ("Image only", {"own": "1", "both": "image"}),
    ],
)
def test_metadata_of_two_pictures_are_joined_as_the_mode_says(mode, expected):
    image = noise(1, metadata={"own": "1", "both": "image"})
    meta = noise(2, metadata={"both": "meta", "new": "2"})
    assert entries(f'CopyMetaData {{ mergeMode "{mode}" }}', image, meta) == expected


def test_a_filter_chooses_by_name_or_value():
    meta = noise(2, metadata={"exr/timecode": "x", "reel": "exr"})
    for mode, expected in (("keys only", {"exr/timecode": "x"}), ("values only", {"reel": "exr"})):
        node = f'CopyMetaData {{ mergeMode "Meta only"\n metadatafilter exr\n metadatafilterMode "{mode}" }}'
        assert entries(node, noise(1), meta) == expected


def test_a_row_without_a_name_does_nothing():
    assert entries('ModifyMetaData { metadata {{set "" ""} {set a 1}} }', noise(1)) == {"a": "1"}
