"""Print: nothing is cut off. The PDF itself, which takes a minute, is among tests/distribution."""

import tempfile
from pathlib import Path

from leanpage.elsewhere import paper

#: What sticks out of the column or is higher than a page; pictures and solutions that do not show; how many pictures.
LOOK = """() => {
  const all = (selector) => [...document.querySelectorAll(`article :is(${selector})`)];
  const box = (node) => node.getBoundingClientRect();
  const out = (node) => box(node).right > innerWidth + 1 || box(node).left < -1;
  // Code and tables go on on the next page, a table between its rows.
  const high = (node) => box(node).height > 930 && !node.matches("pre, table");
  const unseen = (node) => !box(node).height || getComputedStyle(node).visibility === "hidden";
  const pictures = all(".kf-still > svg, svg.kf-picture");
  return [
    all("svg, img, table, tr, math, pre, figure").filter((n) => box(n).width && (out(n) || high(n)))
      .map((n) => n.outerHTML),
    [...pictures, ...all("div.solution")].filter(unseen).length,
    pictures.length,
  ];
}"""


def test_nothing_is_cut_off(site, chromium):
    """At the width of the printed column every figure, table, formula and line of code fits, and so on one page."""
    book = paper.Book(site)
    page = chromium.new_context(viewport={"width": 643, "height": 960}).new_page()
    page.emulate_media(media="print")
    with tempfile.NamedTemporaryFile("w", prefix=".", suffix=".html", dir=site, encoding="utf-8") as file:
        file.write(paper.numbered(book.html(), {}))
        file.flush()
        page.goto(Path(file.name).as_uri())
        cut, hidden, shown = page.evaluate(LOOK)
    page.context.close()
    assert cut == [] and hidden == 0 and shown > 5
