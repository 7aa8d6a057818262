"""The static figures draw what they are given, and say where a function has no value."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lossbook.plots import plot_function, plot_heatmap, plot_prices, plot_probabilities, plot_two_ways
from lossbook.style import COLORS, DARK_COLORS, LINESTYLES, line, themed_colors


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(axes) -> str:
    return " ".join(t.get_text() for t in axes.texts)


def test_minus_log_is_drawn_where_finite_and_marked_at_zero():
    (axes,) = plot_function(lambda p: -p.log(), "p", "loss", min=0, max=1).axes
    x, y = axes.lines[0].get_data()
    drawn = ~np.isnan(y)
    assert x[drawn][0] > 0 and x[-1] == 1 and y[-1] == 0
    np.testing.assert_allclose(y[drawn], -np.log(x[drawn]))
    assert "∞ at 0" in texts(axes)


def test_poles_in_the_middle_are_marked_with_their_sign():
    (axes,) = plot_function(lambda x: -1 / (x - 1).abs(), min=-1, max=3).axes
    assert "−∞ at 1" in texts(axes)


def test_stretches_without_value_are_hatched():
    (axes,) = plot_function(torch.log, min=-2, max=2).axes
    assert "not a number" in texts(axes) and "−∞ at 0" in texts(axes)
    assert axes.patches[0].get_x() == -2 and axes.patches[0].get_x() + axes.patches[0].get_width() < 0


def test_an_ordinary_function_gets_no_mark_and_the_given_labels():
    figure = plot_function(torch.sin, "x", "sin x", "A wave", figsize=(5, 3))
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left") or axes.get_title()) == (
        "x",
        "sin x",
        "A wave",
    )
    assert axes.get_xlim() == (-2, 2) and not axes.texts and not axes.patches
    assert tuple(figure.get_size_inches()) == (5, 3)


def test_plot_function_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="min must be the smaller"):
        plot_function(torch.sin, min=1, max=1)
    with pytest.raises(ValueError, match=r"shape \(401,\) and returned one of shape \(\)"):
        plot_function(torch.sum)


def test_probabilities_heatmap_and_two_ways_write_their_numbers():
    probs = torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    target = torch.tensor([1, 0])
    panels = plot_probabilities(probs, target).axes
    assert [texts(axes) for axes in panels] == ["0.7500", "0.5000"]
    assert [bar.get_height() for bar in panels[0].patches] == [0.25, 0.75]
    (axes,) = plot_heatmap(probs - torch.eye(2)[target], target).axes
    assert texts(axes).split() == ["+0.2500", "-0.2500", "-0.5000", "+0.5000"]
    gaps = torch.arange(5.0)
    (axes,) = plot_two_ways(gaps, gaps, torch.where(gaps > 2, torch.inf, gaps)).axes
    assert "from a gap of 3" in texts(axes)


def test_prices_tell_apart_what_errors_do_not():
    panels = plot_prices(torch.tensor([0.2, 0.4, 0.8])).axes
    widths = [[bar.get_width() for bar in axes.patches] for axes in panels]
    assert widths[0] == pytest.approx([0.2, 0.4, 0.8]) and widths[1] == [1, 1, 0]
    assert widths[2] == pytest.approx([math.log(5), math.log(2.5), math.log(1.25)])
    written = [[label.get_text() for label in axes.get_yticklabels()] for axes in panels]
    assert written == [["0.2", "0.4", "0.8"], ["1", "1", "0"], ["1.6", "0.9", "0.2"]]


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("meaning", COLORS)
def test_every_colour_is_readable_as_text_on_its_page(meaning):
    assert contrast(COLORS[meaning], "#ffffff") >= 4.5
    assert contrast(DARK_COLORS[meaning], "#14181e") >= 4.5  # the theme's dark page


def test_every_meaning_has_a_colour_in_both_themes_and_a_line_style():
    assert COLORS.keys() == DARK_COLORS.keys() == LINESTYLES.keys()
    assert line("loss", lw=3) == {"color": COLORS["loss"], "linestyle": "-", "lw": 3}
    assert all(themed_colors()[color] == f"var(--{name}, {color})" for name, color in COLORS.items())
    with pytest.raises(ValueError, match="no meaning 'profit'"):
        line("profit")
