"""What strangers' notebooks do around ``interact``, each of which once stopped, was lost, or weighed too much."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tracemalloc
import warnings
import weakref

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from IPython import display as ipd
from IPython.core.formatters import format_display_data
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline import backend_inline
from traitlets.config import Config

import kernelfree
from kernelfree import building
from kernelfree.deliver.payload import MIME
from kernelfree.draw.node import Node
from kernelfree.draw.rasters import RasterEncoder
from kernelfree.interaction import call
from kernelfree.interaction.controls import coarsen, controls_for, count_frames
from kernelfree.interaction.controls.following import follow
from kernelfree.pack.merge import Merger
from kernelfree.pack.packing import gzip_size
from kernelfree.state import state
from project import python_path, source


@pytest.fixture
def built(monkeypatch, tmp_path):
    """A book is being built in a notebook's shell; gives what ``interact`` displayed."""
    shown = []
    plt.close("all")
    state.reset()
    monkeypatch.setenv(building.PROGRESS_FILE, str(tmp_path / "progress"))
    monkeypatch.setattr(call, "display", lambda output, raw: shown.append(output))
    settings = Config()
    settings.HistoryManager.enabled = False
    InteractiveShell.instance(config=settings)
    yield shown
    InteractiveShell.clear_instance()
    plt.close("all")


def bundle(widget) -> dict:
    """What a cell that ends in ``widget`` holds."""
    return format_display_data(widget)[0]


def controls_of(output: dict) -> BeautifulSoup:
    return BeautifulSoup(output[MIME]["controls"], "html.parser")


def line(a=1, b=2):
    """A line."""
    plt.figure(figsize=(2, 1))
    plt.plot([a, b])
    plt.show()
    return a + b


# --- nothing breaks that ran before ---


def test_the_function_has_the_widget_that_ipywidgets_gives_it(built):
    shown = kernelfree.interact(line, a=(0, 4), b=(0, 4))
    theirs = widgets.interactive(line, a=(0, 4), b=(0, 4))
    assert line.widget is shown.widget
    assert shown.widget.kwargs == theirs.kwargs and len(shown.widget.children) == len(theirs.children)
    shown.widget.children[0].description = "left"
    shown.widget.children[0].layout.width = "300px"
    shown.widget.update()
    assert shown.widget.result == 3


def test_what_is_shown_with_an_output_inside_is_what_the_figure_shows(built, capsys):
    out = widgets.Output()

    def show(a):
        """A line in an Output."""
        with out:
            out.clear_output(wait=True)
            line(a)
            print("a is", a)

    kernelfree.interact(show, a=(1, 3))
    still = BeautifulSoup(built[0][MIME]["still"], "html.parser")
    assert still.svg and still.select_one(".kf-words").text == "a is 2"
    assert bundle(out) == {}  # the figure is shown already


def test_words_in_widgets_that_draw_displays_are_in_the_frame(built):
    def words(a):
        """Words."""
        ipd.display(widgets.HTML(f"<b>a is {a}</b>"), widgets.Label(f"a < {a + 1}"))

    kernelfree.interact(words, a=(1, 3))
    figure = built[0][MIME]
    assert BeautifulSoup(figure["still"], "html.parser").text == "a is 2a < 3" and figure["notes"] == []


def test_a_frame_that_exits_fails_alone(built):
    def leave(n):
        """A number."""
        if n == 2:
            sys.exit("enough")
        return n

    kernelfree.interact(leave, n=(0, 3))
    (note,) = built[0][MIME]["notes"]
    assert note == "1 of 4 frames say that they failed, the first: leave(n=2) failed: SystemExit: enough"


def test_the_first_picture_is_that_of_the_first_call(built):
    calls = []
    kernelfree.interact(lambda n: calls.append(n) or f"call {len(calls)}", n=widgets.IntSlider(30, 10, 50, 10))
    assert calls == [30, 10, 20, 40, 50] and "call 1<" in built[0][MIME]["still"]


# --- memory and weight ---


