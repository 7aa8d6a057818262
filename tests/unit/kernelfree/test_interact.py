"""``interact`` draws what ipywidgets.interact would show, once for each value, and says what it cannot do."""

from __future__ import annotations

import functools
import io
import json
import re

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sympy
from bs4 import BeautifulSoup
from IPython import display as ipd
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import kernelfree
from kernelfree import building
from kernelfree.deliver.payload import MIME
from kernelfree.interaction import call
from kernelfree.state import state


@pytest.fixture
def built(monkeypatch, tmp_path):
    """interact as it runs while a book is built; gives what it displayed."""
    shown = []
    plt.close("all")
    state.reset()
    monkeypatch.setenv(building.PROGRESS_FILE, str(tmp_path / "progress"))
    monkeypatch.setattr(call, "display", lambda output, raw: shown.append(output))
    return shown


def draw_line(a=1, b=2):
    """A line."""
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.plot([0, a], [0, b])
    return figure


def test_every_combination_is_drawn_and_progress_told(built, tmp_path):
    kernelfree.interact(draw_line, a=(0, 2), b=[5, 6])
    figure = built[0][MIME]
    assert figure["frames"] == 6
    assert figure["name"] == "draw-line"
    assert figure["state"]["a"] == 1 and figure["state"]["b"] == "5"
    assert set(built[0]) == {MIME, "text/html", "image/png", "text/plain"}
    assert (tmp_path / "progress").read_text().splitlines()[-1] == "draw-line 6 6"
    assert plt.get_fignums() == []


def test_too_many_frames_are_coarsened_and_named(built):
    kernelfree.interact(draw_line, a=(0, 10), b=(0.0, 1.0, 0.05), max_frames=130)
    figure = built[0][MIME]
    assert figure["frames"] <= 130 and figure["state"]["a"] == 1 and figure["state"]["b"] == 1.0
    said = "231 frames to draw (a: 11 x b: 21), more than max_frames=130: 'b' has 11 of its 21 values"
    assert said in figure["notes"][0]


def test_where_the_author_wants_it_too_many_frames_are_an_error(built, monkeypatch):
    with pytest.raises(kernelfree.FigureError, match="draw-line: 1,111 frames to draw .*, more than max_frames=1,000"):
        kernelfree.interact(draw_line, a=(0, 10), b=(0.0, 1.0, 0.01), strict=True)
    monkeypatch.setenv(building.STRICT, "1")
    with pytest.raises(kernelfree.FigureError, match="1,111 frames"):
        kernelfree.interact(draw_line, a=(0, 10), b=(0.0, 1.0, 0.01))
    assert built == []


def test_of_menus_that_are_too_many_the_last_stands_still(built):
    kernelfree.interact(draw_line, a=list(range(40)), b=list(range(40)))
    figure = built[0][MIME]
    assert figure["frames"] == 40 and "'b' stays at 2" in figure["notes"][0]


def test_one_menu_that_is_too_long_is_an_error(built):
    with pytest.raises(kernelfree.FigureError, match="of one control that cannot be made coarser: offer fewer options"):
        kernelfree.interact(draw_line, a=list(range(1600)))


def divide(x):
    """Divides."""
    return str(1 / (x - 2))


def test_a_frame_that_fails_says_so_in_its_place(built):
    kernelfree.interact(divide, x=(0, 3))
    figure = built[0][MIME]
    assert "1 of 4 frames" in figure["notes"][0] and "divide(x=2) failed: ZeroDivisionError" in figure["notes"][0]
    failed = BeautifulSoup(figure["still"], "html.parser").select_one(".kf-failed[hidden]")
    assert failed.text == "divide(x=2) failed: ZeroDivisionError: division by zero"


def test_a_frame_that_fails_is_an_error_where_the_author_wants_it_or_all_fail(built):
    with pytest.raises(kernelfree.FrameError, match=r"divide\(x=2\) failed: ZeroDivisionError"):
        kernelfree.interact(divide, x=(0, 3), strict=True)
    with pytest.raises(kernelfree.FrameError, match=r"divide\(x=2\) failed: ZeroDivisionError"):
        kernelfree.interact(divide, x=(2, 2))


def test_what_shows_nothing_is_an_error(built):
    with pytest.raises(kernelfree.FigureError, match="shows nothing, no figure and no text"):
        kernelfree.interact(lambda x: None, x=(0, 1))


def test_a_missing_description_is_noted(built):
    kernelfree.interact(lambda x: "a", x=(0, 1), title="The title")
    assert "no description" in built[0][MIME]["notes"][0]
    assert built[0][MIME]["about"]["title"] == "The title"
    with pytest.raises(kernelfree.FigureError, match="no description"):
        kernelfree.interact(lambda x: "a", x=(0, 1), strict=True)


