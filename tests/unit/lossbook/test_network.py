"""The small network with a hidden layer: shapes, training, and steps counted another way."""

import pytest
import torch
from torch.nn import functional as F

from lossbook.accuracy.network import relu_network, share_changed, train


def test_the_same_seed_gives_the_same_network_and_no_bias_at_the_start():
    one, same, other = (relu_network(4, seed) for seed in (1, 1, 2))
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b) and (a.dim() == 1 or not torch.equal(a, c))
        assert a.dim() > 1 or not a.any()
    assert len(list(relu_network(4, last_bias=False).parameters())) == 3


def test_training_lowers_the_loss_as_sgd_would(digits):
    x, y = digits.x_train, digits.y_train
    ours, theirs = relu_network(4, seed=3), relu_network(4, seed=3)
    train(ours, x, y, steps=5, lr=0.3)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.3)
    for _ in range(5):
        optimizer.zero_grad()
        F.cross_entropy(theirs(x), y).backward()
        optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b)


def test_share_changed_leaves_the_network_alone_and_knows_both_ends(digits):
    x, y = digits.x_train, digits.y_train
    network = relu_network(4, seed=1)
    before = [parameter.clone() for parameter in network.parameters()]
    assert share_changed(network, x, y, 1e-9, tries=20) == 0
    assert share_changed(network, x, y, 100.0, tries=20) > 0.5
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    with pytest.raises(ValueError, match="at least one try"):
        share_changed(network, x, y, 0.0)


def test_share_changed_counts_what_a_copy_of_the_network_says(digits):
    x, y = digits.x_train[:40], digits.y_train[:40]
    network = relu_network(2, seed=5)
    flat = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    generator, changed = torch.Generator().manual_seed(7), 0

    def right(weights):
        w1, b1, w2, b2 = weights.split([128, 2, 4, 2])
        hidden = (x @ w1.view(2, 64).T + b1).clamp(min=0)
        scores = hidden @ w2.view(2, 2).T + b2
        return ((scores[:, 1] > scores[:, 0]) == (y == 1)).sum()

    for _ in range(50):
        d = torch.randn(len(flat), generator=generator, dtype=torch.float64)
        changed += int(right(flat + 0.05 * d / d.norm()) != right(flat))
    assert share_changed(network, x, y, 0.05, tries=50, seed=7) == changed / 50