def test_of_frames_that_are_merged_no_tree_is_kept():
    def nodes() -> int:
        gc.collect()
        return sum(isinstance(one, Node) for one in gc.get_objects())

    before, merger = nodes(), Merger(50)
    for number in range(50):
        merger.add(number, Node("div", {}, "", [Node("p", {"x": f"{number % 3}"}, f"{k}") for k in range(20)]))
    assert nodes() == before
    assert [column.values for column in merger.merge(0).columns] == [["0", "1", "2"]] * 20


@pytest.mark.parametrize("last", ["show", "close"])
def test_of_figures_that_are_drawn_none_is_kept(built, last):
    alive = weakref.WeakSet()

    def draw(k):
        """A line."""
        alive.add(figure := plt.figure(figsize=(2, 1)))
        backend_inline.new_figure_manager_given_figure(1, figure)  # as in a kernel
        plt.plot([0, k])
        getattr(plt, last)()

    with plt.rc_context({"interactive": True}):
        kernelfree.interact(lambda k: draw(k) or f"{k}", k=(0, 5))
    gc.collect()
    assert built[0][MIME]["frames"] == 6 and not alive


def test_of_images_no_pixels_are_kept():
    encoder = RasterEncoder(frames=20)
    for k in range(20):
        pixels = np.full((300, 400, 4), 255, np.uint8)
        pixels[: k + 1, :, :3] = k
        assert encoder.encode(pixels) == encoder.encode(pixels.copy())
        if k == 0:
            tracemalloc.start()  # once the libraries are there
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 2 * pixels.nbytes


def test_curves_keep_to_a_budget(built):
    noise = np.random.default_rng(0).normal(size=(40, 500)).cumsum(axis=1)

    def walk(k):
        """A random walk."""
        plt.figure(figsize=(3, 2))
        plt.plot(noise[k])

    kernelfree.interact(walk, k=(0, 39), max_bytes=30_000)
    figure = built[0][MIME]
    assert 3 <= figure["frames"] < 20 and gzip_size(figure["data"]["frames"]) <= 30_000
    assert re.match(
        r"40 frames to draw \(k: 40\), which take [\d,]+ bytes, more than max_bytes=30,000: 'k' has \d+ of its 40 "
        r"values.*kernelfree_max_bytes in the settings of the book",
        figure["notes"][0],
    )
    kernelfree.interact(walk, k=(0, 39), max_frames=30, max_bytes=30_000)
    said = [note for note in built[1][MIME]["notes"] if "'k' has" in note]  # each loss once, in the author's numbers
    assert len(said) == 1 and re.match(r"40 frames to draw \(k: 40\), \d+ of which take .* of its 40", said[0])
    kernelfree.interact(lambda k: walk(k), k=[3, 4], max_bytes=1000)  # fewer of two options would be none
    assert built[2][MIME]["frames"] == 2 and "draw fewer points" in built[2][MIME]["notes"][-1]


@pytest.mark.parametrize("options", [(0, 9), [3, 4]])
def test_a_strict_book_draws_a_heavy_figure_once_before_it_fails(built, options):
    noise, calls = np.random.default_rng(0).normal(size=(10, 500)).cumsum(axis=1), []

    def walk(k):
        """A random walk."""
        calls.append(k)
        plt.plot(noise[k])

    with pytest.raises(kernelfree.FigureError, match="which take .* more than max_bytes=5,000"):
        kernelfree.interact(walk, k=options, max_bytes=5_000, strict=True)
    assert len(calls) == len(set(calls)) > 1


def test_a_slider_that_moves_keeps_a_useful_number_of_values():
    sliders = {name: widgets.FloatSlider(1, min=0, max=50, step=0.1) for name in "abcdef"}
    controls, notes = coarsen(controls_for(sliders)[0], 1000)
    assert count_frames(controls) <= 1000 and len(notes) == 6
    moving = [control.values for control in controls if len(control.values) > 1]
    assert all(len(values) >= 5 and {0, 1, 50} <= set(values) for values in moving)


def test_the_book_says_how_many_frames_are_too_many(built, monkeypatch):
    monkeypatch.setenv(building.MAX_FRAMES, "7")
    kernelfree.interact(lambda a: f"{a}", a=(0, 10))
    assert built[0][MIME]["frames"] == 7
    assert "more than max_frames=7" in built[0][MIME]["notes"][0]
    assert "kernelfree_max_frames in the settings of the book" in built[0][MIME]["notes"][0]