def test_bad_names_are_errors_of_the_one_kind(built):
    with pytest.raises(kernelfree.FigureError, match="lower-case letters"):
        kernelfree.interact(draw_line, a=(0, 1), name="Bad Name")
    with pytest.raises(kernelfree.FigureError, match="cannot find widget or abbreviation for argument: 'x'"):
        kernelfree.interact(lambda x: "a")


class Painter:
    def __call__(self, k):
        return f"{k}"


def plot_σ(k):
    """Text."""
    return f"{k}"


def plot__x(k, title="t", name="n", description="d"):
    """Text."""
    return f"{k} {title} {name} {description}"


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (Painter(), "painter"),
        (functools.partial(draw_line, b=1), "draw-line"),
        (plot_σ, "plot-sigma"),
        (plot__x, "plot-x"),
        (lambda k: f"{k}", "figure"),
    ],
)
def test_anything_that_can_be_called_has_a_name(built, draw, name):
    arguments = {"a": (1, 2)} if name == "draw-line" else {"k": (1, 2)}
    kernelfree.interact(draw, **arguments)
    kernelfree.interact(draw, **arguments)
    assert [bundle[MIME]["name"] for bundle in built] == [name, f"{name}-2"]


def test_arguments_may_have_the_names_of_options(built):
    kernelfree.interact(plot__x, k=(1, 2), title=["u", "v"], name=widgets.fixed("n"))
    figure = built[0][MIME]
    assert (figure["title"], figure["state"]["title"], figure["name"]) == (None, "u", "plot-x")
    kernelfree.interact.options(title="Above")(plot__x, k=(1, 2), title=["u", "v"])
    assert built[1][MIME]["title"] == "Above"


def test_every_form_of_the_call(built):
    @kernelfree.interact
    def bare(k=(1, 3)):
        """Text."""
        return f"{k}"

    @kernelfree.interact(k=(1, 4))
    def given(k):
        """Text."""
        return f"{k}"

    @kernelfree.interact_manual(k=(1, 5))
    def manual(k):
        """Text."""
        return f"{k}"

    @kernelfree.interact.options(manual=True)
    def optional(k=(1, 6)):
        """Text."""
        return f"{k}"

    assert kernelfree.interact(optional, k=(1, 7)).function is optional.function and bare(2) == "2"
    assert [bundle[MIME]["frames"] for bundle in built] == [3, 4, 5, 6, 7]


def test_interactive_has_its_values_and_its_result(built, capsys):
    """As authors take them in a later cell; the function is called when they ask, and shows nothing then."""
    calls = []

    def double(x, y=1):
        calls.append(x)
        plt.plot([0, x])
        print("x is", x)
        return 2 * x + y

    for panel in (kernelfree.interactive(double, x=(0, 10)), widgets.interactive(double, x=(0, 10))):
        assert (panel.kwargs, panel.result, panel.result) == ({"x": 5, "y": 1}, 11, 11)
        assert len(panel.children) == 3
    assert calls == [5, 5] and plt.get_fignums() == [1]  # the second is ipywidgets' own
    assert kernelfree.interactive(lambda x: 1 / x, x=(0, 0)).result is None


@pytest.mark.parametrize(
    ("draw", "shown"),
    [
        (lambda k: plt.plot([0, k]), ["svg"]),
        (lambda k: plt.gca(), ["svg"]),
        (lambda k: plt.subplots(), ["svg"]),
        (lambda k: plt.hist([k, 2]), ["svg"]),
        (lambda k: k + 1, ["div"]),
        (lambda k: pd.DataFrame({"a": [k]}), ["div"]),
        (lambda k: sympy.Symbol("x") ** k, ["div"]),
        (lambda k: (print("before"), plt.plot([0, k]), plt.show(), print("after")) and None, ["div", "svg", "div"]),
        (lambda k: (plt.figure(), plt.figure()) and None, ["svg", "svg"]),
    ],
)
def test_what_draw_shows_and_returns_is_shown_as_interact_shows_it(built, draw, shown):
    kernelfree.interact(draw, k=(1, 2))
    still = BeautifulSoup(built[0][MIME]["still"], "html.parser")
    assert [child.name for child in still.find_all(recursive=False)] == shown
    assert "object at 0x" not in str(still)
    assert plt.get_fignums() == []


