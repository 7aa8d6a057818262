"""The controls of ``interact`` are those that ipywidgets.interact makes, and errors name what is at fault."""

from __future__ import annotations

import itertools
import math

import ipywidgets as widgets
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from javascript import run_exports
from kernelfree.interaction.controls import coarsen, controls_for, count_frames
from kernelfree.interaction.originals import make_panel, widgets_by_argument


def find_controls(draw, abbreviations):
    """The controls, and the notes on them, that ``interact(draw, **abbreviations)`` has."""
    return controls_for(widgets_by_argument(make_panel(draw, abbreviations)))


def kind(control) -> str:
    return type(control).__name__


def accept(**_):
    """Takes anything."""


def widget_of(abbreviation, default=None):
    """What ipywidgets itself shows for an abbreviation."""
    if default is None:
        return widgets.interactive(accept, x=abbreviation).kwargs_widgets[0]
    return widgets.interactive(lambda x=default: None, x=abbreviation).kwargs_widgets[0]


def control_of(abbreviation, default=None):
    draw = accept if default is None else lambda x=default: None
    return find_controls(draw, {"x": abbreviation})[0][0]


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
    if abbreviation == (1, 2.5):  # ipywidgets starts off its own grid here
        assert control.values.pop(control.start) == widget.value
        return
    assert control.values[0] == widget.min
    assert widget.max - widget.step < control.values[-1] <= widget.max + 1e-9
    steps = [b - a for a, b in zip(control.values, control.values[1:], strict=False)]
    assert steps == pytest.approx([widget.step] * len(steps))
    assert control.values[control.start] == pytest.approx(widget.value, abs=widget.step / 2 + 1e-9)
    assert type(control.values[0]) is type(widget.value)
    assert (
        list(map(float, control.labels)) == control.values
        and len({len(x.partition(".")[2]) for x in control.labels}) == 1
    )


@pytest.mark.parametrize("abbreviation", [["a", "b"], {"one": 1, "two": 2}, [("one", 1), ("two", 2)], [3, 4.5]])
@pytest.mark.parametrize("pick", [0, 1])
def test_options_are_those_of_the_drop_down(abbreviation, pick):
    widget = widget_of(abbreviation)
    default = widget._options_values[pick]
    control, widget = control_of(abbreviation, default), widget_of(abbreviation, default)
    assert kind(control) == "Menu"
    assert tuple(control.values) == widget._options_values
    assert tuple(control.labels) == widget._options_labels
    assert control.values[control.start] == widget.value == default


@pytest.mark.parametrize("value", [True, False])
def test_booleans_are_checkboxes(value):
    assert isinstance(widget_of(value), widgets.Checkbox)
    control = control_of(value)
    assert (kind(control), control.values, control.values[control.start]) == ("Checkbox", [False, True], value)


def test_widgets_keep_their_descriptions_and_readouts():
    control = control_of(widgets.FloatSlider(0.5, min=0, max=1, step=0.5, description="share", readout_format=".0%"))
    assert (control.label, control.labels) == ("share", ["0%", "50%", "100%"])
    assert control_of((0, 3)).label == "x"


def test_defaults_and_order_are_the_functions():
    def draw(b=2, a=True, *, c):
        pass

    found, _ = find_controls(draw, {"c": ["u", "v"], "b": (0, 4)})
    assert [(control.name, control.values[control.start]) for control in found] == [("b", 2), ("a", True), ("c", "u")]


@given(st.integers(-50, 50), st.integers(1, 60), st.integers(1, 9))
def test_whole_ranges_agree_with_the_widget(low, width, step):
    widget, control = widget_of((low, low + width, step)), control_of((low, low + width, step))
    assert control.values == list(range(widget.min, widget.max + 1, widget.step))
    assert control.values[control.start] == widget.value


@pytest.mark.parametrize("abbreviation", ["text", widgets.Text("a"), widgets.FloatText(1.0)])
def test_what_has_no_finite_set_of_values_stands_still_and_says_so(abbreviation):
    (control,), notes = find_controls(accept, {"x": abbreviation})
    assert (kind(control), len(control.values)) == ("Fixed", 1)
    assert len(notes) == 1 and "'x' (" in notes[0] and "stays at" in notes[0]


def test_options_are_told_apart():
    with pytest.raises(ValueError, match="control 'x' has no options"):
        control_of([])
    control = control_of([("a", 1), ("a", 2)])
    assert (control.labels, control.values) == (["a", "a (2)"], [1, 2])


@pytest.mark.parametrize("step", [1e-12, 1e-7, 0.1, 1e6])
def test_values_have_the_digits_that_the_step_needs(step):
    slider = widgets.FloatSlider(value=5 * step, min=step, max=9 * step, step=step, readout_format=".1e")
    control = control_of(slider)
    assert control.values == [float(f"{k}e{round(math.log10(step))}") for k in range(1, 10)]
    assert control.start == 4 and len(set(control.labels)) == 9
    field = BeautifulSoup(control.html("g"), "html.parser").find("input", type="number")
    assert float(field["value"]) == control.values[4]


