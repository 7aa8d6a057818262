"""The first chapter's network once more: what it starts at, and why its first epoch ends so high."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lossbook.data.learner import starts_with_capital, write_digits


class FirstEpoch(NamedTuple):
    """Logits (72, 2) of the held-out pictures, from one network at three moments, and their right classes (72,)."""

    start: Tensor  #: before any training
    after: Tensor  #: after one epoch, as the first chapter judges it
    settled: Tensor  #: the same weights, once batch norm's averages are those of the training pictures
    target: Tensor

    def losses(self) -> dict[str, float]:
        """Mean negative log-likelihood at each moment, nats."""
        moments = {"at the start": self.start, "after one epoch": self.after, "averages taken anew": self.settled}
        return {name: F.cross_entropy(logits, self.target).item() for name, logits in moments.items()}


def first_epoch() -> FirstEpoch:
    """Build the first chapter's learner on its threes and sevens, train it for one epoch, and judge it three times."""
    from fastai.vision.all import ImageDataLoaders, Resize, error_rate, set_seed, vision_learner

    images = write_digits(Path(tempfile.mkdtemp(prefix="digits-")))
    set_seed(42)
    loaders = ImageDataLoaders.from_name_func(
        images.folder,
        images.files,
        starts_with_capital,
        valid_pct=0.2,
        seed=42,
        item_tfms=Resize(images.size),
        bs=images.batch_size,
        num_workers=0,
    )
    learner = vision_learner(loaders, images.architecture, metrics=error_rate, pretrained=False)
    untrained = copy.deepcopy(learner.model)
    with learner.no_bar(), learner.no_logging():
        learner.fit(1, 1e-3)
    start, target = _judge(untrained, loaders)
    after, _ = _judge(learner.model, loaders)
    settled, _ = _judge(_settled(learner.model, loaders), loaders)
    return FirstEpoch(start, after, settled, target)


@torch.no_grad()
def _judge(model: torch.nn.Module, loaders: Any) -> tuple[Tensor, Tensor]:
    """Logits and targets of the held-out pictures, in evaluation mode."""
    model.eval()
    logits, target = zip(*((model(x), y) for x, y in loaders.valid), strict=True)
    return torch.cat(logits).as_subclass(Tensor), torch.cat(target).as_subclass(Tensor)


@torch.no_grad()
def _settled(model: torch.nn.Module, loaders: Any) -> torch.nn.Module:
    """A copy whose batch norms hold the plain mean over one pass of the training pictures; no weight is changed."""
    model = copy.deepcopy(model)
    for layer in model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.train()
            layer.reset_running_stats()
            layer.momentum = None  # torch's word for a plain mean over all batches
    for x, _ in loaders.train:
        model(x)
    return model