def test_a_figure_made_before_and_changed_by_draw_is_the_frame(built):
    figure, ax = plt.subplots()
    (line,) = ax.plot([0, 1])

    def move(k):
        """A line that stands already."""
        line.set_ydata([0, k])
        figure.canvas.draw_idle()

    kernelfree.interact(move, k=(1, 3))
    columns = built[0][MIME]["data"]["frames"]["columns"]
    assert [name for _, name, _, _ in columns] == ["d"]
    assert plt.get_fignums() == []  # it would be shown a second time below


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        (lambda k, figure, line: (line.set_ydata([0, k]), plt.show(), print("below")) and None, ["svg", "div"]),
        (lambda k, figure, line: (print("above"), line.set_ydata([0, k]), plt.show()) and None, ["div", "svg"]),
        (lambda k, figure, line: (line.set_ydata([0, k]), plt.figure(), plt.show()) and None, ["svg", "svg"]),
        (lambda k, figure, line: (plt.figure(), plt.show(), print("below")) and None, ["svg", "div"]),
        (lambda k, figure, line: k > 1 and line.set_ydata([0, k]) or figure, ["svg"]),  # also where it is as it was
    ],
)
def test_such_a_figure_stands_where_draw_shows_it(built, show, shown):
    figure, ax = plt.subplots()
    (line,) = ax.plot([0, 1])

    def draw(k):
        """A line that stands already."""
        return show(k, figure, line)

    kernelfree.interact(draw, k=[1, 2, 3])
    still = BeautifulSoup(built[0][MIME]["still"], "html.parser")
    assert [child.name for child in still.find_all(recursive=False)] == shown


def test_such_a_figure_is_found_behind_a_decorator_too(built):
    figure, ax = plt.subplots()
    (line,) = ax.plot([0, 1])
    plt.close(figure)  # so that pyplot does not know it

    @functools.cache
    def move(k):
        """A line that was drawn before."""
        line.set_ydata([0, k])

    kernelfree.interact(move, k=(1, 3))
    assert [bundle[MIME]["still"].count("<svg") for bundle in built] == [1]


def test_a_figure_that_draw_leaves_alone_stays(built):
    plt.figure()
    kernelfree.interact(draw_line, a=(1, 2))
    assert built[0][MIME]["still"].count("<svg") == 1


def test_figures_of_several_sizes_share_one_box(built):
    kernelfree.interact(lambda k: plt.subplots(figsize=(2 + k, 2))[0], k=(0, 1))
    left, top, width, height = map(float, re.search(r'viewBox="([^"]+)', built[0][MIME]["still"])[1].split())
    assert left <= 0 == top and left + width == 216 and height == 144


def test_what_stands_outside_of_the_canvas_is_in_the_box_of_all_frames(built):
    def beside(k):
        """A legend beside the axes."""
        plt.plot([0, k], label="a long name " * k)
        plt.legend(bbox_to_anchor=(1.02, 1), loc="upper left")

    kernelfree.interact(beside, k=(1, 3))
    still, columns = built[0][MIME]["still"], built[0][MIME]["data"]["frames"]["columns"]
    width = float(re.search(r'viewBox="\S+ \S+ (\S+)', still)[1])
    assert width > 560 and not any(name == "viewBox" for _, name, _, _ in columns)


def test_photographs_keep_to_a_budget(built):
    grain = np.random.default_rng(0).random((120, 160))

    def cut(k):
        """Grey noise."""
        plt.imshow(np.roll(grain, k), cmap="gray")

    kernelfree.interact(cut, k=(0, 9), max_bytes=60_000)
    figure = built[0][MIME]
    assert "coarser than they were drawn" in figure["notes"][0]
    assert len(json.dumps(figure["data"])) < 120_000
    assert "data:image/webp" in figure["still"]


@pytest.fixture
def shell():
    """A notebook's shell, whose ``display`` a figure listens to."""
    settings = Config()
    settings.HistoryManager.enabled = False
    yield InteractiveShell.instance(config=settings)
    InteractiveShell.clear_instance()


def tone(k):
    """A tone, louder with k."""
    ipd.display(ipd.Audio(np.sin(np.arange(200) * k), rate=8000))


def test_sounds_and_films_are_in_their_frames(built, shell):
    kernelfree.interact(tone, k=(1, 3))
    kernelfree.interact(lambda k: ipd.Video(bytes([k] * 50), embed=True, mimetype="video/mp4"), k=(1, 3))
    for shown, tag, kind in zip(built, ("audio", "video"), ("audio/wav", "video/mp4"), strict=True):
        figure = shown[MIME]
        (node,) = BeautifulSoup(figure["still"], "html.parser").find_all(tag)
        # The address is the element's own: a browser does not look again at the sources inside.
        assert node.has_attr("controls") and node["src"].startswith(f"data:{kind};base64,") and not node.contents
        ((_, name, _, values),) = figure["data"]["frames"]["columns"]
        assert name == "src" and len(set(values)) == 3
        assert not any("displays" in note for note in figure["notes"])