def test_log_sliders_hold_the_values_themselves():
    slider = widgets.FloatLogSlider(0.01, base=10, min=-3, max=0, step=0.5)
    control = control_of(slider)
    assert control.values == pytest.approx([10**e for e in (-3, -2.5, -2, -1.5, -1, -0.5, 0)])
    assert control.values[control.start] == 0.01 and control.page_values[0] == 0.001


@pytest.mark.parametrize(
    "slider",
    [
        widgets.IntRangeSlider(value=(2, 5), min=0, max=6),
        widgets.FloatRangeSlider(value=(0.25, 0.75), min=0, max=1, step=0.25),
        widgets.SelectionRangeSlider(options=["a", "b", "c"], index=(0, 2)),
    ],
)
def test_range_sliders_hold_every_pair_that_their_handles_can_make(slider):
    control = control_of(slider)
    assert control.values[control.start] == tuple(slider.value)
    n = len(control.ends)
    assert len(control.values) == len(set(control.values)) == n * (n + 1) // 2
    # The page counts the pairs in the same order.
    script = """
    import { readFileSync } from "node:fs";
    const { control } = (await import(process.env.MODULE)).default;
    const [settings, states] = JSON.parse(readFileSync(0, "utf8"));
    const position = (state) => control(settings, { get: () => state }).position();
    console.log(JSON.stringify(states.map(position)));
    """
    assert run_exports(script, [control.to_json(), control.page_values], "controls.js") == list(
        range(len(control.page_values))
    )


def test_a_start_off_the_grid_is_kept():
    control = control_of(widgets.FloatSlider(0.33, min=0, max=1, step=0.25))
    assert control.values == [0, 0.25, 0.33, 0.5, 0.75, 1] and control.values[control.start] == 0.33


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=5), st.integers(6, 200))
def test_coarser_controls_are_few_enough_evenly_spread_and_keep_ends_and_start(sliders, most):
    def draw(**_):
        pass

    made = {f"x{k}": widgets.IntSlider(min(at, top), min=0, max=top) for k, (top, at) in enumerate(sliders)}
    before, _ = find_controls(draw, made)
    after, notes = coarsen(before, most)
    assert count_frames(after) <= most
    assert count_frames(after) > 1 or count_frames(before) == 1
    for was, now in zip(before, after, strict=True):
        assert now.values[now.start] == was.values[was.start]
        if kind(now) == "Fixed":
            continue
        assert (now.values[0], now.values[-1]) == (was.values[0], was.values[-1])
        assert len(now.values) >= min(5 if len(sliders) > 1 else 2, len(was.values))
        steps = [b - a for a, b in itertools.pairwise(now.values)]
        assert max(steps) <= 2 * (len(was.values) - 1) / (len(now.values) - 1) + 1
    assert bool(notes) == (count_frames(before) > most)


def test_a_range_slider_that_becomes_coarser_keeps_its_ends_and_its_start():
    control = control_of(widgets.IntRangeSlider(value=(7, 30), min=0, max=60))
    (coarse,), _ = coarsen([control], 60)
    assert {0, 7, 30, 60} <= set(coarse.ends) and len(coarse.values) <= 60
    assert coarse.values[coarse.start] == (7, 30)


@pytest.mark.parametrize(
    ("slider", "said"),
    [
        (widgets.FloatSlider(0.1, min=0, max=0.2, step=0.05, readout_format=".1%"), ["0.0%", "10.0%", "20.0%"]),
        (
            widgets.FloatSlider(2e-8, min=1e-8, max=5e-8, step=1e-8, readout_format=".1e"),
            ["1.0e-8", "2.0e-8", "5.0e-8"],
        ),
        (widgets.FloatSlider(0.5, min=0, max=1, step=0.125), ["0.000", "0.500", "1.000"]),
        (widgets.FloatLogSlider(0.001, min=-6, max=0, step=0.5), ["1e-6", "0.001", "1"]),
        (widgets.FloatLogSlider(1, base=2, min=-3, max=7, step=1), ["0.125", "1", "128"]),
    ],
)
def test_a_field_says_values_in_the_authors_format(slider, said):
    """A logarithmic slider's values, not their exponents."""
    control = control_of(slider)
    assert [control.labels[k] for k in (0, control.start, -1)] == said
    field = BeautifulSoup(control.html("g"), "html.parser").find(class_="kf-number")
    assert (field["value"], field["type"]) == (said[1], "text" if "%" in said[1] else "number")


def test_a_slider_without_a_readout_has_no_field():
    assert "kf-field" not in control_of(widgets.IntSlider(readout=False)).html("g")


def test_a_step_that_runs_backwards_is_named():
    with pytest.raises(ValueError, match="control 'x' has the step -2"):
        control_of(widgets.IntSlider(min=0, max=10, step=-2, value=4))
