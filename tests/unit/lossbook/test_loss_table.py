"""The table as an Explorable, Python's side: what its traits take and refuse, and what its still picture shows."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from traitlets import TraitError

from lossbook import cross_entropy, softmax
from lossbook.table import LOGITS, TARGET
from lossbook.table.loss_table import HIGHEST, LOWEST, LossTable, verdict

ROWS = [[-0.3139, 0.6737, -0.0143, 1.9929, -0.6949], [0.5285, 0.1311, 0.2628, 0.6450, 1.7745]]
ROWS += [[-1.7458, 2.0199, -0.1365, 1.4622, -0.0940]]


@pytest.fixture
def table():
    return LossTable()


def test_starts_as_the_lessons_table(table):
    assert table.logits == ROWS
    assert table.target == [0, 3, 4]
    assert table.lesson == {"logits": ROWS, "target": [0, 3, 4]}


@pytest.mark.parametrize("make", [torch.tensor, np.array, list, tuple])
def test_takes_tensors_arrays_and_lists(table, make):
    table.logits = make([[0, 1, 2, 3, 4], [-5.0, 5.0, 0.5, 0.25, 0.0], [1, 1, 1, 1, 1]])
    table.target = make([4, 0, 2])
    assert table.logits == [[0, 1, 2, 3, 4], [-5, 5, 0.5, 0.25, 0], [1, 1, 1, 1, 1]]
    assert {type(z) for row in table.logits for z in row} == {float}
    assert table.target == [4, 0, 2] and {type(y) for y in table.target} == {int}


def test_two_tables_do_not_share_their_state(table):
    other = LossTable()
    other.logits = torch.zeros(3, 5)
    assert table.logits == ROWS and LossTable().logits == ROWS


GOOD = [[0.0] * 5] * 3
BAD_LOGITS = [
    (GOOD[:2], "2 of them"),
    ([*GOOD[:2], [0.0] * 4], r"\[0.0, 0.0, 0.0, 0.0\] as row 2"),
    ([*GOOD[:2], [0, 0, 0, 0, 5.1]], "5.1 in row 2 for class 4"),
    ([[-6.0, 0, 0, 0, 0], *GOOD[1:]], "-6.0 in row 0 for class 0"),
    ([[math.nan, 0, 0, 0, 0], *GOOD[1:]], "nan in row 0"),
    ([[math.inf, 0, 0, 0, 0], *GOOD[1:]], "inf in row 0"),
    ([["1", 0, 0, 0, 0], *GOOD[1:]], "'1' in row 0"),
    ([[True, 0, 0, 0, 0], *GOOD[1:]], "True in row 0"),
    ([1, 2, 3], "1 as row 0"),
    (torch.zeros(15), "15 of them"),
    (torch.tensor(1.0), "tensor"),
    (None, "None"),
    ("table", "1 of them"),
]


@pytest.mark.parametrize(("value", "words"), BAD_LOGITS)
def test_refuses_other_logits(table, value, words):
    with pytest.raises(TraitError, match=r"logits must be 3 rows of 5 numbers from -5 to 5, got .*" + words):
        table.logits = value
    assert table.logits == ROWS


@pytest.mark.parametrize(
    "value", [[0, 1], [0, 1, 5], [0, -1, 2], [0, 1.0, 2], [0, "1", 2], [0, True, 2], None, 3, "123"]
)
def test_refuses_other_targets(table, value):
    with pytest.raises(TraitError, match="target must be 3 class indices from 0 to 4, got"):
        table.target = value
    assert table.target == [0, 3, 4]


def test_the_lesson_stays_as_it_is(table):
    with pytest.raises(TraitError):
        table.lesson = {}


def test_the_browser_learns_the_limits(table):
    number = {"kind": "number", "min": LOWEST, "max": HIGHEST}
    assert table._about["limits"] == {
        "logits": {"kind": "list", "items": {"kind": "list", "items": number}},
        "target": {"kind": "list", "items": {"kind": "integer", "min": 0, "max": 4}},
    }
    assert table._about["start"] == {"logits": ROWS, "target": [0, 3, 4]}


def words_of(figure):
    return [t.get_text().replace("−", "-") for t in figure.findobj(plt.Text) if t.get_text()]


@pytest.mark.parametrize(
    "logits, target", [(LOGITS, TARGET), (torch.zeros(3, 5), [1, 1, 1]), (torch.eye(3, 5) * 5, [0, 1, 2])]
)
def test_still_shows_what_torch_computes(table, logits, target):
    table.logits, table.target = logits, target
    figure = table.still()
    try:
        words = words_of(figure)
        logits, target = torch.tensor(table.logits, dtype=torch.float64), torch.tensor(table.target)
        probs = logits.softmax(1)
        gradient = probs - torch.nn.functional.one_hot(target, 5)
        losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
        numbers = [f"{z:.2f}" for z in logits.flatten().tolist()] + [f"{p:.3f}" for p in probs.flatten().tolist()]
        for word in [*numbers, *(f"{g:.2f}" for g in gradient.flatten().tolist())]:
            assert word in words
        for p, loss in zip(probs[range(3), target].tolist(), losses.tolist(), strict=True):
            assert f"-ln {p:.4f} = {loss:.4f} nats" in words
        title = next(word for word in words if word.startswith("mean"))
        mean = float(title.split()[1])
        assert mean == pytest.approx(losses.mean().item(), abs=5e-5)
        bars = [patch.get_height() for patch in figure.axes[1].patches]
        assert bars == pytest.approx(softmax(logits, 1)[0].tolist())
    finally:
        plt.close(figure)


def test_verdict():
    table_mean = cross_entropy(LOGITS, TARGET).item()
    assert verdict(table_mean) == "worse than a uniform guess"
    assert verdict(0.1) == "better than a uniform guess"
    assert (
        verdict(cross_entropy(torch.zeros(3, 5, dtype=torch.float64), TARGET).item()) == "the same as a uniform guess"
    )
