"""The controls of ``interact`` are those that ipywidgets.interact makes, and errors name what is at fault."""

from __future__ import annotations

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernelfree
from kernelfree import interaction, page
from kernelfree.controls import controls


def accept(**_):
    """Takes anything."""


def widget_of(abbreviation, default=None):
    """What ipywidgets itself shows for an abbreviation."""
    if default is None:
        return widgets.interactive(accept, x=abbreviation).kwargs_widgets[0]
    return widgets.interactive(lambda x=default: None, x=abbreviation).kwargs_widgets[0]


def control_of(abbreviation, default=None):
    draw = accept if default is None else lambda x=default: None
    return controls(draw, {"x": abbreviation})[0]


@pytest.mark.parametrize(
    "abbreviation",
    [
        (0, 10),
        (0, 10, 2),
        (0.0, 1.0),
        (0.0, 1.0, 0.25),
        (-3, 3),
        (-3.0, 3.0, 0.05),
        (0.01, 0.99, 0.01),
        (1, 2.5),
        5,
        2.5,
        0,
    ]
    + [widgets.IntSlider(3, min=1, max=9, step=2), widgets.FloatSlider(0.5, min=0, max=1, step=0.1)],
)
def test_ranges_hold_the_values_the_slider_can_take(abbreviation):
    widget, control = widget_of(abbreviation), control_of(abbreviation)
    assert control.kind == "range"
    assert control.values[0] == widget.min
    assert widget.max - widget.step < control.values[-1] <= widget.max + 1e-9
    steps = [b - a for a, b in zip(control.values, control.values[1:], strict=False)]
    assert steps == pytest.approx([widget.step] * len(steps))
    assert control.values[control.start] == pytest.approx(widget.value, abs=widget.step / 2 + 1e-9)
    assert type(control.values[0]) is type(widget.value)
    for value, label in zip(control.values, control.labels, strict=True):
        assert label == format(value, widget.readout_format)


@pytest.mark.parametrize("abbreviation", [["a", "b"], {"one": 1, "two": 2}, [("one", 1), ("two", 2)], [3, 4.5]])
@pytest.mark.parametrize("pick", [0, 1])
def test_options_are_those_of_the_drop_down(abbreviation, pick):
    widget = widget_of(abbreviation)
    default = widget._options_values[pick]
    control, widget = control_of(abbreviation, default), widget_of(abbreviation, default)
    assert control.kind == "menu"
    assert tuple(control.values) == widget._options_values
    assert tuple(control.labels) == widget._options_labels
    assert control.values[control.start] == widget.value == default


@pytest.mark.parametrize("value", [True, False])
def test_booleans_are_checkboxes(value):
    assert isinstance(widget_of(value), widgets.Checkbox)
    control = control_of(value)
    assert (control.kind, control.values, control.values[control.start]) == ("check", [False, True], value)


def test_widgets_keep_their_descriptions_and_readouts():
    control = control_of(widgets.FloatSlider(0.5, min=0, max=1, step=0.5, description="share", readout_format=".0%"))
    assert (control.label, control.labels) == ("share", ["0%", "50%", "100%"])
    assert control_of((0, 3)).label == "x"


def test_defaults_and_order_are_the_functions():
    def draw(b=2, a=True, *, c):
        pass

    found = controls(draw, {"c": ["u", "v"], "b": (0, 4)})
    assert [(control.name, control.values[control.start]) for control in found] == [("b", 2), ("a", True), ("c", "u")]


@given(st.integers(-50, 50), st.integers(1, 60), st.integers(1, 9))
def test_whole_ranges_agree_with_the_widget(low, width, step):
    widget, control = widget_of((low, low + width, step)), control_of((low, low + width, step))
    assert control.values == list(range(widget.min, widget.max + 1, widget.step))
    assert control.values[control.start] == widget.value


@pytest.mark.parametrize("abbreviation", ["text", widgets.Text("a"), widgets.FloatText(1.0), widgets.IntRangeSlider()])
def test_what_has_no_finite_set_of_values_is_refused_by_name(abbreviation):
    with pytest.raises(TypeError, match="control 'x' is a"):
        control_of(abbreviation)


