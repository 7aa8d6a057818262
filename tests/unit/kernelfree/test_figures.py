"""Stills and Explorables: what they hand to a page, to a notebook, and to those who use them wrongly."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from kernelfree import Explorable, building, still, use_theme
from kernelfree.deliver import payload
from kernelfree.deliver.save import pictures_in
from kernelfree.draw import svg
from kernelfree.state import state

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def theme():
    yield
    state.reset()


def figure():
    fig, ax = plt.subplots()
    ax.plot([0, 1], [1, 0], "o-", color="#b84a00", label="a <b> & c")
    ax.legend(frameon=False)
    return fig


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def test_a_still_is_one_named_image_in_the_pages_ink():
    use_theme({"#B84A00": "var(--loss, #b84a00)", "#000000": "currentColor"})
    bundle = still(figure(), 'Falls from "1" to 0.', title="A line")._repr_mimebundle_()
    root = parsed(bundle["text/html"])
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A line. Falls from "1" to 0.'
    assert "width" not in root.attrib and "height" not in root.attrib and root.get("viewBox")
    styles = " ".join(node.get("style", "") for node in root.iter())
    assert "var(--loss, #b84a00)" in styles
    assert not re.search(r"(?<!, )#[0-9a-f]{6}", styles.replace("var(--jp-layout-color0, #ffffff)", ""))
    assert "font-family" not in styles
    assert "a <b> & c" in [node.text for node in root.iter() if node.tag == "text"]
    assert b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == 'Falls from "1" to 0.'
    assert plt.get_fignums() == []


def test_a_picture_is_a_file_that_needs_no_page():
    use_theme({"#b84a00": "var(--loss, var(--other, #b84a00))"})
    html = f"<p>One</p>{still(figure(), 'Falls.').svg()}<p>and</p>{still(figure(), 'Falls again.').svg()}"
    first, second = pictures_in(html)
    assert (first[2], second[2]) == ("Falls.", "Falls again.")
    root = parsed(first[0])
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and float(root.get("width")) > float(root.get("height")) > 100
    assert "stroke: #b84a00" in first[0] and "font-size: 10px" in first[0] and "Arial" in root.get("font-family")
    assert not re.search(r"var\(|calc\(|currentColor|inherit|class=", first[0])


def test_a_picture_that_brings_its_background_keeps_it():
    fig = figure()
    fig.set_facecolor("#204060")
    ((file, _, _),) = pictures_in(still(fig, "Falls.").svg())
    ground = parsed(file)[0]
    assert ground.tag.endswith("rect") and ground.get("fill") == "#204060" and ground.get("width") == "460.8"


def test_nothing_of_a_still_reaches_the_rest_of_the_page():
    first, second = (still(figure(), "d")._repr_mimebundle_()["text/html"] for _ in range(2))
    assert "<style" not in first and "<metadata" not in first and "xmlns" not in first
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (first, second)]
    assert ids[0] and not ids[0] & ids[1]
    for text in (first, second):
        referred = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
        assert referred == set(re.findall(r' id="([^"]+)"', text))


def test_numbers_keep_a_hundredth_of_a_point():
    """The coordinates are matplotlib's own, rounded."""
    import io

    fig = figure()
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": "kernelfree"}):
        fig.savefig(raw := io.BytesIO(), format="svg")
    theirs = ElementTree.fromstring(raw.getvalue())
    ours = svg.responsive_svg(fig)
    plt.close(fig)

    def numbers(d):
        return [float(x) for x in re.findall(r"-?\d+\.?\d*", d)]

    # Their ticks are marks used many times; ours stand where they are drawn.
    name = "{http://www.w3.org/2000/svg}"
    marks, exact = {}, []
    for node in theirs.iter():
        if node.tag == name + "path" and len(at := numbers(node.get("d"))) == 4 and at[:2] == [0, 0]:
            marks["#" + node.get("id")] = at
        elif node.tag == name + "path":
            exact.append(at)
        elif (mark := marks.get(node.get("{http://www.w3.org/1999/xlink}href"))) is not None:
            exact.append([a + b for a, b in zip(mark, 2 * [float(node.get("x")), float(node.get("y"))], strict=True)])
    kept = [numbers(node.attributes["d"]) for node in ours.walk() if node.tag == "path"]
    assert len(marks) > 1 and [len(at) for at in kept] == [len(at) for at in exact]
    assert sum(kept, []) == pytest.approx(sum(exact, []), abs=0.00501)


