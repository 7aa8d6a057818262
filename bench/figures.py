"""How fast each live figure of the book answers, beside a bare slider: `python bench/figures.py [FIGURE ...]`.

Run it after `make book`. A move of the figure and a move of a bare slider, which is above it on the same page and
writes one number, are taken in turn with the CPU slowed down four times: the page is the floor of both, and what the
machine does meanwhile slows both equally. So the ratios are to be quoted, not the milliseconds.

A move is timed within one frame: from the event to the first task after the frame that shows what changed. It holds
script, style, layout and paint, and no wait for a display. Every slider, handle, menu, choice and board is moved, and
every group of buttons; a number field sets what the slider beside it sets, and is left out.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

from page_weight import ROOT, serve
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(ROOT / "tests"))
from browsers import CHROMIUM_ARGS, ensure_chromium

SLOWER, MOVES, FIRST = 4, 40, 5
MOST = {"median": 1.5, "95 %": 2.5}

# Makes `window.moves`, a list of `{ label, root, act }`: first the bare slider, then all that moves in a figure.
FIND = """(root) => {
  const bare = document.createElement("div");
  bare.innerHTML = '<input type="range" min="0" max="1000" value="0" aria-label="bare"> <output>0</output>';
  bare.style.scrollMarginTop = "5rem";
  bare.id = "bare";
  document.getElementById("bare")?.remove();
  root.before(bare);
  bare.scrollIntoView({ block: "start", behavior: "instant" });
  const [range, output] = bare.children;
  range.addEventListener("input", () => { output.textContent = range.value; });

  const name = (node) =>
    (node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent).trim();
  const send = (node, type) => node.dispatchEvent(new Event(type, { bubbles: true }));
  const sweep = (range) => {
    let way = 1;
    return () => {
      const next = Number(range.value) + way * Number(range.step);
      if (next > Number(range.max) || next < Number(range.min)) way = -way;
      range.value = Number(range.value) + way * Number(range.step);
      send(range, "input");
      send(range, "change");
    };
  };
  // A script cannot capture a pointer that no hand moves, so the node says that it has. `path(turn)` is where the
  // pointer is then, from the middle of the node, in parts of the area that it moves in.
  const drag = (node, area, path) => {
    node.setPointerCapture = () => {};
    node.hasPointerCapture = () => true;
    let start = null;
    let turn = 0;
    const point = (type) => {
      const [dx, dy] = path(turn++);
      const box = area.getBoundingClientRect();
      const clientX = start.left + start.width / 2 + dx * box.width;
      const clientY = start.top + start.height / 2 + dy * box.height;
      const to = node === area ? document.elementFromPoint(clientX, clientY) : node;
      to.dispatchEvent(new PointerEvent(type, { clientX, clientY, bubbles: true, cancelable: true }));
    };
    return () => {
      start ??= node.getBoundingClientRect();
      if (!turn) point("pointerdown");
      point("pointermove");
    };
  };
  const between = (turn, least, most) => least + (most - least) * Math.abs(((turn + 4) % 16) / 8 - 1);
  const toAndFro = (turn) => [between(turn, -0.08, 0.08), between(turn, -0.08, 0.08)];
  const overPaper = (turn) => [between(turn, -0.4, 0.4), -0.45 + 0.9 * ((turn / 50) % 1)];
  const inTurn = (nodes) => {
    let turn = 0;
    return () => nodes[++turn % nodes.length].click();
  };
  const grouped = (nodes, key) => [...Map.groupBy(nodes, key).values()];
  const own = (selector) => [...root.querySelectorAll(selector)].filter((n) => !n.closest(".kf-tools, .kf-guide"));

  const found = [{ label: "bare", root: bare, act: sweep(range) }];
  const add = (label, act) => found.push({ label, root, act });
  for (const node of own("input[type=range]")) add(name(node), sweep(node));
  for (const node of own("[role=slider]"))
    add(name(node), drag(node, node.ownerSVGElement ?? node.parentElement, toAndFro));
  for (const node of own("[role=grid]")) add(`${name(node).split(".")[0]}, drawn on`, drag(node, node, overPaper));
  for (const node of own("select"))
    add(name(node).slice(0, 20), () => {
      node.selectedIndex = (node.selectedIndex + 1) % node.length;
      send(node, "change");
    });
  for (const box of own("input[type=checkbox]")) add(name(box), () => box.click());
  for (const radios of grouped(own("input[type=radio]"), (n) => n.name))
    add(`choice: ${name(radios[0])} ...`, inTurn(radios));
  const group = (node) => node.closest("[role=radiogroup], .kf-buttons") ?? node.parentElement;
  for (const buttons of grouped(own("button, [role=radio]:not(input)"), group))
    add(`buttons: ${name(buttons[0])} ...`, inTurn(buttons));
  window.moves = found;
  return found.map(({ label }) => label);
}"""

# Milliseconds from move number n to the frame that shows it, or null if nothing changed within half a second.
TIME = """(n) => new Promise((done) => {
  const { root, act } = window.moves[n];
  let changed = false;
  // What a screen reader is told comes later, and belongs to an earlier move.
  const observer = new MutationObserver((records) => {
    changed ||= records.some(({ target }) => !target.classList?.contains("kf-said"));
  });
  // Numbers and what a part says of itself: of the many other changes no reader's browser would take notes.
  const attributeFilter = ["aria-valuetext", "aria-selected", "data-weights"];
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributeFilter });
  requestAnimationFrame(() => {
    const start = performance.now();
    act();
    const after = () => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = performance.now();
        if (changed || now - start > 500) { observer.disconnect(); done(changed ? now - start : null); }
        else requestAnimationFrame(after);
      };
      channel.port2.postMessage(null);
    };
    after();
  });
})"""


def beside_bare(page: Page, n: int) -> list[tuple[float, float]]:
    """The times of a figure's move and of the bare slider's, in turn; fewer where the figure had nothing to change."""
    page.evaluate("(n) => window.moves[n].root.querySelector('.kf-reset').click()", n)
    pairs = []
    for turn in range(FIRST + MOVES):
        pair = page.evaluate(TIME, n), page.evaluate(TIME, 0)
        if turn >= FIRST and None not in pair:
            pairs.append(pair)
        if turn == 2 * FIRST and not pairs:
            break
    return pairs


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def figures(page: Page, address: str, wanted: list[str]) -> Iterator[tuple[str, str, list[tuple[float, float]]]]:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address)
    for figure in page.locator("[data-live-figure]").all():
        name = figure.get_attribute("data-live-figure") or ""
        if wanted and name not in wanted:
            continue
        figure.scroll_into_view_if_needed()
        figure.and_(page.locator("[data-ready]")).wait_for()
        for n, label in enumerate(figure.evaluate(FIND)):
            if n:
                yield name, label, beside_bare(page, n)


def main() -> None:
    html = ROOT / "_build" / "html"
    pages = [path for path in sorted(html.rglob("*.html")) if "data-live-figure=" in path.read_text("utf-8")]
    if not pages:
        sys.exit("no built book: run `make book` first")
    chromium, port = ensure_chromium(), serve(html)
    print("| page | figure | control | ms | bare | ratio | ratio at 95 % |\n|-|-|-|-|-|-|-|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        for path in pages:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            address = f"http://127.0.0.1:{port}/{path.relative_to(html).as_posix()}"
            for name, label, pairs in figures(page, address, sys.argv[1:]):
                row = f"| {path.stem} | {name} | {' '.join(label.split())[:44]} |"
                if not pairs:
                    print(f"{row} does not move from the start | | | |", flush=True)
                    continue
                ours, bare = (list(side) for side in zip(*pairs, strict=True))
                middle = statistics.median(ours) / statistics.median(bare)
                late = p95(ours) / p95(bare)
                over = " more than it should" if middle > MOST["median"] or late > MOST["95 %"] else ""
                times = f"{statistics.median(ours):.1f} | {statistics.median(bare):.1f}"
                print(f"{row} {times} | {middle:.2f} | {late:.2f}{over} |", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
