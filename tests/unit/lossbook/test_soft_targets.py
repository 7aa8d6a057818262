"""Soft targets: floors, best leads, mixtures, and networks trained side by side, against independent answers."""

import math

import pytest
import torch
import torch.nn.functional as F

from lossbook.information.measures import entropy, smoothed
from lossbook.information.start import ten_digits
from lossbook.soft_targets import runs
from lossbook.soft_targets.best_lead import best_lead, best_lead_figure, lead_losses

torch.set_num_threads(1)


@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.5])
def test_the_best_lead_is_where_the_slope_turns_round(epsilon):
    lead = best_lead(10, epsilon)
    near = torch.tensor([lead - 0.01, lead, lead + 0.01], dtype=torch.float64)
    left, lowest, right = lead_losses(near, 10, epsilon)
    assert lowest < left and lowest < right
    assert lowest.item() == pytest.approx(entropy(smoothed(10, epsilon)).item())
    logits = torch.zeros(10, dtype=torch.float64).index_fill(0, torch.tensor(0), lead).requires_grad_()
    (slopes,) = torch.autograd.grad(F.cross_entropy(logits, torch.tensor(0), label_smoothing=epsilon), logits)
    assert slopes.abs().max() < 1e-12


def test_without_smoothing_no_lead_is_the_best():
    assert best_lead(10, 0.0) == math.inf
    figure, said = best_lead_figure()(0.0)
    assert said == "smoothing 0.00: floor 0.000 nats, never reached" and figure.axes
    assert best_lead_figure()(0.1)[1] == f"smoothing 0.10: floor 0.500 nats, at a lead of {math.log(91):.2f}"


def test_mixtures_are_distributions_and_mix_pictures_as_they_mix_labels():
    digits = ten_digits()
    onehot = F.one_hot(digits.y, 10).float()
    x, target = runs.mixup(digits.x, onehot, torch.Generator().manual_seed(2))
    again = torch.Generator().manual_seed(2)
    other, share = torch.randperm(1797, generator=again), torch.rand(1797, 1, generator=again)
    assert torch.allclose(target.sum(1), torch.ones(1797))
    assert (target.gather(1, digits.y[:, None]) >= share - 1e-6).all()
    assert torch.allclose(x, share * digits.x + (1 - share) * digits.x[other])


def test_a_temperature_undoes_a_factor_in_each_run():
    torch.manual_seed(0)
    logits = 2 * torch.randn(2, 4000, 5)
    y = torch.distributions.Categorical(logits=logits).sample()
    right = runs.mean_loss(logits, F.one_hot(y, 5).float())
    factors = torch.tensor([8.0, 0.25])[:, None, None]
    assert runs.tempered(factors * logits, y).tolist() == pytest.approx(right.tolist(), abs=0.01)


def test_runs_stay_above_their_floors_and_do_not_depend_on_their_neighbours():
    digits = ten_digits()
    for name, epsilon in runs.METHODS.items():
        run = runs.train_soft(digits, name, (0, 1), steps=60)
        floor = entropy(smoothed(10, epsilon)).item() if epsilon is not None else 0
        assert torch.stack([run.own_seen, run.own_held]).min() >= floor
        assert run.accuracy.min() > 0.8 and run.unmixed.min() > 0.85
        assert (run.tempered <= run.plain_held + 0.02).all()
    plain = runs.train_soft(digits, "plain labels", (0, 1), steps=60)
    assert torch.equal(plain.own_held, plain.plain_held) and torch.equal(plain.printed, plain.unmixed)
    assert runs.train_soft(digits, "plain labels", (0,), steps=60).plain_held[0].item() == pytest.approx(
        plain.plain_held[0].item(), rel=1e-3
    )


def test_a_teacher_helps_a_student_that_sees_little():
    right = runs.distil(ten_digits(), (4,), range(5), pictures=60, steps=100)
    assert list(right) == ["the teacher itself", "labels", "teacher, T = 4"]
    assert right["labels"].mean() < right["teacher, T = 4"].mean() < right["the teacher itself"].mean()
