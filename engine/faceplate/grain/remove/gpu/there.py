import torch


def has_cuda() -> bool:
    """Whether torch is built for CUDA, and the driver new enough for it."""
    return torch.cuda.is_available()
