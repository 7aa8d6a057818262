"""Which loss for which task: each call as one would write it, and how to read a prediction off the same scores."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import torch
from torch.nn import functional as F

#: The sizes of the inputs below: examples, classes, labels, a picture's rows and columns, a text's tokens.
N, C, K, ROWS, COLUMNS, TOKENS = 4, 3, 5, 2, 2, 6


@dataclass(frozen=True)
class Choice:
    """``task``: what is asked; ``call``: the loss in one line; ``says``: the prediction from the same scores."""

    task: str
    call: str
    says: str


CHOICES = (
    Choice("exactly one of C classes", "F.cross_entropy(z_nc, y)", "z_nc.softmax(1)"),
    Choice("yes or no", "F.binary_cross_entropy_with_logits(z_n, yes)", "z_n.sigmoid()"),
    Choice("any number of K labels", "F.binary_cross_entropy_with_logits(z_nk, labels)", "z_nk.sigmoid()"),
    Choice("a share for each class", "F.cross_entropy(z_nc, shares)", "z_nc.softmax(1)"),
    Choice(
        "what another model says", 'F.kl_div(z_nc.log_softmax(1), shares, reduction="batchmean")', "z_nc.softmax(1)"
    ),
    Choice("ordered classes", "F.binary_cross_entropy_with_logits(steps, above)", "steps.sigmoid().sum(1)"),
    Choice("which comes first", "F.softplus(z_n[yes == 0] - z_n[yes == 1, None]).mean()", "z_n.argsort().flip(0)"),
    Choice("a class for each pixel", "F.cross_entropy(z_pixels, mask)", "z_pixels.argmax(1)"),
    Choice(
        "the next token",
        "F.cross_entropy(z_tokens[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())",
        "z_tokens[:, -1].softmax(1)",
    ),
    Choice(
        "a sequence without its timing",
        "F.ctc_loss(z_tokens.log_softmax(2).transpose(0, 1), spoken, long, short)",
        "z_tokens.argmax(2)",
    ),
    Choice("its partner among N", "F.cross_entropy(a @ b.T / T, torch.arange(len(a)))", "(a @ b.T).argmax(1)"),
    Choice("a side, no probability", "F.multi_margin_loss(z_nc, y)", "z_nc.argmax(1)"),
    Choice("a number: its mean", "F.mse_loss(z_n, number)", "z_n"),
    Choice("a number: its median", "F.l1_loss(z_n, number)", "z_n"),
    Choice("a number, and how sure", "F.gaussian_nll_loss(z_n, number, F.softplus(spread))", "z_n, F.softplus(spread)"),
    Choice("a count", "F.poisson_nll_loss(z_n, count)", "z_n.exp()"),
)


def inputs(seed: int = 0) -> dict[str, torch.Tensor]:
    """Random tensors under the names that the calls use."""
    g = torch.Generator().manual_seed(seed)
    y = torch.arange(N) % C
    return {
        "z_n": torch.randn(N, generator=g),
        "z_nc": torch.randn(N, C, generator=g),
        "z_nk": torch.randn(N, K, generator=g),
        "z_pixels": torch.randn(N, C, ROWS, COLUMNS, generator=g),
        "z_tokens": torch.randn(N, TOKENS, C, generator=g),
        "steps": torch.randn(N, C - 1, generator=g),
        "spread": torch.randn(N, generator=g),
        "y": y,
        "yes": (y > 0).float(),
        "labels": torch.randint(2, (N, K), generator=g).float(),
        "shares": torch.randn(N, C, generator=g).softmax(1),
        "above": (y[:, None] > torch.arange(C - 1)).float(),
        "mask": torch.randint(C, (N, ROWS, COLUMNS), generator=g),
        "tokens": torch.randint(C, (N, TOKENS), generator=g),
        "number": torch.randn(N, generator=g),
        "count": torch.poisson(torch.full((N,), 2.0), generator=g),
        "a": F.normalize(torch.randn(N, 8, generator=g)),
        "b": F.normalize(torch.randn(N, 8, generator=g)),
        "T": torch.tensor(0.1),
        "spoken": torch.randint(1, C, (N, 2), generator=g),
        "long": torch.full((N,), TOKENS),
        "short": torch.full((N,), 2),
    }


def value(choice: Choice, seed: int = 0) -> float:
    """Execute the call as it is written on :func:`inputs` and return its number."""
    return eval(choice.call, {"F": F, "torch": torch}, inputs(seed)).item()


class Chosen:
    """Show the table of all choices, after executing each loss and each prediction on inputs of its shape."""

    _COLUMNS = ("the answer is", "loss", "prediction")

    def __init__(self) -> None:
        names = {"F": F, "torch": torch}
        for choice in CHOICES:  # a call that does not run stops the build here
            value(choice), eval(choice.says, names, inputs())
        self.rows = [(choice.task, choice.call, choice.says) for choice in CHOICES]

    def __repr__(self) -> str:
        rows = [self._COLUMNS, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in self._COLUMNS)
        body = "".join(
            f'<tr><th scope="row">{escape(task)}</th><td><code>{escape(call)}</code></td>'
            f"<td><code>{escape(says)}</code></td></tr>"
            for task, call, says in self.rows
        )
        return f'<table class="lesson-table choices"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
