"""What the chapter on deciding computes and draws, against scikit-learn, one split at a time and counts by hand."""

import re

import pytest
import torch
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from torch.nn import functional as F

from lossbook.deciding.rare import (
    PENALTIES,
    between_neighbours,
    eights,
    fit_logistic,
    judge,
    logits,
    many_splits,
    thinned,
    train_logistic,
)
from lossbook.deciding.weight_walk import above_the_curve, weight_walk
from lossbook.other_losses.counted import auc, best_threshold, counts

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def splits():
    return many_splits(range(3))


def numbers(text):
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]


def random_case(seed, examples=60):
    generator = torch.Generator().manual_seed(seed)
    z = 3 * torch.randn(examples, generator=generator, dtype=torch.float64)
    y = (torch.rand(examples, generator=generator) < 0.3).double()
    y[:2] = torch.tensor([0.0, 1.0])
    return z, y


# --- the data ---


def test_the_eights_are_all_digits_once_in_three_parts():
    data = eights(4)
    assert sum(map(len, data[1::2])) == 1797 and sum(y.sum() for y in data[1::2]) == 174
    assert all(x.shape[1] == 65 and (x[:, 64] == 1).all() for x in data[0::2])
    ones = data.y_train.sum().item()
    assert data.ratio.item() == pytest.approx((len(data.y_train) - ones) / ones)
    assert not torch.equal(data.x_train, eights(5).x_train) and torch.equal(data.x_train, eights(4).x_train)


def test_many_splits_are_the_single_ones(splits):
    for seed in range(3):
        for together, alone in zip(splits, eights(seed), strict=True):
            assert torch.equal(together[seed], alone)
    assert torch.allclose(splits.ratio, torch.stack([eights(seed).ratio for seed in range(3)]))


# --- the fits ---


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_the_rare_class_is_fitted_as_scikit_learn_does(splits, weight):
    x, y = splits.x_train[1], splits.y_train[1]
    share = torch.where(y == 1, weight, 1.0)
    theirs = LogisticRegression(C=1 / (2 * 1e-3 * share.sum().item()), class_weight={0: 1, 1: weight}, tol=1e-8,
                                max_iter=5000)  # fmt: skip
    theirs.fit(x[:, :-1], y)
    wanted = torch.from_numpy(theirs.decision_function(splits.x_judge[1][:, :-1]))
    assert (logits(splits.x_judge[1], fit_logistic(x, y, share, 1e-3)) - wanted).abs().max() < 0.01


def test_newtons_fit_is_level_in_its_penalised_loss_and_says_when_it_is_not(splits):
    x, y = splits.x_train[0], splits.y_train[0]
    w = fit_logistic(x, y, penalty=1e-4).requires_grad_()
    total = F.binary_cross_entropy_with_logits(logits(x, w), y) + 1e-4 * (w[:-1] ** 2).sum()
    (gradient,) = torch.autograd.grad(total, w)
    assert gradient.abs().max() < 1e-9
    separable = torch.tensor([[-1.0, 1.0], [1.0, 1.0]]).double()
    with pytest.raises(ArithmeticError, match="raise the penalty"):
        fit_logistic(separable, torch.tensor([0.0, 1.0]).double(), penalty=0.0)


def test_many_fits_are_the_single_ones(splits):
    for weight, one_by_one in ((1.0, [1.0] * 3), (splits.ratio, splits.ratio.tolist())):
        together = train_logistic(splits, weight=weight)
        for seed, alone in enumerate(one_by_one):
            assert torch.allclose(together[seed], train_logistic(eights(seed), weight=alone), atol=1e-6)


def test_the_penalty_is_chosen_by_the_models_own_loss_on_the_second_part(splits):
    data = eights(2)
    w = train_logistic(data, weight=3.0)
    share = torch.where(data.y_choose == 1, 3.0, 1.0)

    def own_loss(w):
        each = F.binary_cross_entropy_with_logits(logits(data.x_choose, w), data.y_choose, reduction="none")
        return (share * each).sum().item() / share.sum().item()

    weight = torch.where(data.y_train == 1, 3.0, 1.0)
    both = [fit_logistic(data.x_train, data.y_train, weight, penalty) for penalty in PENALTIES]
    assert own_loss(w) == min(map(own_loss, both))


# --- remedies ---