def test_sounds_keep_to_a_budget(built, shell):
    kernelfree.interact(tone, k=(1, 20), max_bytes=3_000)
    figure = built[0][MIME]
    assert 2 < figure["frames"] <= 4 and figure["state"]["k"] == 10
    assert "20 frames to draw (k: 20), which, with sounds and films, take more than" in figure["notes"][0]
    with pytest.raises(kernelfree.FigureError, match="take more than max_bytes=3,000.* raise max_bytes"):
        kernelfree.interact(tone, k=(1, 20), max_bytes=3_000, strict=True)
    with pytest.raises(kernelfree.FigureError, match="take more than max_bytes=30, of one control"):
        kernelfree.interact(tone, k=(1, 20), max_bytes=30)


def test_displayed_photographs_keep_to_the_budget_too(built, shell):
    grain = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)

    def cut(k):
        """Noise."""
        plt.imsave(file := io.BytesIO(), np.roll(grain, k, axis=0))
        return ipd.Image(file.getvalue())

    kernelfree.interact(cut, k=list(range(10)), max_bytes=60_000)
    figure = built[0][MIME]
    assert figure["frames"] == 10 and "coarser than they were drawn" in figure["notes"][0]
    assert len(json.dumps(figure["data"])) < 120_000
    assert 'width="160" height="120"' in figure["still"]


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (lambda: ipd.IFrame("https://example.org", 9, 9), "displays as IFrame is left out"),
        (lambda: ipd.HTML("<script>1</script><p>a</p>"), "displays as HTML is left out"),
        (lambda: ipd.HTML("<video src='beside.mp4'></video>"), "displays as HTML is left out"),
        (lambda: widgets.Button(description="press"), "displays as Button is left out"),
    ],
)
def test_what_no_frame_can_hold_is_named_and_never_a_silent_repr(built, shell, thing, said):
    def both(k):
        """A number, and something else."""
        print(k)
        ipd.display(thing())

    kernelfree.interact(both, k=(1, 2))
    figure = built[0][MIME]
    assert said in figure["notes"][0] and "object" not in figure["still"] and "Button" not in figure["still"]
    with pytest.raises(kernelfree.FigureError, match=f"both.*: .*{said}"):
        kernelfree.interact(both, k=(1, 2), strict=True)
    with pytest.raises(kernelfree.FigureError, match=said):  # there is nothing else to show
        kernelfree.interact(lambda k: thing(), k=(1, 2))


def inner(kind):
    """What the outer function asks for."""
    plt.plot([0, 1])
    return f"it is {kind}"


@pytest.mark.parametrize(
    "call",
    [
        lambda k: kernelfree.interact(inner, kind=[f"a{k}", "b"]),
        lambda k: ipd.display(kernelfree.interactive(inner, kind=[f"a{k}", "b"])),
    ],
)
def test_an_interact_inside_of_another_is_shown_as_it_starts_and_named(built, shell, call):
    def outer(k):
        """One of two."""
        call(k)

    kernelfree.interact(outer, k=(1, 2))
    (shown,) = built
    figure = shown[MIME]
    assert figure["name"] == "outer" and "it is a1" in figure["still"] and figure["still"].count("<svg") == 1
    assert figure["notes"] == [
        "inner, an interact that it calls, is shown as it starts, without its controls: offer them with the outer "
        "function's own, or call inner's interact in a cell of its own"
    ]
    with pytest.raises(kernelfree.FigureError, match="outer.*: inner, an interact that it calls"):
        kernelfree.interact(outer, k=(1, 2), strict=True)


def test_text_and_prints_travel_with_their_frame(built):
    def draw(n):
        """Counts."""
        print("printed", n)
        return f"returned {n}"

    kernelfree.interact(draw, n=(1, 2))
    figure = built[0][MIME]
    assert figure["still"].endswith('<output class="kf-words">printed 1\nreturned 1</output></div>')
    assert figure["data"]["frames"]["columns"][0][3] == ["printed 1\nreturned 1", "printed 2\nreturned 2"]


def test_the_same_cell_gives_the_same_bytes(built):
    for _ in range(2):
        state.reset()
        kernelfree.interact(draw_line, a=(0, 2))
    assert built[0] == built[1]


def test_the_function_that_comes_back_is_called_as_before_and_displayed_as_nothing(built, shell, capsys):
    drawn = kernelfree.interact(draw_line, a=(0, 2))
    assert drawn.__name__ == "draw_line" and drawn(3).axes[0].lines[0].get_xdata().tolist() == [0, 3]
    shell.displayhook(drawn)
    assert "draw_line" not in capsys.readouterr().out
    plt.close("all")


def test_with_a_kernel_it_is_ipywidgets(monkeypatch):
    shown = []
    monkeypatch.delenv(building.PROGRESS_FILE, raising=False)
    monkeypatch.setattr(call, "display", lambda output, raw: shown.append(output))
    kernelfree.interact(draw_line, a=(0, 2))
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert MIME not in shown[0]
    assert shown[0]["text/html"].startswith("<svg")
