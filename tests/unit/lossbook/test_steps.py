"""The step experiment against walking each step, closed forms, and the distance within which nothing can flip."""

import math

import pytest
import torch

from lossbook.accuracy.steps import expected_flips, first_flip, safe_distance, step_shares, with_bias


def test_nothing_flips_before_the_first_flip_and_something_does_just_after():
    generator = torch.Generator().manual_seed(0)
    logits, slopes = torch.randn(2, 500, 40, generator=generator, dtype=torch.float64)
    distance = first_flip(logits, slopes)
    assert torch.isfinite(distance).all()
    for share, flips in ((0.0, False), (0.5, False), (1 - 1e-9, False), (1 + 1e-9, True)):
        after = logits + slopes * (share * distance)[:, None]
        assert ((after > 0) != (logits > 0)).any(-1).eq(flips).all()


def test_first_flip_by_hand():
    logits = torch.tensor([[1.0, -4.0], [1.0, -4.0], [1.0, 2.0], [0.0, 3.0], [0.0, 3.0]])
    slopes = torch.tensor([[-0.5, 1.0], [-0.1, 1.0], [3.0, 0.0], [1.0, -1.0], [0.0, -1.0]])
    assert first_flip(logits, slopes).tolist() == pytest.approx([2.0, 4.0, math.inf, 0.0, 3.0], rel=1e-6)


def test_shares_are_those_of_steps_that_were_walked(digits):
    """The same draws, each step walked in float64 with a full pass over the pictures."""
    h = torch.tensor([1e-3, 1e-2, 0.1, 0.5])
    shares = step_shares(digits.x_train, digits.y_train, h, pairs=600, seed=3)
    generator = torch.Generator().manual_seed(3)
    direction, points = torch.randn(600, 65, generator=generator), torch.randn(600, 65, generator=generator)
    direction = (direction / direction.norm(dim=1, keepdim=True)).double()
    points = points.double()
    points[:, -1] = -points[:, :-1] @ digits.x_train.mean(0)
    seven, before = digits.y_train == 1, with_bias(digits.x_train) @ points.T > 0
    for k, step in enumerate(h.tolist()):
        after = with_bias(digits.x_train) @ (points + step * direction).T > 0
        assert shares.flipped[k].item() == (after != before).any(0).double().mean().item()
        accuracy = [(readings == seven[:, None]).sum(0) for readings in (before, after)]
        assert shares.changed[k].item() == (accuracy[0] != accuracy[1]).double().mean().item()


def test_share_follows_the_closed_form_and_its_slope_is_one(digits):
    h = torch.logspace(-4, -3, 3)
    shares = step_shares(digits.x_train, digits.y_train, h, pairs=200_000, seed=0)
    wanted = expected_flips(digits.x_train, h)
    spread = 4 * (wanted / shares.pairs).sqrt()
    assert (shares.flipped <= wanted + spread).all()
    assert ((shares.flipped - wanted).abs() <= spread + 0.03 * wanted).all()
    ends = shares.changed[[0, -1]].log()
    assert (ends[1] - ends[0]) / math.log(10) == pytest.approx(1, abs=0.05)


def test_no_step_below_the_safe_distance_flips_and_one_just_above_does(digits, model):
    weight, bias = model
    safe = safe_distance(digits.x_train, weight, bias)
    inputs, at = with_bias(digits.x_train), torch.cat([weight, bias.view(1)])
    before = inputs @ at > 0
    logits = inputs @ at
    nearest = (logits.abs() / inputs.norm(dim=1)).argmin()
    straight = -torch.sign(logits[nearest]) * inputs[nearest] / inputs[nearest].norm()
    assert ((inputs @ (at + 0.999999 * safe * straight) > 0) == before).all()
    assert ((inputs @ (at + 1.000001 * safe * straight) > 0) != before).any()
    h = torch.tensor([0.5 * safe, 0.999 * safe, 20 * safe])
    shares = step_shares(digits.x_train, digits.y_train, h, pairs=20_000, seed=0, weights=at)
    assert shares.flipped[:2].tolist() == [0, 0] and shares.changed[2] > 0


@pytest.mark.parametrize("h", [[0.1, 0.01], [0.0, 0.1]])
def test_bad_lengths_are_refused(digits, h):
    with pytest.raises(ValueError, match="rising step lengths above 0"):
        step_shares(digits.x_train, digits.y_train, torch.tensor(h), pairs=10)