# --- what stands around a figure ---


def boxed(*around, **controls):
    """An ``interactive_output`` of ``line`` with controls and other widgets in a box."""
    return widgets.VBox([*around, kernelfree.interactive_output(line, controls)])


def test_words_in_a_box_are_on_the_page_and_hidden_or_disabled_controls_do_not_move(built):
    a, b = widgets.IntSlider(3, 0, 5), widgets.IntSlider(4, 0, 5, disabled=True, description="end")
    c = widgets.IntSlider(2, 0, 5, layout=widgets.Layout(display="none"))
    head, note = widgets.HTML("<h4>A heading</h4><p>Do <em>this</em>.</p>"), widgets.Text("A text", disabled=True)
    more = widgets.Accordion([widgets.VBox([b])], titles=("More",))
    controls = controls_of(bundle(boxed(head, note, widgets.HBox([widgets.Label("Left"), a]), more, a=a, b=b)))
    assert controls.get_text("|", strip=True) == "A heading|Do|this|.|A text|Left|a|More|end 4"
    assert [one["data-control"] for one in controls.select("[data-control]")] == ["a"]
    hidden = bundle(boxed(a, c, a=a, b=c))[MIME]
    assert hidden["frames"] == 6


@pytest.mark.parametrize(
    "link",
    [
        lambda play, slider: widgets.jslink((play, "value"), (slider, "value")),
        lambda play, slider: widgets.link((play, "value"), (slider, "value")),
        lambda play, slider: widgets.dlink((play, "value"), (slider, "value")),
    ],
)
def test_a_play_that_is_linked_with_a_slider_runs_it(built, link):
    play, slider = widgets.Play(min=0, max=5, interval=200), widgets.IntSlider(0, 0, 5)
    kept = link(play, slider)
    output = bundle(boxed(widgets.HBox([play, slider]), a=slider))
    assert len(controls_of(output).select(".kf-play")) == 1 and kept
    assert output[MIME]["state"]["controls"][0]["play"] == 200
    other = bundle(boxed(again := widgets.IntSlider(0, 0, 5), a=again))
    assert not controls_of(other).select(".kf-play")


def test_boxes_of_controls_that_are_displayed_one_by_one_keep_words_and_order(built):
    a, b, play = widgets.IntSlider(1, 0, 3), widgets.IntSlider(2, 0, 3), widgets.Play(max=3)
    widgets.jslink((play, "value"), (b, "value"))
    output = kernelfree.interactive_output(line, {"b": b, "a": a})
    for shown in (widgets.HBox([widgets.Label("from"), a]), widgets.HBox([widgets.Label("to"), b]), play):
        assert not bundle(shown)["text/html"]
    controls = controls_of(bundle(output))
    assert controls.get_text("|", strip=True) == "from|a|to|b|Play" and len(controls.select(".kf-play")) == 1


def test_figures_with_one_slider_name_what_they_share(built):
    slider = widgets.IntSlider(1, 0, 3)
    kernelfree.interact(line, a=slider)
    kernelfree.interact(line, a=slider)
    kernelfree.interact(line, a=(0, 3))
    shared = [output[MIME]["state"]["controls"][0]["shared"] for output in built]
    assert shared == ["line.a", "line.a", "line-3.a"]


# --- controls that follow each other ---


def reached(output) -> list[dict]:
    """The values of the controls in each state that a reader can reach."""
    payload = output[MIME]
    values = {control["name"]: control["values"] for control in payload["state"]["controls"]}
    following = payload["data"]["following"]
    return [
        {name: values[name][at] for name, at in zip(following["names"], positions, strict=True)}
        for positions in following["states"]
    ]