def test_bad_options_are_refused_by_name():
    with pytest.raises(ValueError, match="control 'x' has no options"):
        control_of([])
    with pytest.raises(ValueError, match="two options of the same name"):
        control_of([("a", 1), ("a", 2)])


@pytest.fixture
def built(monkeypatch, tmp_path):
    """interact as it runs while a book is built; gives what it displayed."""
    shown = []
    monkeypatch.setenv(page.BUILD, str(tmp_path / "progress"))
    monkeypatch.setattr(interaction, "_display", shown.append)
    return shown


def draw_line(a=1, b=2):
    """A line."""
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.plot([0, a], [0, b])
    return figure


def test_every_combination_is_drawn_and_progress_told(built, tmp_path):
    kernelfree.interact(draw_line, a=(0, 2), b=[5, 6])
    figure = built[0][page.MIME]
    assert figure["frames"] == 6
    assert figure["name"] == "draw-line"
    assert figure["state"]["a"] == 1 and figure["state"]["b"] == "5"
    assert set(built[0]) == {page.MIME, "text/html", "image/png", "text/plain"}
    assert (tmp_path / "progress").read_text().splitlines()[-1] == "draw-line 6 6"
    assert plt.get_fignums() == []


def test_too_many_frames_name_the_count_and_the_control_to_coarsen(built):
    with pytest.raises(ValueError, match=r"1,111 frames.*a: 11 x b: 101.*max_frames=1,000: coarsen 'b'"):
        kernelfree.interact(draw_line, a=(0, 10), b=(0.0, 1.0, 0.01))
    assert built == []


def test_an_exception_names_the_values(built):
    def draw(x):
        """Divides."""
        return str(1 / (x - 2))

    with pytest.raises(interaction.FrameError, match=r"draw\(x=2\) failed: ZeroDivisionError"):
        kernelfree.interact(draw, x=(0, 3))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda x: plt.subplots(figsize=(2 + x, 2))[0], "another size"),
        (lambda x: plt.figure(figsize=(2, 2)) if x else "none", "for some values and none for others"),
        (lambda x: x, "draw returned int"),
    ],
)
def test_frames_that_cannot_be_one_figures_are_refused(built, make, said):
    with pytest.raises(interaction.FrameError, match=said):
        kernelfree.interact(make, x=(0, 1), name="f", description="d")


def test_names_and_descriptions_are_asked_for(built):
    with pytest.raises(ValueError, match="description"):
        kernelfree.interact(lambda x: "a", x=(0, 1), name="f")
    with pytest.raises(ValueError, match="lower-case letters"):
        kernelfree.interact(draw_line, a=(0, 1), name="Bad Name")
    with pytest.raises(ValueError, match="'title', which interact takes"):
        kernelfree.interact(lambda title: "a", title="x")


def test_text_and_prints_travel_with_their_frame(built):
    def draw(n):
        """Counts."""
        print("printed", n)
        return f"returned {n}"

    kernelfree.interact(draw, n=(1, 2))
    figure = built[0][page.MIME]
    assert figure["words"] == "printed 1\nreturned 1"
    assert figure["data"]["frames"]["columns"][0][3] == ["printed 1\nreturned 1", "printed 2\nreturned 2"]
    assert figure["still"] == ""


def test_the_same_cell_gives_the_same_bytes(built, monkeypatch):
    from itertools import count

    from kernelfree import picture

    for _ in range(2):
        monkeypatch.setattr(page, "instances", count(1))
        picture._shown.clear()
        kernelfree.interact(draw_line, a=(0, 2))
    assert built[0] == built[1]


def test_with_a_kernel_it_is_ipywidgets(monkeypatch):
    shown = []
    monkeypatch.delenv(page.BUILD, raising=False)
    monkeypatch.setattr(interaction, "_display", shown.append)
    kernelfree.interact(draw_line, a=(0, 2))
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert page.MIME not in shown[0]
    assert shown[0]["text/html"].startswith("<svg")
