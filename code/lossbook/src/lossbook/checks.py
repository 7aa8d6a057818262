"""What the functions of ``lossbook.functional`` accept, and a sentence that says so when they are given anything else.

``TypeError`` for the wrong kind of thing (no tensor, a dtype), ``ValueError`` for a wrong shape or setting,
``IndexError`` for an axis or a class that does not exist.
"""

from __future__ import annotations

import torch
from torch import Tensor

REDUCTIONS = ("mean", "sum", "none")


def check_softmax(logits: Tensor, dim: int, dtype: torch.dtype | None) -> Tensor:
    """``logits`` in ``dtype``, if softmax can be taken along ``dim``."""
    _tensor("logits", logits)
    if dtype is not None:
        logits = logits.to(dtype)
    if not logits.is_floating_point():
        raise TypeError(f"logits must be floating, got {logits.dtype}: convert them with logits.float()")
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise TypeError(f"dim must be an integer, the axis whose probabilities sum to 1, got {dim!r}")
    axes = max(logits.dim(), 1)
    if not -axes <= dim < axes:
        raise IndexError(f"dim {dim} is not an axis of logits of shape {_shape(logits)}: want {-axes} to {axes - 1}")
    return logits


def check_nll_loss(
    log_probs: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, name: str = "log_probs"
) -> Tensor:
    """``target``, if its class indices fit ``log_probs`` and the settings are known."""
    _scores(name, log_probs)
    _tensor("target", target)
    _settings(ignore_index, reduction)
    if target.dtype not in (torch.int64, torch.uint8):
        advice = "use target.long()"
        if target.is_floating_point() and name == "log_probs":
            advice = "use target.long() for class indices; only cross_entropy takes probabilities"
        raise TypeError(f"target must hold class indices in torch.int64 (or torch.uint8), got {target.dtype}: {advice}")
    classes = log_probs.shape[_class_dim(log_probs)]
    want = log_probs.shape[:1] + log_probs.shape[2:] if log_probs.dim() > 1 else torch.Size(())
    if log_probs.dim() == 1 and target.shape == (1,):
        target = target[0]
    if target.shape != want:
        raise ValueError(
            f"target of shape {_shape(target)} does not fit {name} of shape {_shape(log_probs)}: "
            f"want {tuple(want)}, one class index for each example{_likely(name, log_probs, target)}"
        )
    _weight(weight, classes)
    if weight is not None and weight.dtype != log_probs.dtype:
        raise TypeError(f"weight must have the dtype of {name}, {log_probs.dtype}, got {weight.dtype}")
    wrong = target[(target != ignore_index) & ((target < 0) | (target >= classes))]
    if wrong.numel():
        raise IndexError(
            f"target holds class {wrong[0].item()}, and {name} of shape {_shape(log_probs)} has the classes "
            f"0 to {classes - 1} (only ignore_index={ignore_index} may stand outside)"
        )
    return target


def check_cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> Tensor:
    """``target``, if its class indices or probabilities fit ``logits`` and the settings are known."""
    _scores("logits", logits)
    _tensor("target", target)
    if isinstance(label_smoothing, bool) or not isinstance(label_smoothing, (int, float)):
        raise TypeError(f"label_smoothing must be a number from 0 to 1, got {label_smoothing!r}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing}")
    if not target.is_floating_point():
        return check_nll_loss(logits, target, weight, ignore_index, reduction, name="logits")
    _settings(ignore_index, reduction)
    if target.shape != logits.shape:
        advice = "; for class indices use target.long()" if target.dim() == logits.dim() - 1 else ""
        raise ValueError(
            f"a floating target holds probabilities and must have the shape of logits, {_shape(logits)}, "
            f"got {_shape(target)} in {target.dtype}{advice}"
        )
    if ignore_index >= 0:
        raise ValueError(f"ignore_index={ignore_index} has no meaning for a target of probabilities: leave it out")
    _weight(weight, logits.shape[_class_dim(logits)])
    return target


def _class_dim(scores: Tensor) -> int:
    return 0 if scores.dim() == 1 else 1


def _tensor(name: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}: make one with torch.tensor(...)")


def _scores(name: str, scores: Tensor) -> None:
    _tensor(name, scores)
    if not scores.is_floating_point():
        raise TypeError(f"{name} must be floating, got {scores.dtype}: convert them with {name}.float()")
    if scores.dim() == 0:
        raise ValueError(
            f"{name} must have shape (C,), (N, C) or (N, C, d1, ...), got the single number {scores.item()}"
        )
    if scores.shape[_class_dim(scores)] == 0:
        raise ValueError(f"{name} of shape {_shape(scores)} has no classes: its axis {_class_dim(scores)} is empty")


def _settings(ignore_index: int, reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')
    if isinstance(ignore_index, bool) or not isinstance(ignore_index, int):
        raise TypeError(f"ignore_index must be an integer, the target value to leave out, got {ignore_index!r}")


def _weight(weight: Tensor | None, classes: int) -> None:
    if weight is None:
        return
    _tensor("weight", weight)
    if not weight.is_floating_point():
        raise TypeError(f"weight must be floating, got {weight.dtype}: convert it with weight.float()")
    if weight.shape != (classes,):
        raise ValueError(f"weight must hold one number for each class, shape ({classes},), got {_shape(weight)}")


def _likely(name: str, scores: Tensor, target: Tensor) -> str:
    """The mistake that this pair of shapes most often comes from, if it is a known one."""
    if target.shape == scores.shape:
        return "; one-hot rows become class indices with target.argmax(1)"
    if scores.dim() > 2 and target.shape == scores.shape[:-1]:
        return f"; the class axis is 1, so move a last one there: {name}.movedim(-1, 1)"
    if target.dim() == scores.dim() and target.shape[-1] == 1:
        return "; drop the last axis with target.squeeze(-1)"
    return ""


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)