def test_a_menu_has_the_options_that_its_observer_gives_it(built):
    towns = {"north": ["Abo", "Bergen"], "south": ["Cadiz", "Delfi", "Enna"]}
    land, town = widgets.Dropdown(options=list(towns)), widgets.Dropdown(options=towns["north"])
    land.observe(lambda change: setattr(town, "options", towns[change["new"]]), "value")
    calls = []
    kernelfree.interact(lambda land, town: calls.append((land, town)) or town, land=land, town=town)
    (output,) = built
    assert calls[0] == ("north", "Abo")  # what the page shows first is drawn first
    assert sorted(calls) == sorted((where, name) for where, names in towns.items() for name in names)
    assert [tuple(state.values()) for state in reached(output)] == calls
    moves = output[MIME]["data"]["following"]["moves"]
    assert moves["land"][0] == [0, calls.index(("south", "Cadiz"))]
    assert [state is not None for state in moves["town"][0]] == [True, True, False, False, False]
    assert not any("observed" in note for note in output[MIME]["notes"])
    assert (land.value, town.options, town.value) == ("north", ("Abo", "Bergen"), "Abo")


def test_a_limit_that_another_slider_sets_is_kept(built):
    n, k = widgets.IntSlider(4, 0, 6), widgets.IntSlider(2, 0, 4)
    n.observe(lambda change: setattr(k, "max", change["new"]), "value")
    kernelfree.interact(line, a=n, b=k)
    states = [(state["a"], state["b"]) for state in reached(built[0])]
    assert sorted(states) == [(a, b) for a in range(7) for b in range(a + 1)] and states[0] == (4, 2)
    lowest = built[0][MIME]["data"]["following"]["moves"]["a"][0][0]
    assert states[lowest] == (0, 0)
    assert built[0][MIME]["frames"] == 28 and (n.value, k.value, k.max) == (4, 2, 4)


def test_states_are_numbered_as_they_are_found_and_values_by_all_that_a_control_ever_has():
    n, k = widgets.IntSlider(1, 1, 3), widgets.IntSlider(1, 1, 1)
    n.observe(lambda change: setattr(k, "max", change["new"]), "value")
    controls, following, _ = follow({"n": n, "k": k}, controls_for({"n": n, "k": k})[0], 1000)
    assert [control.values for control in controls] == [[1, 2, 3], [1, 2, 3]]
    assert [(a + 1, b + 1) for a, b in following.states] == [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (3, 3)]
    assert following.moves["n"][0] == [0, 1, 2] and following.moves["k"][0] == [0, None, None]


@pytest.mark.parametrize("link", [widgets.jslink, widgets.link])
def test_linked_sliders_move_together(built, link):
    first, second = widgets.IntSlider(1, 0, 5), widgets.IntSlider(3, 0, 5)
    kept = link((first, "value"), (second, "value"))
    kernelfree.interact(line, a=first, b=second)
    assert kept and sorted(map(tuple, (state.values() for state in reached(built[0])))) == [(x, x) for x in range(6)]


def test_other_sliders_are_made_coarser_than_those_that_follow(built):
    n, k = widgets.IntSlider(4, 0, 6), widgets.IntSlider(2, 0, 4)
    n.observe(lambda change: setattr(k, "max", change["new"]), "value")
    kernelfree.interact(lambda n, k, x: f"{n} {k} {x}", n=n, k=k, x=(0, 99), max_frames=300)
    payload = built[0][MIME]
    assert len(payload["data"]["following"]["states"]) == 28 and 100 < payload["frames"] <= 300
    assert any("'x' has 10 of its 100 values" in note for note in payload["notes"])


LABEL = widgets.Label("as it was")


@pytest.mark.parametrize(
    ("watch", "lost"),
    [
        (lambda slider: slider.observe(print, "value"), "is observed by print, which does not run on the page: what"),
        (lambda slider: slider.observe(lambda _: None), "(other controls) stays"),
        (lambda slider: slider.observe(lambda _: setattr(LABEL, "value", "x"), "value"), "(Label) stays"),
        (lambda slider: widgets.link((slider, "value"), (widgets.FloatText(), "value")), "by a link, which"),
        (lambda slider: slider.observe(lambda _: 1 / 0, "value"), "(other controls) stays"),
    ],
)
def test_what_an_observer_does_besides_moving_controls_is_named(built, capsys, watch, lost):
    slider = widgets.IntSlider(1, 0, 3)
    kept = watch(slider)
    kernelfree.interact(line, a=slider, b=widgets.fixed(2))
    (note,) = built[0][MIME]["notes"]
    assert note.startswith("'a' is observed by ") and lost in note
    assert built[0][MIME]["frames"] == 4 and slider.value == 1 and LABEL.value == "as it was"
    assert capsys.readouterr().out == "" and kept is not NotImplemented


