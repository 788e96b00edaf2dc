"""What files and pictures do to a plate's grain: blocks, scalers, colour at half the size, mosaics, regular texture.

Each gives a function of one frame as encoded (rows x columns x 3) that gives another.
"""

import io

import av
import cv2
import numpy as np
from scipy.fft import dctn, idctn

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
BENT = np.array([[0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1], [0, 0, 2, 0, 0], [0, 0, -1, 0, 0]]) / 8
SQUARE = np.outer([1, 2, 1], [1, 2, 1]) / 4


def jpeg(quality):
    """Through JPEG in eight bits."""

    def packed(codes):
        bytes_bgr = np.round(np.clip(codes[..., ::-1], 0, 1) * 255).astype(np.uint8)
        _, file = cv2.imencode(".jpg", bytes_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return cv2.imdecode(file, cv2.IMREAD_COLOR)[..., ::-1] / np.float32(255)

    return packed


def blocks(side_px, step):
    """Cosines of blocks of that side, each rounded to a step; what is over at the right and bottom is cut off."""

    def rounded(codes):
        down, across = (length // side_px for length in codes.shape[:2])
        whole = codes[: down * side_px, : across * side_px].reshape(down, side_px, across, side_px, 3)
        waves = dctn(whole, axes=(1, 3), norm="ortho")
        found = idctn(np.round(waves / step) * step, axes=(1, 3), norm="ortho")
        return found.reshape(down * side_px, across * side_px, 3).astype(np.float32)

    return rounded


def enlarged(across, down=None, before=lambda codes: codes):
    """The upper left part so many times as large, bicubic; `before` is done to the part first."""
    down = down or across

    def scaled(codes):
        height, width = codes.shape[:2]
        part = before(codes[: round(height / down), : round(width / across)]).astype(np.float32)
        return cv2.resize(part, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)

    return scaled


def halved_colour(across=2, down=2, back=cv2.INTER_LINEAR):
    """Colour differences at so many times fewer samples across and down, and `back` at full size."""

    def halved(codes):
        height, width = codes.shape[:2]
        luma = codes @ LUMA
        size = (width // across, height // down)
        red, blue = (
            luma
            + cv2.resize(
                cv2.resize((codes[..., each] - luma).astype(np.float32), size, interpolation=cv2.INTER_AREA),
                (width, height),
                interpolation=back,
            )
            for each in (0, 2)
        )
        green = (luma - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
        return np.stack([red, green, blue], axis=-1)

    return halved


def mosaicked(codes):
    """Seen through a Bayer mosaic whose colour differences are interpolated, as cameras do."""
    down, across = np.mgrid[: codes.shape[0], : codes.shape[1]] % 2
    is_red, is_blue = (down == 0) & (across == 0), (down == 1) & (across == 1)
    seen = np.where(is_red, codes[..., 0], np.where(is_blue, codes[..., 2], codes[..., 1])).astype(np.float64)
    green = np.where(is_red | is_blue, cv2.filter2D(seen, -1, BENT), seen)
    red, blue = (green + cv2.filter2D((seen - green) * where, -1, SQUARE) for where in (is_red, is_blue))
    return np.stack([red, green, blue], axis=-1).astype(np.float32)


def louvres(step_px, strength, share=1.0, slant=0.0):
    """Bright slats, a third of so many pixels wide, over the left share of the frame."""

    def laid(codes):
        height, width = codes.shape[:2]
        edges = np.arange(width + 1) + slant * np.arange(height)[:, None] + 0.21
        lit = edges // step_px * step_px / 3 + np.minimum(edges % step_px, step_px / 3)
        slats = np.diff(lit, axis=1) * strength
        slats[:, int(share * width) :] = 0
        return codes + slats[..., None].astype(np.float32)

    return laid


def cloth(step_px, strength, share=1.0):
    """A weave whose threads are half so many pixels wide, over the left share of the frame."""

    def laid(codes):
        height, width = codes.shape[:2]
        across = np.sin(2 * np.pi * (np.arange(width) + 0.31) / step_px)
        weave = strength * np.tanh(4 * np.outer(np.sin(2 * np.pi * (np.arange(height) + 0.17) / step_px), across))
        weave[:, int(share * width) :] = 0
        return codes + weave[..., None].astype(np.float32)

    return laid


def movie(frames, quality):
    """Frames through H.264 in eight bits with colour at half the size; the lower the quality's number, the better."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.options = "yuv420p", {"crf": str(quality), "threads": "1"}
        for codes in frames:
            bytes_rgb = np.round(np.clip(codes, 0, 1) * 255).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(bytes_rgb, format="rgb24")))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file) as back:
        return [frame.to_ndarray(format="rgb24") / np.float32(255) for frame in back.decode(video=0)]