def test_small_rasters_are_drawn_as_paths_that_cover_the_same_pixels():
    """Read back rectangle by rectangle, and compared with what matplotlib's own colour map says."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (7, 9)).astype(float)
    values[2, 3] = np.nan  # not drawn at all
    fig, (ax, photo) = plt.subplots(1, 2)
    shown = ax.imshow(values, interpolation="none", extent=(0, 9, 7, 0))
    photo.imshow(rng.random((60, 60)), interpolation="none")
    tree = svg.responsive_svg(fig)
    expected = shown.to_rgba(values, bytes=True)
    plt.close(fig)
    (sheet,) = (node for node in tree.walk() if node.attributes.get("shape-rendering") == "crispEdges")
    drawn = np.zeros((7, 9, 4), int)
    for path in sheet.children:
        color = [int(x) for x in re.search(r"rgb\((\d+),(\d+),(\d+)\)", path.attributes["style"]).groups()]
        for left, top, width, height, back in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z", path.attributes["d"]):
            assert width == back
            patch = drawn[int(top) : int(top) + int(height), int(left) : int(left) + int(width)]
            assert not patch.any()  # no pixel is painted twice
            patch[:] = [*color, 255]
    np.testing.assert_array_equal(drawn, np.where(expected[..., 3:] > 0, expected, 0))
    assert len(sheet.children) == 4
    assert sum(node.tag == "image" for node in tree.walk()) == 1  # the photograph stays what it is


def plain(ax):
    ax.plot([0, 1], color="#e07000")


def navy(ax):
    ax.plot([0, 1], color="navy")


def numbers_on_cells(ax):
    ax.imshow([[0, 1]], cmap="Blues")
    ax.text(1, 0, "9", color="white")


def arrows_on_cells(ax):
    ax.pcolormesh([[0, 1], [2, 3]])
    ax.quiver([0.5], [0.5], [1], [1], color="white")


def cells_alone(ax):
    ax.figure.colorbar(ax.contourf(np.arange(9).reshape(3, 3)))


def tinted(ax):
    ax.set_facecolor("#eaeaf2")


def night(ax):
    ax.figure.set_facecolor("black")
    ax.set_facecolor("black")
    ax.plot([0, 1], color="white")


@pytest.mark.parametrize(
    ("draw", "paper"),
    [
        (plain, None),
        (navy, "#ffffff"),
        (numbers_on_cells, "#ffffff"),
        (arrows_on_cells, "#ffffff"),
        (cells_alone, None),
        (tinted, "#ffffff"),
        (night, "#000000"),
    ],
)
def test_colours_that_a_dark_page_would_swallow_stand_on_paper(draw, paper):
    figure, ax = plt.subplots()
    draw(ax)
    root = svg.responsive_svg(figure)
    plt.close(figure)
    assert re.findall(";background:(#[0-9a-f]{6})", root.attributes["style"]) == ([paper] if paper else [])
    # On its own paper a figure keeps the colours that matplotlib drew; else it takes the page's ink.
    assert ("color:#000000;--pst-color-background:#ffffff" in root.attributes["style"]) == (paper is not None)


def test_wrong_uses_of_still_say_so():
    fig = figure()
    with pytest.raises(ValueError, match="needs a description"):
        still(fig, " ")
    with pytest.raises(TypeError, match=r"got Axes; an Axes has \.figure"):
        still(fig.axes[0], "d")
    with pytest.raises(ValueError, match="six-digit hex"):
        use_theme({"red": "currentColor"})
    plt.close(fig)


@pytest.fixture
def front(tmp_path) -> Path:
    path = tmp_path / "front.js"
    path.write_text('import { value } from "kernelfree";\nexport default { render() { return value; } };\n')
    (tmp_path / "front.css").write_text(".mine { color: red; }\n")
    return path


@pytest.fixture
def kind(front):
    class Slope(Explorable):
        _esm = front
        _css = front.with_suffix(".css")
        name = "slope"
        title = "A slope"
        description = "A line that can be tilted."
        space = ("20rem", "15rem")

        w = traitlets.Float(0.5, min=-1, max=1).tag(sync=True)
        free = traitlets.Float(0.5).tag(sync=True)
        rows = traitlets.List(traitlets.List(traitlets.Int(min=0, max=4)), default_value=[[1], [2]]).tag(sync=True)
        side = traitlets.Enum(["left", "right"], "left").tag(sync=True)
        on = traitlets.Bool(True).tag(sync=True)
        table = traitlets.List(default_value=[1.5, 2.5]).tag(sync=True, data=True)
        inner = traitlets.Int(0)

        def still(self):
            fig, ax = plt.subplots()
            ax.plot([0, self.w])
            return fig

    return Slope


def test_the_page_gets_the_state_its_limits_and_the_modules(kind, monkeypatch):
    monkeypatch.setenv(building.PROGRESS_FILE, "somewhere")
    figure = kind(w=0.25)
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {payload.MIME, "text/html", "image/png", "text/plain"}
    sent = json.loads(json.dumps(bundle[payload.MIME]))
    assert sent["state"] == {"w": 0.25, "free": 0.5, "rows": [[1], [2]], "side": "left", "on": True}
    assert sent["data"] == {"table": [1.5, 2.5]}
    assert sent["about"]["start"] == sent["state"]
    integers = {"kind": "integer", "min": 0, "max": 4}
    assert sent["about"]["limits"] == {
        "w": {"kind": "number", "min": -1, "max": 1},
        "rows": {"kind": "list", "items": {"kind": "list", "items": integers}},
        "side": {"kind": "choice", "values": ["left", "right"]},
        "on": {"kind": "boolean"},
    }
    assert [module.get("own") or module["name"] for module in sent["modules"]] == ["kit.js", "front"]
    assert sent["css"] == ".mine { color: red; }\n"
    assert (
        sent["instance"]
        == figure._repr_mimebundle_()[payload.MIME]["instance"]
        != kind()._repr_mimebundle_()[payload.MIME]["instance"]
    )


def test_no_widget_is_announced_while_a_book_is_built(kind, monkeypatch):
    monkeypatch.setenv(building.PROGRESS_FILE, "somewhere")
    figure = kind()
    assert figure.comm is None
    figure.w = -0.5
    assert figure._repr_mimebundle_()[payload.MIME]["state"]["w"] == -0.5


def test_a_notebook_gets_a_widget_and_a_picture(kind, monkeypatch):
    monkeypatch.delenv(building.PROGRESS_FILE, raising=False)
    figure = kind()
    bundle, _ = figure._repr_mimebundle_()
    assert {WIDGET, "text/html", "image/png"} <= set(bundle)
    assert bundle["text/plain"] == "A line that can be tilted."
    assert "export default kit.dress(front);" in figure._esm
    assert ".mine" in figure._css and ".kernelfree" in figure._css
    with pytest.raises(traitlets.TraitError):
        figure.w = 2.0


def test_explorables_say_what_they_lack(front):
    with pytest.raises(FileNotFoundError, match=r"A\._esm must be the path of a file, got 'nowhere\.js'"):
        type("A", (Explorable,), {"_esm": "nowhere.js"})
    with pytest.raises(TypeError, match="B has no front end"):
        type("B", (Explorable,), {})()
    with pytest.raises(ValueError, match=r"C\.name must be lower-case"):
        type("C", (Explorable,), {"_esm": front})()
    with pytest.raises(TypeError, match="D needs a title and a description"):
        type("D", (Explorable,), {"_esm": front, "name": "d"})()
    with pytest.raises(TypeError, match=r"D\.close would hide close\(\), which every widget has"):
        type("D", (Explorable,), {"close": traitlets.Bool(False).tag(sync=True)})
    texts = {"name": "e", "title": "t", "description": "d"}
    with pytest.raises(NotImplementedError, match=r"E\.still\(\) must return a matplotlib figure"):
        type("E", (Explorable,), {"_esm": front, **texts})()._repr_mimebundle_()


def test_values_that_json_cannot_say_are_named(kind, monkeypatch):
    monkeypatch.setenv(building.PROGRESS_FILE, "somewhere")
    with pytest.raises(TypeError, match="trait 'free' must hold what JSON can say"):
        kind(free=float("inf"))._repr_mimebundle_()


def test_a_payload_comes_back_from_the_cache_as_it_was(kind, monkeypatch):
    monkeypatch.setenv(building.PROGRESS_FILE, "somewhere")
    sent = json.loads(json.dumps(kind()._repr_mimebundle_()[payload.MIME]))
    figure = payload.read_payload(sent)
    assert isinstance(figure, payload.ExplorablePayload) and figure.space == ["20rem", "15rem"]
    assert figure.to_json() == sent


@pytest.mark.parametrize("change", [{"kernelfree": payload.VERSION + 1}, {"kind": "dance"}, {"kernelfree": None}])
def test_a_payload_of_another_version_says_to_clear_the_cache(kind, monkeypatch, change):
    monkeypatch.setenv(building.PROGRESS_FILE, "somewhere")
    sent = kind()._repr_mimebundle_()[payload.MIME] | change
    with pytest.raises(payload.PayloadError, match=r"'slope' comes from an execution cache.*clear the cache"):
        payload.read_payload(sent)