def test_what_else_stands_in_a_box_of_controls_is_named(built):
    slider, text = widgets.IntSlider(1, 0, 3), widgets.FloatText(3, description="rate")
    words = [widgets.Label("loss"), widgets.HTML("<b>w</b>"), widgets.IntSlider(2, disabled=True), widgets.Output()]
    output = kernelfree.dropin.boxes.interactive_output(lambda a: words[3].append_stdout("") or f"{a}", {"a": slider})
    box = widgets.VBox([widgets.HBox([slider, text, widgets.Button(description="Go"), *words[:3]]), output])
    note = bundle(box)[MIME]["notes"][0]
    assert note.startswith("these beside its controls are left out") and note.endswith(": FloatText rate, Button Go")
    again = widgets.IntSlider()
    assert not any("left out" in note for note in bundle(boxed(widgets.HBox([again]), a=again))[MIME]["notes"])


def test_a_figure_that_is_glued_is_where_it_is_glued(built, capsys):
    output = bundle(kernelfree.interactive(line, a=(0, 3), b=widgets.fixed(2)))
    assert output[MIME]["name"] == "line" and output["text/plain"] == "A line."
    assert capsys.readouterr().out == ""


def test_controls_alone_bring_the_figure_that_they_change(built):
    figure, ax = plt.subplots(figsize=(2, 1))
    (curve,) = ax.plot([0, 1])

    def move(speed=1.0):
        """A line."""
        curve.set_ydata([0, speed])

    panel = kernelfree.interactive(move, speed=(0.0, 1.0, 0.5))
    output = bundle(widgets.HBox(panel.children[:-1]))
    assert output[MIME]["frames"] == 3 and len(controls_of(output).select("[data-control]")) == 1
    again = [bundle(shown) for shown in (panel.children[0], panel.children[-1])]
    assert again == [{"text/html": "", "text/plain": ""}] * 2  # the figure stands there already
    other = kernelfree.interactive(line, a=(0, 3))  # displays its output later
    assert bundle(widgets.HBox(other.children[:-1])) == {"text/html": "", "text/plain": ""}
    assert bundle(other.children[-1])[MIME]["name"] == "line"


# --- what frames hold, and what they say ---

#: Where a library's script draws.
PLACE = {"text/html": "<div id='place'></div>"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"application/vnd.vegalite.v5+json": {}, "text/plain": "alt.Chart(...)"}, "Chart (application/vnd.vegalite"),
        (
            {"application/vnd.bokehjs_exec.v0+json": "", "text/html": "<div id='x'></div>"},
            "a chart (application/vnd.bo",
        ),
        ({"text/html": "<script>vegaEmbed()</script>", "text/plain": "alt.Chart(...)"}, "Chart (vega) is left"),
        ({"text/html": "<script>Bokeh.embed()</script>"}, "a chart (bokeh) is left out"),
        ({"application/vnd.plotly.v1+json": {"data": []}}, "a chart (application/vnd.plotly.v1+json)"),
    ],
)
def test_a_chart_that_no_frame_can_hold_is_named_and_never_a_slider_over_nothing(built, data, name):
    with pytest.raises(kernelfree.FigureError, match=re.escape(f"what it displays as {name}")):
        kernelfree.interact(lambda n: [ipd.display(one, raw=True) for one in (PLACE, data)] and None, n=(1, 2))


def test_a_styler_keeps_its_colours(built):
    def styled(n):
        """A table."""
        return pd.DataFrame({"a": [n, 2]}).style.background_gradient(cmap="Blues", vmin=0, vmax=4)

    kernelfree.interact(styled, n=(0, 2))
    cells = BeautifulSoup(built[0][MIME]["still"], "html.parser").select("td.data")
    assert [re.search("background-color: (#[0-9a-f]{6})", cell["style"])[1] for cell in cells] == ["#c6dbef", "#6aaed6"]


