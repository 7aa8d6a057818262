"""Softmax, log-softmax, negative log-likelihood and cross-entropy from scratch, each to be read beside its formula.

The signatures and the results are those of ``torch.nn.functional`` (values, gradients, NaN where torch gives NaN).
Arguments are checked in ``lossbook.checks``, so that this module holds only the mathematics.
Logits and log-probabilities have their class axis last in shape (C,) and at 1 in (N, C) and (N, C, d1, ...).
All losses are in nats.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook import checks

__all__ = ["softmax", "log_softmax", "nll_loss", "cross_entropy"]


def softmax(logits: Tensor, dim: int, *, dtype: torch.dtype | None = None) -> Tensor:
    r"""Probabilities from scores: :math:`p_i = e^{z_i} / \sum_j e^{z_j}` along ``dim``, same shape as ``logits``.

    ``dtype`` converts the logits first. Raises ``TypeError`` unless ``logits`` is a floating tensor, ``IndexError``
    if it has no axis ``dim``. Source: Bridle (1990).
    """
    logits = checks.check_softmax(logits, dim, dtype)
    exp = (logits - _largest(logits, dim)).exp()
    return exp / exp.sum(dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int, *, dtype: torch.dtype | None = None) -> Tensor:
    r"""Log-probabilities in nats: :math:`\log p_i = z_i - \log \sum_j e^{z_j}` along ``dim``, same shape as ``logits``.

    Finite for all finite logits, where ``softmax(logits, dim).log()`` gives -inf once a probability underflows.
    Arguments and errors as in :func:`softmax`.
    """
    logits = checks.check_softmax(logits, dim, dtype)
    shifted = logits - _largest(logits, dim)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def nll_loss(
    log_probs: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    r"""Negative log-likelihood of the right classes: :math:`\ell_n = -w_{y_n} \log p_{n, y_n}`.

    ``log_probs`` is (C,), (N, C) or (N, C, d1, ...) and ``target`` holds class indices in (), (N,) or (N, d1, ...).
    ``reduction="none"`` returns the losses in the shape of ``target``, ``"sum"`` their sum, and ``"mean"`` divides
    that sum by the sum of the weights :math:`w_{y_n}` (NaN if it is 0). Rows whose target is ``ignore_index`` cost 0
    and weigh 0. It takes no logarithm itself. Raises ``TypeError``, ``ValueError`` or ``IndexError`` as
    :mod:`lossbook.checks` says.
    """
    target = checks.check_nll_loss(log_probs, target, weight, ignore_index, reduction)
    counted, y, w = _rows(target, weight, ignore_index)
    losses = torch.where(counted, -(w * _pick(log_probs, y)), 0.0)
    return _reduce(losses, w.sum(), reduction)


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Cross-entropy between the target and ``softmax(logits)``: :math:`\ell_n = -\sum_c w_c\, q_{n,c} \log p_{n,c}`.

    A ``target`` of class indices, shaped as for :func:`nll_loss`, puts all of :math:`q_n` on one class:
    log-softmax followed by NLL. A floating ``target`` holds :math:`q` itself, in the shape of ``logits``; its mean
    divides by the number of examples, whatever the weights. ``label_smoothing`` = :math:`\varepsilon` mixes
    :math:`q` with the uniform guess, so a right class gets :math:`1 - \varepsilon + \varepsilon / C` (Szegedy et al.
    2016). Other arguments as in :func:`nll_loss`; errors as :mod:`lossbook.checks` says.
    """
    target = checks.check_cross_entropy(logits, target, weight, ignore_index, reduction, label_smoothing)
    log_probs = log_softmax(logits, dim=_class_dim(logits))
    if target.is_floating_point():
        q = (1 - label_smoothing) * target + label_smoothing / log_probs.shape[_class_dim(logits)]
        losses = -_weighted(q * log_probs, weight).sum(_class_dim(logits))
        return _reduce(losses, losses.numel(), reduction)
    if label_smoothing == 0:
        return nll_loss(log_probs, target, weight, ignore_index, reduction)
    counted, _, w = _rows(target, weight, ignore_index)
    right = nll_loss(log_probs, target, weight, ignore_index, reduction)
    uniform = torch.where(counted, -_weighted(log_probs, weight).mean(_class_dim(logits)), 0.0)
    return (1 - label_smoothing) * right + label_smoothing * _reduce(uniform, w.sum(), reduction)


def _class_dim(logits: Tensor) -> int:
    return 0 if logits.dim() == 1 else 1


def _largest(logits: Tensor, dim: int) -> Tensor | float:
    # Subtracting it changes no probability and keeps exp() within range. It is a constant to autograd for the same
    # reason; amax() refuses an empty tensor, which has nothing to subtract.
    return logits.detach().amax(dim, keepdim=True) if logits.numel() else 0.0


def _rows(target: Tensor, weight: Tensor | None, ignore_index: int) -> tuple[Tensor, Tensor, Tensor]:
    """Which examples count, the class of each (0 where it does not count), and its weight (likewise)."""
    counted = target != ignore_index
    y = torch.where(counted, target, 0).long()
    return counted, y, counted if weight is None else weight[y] * counted


def _pick(log_probs: Tensor, y: Tensor) -> Tensor:
    """``log_probs[n, y[n]]`` for every n, wherever the class axis is."""
    dim = _class_dim(log_probs)
    return log_probs.gather(dim, y.unsqueeze(dim)).squeeze(dim)


def _weighted(values: Tensor, weight: Tensor | None) -> Tensor:
    """``values`` with each class's slice multiplied by that class's weight."""
    if weight is None:
        return values
    return values * weight.view([-1 if axis == _class_dim(values) else 1 for axis in range(values.dim())])


def _reduce(losses: Tensor, total: Tensor | int, reduction: str) -> Tensor:
    if reduction == "none":
        return losses
    return losses.sum() / total if reduction == "mean" else losses.sum()
