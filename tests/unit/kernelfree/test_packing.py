"""Packed frames: every frame that frames.js paints is the frame that matplotlib drew."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from javascript import exports_of, node_program
from kernelfree.draw.node import Node
from kernelfree.draw.svg import responsive_svg
from kernelfree.pack.encode import encode
from kernelfree.pack.merge import Merged, Merger
from kernelfree.pack.packing import _pack_columns as pack_columns
from kernelfree.pack.packing import gzip_size, pack
from project import source

#: As much of a browser's document as frames.js touches. It reads [tree, frames, numbers], a line each, paints the
#: frames of these numbers one upon the other, and writes the tree after each.
PAGE = """
globalThis.Node = { TEXT_NODE: 3 };
class Element {
  constructor([tag, attributes, text, children]) {
    Object.assign(this, { tag, attributes: { ...attributes }, textContent: text });
    this.children = children.map((child) => new Element(child));
    this.childNodes = [];
  }
  all() { return this.children.flatMap((child) => [child, ...child.all()]); }
  querySelectorAll(selector) { return this.all().filter((node) => selector === "*" || node.matches(selector)); }
  matches(selector) { return this.attributes.class === selector.slice(1); }
  setAttribute(name, value) { this.attributes[name] = value; }
  removeAttribute(name) { delete this.attributes[name]; }
  get dataset() { return { text: this.attributes["data-text"] }; }
  state() { return [this.tag, { ...this.attributes }, this.textContent, this.children.map((child) => child.state())]; }
}
const { painter } = (await import(process.argv[1])).default;
const { createInterface } = await import("node:readline");
for await (const line of createInterface({ input: process.stdin })) {
  const [tree, frames, numbers] = JSON.parse(line);
  const stage = new Element(tree);
  const paint = painter(stage, frames);
  const painted = numbers.map((n) => {
    paint(n);
    return stage.state();
  });
  console.log(JSON.stringify(painted));
}
"""


class Page:
    """frames.js in Node."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def paint(self, base: Node, frames: dict, numbers: list[int]) -> list:
        """What is on the page after each of these frames."""
        self.process.stdin.write(json.dumps([as_list(base), frames, numbers]) + "\n")
        self.process.stdin.flush()
        return [from_list(tree) for tree in json.loads(self.process.stdout.readline())]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Page]:
    module = tmp_path_factory.mktemp("page") / "frames.mjs"
    module.write_text(exports_of(source("kernelfree") / "static" / "frames.js"), encoding="utf-8")
    command = [node_program(), "--input-type=module", "-e", PAGE, module.as_uri()]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, encoding="utf-8") as process:
        yield Page(process)
        process.stdin.close()


def as_list(node: Node) -> list:
    return [node.tag, node.attributes, node.text, [as_list(child) for child in node.children]]


def from_list(tree: list) -> Node:
    tag, attributes, text, children = tree
    return Node(tag, attributes, text, [from_list(child) for child in children])


HIDING = {"display": "none", "visibility": "hidden", "hidden": ""}


def visible(root: Node) -> Node:
    """The tree without what is hidden."""
    shown = [child for child in root.children if not HIDING.items() & child.attributes.items()]
    return Node(root.tag, root.attributes, root.text, [visible(child) for child in shown])


def resolved(root: Node) -> str:
    """The drawing with every reference replaced by what it refers to: two equal ones look the same on a screen."""
    by_id: dict[str, Node] = {}
    for node in root.walk():
        if "id" in node.attributes:
            by_id.setdefault(node.attributes["id"], node)  # as browsers do: the first of several

    def plain(node: Node) -> str:
        if node.tag == "defs":
            return ""
        parts = []
        for name, value in sorted(node.attributes.items()):
            if name == "href" and value.startswith("#"):
                value = definition(by_id[value[1:]])
            value = re.sub(r"url\(#([^)]+)\)", lambda match: definition(by_id[match[1]]), value)
            if name != "id":
                parts.append(f"{name}={value}")
        return f"<{node.tag} {' '.join(parts)}>{node.text}{''.join(map(plain, node.children))}</>"

    def definition(node: Node) -> str:
        assert "display" not in node.attributes, "what others refer to must not be hidden"
        kept = {name: value for name, value in node.attributes.items() if name != "id"}
        return f"[{node.tag} {sorted(kept.items())} {''.join(map(definition, node.children))}]"

    return plain(root)