def test_what_frames_write_to_stderr_is_told_once_and_without_paths(built, capfd):
    def loud(n):
        """Warns."""
        warnings.warn(f"step {n} is rough", stacklevel=1)
        print(f"\r{n} of 3", file=sys.stderr)
        return n

    kernelfree.interact(loud, n=(0, 3))
    assert built[0][MIME]["errors"] == ["# of # (written 4 times)", "UserWarning: step # is rough (written 4 times)"]
    assert capfd.readouterr().err == ""


def test_a_failed_frame_names_an_option_by_its_text_and_no_address(built):
    def steep(n):
        raise ValueError(f"{object()}")

    def draw(n, how):
        """A number."""
        return how(n)

    kernelfree.interact(draw, n=(0, 1), how=[("flat", abs), ("steep", steep)])
    (note,) = built[0][MIME]["notes"]
    assert note.endswith("draw(n=0, how='steep') failed: ValueError: <object object>")


def test_long_texts_scroll(built):
    kernelfree.interact(lambda n: "\n".join(["line"] * n), n=(1, 40))
    words = BeautifulSoup(built[0][MIME]["still"], "html.parser").select_one(".kf-words")
    assert words["tabindex"] == "0" and words.parent.has_attr("data-scrolls")
    kernelfree.interact(lambda n: f"{n}", n=(1, 40))
    assert "tabindex" not in built[1][MIME]["still"]


def test_panels_far_outside_of_the_canvas_are_whole(built):
    def four(k):
        """Four panels."""
        for n in range(4):
            plt.subplot(2, 2, n + 1)
            plt.plot(np.arange(5) ** k, "o-")
            plt.title(f"panel {n + 1}")
        plt.subplots_adjust(left=0.0, bottom=0.0, right=2.0, top=2.2)

    kernelfree.interact(four, k=(1, 2))
    picture = BeautifulSoup(built[0][MIME]["still"], "html.parser").svg
    left, top, width, height = map(float, picture["viewbox"].split())
    lines = [path["d"] for path in picture.select("path") if "stroke: #1f77b4; stroke-width: 1.5" in path["style"]]
    corners = [np.array(re.findall(r"-?[\d.]+", d), float).reshape(-1, 2) for d in lines]
    assert len(corners) == 4 and min(map(len, corners)) >= 2
    for points in corners:
        assert (points >= (left, top)).all() and (points <= (left + width, top + height)).all()
    titles = [text for text in picture.select("text") if text.text.startswith("panel")]
    assert min(float(text["y"]) for text in titles) - 12 > top
    assert len(picture.select("use")) + str(picture).count("C ") >= 20  # the points of all four


def test_words_in_a_frame_are_marked_so_that_they_do_not_outgrow_it(built):
    def framed(k):
        """A legend with a frame, one without, and words in a box."""
        _, (left, right) = plt.subplots(1, 2)
        left.plot([0, k], label="$x$ in a frame")
        left.legend(title="its title")
        right.plot([0, k], label="without")
        right.legend(frameon=False)
        right.text(0, 0, "in a box", bbox={"boxstyle": "round"})

    kernelfree.interact(framed, k=(1, 2))
    picture = BeautifulSoup(built[0][MIME]["still"], "html.parser").svg
    marked = [one.get("data-text", one.text) for one in picture.select(".kf-framed > *")]
    assert sorted(marked) == ["$x$ in a frame", "in a box", "its title"]


@pytest.mark.parametrize("first", ["anywidget", "kernelfree", "ipywidgets"])
def test_a_notebook_may_import_any_of_them_first(tmp_path, first):
    hook = source("kernelfree") / "dropin" / "hook"
    path = os.pathsep.join([str(hook), python_path()])
    env = {**os.environ, "PYTHONPATH": path, "KERNELFREE_IPYWIDGETS": "1", "KERNELFREE_BUILD": str(tmp_path)}
    code = f"import {first}, kernelfree, ipywidgets; print(kernelfree.Explorable, ipywidgets.interact)"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "kernelfree.interaction.call.Interact" in done.stdout, done.stderr
