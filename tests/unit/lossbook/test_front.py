"""The small figures of the first page: one for every chapter, each computed as the chapter does it, each described."""

import re

import matplotlib
import pytest
import torch
from matplotlib.figure import Figure

from chapters import chapters
from kernelfree import use_theme
from lossbook.front import THUMBNAILS, thumbnail
from lossbook.style import use_style

#: The clinic has one card, that of its first page.
NAMES = [
    name.replace("-", "_") for name in (c.name.removeprefix("book/") for c in chapters()[1:]) if "clinic-" not in name
]


@pytest.fixture(scope="module", autouse=True)
def _the_books_style():
    """Draw as the page does, and put matplotlib's settings and the theme back afterwards."""
    with matplotlib.rc_context():
        use_style()
        yield
    use_theme({})


def drawn(name: str):
    """The axes of a thumbnail."""
    ax = Figure(layout="none").add_axes((0, 0, 1, 1))
    THUMBNAILS[name](ax)
    return ax


def test_every_chapter_has_a_thumbnail():
    assert set(NAMES) <= set(THUMBNAILS)


@pytest.mark.parametrize("name", THUMBNAILS)
def test_thumbnail_takes_the_colours_of_the_page_and_says_what_it_shows(name):
    picture = thumbnail(name)
    assert len(picture.description.split()) >= 10
    assert not set(re.findall(r"#[0-9a-f]{6}", picture.svg())) & {"#000000", "#1d2129"}, "ink that a dark page swallows"


def test_descriptions_differ():
    assert len({draw.__doc__ for draw in THUMBNAILS.values()}) == len(THUMBNAILS)


def test_unknown_chapter_is_told_which_there_are():
    with pytest.raises(KeyError, match=r"no thumbnail for 'epilogue'.*cross_entropy"):
        thumbnail("epilogue")


def test_three_examples_lie_on_the_curve_of_minus_log_p():
    curve, examples = drawn("negative_log_likelihood").lines
    p, loss = torch.tensor(curve.get_xydata()).T
    assert torch.allclose(loss, -p.log())
    seen = [round(value, 4) for value in examples.get_ydata().tolist()]
    assert seen == [2.7574, 1.8349, 2.7194]  # the losses that the chapter computes


def test_one_step_of_descent_moves_no_probability_in_all():
    heights = torch.tensor([bar.get_height() for bar in drawn("cross_entropy").patches])
    assert heights.sum().abs() < 1e-6 and (heights > 0).sum() == 1 and heights.argmax() == 3


def test_accuracy_is_level_between_its_steps_and_the_loss_nowhere():
    stairs, loss = (torch.tensor(line.get_ydata()) for line in drawn("why_not_accuracy").lines)
    assert (stairs[1::2] == stairs[::2]).all() and len(stairs.unique()) > 5
    assert (loss.diff() != 0).all()


def test_costs_cross_at_the_threshold():
    waiting, acting, _, crossing = drawn("deciding").lines
    (at,), (cost,) = crossing.get_data()
    for line in waiting, acting:
        (x0, y0), (x1, y1) = line.get_xydata()
        assert y0 + (y1 - y0) * (at - x0) / (x1 - x0) == pytest.approx(cost)


def test_a_soft_target_has_a_best_lead_and_a_hard_one_has_none():
    hard, soft, best = (torch.tensor(line.get_xydata()) for line in drawn("soft_targets").lines)
    assert (hard[:, 1].diff() < 0).all()
    assert best[0, 1] == soft[:, 1].min() and soft[0, 0] < best[0, 0] < soft[-1, 0]


def test_the_line_of_the_summary_is_the_mean_of_its_bars():
    ax = drawn("summary")
    heights = torch.tensor([bar.get_height() for bar in ax.patches])
    assert ax.lines[0].get_ydata()[0] == pytest.approx(heights.mean().item())
