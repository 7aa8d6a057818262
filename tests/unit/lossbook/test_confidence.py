"""What the chapter on confidence computes, against scikit-learn, scipy, closed forms and counts by hand."""

import math

import pytest
import torch
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss
from torch.nn import functional as F

from lossbook.confidence.calibrate import fit_temperature, merge_classes
from lossbook.confidence.costs import expected_costs
from lossbook.confidence.metrics import brier_score, calibration_error, reliability, report
from lossbook.confidence.network import TenDigits, each_loss, network, ten_digits, train_network, train_networks

torch.set_num_threads(1)


def drawn(rows=400, classes=4, seed=0, scale=2.0):
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(rows, classes, generator=generator, dtype=torch.float64)
    return logits, torch.multinomial((logits / 1.5).softmax(1), 1, generator=generator)[:, 0]


@pytest.fixture(scope="module")
def digits():
    return ten_digits()


# --- scores ---


def test_scores_are_those_of_scikit_learn():
    logits, target = drawn()
    probs, read = logits.softmax(1), report(logits, target)
    assert read.nll == pytest.approx(log_loss(target, probs))
    assert brier_score(probs, target) == pytest.approx(brier_score_loss(target, probs, scale_by_half=False))
    yes = probs[:, 0]
    two = torch.stack([1 - yes, yes], 1)
    assert brier_score(two, (target == 0).long()) == pytest.approx(2 * brier_score_loss((target == 0).int(), yes))


def test_brier_score_by_hand():
    """(0.34 - 1)^2 + 0.33^2 + 0.33^2 = 0.6534, and the two ends."""
    zero = torch.tensor([0])
    assert brier_score(torch.tensor([[0.34, 0.33, 0.33]]), zero) == pytest.approx(0.6534)
    assert brier_score(torch.tensor([[1.0, 0.0]]), zero) == 0
    assert brier_score(torch.tensor([[0.0, 1.0]]), zero) == 2


@pytest.mark.parametrize("bins", [1, 5, 10, 33])
def test_groups_are_those_of_scikit_learns_calibration_curve(bins):
    logits, target = drawn(seed=bins)
    sure, right = logits.softmax(1).amax(1), logits.argmax(1) == target
    share, mean = calibration_curve(right, sure, n_bins=bins)
    groups = reliability(logits, target, bins)
    assert groups.confidence.tolist() == pytest.approx(mean.tolist())
    assert groups.accuracy.tolist() == pytest.approx(share.tolist())
    assert int(groups.count.sum()) == len(target)
    wanted = sum(n * abs(a - b) for n, a, b in zip(groups.count.tolist(), share, mean, strict=True)) / len(target)
    assert calibration_error(logits, target, bins) == pytest.approx(wanted)


def test_one_group_is_the_gap_between_mean_confidence_and_accuracy():
    logits, target = drawn()
    read = report(logits, target)
    assert calibration_error(logits, target, 1) == pytest.approx(abs(read.confidence - read.accuracy))


def test_a_diagram_needs_a_group():
    with pytest.raises(ValueError, match="at least one bin"):
        reliability(*drawn(), bins=0)


# --- the betting game ---


@pytest.mark.parametrize("q", [0.0, 0.1, 0.5, 0.73, 1.0])
@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.73, 1.0])
def test_expected_costs_are_sums_over_the_two_outcomes(q, p):
    def pay(y):
        given = p if y else 1 - p
        log = math.inf if given == 0 else -math.log(given)
        return {"error": float((p > 0.5) != y), "distance": abs(p - y), "brier": (p - y) ** 2, "log": log}

    found = expected_costs(q, p)._asdict()
    for name, value in found.items():
        wanted = sum(chance * pay(y)[name] for y, chance in ((1, q), (0, 1 - q)) if chance > 0)
        assert value.item() == pytest.approx(wanted), name


