"""A small model of text: from the last few characters to probabilities for the next one (Bengio et al. 2003)."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from lossbook.data.text import ALPHABET, encode

#: How many characters the model sees.
CONTEXT = 8
#: Training steps after which the model is kept, and the last of them.
KEPT = tuple(range(0, 1001, 100))


class CharacterModel(nn.Module):
    """Logits for the next character (N, 29) from the last eight (N, 8), by way of one hidden layer."""

    def __init__(self, width: int = 16, hidden: int = 160) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(ALPHABET), width)
        self.hidden = nn.Linear(CONTEXT * width, hidden)
        self.out = nn.Linear(hidden, len(ALPHABET))

    def forward(self, before: Tensor) -> Tensor:
        return self.out(torch.tanh(self.hidden(self.embed(before).flatten(1))))


class Pairs(NamedTuple):
    """What is predicted and from what: ``before`` (N, 8) and ``after`` (N,), as positions in the alphabet."""

    before: Tensor
    after: Tensor


def pairs(paragraphs: list[str]) -> Pairs:
    """Each character of each paragraph with the eight before it; spaces stand before a paragraph's start."""
    pad = torch.zeros(CONTEXT, dtype=torch.long)
    windows = torch.cat([torch.cat([pad, encode(p)]).unfold(0, CONTEXT + 1, 1) for p in paragraphs])
    return Pairs(windows[:, :CONTEXT], windows[:, CONTEXT])


def uniform(paragraphs: list[str]) -> Tensor:
    """Log-probabilities (29,) of a model that knows nothing."""
    return torch.full((len(ALPHABET),), 1 / len(ALPHABET)).log()


def unigram(paragraphs: list[str]) -> Tensor:
    """Log-probabilities (29,) of a model that knows how often each character comes, and nothing else.

    One is added to every count, so that a character that never came is not impossible.
    """
    counts = torch.bincount(encode("".join(paragraphs)), minlength=len(ALPHABET)) + 1
    return (counts / counts.sum()).log()


def train(data: Pairs, seed: int = 0, batch: int = 512, rate: float = 5e-3) -> dict[int, CharacterModel]:
    """The model after each number of steps in ``KEPT``, taught by ``F.cross_entropy`` from one seed."""
    torch.manual_seed(seed)
    model = CharacterModel()
    steps = KEPT[-1]
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    draw = torch.Generator().manual_seed(seed)
    kept = {}
    for step in range(steps + 1):
        if step in KEPT:
            kept[step] = CharacterModel()
            kept[step].load_state_dict(model.state_dict())
        if step == steps:
            return kept
        rows = torch.randint(len(data.after), (batch,), generator=draw)
        loss = F.cross_entropy(model(data.before[rows]), data.after[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    raise AssertionError("the last step is kept")


@torch.no_grad()
def prices(model: CharacterModel | Tensor, data: Pairs) -> Tensor:
    """What each character costs in nats, shape (N,), under a model or under fixed log-probabilities (29,)."""
    log_probs = model if isinstance(model, Tensor) else F.log_softmax(model(data.before), dim=1)
    return F.nll_loss(log_probs.expand(len(data.after), -1), data.after, reduction="none")
