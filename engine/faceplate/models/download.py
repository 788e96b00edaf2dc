from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from faceplate.errors import PackError
from faceplate.models.catalogue import Pack, PackFile
from faceplate.models.packs import verify

# A server that says nothing for so long is taken for silent.
TIMEOUT_S = 60.0


def download(pack: Pack, file: PackFile) -> bytes:
    """A file of a pack from its own address, verified.

    Raises:
        PackError: it could not be fetched, or is not the one on record.
    """
    step = (
        f"check the network, or fetch {file.origin} on a machine that has one and run "
        f"`faceplate models install {pack.name} --from DIR` with the folder that holds the files of the pack"
    )
    try:
        with urlopen(file.origin, timeout=TIMEOUT_S) as answer:  # noqa: S310 -- an address of the catalogue
            return verify(answer, file, thing=file.origin, next_step=step)
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        expected = f"{file.name} of the pack {pack.name}"
        raise PackError(file.origin, expected=expected, came=str(error), next_step=step) from error
