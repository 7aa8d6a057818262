"""The lesson's table: its numbers from closed forms, and the way a table is shown."""

import math

import pytest
import torch

import lossbook
from lossbook.table import LOGITS, TARGET, Table

# The lesson's figures as printed in its text, worked out in Python floats from the scores it prints.
ROWS = [
    [-0.3139, 0.6737, -0.0143, 1.9929, -0.6949],
    [0.5285, 0.1311, 0.2628, 0.6450, 1.7745],
    [-1.7458, 2.0199, -0.1365, 1.4622, -0.0940],
]


def closed_form(row, y):
    return math.log(math.fsum(math.exp(z) for z in row)) - row[y]


def test_the_scores_and_targets():
    assert torch.equal(LOGITS, torch.tensor(ROWS))
    assert TARGET.tolist() == [0, 3, 4]


# Both its scores and its results are printed with four decimals: each is off by at most this much.
ROUNDING = 0.5e-4


def test_softmax_of_the_table():
    printed = """0.0635 0.1704 0.0856 0.6372 0.0433 / 0.1421 0.0955 0.1089 0.1596 0.4939 /
                 0.0126 0.5458 0.0632 0.3125 0.0659"""
    probs = lossbook.softmax(LOGITS, dim=1)
    for row, exact in zip(probs.tolist(), ROWS, strict=True):
        total = math.fsum(map(math.exp, exact))
        assert row == pytest.approx([math.exp(z) / total for z in exact], rel=1e-6)
    for row, words in zip(probs.tolist(), printed.split("/"), strict=True):
        for p, word in zip(row, words.split(), strict=True):
            # d p = p (1 - p) (d z_own - a mean of the other d z), so |d p| <= 2 p (1 - p) max|d z|
            assert abs(p - float(word)) <= ROUNDING + 2 * p * (1 - p) * ROUNDING
    torch.testing.assert_close(probs.sum(1), torch.ones(3))


def test_losses_of_the_table():
    losses = lossbook.cross_entropy(LOGITS, TARGET, reduction="none").tolist()
    exact = [closed_form(row, y) for row, y in zip(ROWS, [0, 3, 4], strict=True)]
    assert losses == pytest.approx(exact, rel=1e-6)
    assert [f"{x:.4f}" for x in losses] == ["2.7574", "1.8349", "2.7194"]
    mean = lossbook.nll_loss(lossbook.log_softmax(LOGITS, 1), TARGET).item()
    assert mean == pytest.approx(math.fsum(exact) / 3, rel=1e-6)


def test_the_mean_the_lesson_printed_is_that_of_scores_that_print_alike():
    """It printed 2.4372; its scores as printed give 2.43726. The digits it did not print explain the difference."""
    mean = lossbook.cross_entropy(LOGITS, TARGET).item()
    right = lossbook.softmax(LOGITS, 1)[range(3), TARGET]
    reach = 2 * (1 - right).mean().item() * ROUNDING  # sum |p - onehot| = 2 (1 - p_y), times the largest d z
    assert mean - reach < 2.4372 + ROUNDING <= mean
    losses = lossbook.cross_entropy(LOGITS, TARGET, reduction="none")
    assert f"{losses.double().round(decimals=4).mean().item():.4f}" == "2.4372"


def test_the_table_is_wrong_everywhere_and_worse_than_a_uniform_guess():
    assert LOGITS.argmax(1).tolist() == [3, 4, 1]
    assert (LOGITS.argmax(1) == TARGET).sum() == 0
    assert lossbook.cross_entropy(LOGITS, TARGET).item() > math.log(5)


def test_probabilities_given_to_nll_loss():
    assert f"{lossbook.nll_loss(lossbook.softmax(LOGITS, 1), TARGET).item():.3f}" == "-0.096"


def test_table_as_text():
    lines = repr(Table(LOGITS, TARGET)).splitlines()
    assert lines[0].split("  ") != [] and [f"class {c}" in lines[0] for c in range(5)] == [True] * 5
    for n, (line, row, y) in enumerate(zip(lines[1:], ROWS, [0, 3, 4], strict=True)):
        cells = line.replace("\N{MINUS SIGN}", "-").removeprefix(f"example {n}").split()
        assert [float(cell.rstrip("*")) for cell in cells] == row
        assert [cell.endswith("*") for cell in cells] == [c == y for c in range(5)]
    assert len(set(map(len, lines))) == 1


def test_table_as_html():
    html = Table(lossbook.softmax(LOGITS, 1), TARGET, digits=3)._repr_html_()
    assert html.count("<strong>") == 3 and html.count('scope="row"') == 3 and html.count('scope="col"') == 5
    for p in ("0.063", "0.160", "0.066"):
        assert f"<strong>{p}</strong>" in html
    assert "<strong>" not in Table(LOGITS)._repr_html_()


@pytest.mark.parametrize("values, target", [(torch.rand(3), None), (torch.rand(3, 2), torch.tensor([0, 1]))])
def test_table_refuses_other_shapes(values, target):
    with pytest.raises(ValueError, match="shape"):
        Table(values, target)