def test_copies_are_weights_to_the_fit(splits):
    x, y = splits.x_train[0], splits.y_train[0]
    copies = torch.cat([x, *[x[y == 1]] * 6]), torch.cat([y, *[y[y == 1]] * 6])
    weighted = fit_logistic(x, y, torch.where(y == 1, 7.0, 1.0))
    assert torch.allclose(fit_logistic(*copies), weighted, atol=1e-6)


def test_thinning_keeps_every_eight_and_as_many_others(splits):
    x, y, often = thinned(splits)
    assert x is splits.x_train and set(often.unique().tolist()) == {0.0, 1.0}
    assert (often[y == 1] == 1).all() and torch.equal((often * (1 - y)).sum(-1), y.sum(-1))
    assert not torch.equal(thinned(splits, seed=1)[2], often)
    few = often[0] == 1
    alone = fit_logistic(x[0][few], y[0][few])
    assert torch.allclose(fit_logistic(x, y, often)[0], alone, atol=1e-6)


def test_new_examples_lie_between_neighbours_of_their_class(splits):
    more_x, more_y, often = between_neighbours(splits, nearest=3)
    assert torch.equal(more_x[:, :599], splits.x_train)
    assert torch.equal((often * more_y).sum(-1), (often * (1 - more_y)).sum(-1))  # as many 8s as others
    for x, y, pictures, counted in zip(splits.x_train, splits.y_train, more_x, often, strict=True):
        ones, made = x[y == 1], pictures[599:][counted[599:] == 1]
        apart, leg = torch.cdist(ones, ones), torch.cdist(made, ones)
        between = (leg[:, :, None] + leg[:, None, :] - apart).abs() < 1e-5  # made, one, other
        near = apart <= apart.kthvalue(4).values[:, None] + 1e-6  # itself, its three nearest, and ties
        assert (between & near).any(2).any(1).all()
    assert torch.equal(between_neighbours(splits, nearest=3)[0], more_x)


# --- judging ---


def test_a_judge_counts_what_scikit_learn_counts():
    z, y = random_case(8)
    found = judge(z, y, threshold=0.5)
    called = (z > 0.5).double()
    assert found.accuracy.item() == pytest.approx((called == y).double().mean().item())
    assert found.f1.item() == pytest.approx(metrics.f1_score(y, called))
    assert found.nll.item() == pytest.approx(metrics.log_loss(y, z.sigmoid()))
    assert found.said.item() == pytest.approx(z.sigmoid().mean().item())


def test_rows_are_judged_each_by_itself_and_by_its_own_threshold():
    z, y = map(torch.stack, zip(*map(random_case, range(6)), strict=True))
    cuts = best_threshold(z, y)
    together = judge(z, y, threshold=cuts)
    assert torch.equal(auc(z, y), together.auc)
    for row in range(6):
        assert cuts[row] == best_threshold(z[row], y[row])
        alone = judge(z[row], y[row], threshold=cuts[row])
        assert [column[row].item() for column in together] == pytest.approx([value.item() for value in alone])


# --- the figure ---


def test_weights_and_thresholds_are_drawn_in_one_plane():
    data = eights(1)
    figure, text = weight_walk(data, doublings=range(0, 4, 3))(weight=8.0)
    z = logits(data.x_judge, train_logistic(data, weight=8.0))
    found, said = counts(z, data.y_judge), numbers(text)
    assert said[:2] == [8, 8]  # weight of an 8: 8
    assert said[2:4] == pytest.approx([found.recall.item(), found.precision.item()], abs=6e-3)
    assert said[-3] == pytest.approx(z.sigmoid().mean().item(), abs=6e-4)
    plain = logits(data.x_judge, train_logistic(data))
    wanted = {
        (round(c.recall.item(), 9), round(c.precision.item(), 9))
        for c in (counts(plain, data.y_judge, t) for t in plain - 1e-9)
    }
    curve = figure.axes[0].lines[0]
    drawn = zip(curve.get_xdata().tolist(), curve.get_ydata().tolist(), strict=True)
    assert wanted <= {(round(r, 9), round(p, 9)) for r, p in drawn}


def test_a_model_is_not_above_its_own_curve(splits):
    z = logits(splits.x_judge, train_logistic(splits))
    assert above_the_curve(splits.y_judge, z, z).tolist() == [0, 0, 0]
    better = torch.where(splits.y_judge == 1, z.amax(1, keepdim=True) + 1, z)
    assert (above_the_curve(splits.y_judge, z, better) > 0).all()
