"""A chapter with a live figure, ours beside stock Jupyter Book: requests, bytes, first answer, input to paint.

Run it after `make book`, on a machine with nothing else to do. The stock chapter is the same text and the same 99
drawings, as its author would have had to do it: ipywidgets' Stack of SVG frames under a linked slider, since a stock
`interact` lies dead on a page. Its CDNs are mirrored on loopback from npm packages. (npm ships require.js unminified,
which costs the stock page some 14 kB more than the CDN's.)

Bytes are those of a server that compresses with gzip. Input to paint is taken within one frame: from the event that
moves the slider to the first task after the frame that shows it, so it holds script, style, layout and paint, and no
wait for a display. The row "empty frame" is the same without a move: what the machine itself takes.

The figure to quote is the last: a move of each figure beside one of a bare slider, which stands on the same page and
writes one number, taken in turn. The page is the floor of both, and what the machine does meanwhile hits both alike.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
from project import python_path  # noqa: E402

OURS = ROOT / "_build" / "html"
WORK = ROOT / "_build" / "bench"
CHAPTER = "negative-log-likelihood"
MIRRORED = {
    "https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.4/require.min.js": ("requirejs@2.3.6", "require.js"),
    "https://cdn.jsdelivr.net/npm/@jupyter-widgets/html-manager@1.0.6": ("@jupyter-widgets/html-manager@1.0.6", ""),
    "https://cdn.jsdelivr.net/npm/mathjax@3": ("mathjax@3.2.2", ""),
}
STOCK_CELL = """
import io
from ipywidgets import HTML, IntSlider, Stack, VBox, jslink
import matplotlib.pyplot as plt

def frame(p):
    figure, words = draw_nll(p)
    figure.savefig(svg := io.StringIO(), format="svg")
    plt.close(figure)
    text = svg.getvalue()
    return HTML(text[text.index("<svg"):] + words)

slider = IntSlider(49, min=0, max=98)
stack = Stack([frame((i + 1) / 100) for i in range(99)], selected_index=49)
jslink((slider, "value"), (stack, "selected_index"))
VBox([slider, stack])
"""
STOCK_CONFIG = """
title: Stock
only_build_toc_files: true
execute: {execute_notebooks: cache, timeout: 600}
bibtex_bibfiles: [references.bib]
parse:
  myst_enable_extensions: [amsmath, attrs_inline, colon_fence, deflist, dollarmath, substitution]
sphinx:
  extra_extensions: [sphinx_exercise, sphinx_proof, sphinx_design]
  config: {bibtex_reference_style: author_year}
"""

# How each page's figure is found, moved and seen to answer.
SIDES = {
    "ours": {
        "figure": "[data-live-figure]",
        "ready": "(root) => 'ready' in root.dataset",
        "control": """(root) => root.querySelector("input[type=range]")""",
        "move": """(range) => {
          range.value = Number(range.value) + Number(range.step);
          range.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
    },
    "stock": {
        "figure": ".cell_output:has(.noUi-handle), script[type*='widget-view']",
        "ready": "(root) => root.querySelector('.noUi-handle') && root.querySelector('.widget-html svg') !== null",
        "control": """(root) => root.querySelector(".noUi-handle")""",
        "move": """(handle) => handle.dispatchEvent(
          new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))""",
    },
}
# Notes when the figure answers, having gone to it as soon as it is there.
WATCH = """
window.answered = null;
(function look() {
  const root = document.querySelector(FIGURE);
  if (root && !window.gone) { window.gone = true; root.scrollIntoView({ block: "center" }); }
  if (root && (READY)(root)) { window.answered = performance.now(); return; }
  requestAnimationFrame(look);
})();
"""
# Milliseconds from one move of the slider to the frame that shows it, or null if nothing changed within a second.
MOVE = """(selector) => new Promise((done) => {
  const root = document.querySelector(selector);
  const control = (CONTROL)(root);
  let changed = false;
  const observer = new MutationObserver(() => { changed = true; });
  // Numbers and what a slider says of itself: of the many other changes no reader's browser would take notes.
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext"] });
  requestAnimationFrame(() => {
    const start = performance.now();
    (ACT)(control);
    const after = () => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = performance.now();
        if (changed || now - start > 1000) { observer.disconnect(); done(changed ? now - start : null); }
        else requestAnimationFrame(after);
      };
      channel.port2.postMessage(null);
    };
    after();
  });
})"""


# A slider that writes one number, in the figure's own place on the page.
BARE = """(root) => {
  const bare = document.createElement("div");
  bare.id = "bare";
  bare.innerHTML = '<input type="range" min="0" max="1000" value="0" aria-label="bare"> <output>0</output>';
  const [range, output] = bare.children;
  range.addEventListener("input", () => { output.textContent = range.value; });
  document.getElementById("bare")?.remove();
  root.before(bare);
}"""
BARE_SIDE = {"figure": "#bare", "control": SIDES["ours"]["control"], "move": SIDES["ours"]["move"]}


