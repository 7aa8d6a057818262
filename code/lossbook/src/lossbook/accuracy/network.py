"""A small network with a hidden layer: what holds of the linear model holds of it, or does not."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lossbook.data.digits import SIDE


def relu_network(hidden: int = 16, seed: int = 0, scale: float = 0.2, last_bias: bool = True) -> nn.Sequential:
    """Pixels (N, 64) to two scores (N, 2) through ``hidden`` units of ReLU, in float64.

    Weights are normal with standard deviation ``scale``, drawn from ``seed``; biases are 0. Without ``last_bias`` the
    scores are equal wherever all hidden units are off.
    """
    network = nn.Sequential(nn.Linear(SIDE * SIDE, hidden), nn.ReLU(), nn.Linear(hidden, 2, bias=last_bias)).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(scale * drawn if parameter.dim() > 1 else 0 * drawn)
    return network


def train(network: nn.Module, x: torch.Tensor, target: torch.Tensor, steps: int = 60, lr: float = 0.5) -> nn.Module:
    """``network`` after ``steps`` of gradient descent on cross-entropy over all of x (N, D) and target (N,) at once."""
    parameters = list(network.parameters())
    for _ in range(steps):
        gradients = torch.autograd.grad(F.cross_entropy(network(x), target), parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.sub_(lr * gradient)
    return network


@torch.no_grad()
def share_changed(
    network: nn.Module, x: torch.Tensor, target: torch.Tensor, h: float, tries: int = 1000, seed: int = 0
) -> float:
    """The share of ``tries`` random steps of length ``h`` from the network's weights that changes its accuracy.

    Accuracy is that on x (N, D), target (N,). Directions are uniform on the sphere, drawn from ``seed``. The network is
    left as it was.
    """
    if tries < 1 or not h > 0:
        raise ValueError(f"share_changed needs at least one try and a step above 0, got {tries} and {h}")
    here = parameters_to_vector(network.parameters()).clone()
    generator = torch.Generator().manual_seed(seed)

    def right() -> int:
        return int((network(x).argmax(1) == target).sum())

    before, changed = right(), 0
    for _ in range(tries):
        direction = torch.randn(here.shape, generator=generator, dtype=here.dtype)
        vector_to_parameters(here + h * direction / direction.norm(), network.parameters())
        changed += right() != before
    vector_to_parameters(here, network.parameters())
    return changed / tries
