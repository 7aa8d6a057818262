"""Tasks of ``interact``: in which frames they are reached, and which can't be."""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import pytest

from kernelfree import FigureError, building
from kernelfree.deliver.payload import MIME, read_payload
from kernelfree.interaction.figure import InteractFigure, Options


def draw(a, b):
    """A line."""
    fig, ax = plt.subplots(figsize=(2, 2))
    ax.plot([a, b])
    return fig


def payload(monkeypatch, tmp_path, goals):
    monkeypatch.setenv(building.PROGRESS_FILE, str(tmp_path / "progress"))
    controls = {"a": ipywidgets.IntSlider(0, min=0, max=2), "b": ipywidgets.IntSlider(0, min=0, max=1)}
    return read_payload(InteractFigure(draw, controls, Options(goals=goals)).output()[MIME])


def test_a_goal_knows_its_frames(monkeypatch, tmp_path):
    made = payload(monkeypatch, tmp_path, {"a < b & more": lambda a, b: a < b, "both": lambda a, b: a == b == 1})
    assert made.about["goals"] == [["a < b & more", [1]], ["both", [3]]]
    assert made.controls.count('data-goal="open"') == 2 and "a &lt; b &amp; more" in made.controls


def test_a_goal_that_no_values_reach_is_an_error(monkeypatch, tmp_path):
    with pytest.raises(FigureError, match="'never'"):
        payload(monkeypatch, tmp_path, {"never": lambda a, b: a > 5})


def test_without_goals_nothing_is_said_of_them(monkeypatch, tmp_path):
    made = payload(monkeypatch, tmp_path, None)
    assert "goals" not in made.about and "data-goal" not in made.controls
