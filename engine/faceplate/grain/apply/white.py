"""White noise that hangs on the plate: every sample is a hash of where it lies, so none has to be drawn before it."""

import numpy as np
import numpy.typing as npt

from faceplate.compiled import compiled
from faceplate.values import Floats, Window

Keys = npt.NDArray[np.uint32]

WORD = 2**64
BYTES = 8
MEAN = np.float32(BYTES * 255 / 2)
SCALE = np.float32((BYTES * (256**2 - 1) / 12) ** -0.5)
STEP, STIR, STIR_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
ODD, ODD_TOO, GOLDEN = np.uint32(0x7FEB352D), np.uint32(0x846CA68B), np.uint32(0x9E3779B1)
EVEN_BYTES, LOW_HALF = np.uint32(0x00FF00FF), np.uint32(0xFFFF)


def field_key(frame: int, seed: int) -> np.uint64:
    """What sets the noise of one frame and seed apart from all others."""
    entropy = [number % WORD for number in (seed, frame)]
    return np.uint64(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])


def fill_white(window: Window, key: np.uint64, white: Floats) -> None:
    """Fills `white`, 3 x rows x columns of a window, with independent samples of mean 0 and standard deviation 1.

    Each is the sum of eight random bytes: normal but for a kurtosis of -0.15 and no value beyond 4.9. A grain's filter,
    which mixes neighbours, brings it nearer still. A sample depends on the key, its channel and place alone.

    Source: splitmix64, Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), for the rows;
    lowbias32, C. Wellons, "Prospecting for Hash Functions" (2018), with a second key, along them.
    """
    keys = np.empty((3, window.height, 2), np.uint32)
    _fill_keys(key, window.top, keys)
    _fill(keys, window.left % 2**32, white)


@compiled
def _fill_keys(key: np.uint64, top: int, keys: Keys) -> None:
    """Two words for every row of every channel."""
    for channel in range(keys.shape[0]):
        for row in range(keys.shape[1]):
            word = key + STEP * (np.uint64(top + row) * np.uint64(3) + np.uint64(channel))
            word = (word ^ (word >> np.uint64(30))) * STIR
            word = (word ^ (word >> np.uint64(27))) * STIR_AGAIN
            word ^= word >> np.uint64(31)
            keys[channel, row, 0], keys[channel, row, 1] = np.uint32(word), np.uint32(word >> np.uint64(32))


@compiled
def _fill(keys: Keys, left: int, white: Floats) -> None:
    for channel in range(white.shape[0]):
        for row in range(white.shape[1]):
            start, second = np.uint32(keys[channel, row, 0] + np.uint32(left)), keys[channel, row, 1]
            samples = white[channel, row]
            for column in range(samples.size):
                samples[column] = (_bytes_sum(np.uint32(start + np.uint32(column)), second) - MEAN) * SCALE


# Each result is cast back, for whole numbers grow to 64 bits in compiled loops, of which a processor does half as many.


@compiled
def _bytes_sum(place: np.uint32, key: np.uint32) -> np.float32:
    word = np.uint32(np.uint32(place ^ (place >> np.uint32(16))) * ODD) ^ key
    word = np.uint32(np.uint32(word ^ (word >> np.uint32(15))) * ODD_TOO)
    word = np.uint32(word ^ (word >> np.uint32(16)))
    other = np.uint32(word * GOLDEN)
    other = np.uint32(np.uint32(other ^ (other >> np.uint32(15))) * ODD)
    pairs = np.uint32(_pairs(word) + _pairs(np.uint32(other ^ (other >> np.uint32(16)))))
    return np.float32(np.int32(np.uint32((pairs & LOW_HALF) + (pairs >> np.uint32(16)))))


@compiled
def _pairs(word: np.uint32) -> np.uint32:
    """The first and third byte added to the second and fourth."""
    return np.uint32((word & EVEN_BYTES) + ((word >> np.uint32(8)) & EVEN_BYTES))
