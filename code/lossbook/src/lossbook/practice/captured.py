"""What PyTorch answers to every pairing of logits and target that the shape picker offers, captured when asked.

Each answer is torch's own: a number, or the message of the exception. Beside it is a way out: this book's own
functions check what they are given and say what would fit.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

import lossbook

#: Sizes that no two axes share, so that no mistake can hide: examples, classes, and what PyTorch's reference calls d1
#: and d2, here the tokens of a text, or the rows and columns of a picture.
N, C, TOKENS, ROWS, COLUMNS = 3, 5, 7, 4, 6

FUNCTIONS = ("cross_entropy", "nll_loss", "binary_cross_entropy_with_logits")
#: What each axis is -> shape of the logits.
LOGITS_SHAPES: dict[str, tuple[int, ...]] = {
    "C": (C,),
    "N, C": (N, C),
    "N, 1": (N, 1),
    "N, C, d1": (N, C, TOKENS),
    "N, d1, C": (N, TOKENS, C),
    "N·d1, C": (N * TOKENS, C),
    "N, C, d1, d2": (N, C, ROWS, COLUMNS),
    "N, d1, d2, C": (N, ROWS, COLUMNS, C),
}
#: What each axis is -> shape of the target; None means the shape of the logits.
TARGET_SHAPES: dict[str, tuple[int, ...] | None] = {
    "one number": (),
    "N": (N,),
    "N, 1": (N, 1),
    "N, d1": (N, TOKENS),
    "N·d1": (N * TOKENS,),
    "N, d1, d2": (N, ROWS, COLUMNS),
    "N, 1, d1, d2": (N, 1, ROWS, COLUMNS),
    "as the logits": None,
}
LOGITS_DTYPES = ("float32", "float16", "bfloat16", "int64")
TARGET_DTYPES = ("int64", "int32", "uint8", "float32", "bool")


class Answer(NamedTuple):
    """``said``: torch's number or message. ``fine``: was it a number? ``note``: what would fit, or what to mind."""

    said: str
    fine: bool
    note: str


def tensors(logits: str, logits_dtype: str, target: str, target_dtype: str) -> tuple[Tensor, Tensor]:
    """The logits and the target that the picker's labels stand for.

    Logits are drawn with a fixed seed. A target of whole numbers counts 0, 1, 2, ... up to the last class and begins
    again; one of booleans alternates. A float target in the shape of the logits holds probabilities along axis 1 (along
    the only axis of a single row), any other the whole numbers.
    """
    shape = LOGITS_SHAPES[logits]
    scores = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(getattr(torch, logits_dtype))
    wanted = TARGET_SHAPES[target]
    if wanted is None:
        wanted = shape
    count = torch.arange(max(1, torch.Size(wanted).numel())).reshape(wanted)
    if target_dtype == "float32" and wanted == shape and len(shape):
        return scores, (count % 4).float().softmax(min(1, len(shape) - 1))
    dtype = getattr(torch, target_dtype)
    return scores, (count % 2 if dtype is torch.bool else count % C).to(dtype)


def ask_torch(function: str, logits: str, logits_dtype: str, target: str, target_dtype: str) -> Answer:
    """Call the function of ``torch.nn.functional`` on those tensors, and keep what comes of it."""
    scores, answers = tensors(logits, logits_dtype, target, target_dtype)
    try:
        number = getattr(F, function)(scores, answers).item()
    except Exception as error:
        return Answer(f"{type(error).__name__}: {error}", False, _way_out(function, scores, answers))
    return Answer(f"tensor({number:.4f})", True, _caution(function, scores, answers))


def ask_all() -> dict[tuple[str, ...], Answer]:
    """Every combination the picker offers -> what PyTorch makes of it."""
    offered = itertools.product(FUNCTIONS, LOGITS_SHAPES, LOGITS_DTYPES, TARGET_SHAPES, TARGET_DTYPES)
    return {choice: ask_torch(*choice) for choice in offered}


def _way_out(function: str, scores: Tensor, target: Tensor) -> str:
    if function == "binary_cross_entropy_with_logits":
        if not scores.is_floating_point():
            return "The logits must be floating: logits.float()."
        if target.shape != scores.shape:
            return f"One yes or no for each logit: a floating target of shape {tuple(scores.shape)}, like the logits."
        return "A floating target: target.float()."
    try:
        getattr(lossbook, function)(scores, target)
    except (TypeError, ValueError, IndexError) as error:
        text = str(error)
        return text[0].upper() + text[1:] + "."
    return "Bytes pass for rows of examples alone: use target.long()."


def _caution(function: str, scores: Tensor, target: Tensor) -> str:
    if function == "binary_cross_entropy_with_logits":
        if target.max() > 1:
            return "A number, and no loss: the targets are not between 0 and 1, and nothing checks that."
        return "Each logit is a question of its own, answered by the target in the same place."
    if function == "nll_loss":
        note = "It took these for log-probabilities, and they are none: nothing checks that. Call cross_entropy."
        return note
    if scores.dim() > 1 and scores.shape[1] == 1:
        return "One class has probability 1 whatever its logit: this loss is 0 for every model. One unit wants BCE."
    if target.is_floating_point():
        return "Read as probabilities: one distribution over axis " + ("0." if scores.dim() == 1 else "1.")
    return "Class indices, and the classes along axis " + ("0." if scores.dim() == 1 else "1.")
