"""Climbs: every look is counted, and what looks told is what they told."""

import math

import pytest
import torch

from lossbook.accuracy.runs import accuracy, fit, random_start, two_logits
from lossbook.other_losses.climb import Told, climb, evaluations_needed, grid_evaluations, hidden_rule, two_weights


def test_a_climb_counts_every_look_and_never_goes_down():
    looks = []

    def score(w):
        looks.append(w)
        return -(w**2).sum().item()

    found = climb(score, torch.tensor([3.0, 4.0]), step=0.5, goal=-1.0, evaluations=500, seed=0)
    assert found.reached == len(looks) == len(found.best) == len(found.tried) == len(found.scores)
    assert (found.best.diff() >= 0).all() and found.best[-1] >= -1 > found.best[-2]
    assert torch.equal(torch.stack(looks), found.tried)
    assert found.scores.tolist() == pytest.approx([-(w**2).sum().item() for w in looks])
    assert torch.equal(found.path, found.tried[found.when - 1])
    stopped = climb(score, torch.tensor([3.0, 4.0]), step=1e-6, goal=-1.0, evaluations=20)
    assert stopped.reached is None and len(stopped.best) == 20
    with pytest.raises(ValueError, match="a step above 0"):
        climb(score, torch.zeros(2), step=0)


def test_what_looks_told_is_counted_from_where_the_climb_stood():
    heights = iter([1.0, 2.0, 2.0, 1.5, 3.0, 0.0, 3.0, 4.0])
    found = climb(lambda w: next(heights), torch.zeros(1), step=1.0, goal=4.0, evaluations=50)
    assert found.told == Told(better=3, same=2, worse=2) and found.told.looks == 7
    kept = 5 / 7
    assert found.told.kept_bits == pytest.approx(-kept * math.log2(kept) - (1 - kept) * math.log2(1 - kept))
    assert Told(4, 0, 0).kept_bits == 0 and Told(1, 1, 2).kept_bits == 1


def test_a_climb_may_end_by_another_measure():
    found = climb(lambda w: w.item(), torch.zeros(1), step=0.5, goal=9.0, seed=3, progress=lambda w: w.item() ** 2)
    assert found.reached and 3 <= found.path[-1].item() and found.path[-2].item() < 3


def test_the_plane_is_the_model_with_two_weights_changed(digits):
    weight, bias = fit(digits, torch.nn.functional.cross_entropy, random_start(1), steps=20).final
    plane = two_weights(digits, weight, bias, (36, 60))
    heights = plane.map(-10, 10, points=5)
    for row, second in enumerate((-10.0, -5.0, 0.0, 5.0, 10.0)):
        for column, first in enumerate((-10.0, -5.0, 0.0, 5.0, 10.0)):
            changed = weight.clone()
            changed[[36, 60]] = torch.tensor([first, second], dtype=torch.float64)
            wanted = accuracy(two_logits(digits.x_train, changed, bias), digits.y_train).item()
            assert heights[row, column].item() == wanted
            assert plane.accuracy(torch.tensor([first, second], dtype=torch.float64)) == wanted


def test_a_hidden_rule_can_be_learned_and_looks_are_counted():
    problem = hidden_rule(6, examples=300, seed=2)
    assert torch.equal(problem.x, hidden_rule(6, examples=300, seed=2).x)
    assert problem.worth(torch.ones(6)) == -problem.loss(torch.ones(6)).item()
    rows = evaluations_needed([2, 8], goal=0.85, repeats=3, budget=2000)
    assert [row.size for row in rows] == [2, 8]
    for row in rows:
        assert len(row.climbs) == len(row.priced) == len(row.descents) == 3
        assert all(steps % 3 == 0 for steps in row.descents)
        assert all(count is not None and 1 <= count <= 2000 for count in row.climbs + row.priced)
        assert row.told.looks == sum(row.climbs) - 3
    never = evaluations_needed([64], goal=0.99, repeats=1, budget=5)[0]
    assert never.climbs == never.priced == [None] and never.middle == never.priced_middle == math.inf
    assert rows[1].middle == sorted(rows[1].climbs)[1]


def test_trying_every_combination_is_counted():
    assert grid_evaluations(2) == pytest.approx(math.log10(10 * 10))
    assert grid_evaluations(65, values=3) == pytest.approx(math.log10(3**65))


def test_the_length_of_the_climbs_steps_suits_them_best_among_powers_of_two():
    def looks(step):
        return evaluations_needed([64], budget=2000, repeats=5, step=step)[0].middle

    usual = evaluations_needed([64], budget=2000, repeats=5)[0].middle
    assert usual == looks(4.0) < min(looks(1.0), looks(2.0), looks(8.0), looks(16.0))