def test_expected_log_cost_is_torchs_cross_entropy_with_probabilities():
    q, p = torch.rand(2, 50, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    wanted = F.binary_cross_entropy(p, q, reduction="none")
    assert torch.allclose(expected_costs(q, p).log, wanted)


def test_stated_probabilities_stay_between_0_and_1():
    with pytest.raises(ValueError, match="from 0 to 1"):
        expected_costs(0.5, 1.2)


# --- temperature ---


def test_the_temperature_that_made_the_labels_is_found_again():
    logits, target = drawn(rows=40_000)
    assert fit_temperature(logits, target) == pytest.approx(1.5, rel=0.03)


def test_the_fitted_temperature_is_where_the_loss_is_least():
    for seed in range(5):
        logits, target = drawn(rows=60, seed=seed)
        T = fit_temperature(logits, target)
        loss = [F.cross_entropy(logits / t, target).item() for t in (T * 0.999, T, T * 1.001)]
        assert loss[1] <= min(loss)


def test_the_ends_of_the_range_are_answers_too():
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    assert fit_temperature(logits, torch.tensor([0, 1])) == 1e-3  # all right: louder without end
    assert fit_temperature(logits, torch.tensor([1, 0])) == 1e3  # all wrong: quieter without end


def test_merged_probabilities_are_sums():
    probs = drawn()[0].softmax(1)
    merged = merge_classes(probs, torch.tensor([0, 1, 0, 1]), 2)
    assert torch.allclose(merged[:, 0], probs[:, 0] + probs[:, 2])
    assert torch.allclose(merged.sum(1), torch.ones(len(probs), dtype=torch.float64))


# --- the network and its data ---


def test_every_picture_is_in_one_part(digits):
    from sklearn.datasets import load_digits

    assert [len(part) for part in digits] == [100, 100, 1197, 1197, 500, 500]
    together = torch.cat([digits.x_train, digits.x_val, digits.x_test]) * 16
    bunch = load_digits()
    rows = {(tuple(x), y) for x, y in zip(bunch.data.tolist(), bunch.target.tolist(), strict=True)}
    labels = torch.cat([digits.y_train, digits.y_val, digits.y_test])
    assert {(tuple(x), y) for x, y in zip(together.tolist(), labels.tolist(), strict=True)} == rows
    assert not torch.equal(ten_digits(seed=1).y_val, digits.y_val)
    with pytest.raises(ValueError, match="must leave some"):
        ten_digits(train=1500, test=500)


def test_the_run_is_adams_and_starts_from_the_networks_own_weights(digits):
    small = TenDigits(*(part[:40] for part in digits))
    run = train_network(small, steps=3, every=1)
    net = network()
    assert torch.allclose(run.train[0], net(small.x_train))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for step in range(1, 4):
        optimizer.zero_grad()
        F.cross_entropy(net(small.x_train), small.y_train).backward()
        optimizer.step()
        assert torch.allclose(run.val[step], net(small.x_val))
        assert torch.allclose(run.test[step], net(small.x_test))
    assert run.step.tolist() == [0, 1, 2, 3]


def test_networks_trained_together_are_those_trained_alone():
    """In float32 two long runs drift apart, so thirty steps are compared."""
    splits = [ten_digits(seed, train=60) for seed in (5, 6)]
    together = train_networks(splits, steps=30, every=10)
    for k, split in enumerate(splits):
        alone = train_network(split, steps=30, every=10, seed=k)
        assert together.step.tolist() == alone.step.tolist()
        for part in ("train", "val", "test"):
            assert torch.allclose(getattr(together, part)[:, k].double(), getattr(alone, part), atol=1e-3)


def test_training_leaves_the_readers_random_numbers_alone(digits):
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    train_network(digits, steps=0)
    train_networks([digits], steps=0)
    assert torch.equal(torch.rand(3), wanted)


def test_each_loss_is_torchs_unreduced():
    logits, target = drawn()
    looks = torch.stack([logits, 2 * logits])
    wanted = torch.stack([F.cross_entropy(z, target, reduction="none") for z in looks])
    assert torch.allclose(each_loss(looks, target), wanted)
