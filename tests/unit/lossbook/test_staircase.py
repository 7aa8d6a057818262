"""The exact staircase against brute force, exact rational arithmetic and autograd; the digits it is computed from."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lossbook.accuracy.runs import two_logits
from lossbook.accuracy.staircase import Line, staircase, weight_line
from lossbook.data.digits import threes_and_sevens


def brute_force(digits, weight, bias, pixel, values):
    """Accuracy with the weight set to each value, by running the whole model: no line, no staircase."""
    out = []
    for chunk in values.split(1000):
        weights = weight.repeat(len(chunk), 1)
        weights[:, pixel] = chunk
        seven = digits.x_train @ weights.T + bias > 0
        out.append((seven == (digits.y_train == 1)[:, None]).double().mean(0))
    return torch.cat(out)


@pytest.mark.parametrize("pixel", range(64))
def test_staircase_is_brute_force_at_every_midpoint_and_on_a_fine_grid(digits, model, pixel):
    weight, bias = model
    stairs = staircase(weight_line(digits.x_train, digits.y_train, weight, bias, pixel))
    for values in (stairs.midpoints(), torch.linspace(-10, 10, 10_000, dtype=torch.float64)):
        assert torch.equal(stairs(values), brute_force(digits, weight, bias, pixel, values))


@pytest.mark.parametrize("pixel", range(64))
def test_no_edge_is_missed_or_invented(digits, model, pixel):
    """Some reading differs between the midpoints on both sides of an edge, as many as pictures with ink there."""
    weight, bias = model
    stairs = staircase(weight_line(digits.x_train, digits.y_train, weight, bias, pixel))
    middle = stairs.midpoints()
    weights = weight.repeat(len(middle), 1)
    weights[:, pixel] = middle
    readings = digits.x_train @ weights.T + bias > 0
    flips = (readings[:, 1:] != readings[:, :-1]).sum(0)
    assert (flips > 0).all()
    assert flips.sum() == (digits.x_train[:, pixel] > 0).sum()


def exact_accuracy(line, w):
    """Accuracy at the rational w, in rational arithmetic: a tie is read as class 0."""
    right = [
        (Fraction(o) + Fraction(s) * w > 0) == (t == 1)
        for o, s, t in zip(line.offset.tolist(), line.slope.tolist(), line.target.tolist(), strict=True)
    ]
    return Fraction(sum(right), len(right))


quarters = st.integers(-12, 12).map(lambda k: k / 4)
powers = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])


@given(st.lists(st.tuples(quarters, powers, st.integers(0, 1)), min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_on_between_and_beyond_edges_in_exact_arithmetic(examples):
    """Offsets and slopes whose quotients are exact, so that ties are real ties: shared edges and blanks included."""
    offset, slope, target = (torch.tensor(column, dtype=torch.float64) for column in zip(*examples, strict=True))
    line = Line(offset, slope, target.long())
    stairs = staircase(line)
    wanted = {Fraction(-o) / Fraction(s) for o, s, _ in examples if s}
    assert [Fraction(edge) for edge in stairs.edges.tolist()] == sorted(wanted)
    for w in [*stairs.edges.tolist(), *stairs.midpoints().tolist()]:
        assert stairs(w).item() == pytest.approx(float(exact_accuracy(line, Fraction(w))), abs=1e-15)


def test_edges_of_the_model_in_exact_arithmetic(digits, model):
    """On each edge of one weight, with the float weights taken as exact rationals."""
    weight, bias = model
    line = weight_line(digits.x_train, digits.y_train, weight, bias, 36)
    stairs = staircase(line)
    exact = sorted(
        -Fraction(o) / Fraction(s) for o, s in zip(line.offset.tolist(), line.slope.tolist(), strict=True) if s
    )
    assert len(exact) == len(stairs.edges)
    for k in range(0, len(exact), 8):
        assert stairs.edges[k].item() == pytest.approx(float(exact[k]), rel=1e-15)
        assert stairs.at[k].item() == float(exact_accuracy(line, exact[k]))


@pytest.mark.parametrize("pixel", [0, 10, 36, 60])
def test_cross_entropy_on_the_line_is_torchs(digits, model, pixel):
    weight, bias = model
    line = weight_line(digits.x_train, digits.y_train, weight, bias, pixel)
    for value in (-9.0, -0.3, 0.0, 2.25, 700.0):
        w = weight.clone()
        w[pixel] = value
        w.requires_grad_()
        loss = F.cross_entropy(two_logits(digits.x_train, w, bias), digits.y_train)
        loss.backward()
        assert line.cross_entropy(value).item() == pytest.approx(loss.item(), rel=1e-12)
        assert line.cross_entropy_slope(value).item() == pytest.approx(w.grad[pixel].item(), rel=1e-10, abs=1e-15)


def test_a_blank_pixel_has_no_edge(digits, model):
    weight, bias = model
    assert 0 in digits.blank_pixels()
    for pixel in digits.blank_pixels():
        line = weight_line(digits.x_train, digits.y_train, weight, bias, pixel)
        stairs = staircase(line)
        assert len(stairs.edges) == 0 and len(stairs.between) == 1
        assert stairs(torch.tensor([-5.0, 0.0, 5.0])).unique().numel() == 1
        assert line.cross_entropy_slope(0.0) == 0


def test_bad_lines_are_refused(digits, model):
    with pytest.raises(IndexError, match="pixel 64 is not one of the 64 weights"):
        weight_line(digits.x_train, digits.y_train, *model, 64)
    bad = torch.tensor([float("nan")])
    with pytest.raises(ValueError, match="finite"):
        staircase(Line(bad, bad, torch.tensor([1])))


def test_digits_are_split_once_and_whole():
    data, again, other = threes_and_sevens(), threes_and_sevens(), threes_and_sevens(seed=7)
    assert torch.equal(data.x_train, again.x_train) and not torch.equal(data.x_train, other.x_train)
    rows = torch.cat([data.x_train, data.x_held]).sort(dim=0).values
    assert torch.equal(rows, torch.cat([other.x_train, other.x_held]).sort(dim=0).values)
    assert len(rows) == 362 and set(data.y_held.tolist()) == {0, 1}
    assert ((data.x_train * 16) % 1 == 0).all() and data.x_train.min() == 0 and data.x_train.max() == 1
    with pytest.raises(ValueError, match="share strictly between 0 and 1"):
        threes_and_sevens(held_out=1)