class Server:
    """Serves a folder, compressed, and counts what is asked for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, int, str]] = []
        packed: dict[Path, bytes] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args) -> None:
                pass

            def do_GET(self) -> None:
                path = folder / self.path.split("?")[0].lstrip("/")
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                if not path.is_file():
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    outer.asked.append((self.path, 0, kind))
                    return
                fonts = path.suffix in (".woff", ".woff2", ".png")
                if path not in packed:
                    packed[path] = path.read_bytes() if fonts else gzip.compress(path.read_bytes(), 9, mtime=0)
                outer.asked.append((self.path, len(packed[path]), kind))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                if not fonts:
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(packed[path])))
                self.end_headers()
                self.wfile.write(packed[path])

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


def mirror() -> None:
    """Unpack the npm packages behind the stock page's CDN addresses."""
    for package, _ in MIRRORED.values():
        folder = WORK / "npm" / package
        if folder.exists():
            continue
        folder.mkdir(parents=True)
        npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
        if npm is None:
            sys.exit(
                "the stock page's scripts come from npm packages: npm is needed (tests/requirements.txt brings it)"
            )
        done = subprocess.run([npm, "pack", "--silent", package], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(folder)
            sys.exit(f"npm could not fetch {package}, which the stock page needs: {done.stderr.strip()[-300:]}")
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")


def build_stock() -> Path:
    """The chapter as stock Jupyter Book ships it, with its CDNs' files beside it."""
    mirror()
    source, html = WORK / "stock", WORK / "stock" / "_build" / "html"
    source.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "book" / f"{CHAPTER}.md").read_text(encoding="utf-8")
    text, count = re.subn(r"interact\(draw_nll,.*?\)\n(?=```)", lambda _: STOCK_CELL.lstrip(), text, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"book/{CHAPTER}.md should show draw_nll under interact once, found {count}")
    (source / f"{CHAPTER}.md").write_text(text, encoding="utf-8")
    (source / "_config.yml").write_text(STOCK_CONFIG)
    (source / "_toc.yml").write_text(f"format: jb-book\nroot: {CHAPTER}\n")
    shutil.copy(ROOT / "book" / "references.bib", source)
    env = {**os.environ, "PYTHONPATH": python_path()}
    env.pop("KERNELFREE_BUILD", None)
    shutil.rmtree(html, ignore_errors=True)
    jb = Path(sys.executable).with_name("jb")
    done = subprocess.run([str(jb), "build", str(source), "--all"], env=env, capture_output=True, text=True)
    page = html / f"{CHAPTER}.html"
    if not page.exists():
        sys.exit(f"the stock chapter was not built:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    content = page.read_text(encoding="utf-8")
    for number, (address, (package, file)) in enumerate(MIRRORED.items()):
        target = html / "cdn" / str(number)
        shutil.copytree(WORK / "npm" / package / "package", target, dirs_exist_ok=True)
        content = content.replace(address, f"/cdn/{number}{'/' + file if file else ''}")
    content = re.sub(r' integrity="[^"]*"| crossorigin="[^"]*"', "", content)
    page.write_text(content.replace("https://cdn.jsdelivr.net/npm/", "/cdn/none/"), encoding="utf-8")
    return html


def visit(browser, address: str, side: dict, throttle: int):
    """Open a page with the CPU slowed down, and go to its first figure. Gives the page and when the figure answered."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.add_init_script(WATCH.replace("FIGURE", json.dumps(side["figure"])).replace("READY", side["ready"]))
    page.goto(address)
    page.wait_for_function("window.answered !== null", timeout=120_000)
    return page, page.evaluate("window.answered")


def action(side: dict) -> str:
    return MOVE.replace("CONTROL", side["control"]).replace("ACT", side["move"])


def moves(page, side: dict, count: int = 40) -> list[float]:
    act = action(side)
    found: list[float | None] = []
    for _ in range(count + 5):
        found.append(page.evaluate(act, side["figure"]))
        if found[:3] == [None] * 3:  # a control that cannot move in this state
            return []
    return [time for time in found[5:] if time is not None]


def moves_beside_bare(page, side: dict, count: int = 40) -> tuple[list[float], list[float]]:
    """The figure's moves and a bare slider's, in turn; two empty lists where the figure's control cannot move."""
    page.evaluate(f"(selector) => ({BARE})(document.querySelector(selector))", side["figure"])
    ours, bare = action(side), action(BARE_SIDE)
    pairs = []
    for _ in range(count + 5):
        pairs.append((page.evaluate(ours, side["figure"]), page.evaluate(bare, BARE_SIDE["figure"])))
        if len(pairs) == 3 and all(time is None for time, _ in pairs):
            return [], []
    kept = [pair for pair in pairs[5:] if None not in pair]
    return [time for time, _ in kept], [time for _, time in kept]


def empty_frames(page, count: int = 40) -> list[float]:
    act = MOVE.replace("(CONTROL)(root)", "null").replace("(ACT)(control);", "changed = true;")
    return [page.evaluate(act, "body") for _ in range(count)]


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def measure(browser, folder: Path, path: str, side: dict) -> dict[str, float]:
    server = Server(folder)
    result: dict[str, float] = {}
    page, _ = visit(browser, f"{server.address}/{path}", side, 1)
    page.wait_for_load_state("networkidle")
    result["requests"] = len(server.asked)
    result["kB gz"] = sum(size for _, size, _ in server.asked) / 1000
    result["of it JavaScript, kB gz"] = sum(size for _, size, kind in server.asked if "javascript" in kind) / 1000
    page.context.close()
    for throttle in (1, 4):
        times, paints, empty = [], [], []
        for _ in range(3):
            page, answered = visit(browser, f"{server.address}/{path}", side, throttle)
            times.append(answered)
            paints += moves(page, side)
            empty += empty_frames(page)
            page.context.close()
        result[f"first answer at {throttle}x, ms"] = statistics.median(times)
        result[f"input to paint at {throttle}x, ms, median"] = statistics.median(paints)
        result[f"input to paint at {throttle}x, ms, 95%"] = p95(paints)
        result[f"(empty frame at {throttle}x, ms, median)"] = statistics.median(empty)
    server.close()
    return result


def every_figure(browser) -> None:
    """Input to paint of each slider of each figure of the book at 4x, and what its data weigh."""
    server = Server(OURS)
    print(
        f"\n{'figure':30} {'control':26} {'data kB gz':>10} {'median ms':>10} {'95% ms':>8} {'/ bare':>7} {'95%':>6}"
        "   (CPU slowed 4x)"
    )
    for path in sorted(OURS.rglob("*.html")):
        if "data-live-figure=" not in path.read_text(encoding="utf-8"):
            continue
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(f"{server.address}/{path.relative_to(OURS)}")
        for figure in page.locator("[data-live-figure]").all():
            figure.scroll_into_view_if_needed()
            figure.and_(page.locator("[data-ready]")).wait_for()
            name = figure.get_attribute("data-live-figure")
            weight = page.evaluate(
                "(root) => [JSON.parse(root.querySelector('.kf-manifest').textContent).data ?? null, "
                "root.querySelector('.kf-still').innerHTML]",
                figure.element_handle(),
            )
            size = len(gzip.compress(weight[1].encode(), mtime=0))
            size += next((s for p, s, _ in server.asked if weight[0] and f"/{weight[0]}.js" in p), 0)
            for number in range(figure.locator("input[type=range], [role=slider]").count()):
                side = {
                    "figure": f'[data-live-figure="{name}"]',
                    "control": f"""(root) =>
                      root.querySelectorAll("input[type=range], [role=slider]")[{number}]""",
                    "move": """(node) => {
                      window.way = (window.way ?? 1);
                      if (node.tagName === "INPUT") {
                        const next = Number(node.value) + window.way * Number(node.step);
                        if (next > Number(node.max) || next < Number(node.min)) window.way *= -1;
                        node.value = Number(node.value) + window.way * Number(node.step);
                        node.dispatchEvent(new Event("input", { bubbles: true }));
                      } else {
                        const now = Number(node.getAttribute("aria-valuenow"));
                        if (now >= Number(node.getAttribute("aria-valuemax"))) window.way = -1;
                        if (now <= Number(node.getAttribute("aria-valuemin"))) window.way = 1;
                        const key = window.way > 0 ? "ArrowUp" : "ArrowDown";
                        node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                      }
                    }""",
                }
                label = page.evaluate(
                    "([root, k]) => { const node = root.querySelectorAll('input[type=range], [role=slider]')[k];"
                    " return node.getAttribute('aria-label') ?? node.labels[0].textContent; }",
                    [figure.element_handle(), number],
                )
                times, bare = moves_beside_bare(page, side)
                if not times:
                    print(f"{name[:30]:30} {label.strip()[:26]:26} {size / 1000:10.1f} does not move from the start")
                    continue
                print(
                    f"{name[:30]:30} {label.strip()[:26]:26} {size / 1000:10.1f} "
                    f"{statistics.median(times):10.1f} {p95(times):8.1f} "
                    f"{statistics.median(times) / statistics.median(bare):7.2f} {p95(times) / p95(bare):6.2f}"
                )
        page.context.close()
    server.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    from browsers import CHROMIUM_ARGS, chromium_path

    if not (OURS / "book" / f"{CHAPTER}.html").exists():
        sys.exit("no built book: run `make book` first")
    print(f"Building the stock chapter. Load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    stock = build_stock()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        ours = measure(browser, OURS, f"book/{CHAPTER}.html", SIDES["ours"])
        theirs = measure(browser, stock, f"{CHAPTER}.html", SIDES["stock"])
        print(f"\n{CHAPTER + ', to its first answering figure':52} {'ours':>10} {'stock':>10}")
        for name, value in ours.items():
            digits = 0 if name == "requests" else 1
            print(f"{name:52} {value:10.{digits}f} {theirs[name]:10.{digits}f}")
        every_figure(browser)
        browser.close()


if __name__ == "__main__":
    main()
