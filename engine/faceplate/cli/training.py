from types import ModuleType

from faceplate.errors import SetupError


def training() -> ModuleType:
    """The training package, loaded only when it is asked for: it needs torch.

    Raises:
        SetupError: torch is not installed.
    """
    try:
        from faceplate import train  # noqa: PLC0415 -- needs an extra
    except ModuleNotFoundError as fault:
        raise SetupError(
            "training", expected="torch and onnx", came=f"no module {fault.name}",
            next_step="pip install 'faceplate[train]'",
        ) from fault  # fmt: skip
    return train
