"""Other losses: stand-ins, the stray, counts hard and soft, choices; against torch and counting."""

import math
from html import escape

import pytest
import torch
from sklearn import metrics
from torch.nn import functional as F

from lossbook.deciding.rare import PENALTIES, logits, many_splits, train_logistic
from lossbook.other_losses import choosing, surrogates
from lossbook.other_losses.comparison import Comparison
from lossbook.other_losses.counted import (
    Counts,
    auc,
    best_threshold,
    counts,
    pair_loss,
    signed,
    soft_f1_loss,
)
from lossbook.other_losses.stray import TOGETHER, best_weight, four_examples, mean_loss
from lossbook.other_losses.training import train_all


def random_case(seed, examples=60):
    generator = torch.Generator().manual_seed(seed)
    z = 3 * torch.randn(examples, generator=generator, dtype=torch.float64)
    y = (torch.rand(examples, generator=generator) < 0.3).double()
    y[:2] = torch.tensor([0.0, 1.0])
    return z, y


def test_stand_ins_against_closed_forms_and_each_other():
    m = torch.linspace(-6, 6, 241, dtype=torch.float64)
    wrong = surrogates.zero_one(m)
    assert torch.equal(wrong, torch.tensor([float(v <= 0) for v in m], dtype=torch.float64))
    logits, target = torch.stack([torch.zeros_like(m), m], 1), torch.ones(len(m), dtype=torch.long)
    nats = F.cross_entropy(logits, target, reduction="none")
    p = logits.softmax(1)[:, 1]
    assert torch.allclose(surrogates.cross_entropy(m), nats)
    assert torch.allclose(surrogates.in_bits(surrogates.cross_entropy)(m), -torch.log2(p))
    assert torch.allclose(surrogates.sigmoid_error(m), (p - 1).abs())
    assert torch.allclose(surrogates.squared_error(m), F.mse_loss(p, torch.ones_like(p), reduction="none"))
    for gamma in (0.0, 1.0, 2.0, 5.0):
        assert torch.allclose(surrogates.focal(m, gamma), -((1 - p) ** gamma) * p.log())
    assert torch.allclose(surrogates.hinge(m), 2 * F.multi_margin_loss(logits, target, reduction="none"))
    assert (surrogates.hinge(m) >= wrong).all() and (surrogates.in_bits(surrogates.cross_entropy)(m) >= wrong).all()
    assert (surrogates.slope(surrogates.zero_one, m) == 0).all()
    assert torch.allclose(surrogates.slope(surrogates.cross_entropy, m), p - 1)
    assert torch.allclose(surrogates.slope(surrogates.sigmoid_error, m), -p * (1 - p))
    assert torch.allclose(surrogates.slope(surrogates.squared_error, m), -2 * p * (1 - p) ** 2)
    assert math.isfinite(surrogates.cross_entropy(torch.tensor(-1e6)).item())


def test_margins_are_the_right_logit_less_the_best_other():
    generator = torch.Generator().manual_seed(0)
    logits, target = torch.randn(500, 4, generator=generator), torch.randint(4, (500,), generator=generator)
    wanted = [
        row[t] - max(v for c, v in enumerate(row) if c != t) for row, t in zip(logits.tolist(), target, strict=True)
    ]
    assert surrogates.margins(logits, target).tolist() == pytest.approx(wanted, abs=1e-6)
    right = logits.argmax(1) == target
    assert torch.equal(surrogates.margins(logits, target) > 0, right)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7, 0.95])
def test_what_a_loss_likes_best(share):
    assert surrogates.truest(surrogates.cross_entropy, share) == pytest.approx(share, abs=3e-4)
    assert surrogates.truest(surrogates.squared_error, share) == pytest.approx(share, abs=3e-4)
    # Focal: the slope of q (1-p)^2 (-log p) + (1-q) p^2 (-log(1-p)) in p is 0 at the minimum.
    p = surrogates.truest(surrogates.focal, share)
    rise = lambda p: 2 * (1 - p) * math.log(p) - (1 - p) ** 2 / p  # noqa: E731
    assert share * rise(p) - (1 - share) * rise(1 - p) == pytest.approx(0, abs=2e-3)


def test_the_stray_changes_the_best_side_where_it_outweighs_the_three():
    for loss in (surrogates.cross_entropy, surrogates.hinge):
        for distance in (0.5, 1.0, 2.9, 3.1, 5.0, 9.0):
            best = best_weight(loss, distance)
            assert (best > 0) == (distance < TOGETHER)
            near = torch.tensor([best - 1e-3, best, best + 1e-3], dtype=torch.float64)
            left, least, right = mean_loss(loss, near, distance)
            assert least <= left + 1e-12 and least <= right + 1e-12
    x, target = four_examples(9.0)
    w = torch.tensor(-0.2, dtype=torch.float64)
    assert mean_loss(surrogates.cross_entropy, w, 9.0).item() == pytest.approx(
        F.cross_entropy(torch.stack([0 * x, w * x], 1), target).item()
    )


def test_counts_are_scikit_learns():
    for seed in range(200):
        z, y = random_case(seed)
        found, called = counts(z, y), (z > 0).numpy()
        assert found.f1.item() == pytest.approx(metrics.f1_score(y, called))
        assert found.iou.item() == pytest.approx(metrics.jaccard_score(y, called))
        assert found.recall.item() == pytest.approx(metrics.recall_score(y, called))
        if called.any():
            assert found.precision.item() == pytest.approx(metrics.precision_score(y, called))
        z = z.round()  # ties count half
        assert auc(z, y).item() == pytest.approx(metrics.roc_auc_score(y, z))


