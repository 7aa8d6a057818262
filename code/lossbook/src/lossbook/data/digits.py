"""The book's real data: handwritten 3s and 7s, bundled with scikit-learn, so that nothing is downloaded."""

from __future__ import annotations

from typing import NamedTuple

import torch

#: The meaning of each class index: target 0 is a 3, target 1 is a 7.
CLASSES = ("3", "7")
#: Pixels along one side of a picture.
SIDE = 8


class Digits(NamedTuple):
    """Pictures and targets, split once: ``x_train`` (N, 64), ``y_train`` (N,), ``x_held`` (M, 64), ``y_held`` (M,).

    Pixels run from 0 (blank paper) to 1 (full ink) in steps of 1/16, row by row; targets are class indices, int64.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_held: torch.Tensor
    y_held: torch.Tensor

    def blank_pixels(self) -> list[int]:
        """Indices of the pixels that are blank in every picture of both parts: no weight there can matter."""
        inked = (self.x_train != 0).any(0) | (self.x_held != 0).any(0)
        return (~inked).nonzero().flatten().tolist()


def threes_and_sevens(seed: int = 42, held_out: float = 1 / 3, dtype: torch.dtype = torch.float64) -> Digits:
    """All 362 pictures of a 3 or a 7 among scikit-learn's digits, shuffled with ``seed`` and split.

    ``held_out`` is the share set aside to judge a model on pictures it has never seen, strictly between 0 and 1. The
    default dtype is float64, in which every pixel value is exact and rounding stays far from anything we look at.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), through ``load_digits``.
    """
    if not 0 < held_out < 1:
        raise ValueError(f"held_out is a share strictly between 0 and 1, got {held_out}")
    from sklearn.datasets import load_digits

    bunch = load_digits()
    labels = torch.from_numpy(bunch.target)
    wanted = (labels == 3) | (labels == 7)
    x = torch.from_numpy(bunch.data)[wanted].to(dtype) / 16
    y = (labels[wanted] == 7).long()
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    held, train = order.split([round(len(y) * held_out), len(y) - round(len(y) * held_out)])
    return Digits(x[train], y[train], x[held], y[held])