def draw(make, *args) -> Node:
    figure = make(*args)
    try:
        return responsive_svg(figure)
    finally:
        plt.close(figure)


def merge(drawings: list[Node], start: int = 0) -> Merged:
    """The frames as they come while a book is built: the starting one first."""
    merger = Merger(len(drawings))
    for number in sorted(range(len(drawings)), key=lambda number: number != start):
        merger.add(number, drawings[number])
    return merger.merge(start)


def check(page: Page, drawings: list[Node], start: int = 0) -> dict:
    merged = merge(drawings, start)
    frames = pack(merged, prefix="t-")
    assert resolved(visible(merged.base)) == resolved(drawings[start])
    painted = page.paint(merged.base, frames, list(range(len(drawings))))
    for number, (drawing, found) in enumerate(zip(drawings, painted, strict=True)):
        assert resolved(visible(found)) == resolved(drawing), f"frame {number}"
    return frames


def bars(n):
    figure, ax = plt.subplots()
    ax.bar_label(ax.bar(range(n), range(n)))
    return figure


def line_and_legend(n):
    figure, ax = plt.subplots()
    ax.plot([0, n], [1, 2], "o-", label=f"n = {n}")
    ax.fill_between([0, 1, 2], [0, n, 1], alpha=0.3, hatch="/" if n % 2 else None)
    if n > 1:
        ax.legend()
        ax.annotate("top", (1, 1), (0, n), arrowprops={"arrowstyle": "->"})
    ax.set_title(rf"$\log_{{{n}}} x$ & <{n}>")
    return figure


def image(n):
    figure, ax = plt.subplots()
    ax.imshow(np.arange(16.0).reshape(4, 4) ** n)
    return figure


def panels(n):
    figure, axes = plt.subplots(1, n + 1)
    for ax in np.atleast_1d(axes):
        ax.scatter(np.arange(n + 2), np.arange(n + 2), c=np.arange(n + 2), marker="os^"[n % 3])
    return figure


def log_axes(n):
    figure, ax = plt.subplots()
    ax.loglog([1, 10**n], [1, 2])
    ax.grid()
    return figure


def violin_and_pie(n):
    figure, (left, right) = plt.subplots(1, 2)
    left.violinplot(np.random.default_rng(n).normal(size=(20, n + 1)))
    right.pie(range(1, n + 2), labels=[f"slice {k}" for k in range(n + 1)])
    return figure


@pytest.mark.parametrize("make", [bars, line_and_legend, image, panels, log_axes, violin_and_pie])
@pytest.mark.parametrize("start", [0, 3])
def test_each_kind_of_figure_comes_back(page, make, start):
    check(page, [draw(make, n) for n in range(4)], start)


def test_a_line_plot_differs_in_little(page):
    def moving(n):
        figure, ax = plt.subplots()
        ax.plot([0, 1], [0, 1])
        ax.plot([n / 9], [n / 9], "o")
        ax.set(xlim=(0, 1), ylim=(0, 1), title=f"{n}")
        return figure

    packed = check(page, [draw(moving, n) for n in range(10)])
    assert sorted(name for _, name, _, _ in packed["columns"]) == ["#text", "x", "y"]
    assert len(packed["patterns"]) == 1, "what changes together shares one list of frames"


def test_what_has_nothing_in_common_is_not_taken_apart(page):
    def shuffled(seed):
        figure, ax = plt.subplots(figsize=(3, 2))
        for number in np.random.default_rng(seed).permutation(40):
            color = plt.colormaps["viridis"](number / 40)
            ax.plot(np.sin(np.arange(12.0) * (1 + number / 7)) + number, color=color, linewidth=1 + number / 9)
        return figure

    drawings = [draw(shuffled, seed) for seed in range(12)]
    check(page, drawings)
    columns = merge(drawings).columns
    assert {column.name for column in columns} == {"d", "style"}, "no line of one frame is missing in another"


