from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one caller may cost the engine and the other callers.

    `stranger_*` is for callers that have not said hello yet. `silence_s` is how long a caller may say nothing at all;
    it sends `ping` more often than that. `frames` is how many shared frames one caller may have, and
    `frame_bytes` what they take together.
    """

    callers: int = 32
    strangers: int = 16
    stranger_bytes: int = 4096
    stranger_s: float = 5.0
    refusal_s: float = 1.0
    message_bytes: int = 16 << 20
    message_s: float = 10.0
    unread_bytes: int = 16 << 20
    silence_s: float = 30.0
    requests: int = 64
    workers: int = 2
    deadline_s: float = 86_400.0
    stop_s: float = 0.5
    frames: int = 128
    frame_bytes: int = 4 << 30