def test_a_threshold_is_the_best_of_all():
    for seed in range(50):
        z, y = random_case(seed)
        cut = best_threshold(z, y)
        each = [counts(z, y, t).f1.item() for t in torch.cat([z - 1e-9, z + 1e-9])]
        assert counts(z, y, cut).f1.item() == pytest.approx(max(each))
    many = counts(z, y, torch.tensor([-1.0, 0.0, 1.0], dtype=z.dtype))
    assert [f1.item() for f1 in many.f1] == [counts(z, y, t).f1.item() for t in (-1.0, 0.0, 1.0)]


def test_soft_counts_are_the_counts_where_all_is_certain():
    for seed in range(100):
        z, y = random_case(seed)
        sure, found = 1e6 * z, counts(z, y)
        assert 1 - soft_f1_loss(sure, y).item() == pytest.approx(found.f1.item())
        p = z.sigmoid()
        soft = Counts((p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum())
        assert 1 - soft_f1_loss(z, y).item() == pytest.approx(soft.f1.item())


def test_pairs_are_cross_entropy_on_gaps_and_know_no_bias():
    z, y = random_case(3)
    gaps = [a - b for a in z[y == 1].tolist() for b in z[y == 0].tolist()]
    logits = torch.stack([torch.zeros(len(gaps)), torch.tensor(gaps)], 1)
    assert pair_loss(z, y).item() == pytest.approx(
        F.cross_entropy(logits, torch.ones(len(gaps)).long()).item(), rel=1e-5
    )
    assert pair_loss(z + 100, y).item() == pytest.approx(pair_loss(z, y).item())


def test_all_splits_at_once_end_where_newtons_method_does():
    data = many_splits((0, 1, 2))
    w = train_all(data, lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none").mean(-1), steps=100)
    assert torch.allclose(logits(data.x_judge, w), logits(data.x_judge, train_logistic(data)), atol=1e-2)


def test_any_loss_is_trained_to_where_it_and_its_penalty_are_level():
    data = many_splits((0, 1))
    w = train_all(data, soft_f1_loss, steps=200).requires_grad_()
    (slopes,) = torch.autograd.grad(soft_f1_loss(logits(data.x_train, w), data.y_train).sum(), w)
    pull = w.detach().clone()
    pull[:, -1] = 0  # the bias has no penalty
    for row, back in zip(slopes, pull, strict=True):
        assert min((row + 2 * penalty * back).abs().max() for penalty in PENALTIES) < 1e-4


def test_soft_counts_and_pairs_work_row_by_row():
    rows = [random_case(seed) for seed in range(3)]
    z, y = (torch.stack(column) for column in zip(*rows, strict=True))
    for loss in (soft_f1_loss, pair_loss):
        assert loss(z, y).tolist() == pytest.approx([loss(*row).item() for row in rows])


def test_signed_logits_are_margins():
    z, y = random_case(5)
    assert torch.allclose(signed(z, y), surrogates.margins(torch.stack([0 * z, z], 1), y.long()))


def test_every_choice_runs_as_it_stands_and_says_something():
    table, html = repr(choosing.Chosen()), choosing.Chosen()._repr_html_()
    for choice in choosing.CHOICES:
        number = choosing.value(choice)
        assert math.isfinite(number) and choosing.value(choice, seed=1) != number
        assert choice.call in table and escape(choice.call) in html and choice.says in table
        said = eval(choice.says, {"F": F, "torch": torch}, choosing.inputs())
        for part in said if isinstance(said, tuple) else (said,):
            assert len(part) == choosing.N, choice


def test_the_choices_that_are_cross_entropy_again():
    given = choosing.inputs()
    value = {choice.task: choosing.value(choice) for choice in choosing.CHOICES}
    z, yes = given["z_n"], given["yes"]
    two = torch.stack([torch.zeros_like(z), z], 1)
    assert value["yes or no"] == pytest.approx(F.cross_entropy(two, yes.long()).item())
    shifted = zip(given["z_tokens"], given["tokens"], strict=True)  # what is said at a place is of the token after it
    each = [F.cross_entropy(logits[:-1], t[1:]) for logits, t in shifted]
    assert value["the next token"] == pytest.approx(torch.stack(each).mean().item())
    near = given["a"] @ given["b"].T / given["T"]
    assert value["its partner among N"] == pytest.approx(-near.log_softmax(1).diagonal().mean().item())
    entropy = -(given["shares"] * given["shares"].log()).sum(1).mean().item()
    assert value["what another model says"] == pytest.approx(value["a share for each class"] - entropy, abs=1e-6)
    gaps = [b - a for a in z[yes == 1].tolist() for b in z[yes == 0].tolist()]
    assert value["which comes first"] == pytest.approx(sum(math.log1p(math.exp(gap)) for gap in gaps) / len(gaps))


def test_comparisons_show_in_html_and_in_text():
    table = Comparison({"one": {"a": -0.5, "b": None}, "<two>": {"a": -0.0001, "b": 2.0}}, digits=2)
    assert repr(table).split("\n")[1].split() == ["one", "−0.50", "–"]
    assert "<td>0.00</td><td>2.00</td>" in table._repr_html_() and "&lt;two&gt;" in table._repr_html_()
    with pytest.raises(ValueError, match="same columns"):
        Comparison({"one": {"a": 1.0}, "two": {"b": 1.0}})