numbers = st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 3))
artists = st.one_of(
    st.tuples(st.just("plot"), st.lists(numbers, min_size=2, max_size=4), st.sampled_from(["-", "--", "o"])),
    st.tuples(st.just("bar"), st.lists(numbers, min_size=1, max_size=4), st.sampled_from(["#b84a00", "#000000"])),
    st.tuples(st.just("text"), numbers, st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=5)),
    st.tuples(st.just("axhline"), numbers, st.sampled_from([1, 2])),
)


def composed(parts):
    figure, ax = plt.subplots(figsize=(3, 2))
    for kind, data, style in parts:
        if kind == "plot":
            ax.plot(data, style)
        elif kind == "bar":
            ax.bar(range(len(data)), data, color=style)
        elif kind == "text":
            ax.text(0, data, style.replace("$", r"\$"))
        else:
            ax.axhline(data, linewidth=style)
    ax.set(xlim=(-1, 4), ylim=(-5, 5))
    return figure


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(artists, max_size=4), min_size=2, max_size=4), st.data())
def test_any_figures_come_back(page, compositions, data):
    drawings = [draw(composed, parts) for parts in compositions]
    check(page, drawings, data.draw(st.integers(0, len(drawings) - 1)))


trees = st.recursive(
    st.builds(Node, st.sampled_from("abc"), st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")), st.just("")),
    lambda below: st.builds(
        Node,
        st.sampled_from("abc"),
        st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")),
        st.just(""),
        st.lists(below, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(trees, max_size=4), min_size=1, max_size=5))
def test_any_trees_come_back(page, forests):
    drawings = [Node("svg", {"viewBox": "0 0 1 1"}, "", children) for children in forests]
    for start in range(len(drawings)):
        merged = merge(drawings, start)
        painted = page.paint(merged.base, pack_columns(merged.columns), list(range(len(drawings))))
        for drawing, found in zip(drawings, painted, strict=True):
            assert resolved(visible(found)) == resolved(drawing)


def test_going_from_any_frame_to_any_other_lands_there(page):
    """The page applies a frame on top of whichever was shown before, not on the first."""
    drawings = [draw(bars, n) for n in (3, 1, 4, 2)]
    merged = merge(drawings)
    frames = pack(merged)
    for before, after in itertools.permutations(range(4), 2):
        found = page.paint(merged.base, frames, [before, after])[1]
        assert resolved(visible(found)) == resolved(drawings[after])


def test_the_same_drawings_give_the_same_bytes():
    first, second = (merge([draw(line_and_legend, n) for n in range(3)]) for _ in range(2))
    assert pack(first) == pack(second)
    assert str(first.base) == str(second.base)


hundredths = st.integers(-(10**7), 10**7).map(lambda n: f"{n / 100:.2f}".rstrip("0").rstrip("."))
paths = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.lists(hundredths, min_size=k, max_size=k).map(lambda n: "M " + " L ".join(n)), min_size=3)
)


@given(st.one_of(paths, st.lists(st.one_of(st.text(max_size=6), hundredths), min_size=1)))
def test_encoded_values_come_back(page, values):
    """Each value is the text of its frame; ``decode`` is the page's."""
    columns = [[1, "d", 0, encode(values)]]
    frames = {"columns": columns, "patterns": [list(range(len(values)))]}
    base = Node("svg", {}, "", [Node("path", {"d": values[0]})])
    painted = page.paint(base, frames, list(range(len(values))))
    assert [tree.children[0].attributes["d"] for tree in painted] == values


def test_a_bending_curve_is_sent_in_few_bits():
    x = np.linspace(0, 1, 50)
    values = ["M " + " L ".join(f"{a * 300:.0f} {a * a * k:.0f}" for a in x) for k in range(200)]
    assert gzip_size(encode(values)) < gzip_size(values) / 5
