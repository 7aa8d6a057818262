"""Runs and metrics: against autograd, closed forms and counting."""

import pytest
import torch
from torch.nn import functional as F

from lossbook.accuracy.runs import (
    argmax_error,
    finite_differences,
    fit,
    hardest_first,
    random_start,
    rounded_error,
    three_runs,
    train_accuracy,
    two_logits,
)
from lossbook.confidence.metrics import accuracy, calibration_error, reliability, report


@pytest.fixture(scope="module")
def runs(digits):
    return three_runs(digits, seed=1)


def test_two_runs_end_bitwise_where_they_began_and_the_third_learns(runs):
    for name in ("argmax", "rounded"):
        run = runs[name]
        assert all(torch.equal(w, run.weight[0]) for w in run.weight) and torch.equal(run.bias, 0 * run.bias)
        assert (run.gradient == 0).all()
    learned = runs["cross-entropy"]
    assert all(torch.equal(run.weight[0], learned.weight[0]) for run in runs.values())
    assert learned.held_accuracy[-1] >= 0.97 > 0.6 > learned.held_accuracy[0]
    assert learned.train_loss[-1] < 0.1 * learned.train_loss[0]


def test_one_run_raises_pytorchs_own_message(runs):
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(()).backward()
    assert runs["argmax"].error == str(raised.value)
    assert runs["rounded"].error is None and runs["cross-entropy"].error is None


def test_cross_entropys_run_is_that_of_an_ordinary_torch_loop(digits, runs):
    layer = torch.nn.Linear(64, 1, dtype=torch.float64)
    weight, bias = random_start(1)
    with torch.no_grad():
        layer.weight.copy_(weight[None])
        layer.bias.copy_(bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    for _ in range(60):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(layer(digits.x_train)[:, 0], digits.y_train.double()).backward()
        optimizer.step()
    assert torch.allclose(layer.weight[0], runs["cross-entropy"].weight[-1], atol=1e-12)
    assert torch.allclose(layer.bias[0], runs["cross-entropy"].bias[-1], atol=1e-12)


def test_both_errors_are_one_minus_accuracy_ties_included(digits):
    logits = two_logits(digits.x_train, *random_start(5))
    logits[:7] = 0
    wanted = sum(int((z > 0) != bool(y)) for z, y in zip(logits[:, 1], digits.y_train, strict=True)) / len(logits)
    assert argmax_error(logits, digits.y_train).item() == pytest.approx(wanted, abs=1e-15)
    assert rounded_error(logits, digits.y_train).item() == pytest.approx(wanted, abs=1e-15)
    assert accuracy(logits, digits.y_train).item() == pytest.approx(1 - wanted, abs=1e-15)


def test_finite_differences_are_autograd_where_there_is_a_slope_and_zero_for_accuracy(digits):
    start = torch.cat([random_start(1)[0], torch.zeros(1)])

    def loss(parameters):
        return F.cross_entropy(two_logits(digits.x_train, parameters[:-1], parameters[-1]), digits.y_train)

    leaf = start.clone().requires_grad_()
    loss(leaf).backward()
    assert torch.allclose(finite_differences(loss, start, 1e-5), leaf.grad, atol=1e-8)
    zeros = finite_differences(lambda p: train_accuracy(digits, p), start, 1e-6) == 0
    assert zeros.all() and len(zeros) == 65
    with pytest.raises(ValueError, match="must be above 0"):
        finite_differences(loss, start, 0)


def test_hardest_pictures_come_first(digits, runs):
    order = hardest_first(runs["cross-entropy"], digits.x_held, digits.y_held, count=len(digits.y_held))
    assert sorted(order.tolist()) == list(range(len(digits.y_held)))
    readings = two_logits(digits.x_held, *runs["cross-entropy"].final).argmax(1)
    wrong = set((readings != digits.y_held).nonzero().flatten().tolist())
    assert set(order[: len(wrong)].tolist()) == wrong


def test_scaling_logits_leaves_accuracy_and_moves_the_rest(digits, runs):
    logits = two_logits(digits.x_held, *runs["cross-entropy"].final)
    reports = [report(s * logits, digits.y_held) for s in (0.1, 1, 3, 100)]
    assert len({r.accuracy for r in reports}) == 1
    assert reports[0].nll > reports[1].nll > reports[2].nll < reports[3].nll
    assert reports[0].confidence < reports[1].confidence < reports[2].confidence < reports[3].confidence


def test_calibration_error_by_hand():
    """Four predictions at 0.8, three of them right, and one at 0.6, wrong: (4 * |0.8 - 0.75| + |0.6 - 0|) / 5."""
    p = torch.tensor([0.8, 0.8, 0.8, 0.8, 0.6], dtype=torch.float64)
    logits = torch.stack([p, 1 - p], 1).log()
    target = torch.tensor([0, 0, 0, 1, 1])
    assert calibration_error(logits, target) == pytest.approx((4 * 0.05 + 0.6) / 5)
    groups = reliability(logits, target)
    assert groups.count.tolist() == [1, 4] and groups.accuracy.tolist() == [0, 0.75]
    perfect = torch.tensor([[30.0, 0.0]] * 4)
    assert calibration_error(perfect, torch.zeros(4, dtype=torch.long)) < 1e-9


def test_accuracy_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="must agree on N"):
        accuracy(torch.zeros(3, 2), torch.zeros(4, dtype=torch.long))


def test_the_objectives_gradients_are_what_the_chapter_says(digits):
    weight, bias = (t.requires_grad_() for t in random_start(1))
    assert not argmax_error(two_logits(digits.x_train, weight, bias), digits.y_train).requires_grad
    rounded_error(two_logits(digits.x_train, weight, bias), digits.y_train).backward()
    assert weight.grad.count_nonzero() == 0 and bias.grad == 0


def test_a_run_from_one_start_is_the_same_twice(digits):
    once, again = (fit(digits, F.cross_entropy, random_start(3), steps=5) for _ in range(2))
    assert torch.equal(once.weight, again.weight)
