"""A training run: from a recipe to a checkpoint, and on from where it stopped."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import cos, pi
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from faceplate.errors import ModelError
from faceplate.train.checkpoint import Checkpoint, checkpoint_of, load_checkpoint, save_checkpoint
from faceplate.train.loss import Batch, loss_of, stacked
from faceplate.train.pairs import PairSource
from faceplate.train.recipe import Recipe, load_recipe
from faceplate.train.student import Student

checkpoint_name = "checkpoint.safetensors"
MOMENTS = {"first": "exp_avg", "second": "exp_avg_sq"}


class Step(NamedTuple):
    """What is known after a step: how many of how many are done, and the loss of its batch."""

    done: int
    steps: int
    loss: float


OnStep = Callable[[Step], None]


def run(recipe_path: Path, out: Path, on_step: OnStep = lambda _: None) -> Path:
    """Trains what the recipe file says and gives the path of the last checkpoint, `out`/checkpoint.safetensors.

    A run that was stopped goes on from its last checkpoint, with the same outcome to the bit as one that was not.
    Runs on the CPU.

    Raises:
        CallError: the file holds no recipe.
        ModelError: the checkpoint in `out` is damaged, or of other settings.
    """
    recipe = load_recipe(recipe_path)
    out.mkdir(parents=True, exist_ok=True)
    with _threads(recipe.threads):
        trainer = _Trainer(recipe, out / checkpoint_name)
        for batch in _batches(recipe, trainer.done):
            on_step(Step(trainer.done + 1, recipe.steps, trainer.step(batch)))
    return out / checkpoint_name


class _Trainer:
    def __init__(self, recipe: Recipe, path: Path) -> None:
        self._recipe, self._path = recipe, path
        torch.manual_seed(recipe.seed)
        self._student = Student(recipe.widths)
        self._parameters = dict(self._student.named_parameters())
        self._mean = {name: each.detach().clone() for name, each in self._parameters.items()}
        self._optimiser = torch.optim.Adam(self._parameters.values(), betas=(0.9, 0.99))
        self.done = 0
        if path.exists():
            self._resume(load_checkpoint(path))

    def step(self, batch: Batch) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = _rate(self._recipe, self.done)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._recipe.half_precision):
            prediction = self._student(batch.before)
        loss = loss_of(prediction, batch, self._recipe)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without annotations
        self._optimiser.step()
        self._remember()
        self.done += 1
        if self.done % self._recipe.keep_every == 0 or self.done == self._recipe.steps:
            save_checkpoint(checkpoint_of(self._recipe, self.done, self._tensors()), self._path)
        return loss.item()

    def _remember(self) -> None:
        # The first steps count for less, or the average would long hold the untrained weights.
        memory = min(self._recipe.memory, (1 + self.done) / (10 + self.done))
        for name, each in self._parameters.items():
            self._mean[name].lerp_(each.detach(), 1 - memory)

    def _tensors(self) -> dict[str, Tensor]:
        tensors = {f"mean.{name}": each for name, each in self._mean.items()}
        for name, each in self._parameters.items():
            tensors[f"weight.{name}"] = each.detach()
            for part, moment in MOMENTS.items():
                tensors[f"{part}.{name}"] = self._optimiser.state[each][moment]
        return {name: each.contiguous() for name, each in tensors.items()}

    def _resume(self, checkpoint: Checkpoint) -> None:
        if checkpoint.recipe_digest != self._recipe.digest:
            raise _other_settings(self._path)
        self._student.load_state_dict(checkpoint.part("weight"))
        self._mean = checkpoint.part("mean")
        for name, each in self._parameters.items():
            state = {moment: checkpoint.part(part)[name] for part, moment in MOMENTS.items()}
            self._optimiser.state[each] = {"step": torch.tensor(float(checkpoint.step)), **state}
        self.done = checkpoint.step


def _batches(recipe: Recipe, done: int) -> Iterator[Batch]:
    """The batches still to come; each is drawn while the one before it is learned."""
    source = PairSource(recipe)

    def draw(step: int) -> Batch:
        return stacked([source.pair(step * recipe.batch + place) for place in range(recipe.batch)])

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(draw, done)
        for step in range(done, recipe.steps):
            batch = coming.result()
            coming = ahead.submit(draw, step + 1)
            yield batch


def _rate(recipe: Recipe, done: int) -> float:
    rising = min(1.0, (done + 1) / recipe.warm_up)
    return recipe.learning_rate * rising * (0.01 + 0.99 * (1 + cos(pi * done / recipe.steps)) / 2)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _other_settings(path: Path) -> ModelError:
    return ModelError(
        str(path),
        expected="a checkpoint of this recipe's settings",
        came="one of other settings",
        next_step="name another folder with -o, or remove the checkpoint to start anew",
    )
