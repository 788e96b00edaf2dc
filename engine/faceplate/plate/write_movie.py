"""Movies to look at, never to work from: 8 bit, compressed with loss."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from faceplate.errors import StorageError
from faceplate.storage import whole_or_absent
from faceplate.values import Array

quality = {"crf": "18", "preset": "veryfast"}


def write_review_movie(path: Path, pictures: Iterable[Array], rate: float = 24.0) -> None:
    """Pictures (rows x columns x 3, 8 bit sRGB, all of one even size) as an H.264 MP4, tagged Rec. 709.

    Raises:
        StorageError: the file cannot be written.
    """
    try:
        with whole_or_absent(path) as beside, av.open(str(beside), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001), options=quality)
            stream.pix_fmt = "yuv420p"
            for number, picture in enumerate(pictures):
                if number == 0:
                    stream.height, stream.width = picture.shape[:2]
                shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
                container.mux(stream.encode(shown.reformat(format="yuv420p", dst_colorspace="ITU709")))
            container.mux(stream.encode())
    except FFmpegError as fault:
        raise StorageError(
            str(path), expected="a movie written", came=str(fault), next_step="check the folder and its space"
        ) from fault
