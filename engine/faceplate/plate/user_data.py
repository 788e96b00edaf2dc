from io import BufferedIOBase
from pathlib import Path

from faceplate.plate.damage import damaged

_undefined = 0xFFFFFFFF
# Sixteen times what SMPTE ST 268-1 allows.
_most_bytes = 2**24


def read_user_data(path: Path, file: BufferedIOBase, claimed_bytes: int, room_bytes: int) -> bytes:
    """What a DPX or Cineon file holds between its header, at whose end `file` stands, and its picture.

    `claimed_bytes` is what the header says, `room_bytes` how far off the picture is.

    Raises:
        PlateError: the header claims more than there is room for.
    """
    if claimed_bytes == _undefined:
        return b""
    most_bytes = min(room_bytes, _most_bytes)
    if claimed_bytes > most_bytes:
        claim = f"user data of at most {most_bytes} bytes, between the header and the picture"
        raise damaged(path, expected=claim, came=f"a header that claims {claimed_bytes} bytes")
    return file.read(claimed_bytes)
