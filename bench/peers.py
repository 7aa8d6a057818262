"""One and the same figure of 50 frames, made by kernelfree and by what others offer: what each page weighs and asks.

Prints a table and writes it into kernelfree's README. Peers that the project does not use are installed into
environments of their own, under _build; one that cannot run here keeps its row, which says why. Every page is opened
from disk, in a browser that can reach nobody: a page that moves there needs nobody. "data" is what the page holds
beyond the tool's own code, "code" is the part inside it, both as sent with gzip; code that comes from other
hosts is not counted, and the hosts are named instead. Tools that make whole sites are told to make one of one page,
whose own markup counts as data; files that only the figure asks for count too, scripts and styles of a theme do not.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "_build" / "bench" / "peers"
README = ROOT / "code" / "kernelfree" / "README.md"
FRAMES = 50
X = np.linspace(0, 6, 100)


def draw(k: int = 25) -> Any:
    """A wave that quickens, with a mark on it and its speed above."""
    figure, ax = plt.subplots(figsize=(5, 3))
    ax.plot(X, np.sin(k / 10 * X))
    ax.plot(3, np.sin(k / 10 * 3), "o")
    ax.set(xlim=(0, 6), ylim=(-1.2, 1.2), title=f"speed {k / 10:.1f}", xlabel="time")
    return figure


def svg(k: int) -> str:
    figure = draw(k)
    figure.savefig(buffer := io.StringIO(), format="svg")
    plt.close(figure)
    return buffer.getvalue()


def kernelfree(path: Path) -> None:
    from kernelfree import save

    save(path, draw, k=(0, FRAMES - 1))


def ipywidgets_stack(path: Path) -> None:
    from ipywidgets import HTML, IntSlider, Stack, VBox, jslink
    from ipywidgets.embed import embed_minimal_html

    slider = IntSlider(25, min=0, max=FRAMES - 1)
    stack = Stack([HTML(svg(k)[svg(k).index("<svg") :]) for k in range(FRAMES)], selected_index=25)
    jslink((slider, "value"), (stack, "selected_index"))
    embed_minimal_html(str(path), views=[VBox([slider, stack])])


def to_jshtml(path: Path, kind: str) -> None:
    from matplotlib.animation import FuncAnimation

    figure, ax = plt.subplots(figsize=(5, 3))

    def update(k: int) -> None:
        ax.clear()
        ax.plot(X, np.sin(k / 10 * X))
        ax.plot(3, np.sin(k / 10 * 3), "o")
        ax.set(xlim=(0, 6), ylim=(-1.2, 1.2), title=f"speed {k / 10:.1f}", xlabel="time")

    with plt.rc_context({"animation.frame_format": kind, "animation.embed_limit": 100}):
        path.write_text(FuncAnimation(figure, update, frames=FRAMES).to_jshtml())
    plt.close(figure)


def holoviews(path: Path) -> None:
    import holoviews as hv

    hv.extension("matplotlib")
    frames = {
        k: hv.Curve((X, np.sin(k / 10 * X))).opts(title=f"speed {k / 10:.1f}", ylim=(-1.2, 1.2)) for k in range(FRAMES)
    }
    hv.save(hv.HoloMap(frames, kdims="k"), str(path), fmt="scrubber")


def plotly(path: Path) -> None:
    import plotly.graph_objects as go

    def traces(k: int) -> list[Any]:
        mark = go.Scatter(x=[3], y=[np.sin(k / 10 * 3)], mode="markers")
        return [go.Scatter(x=X, y=np.sin(k / 10 * X)), mark]

    steps = [{"method": "animate", "label": str(k), "args": [[str(k)], {"mode": "immediate"}]} for k in range(FRAMES)]
    figure = go.Figure(traces(25), frames=[go.Frame(data=traces(k), name=str(k)) for k in range(FRAMES)])
    figure.update_layout(sliders=[{"steps": steps, "active": 25}], yaxis_range=[-1.2, 1.2])
    figure.write_html(str(path), include_plotlyjs=True)


def panel(path: Path) -> None:
    import panel as pn
    from bokeh.resources import INLINE

    pn.extension()
    slider = pn.widgets.IntSlider(name="k", start=0, end=FRAMES - 1, value=25)
    shown = pn.bind(lambda k: pn.pane.Matplotlib(draw(k), format="svg", tight=True), slider)
    most = {"max_states": FRAMES, "max_opts": FRAMES}
    pn.Column(slider, shown).save(str(path), embed=True, resources=INLINE, **most)


def munchboka(path: Path) -> None:
    """Its language has curves and marks, and no function of an author's."""
    site = path.with_suffix("")
    site.mkdir(exist_ok=True)
    (site / "conf.py").write_text(
        'project = "peer"\nextensions = ["myst_parser", "munchboka_edutools"]\nhtml_theme = "basic"\n'
        'exclude_patterns = ["html"]\n'
        'myst_enable_extensions = ["colon_fence", "dollarmath"]\n'
    )
    (site / "index.md").write_text(
        f"# Wave\n\n:::{{interactive-graph}}\ninteractive-var: a, 0, {(FRAMES - 1) / 10}, {FRAMES}\n\n"
        'function: sin(a*x), f\npoint: (3, f(3))\ntext: 1, 1.1, "speed {a:.1f}", center-center\n'
        "xmin: 0\nxmax: 6\nymin: -1.2\nymax: 1.2\n:::\n"
    )
    # Strictly, since a graph that it cannot draw is left out of the page.
    _run(sys.executable, "-m", "sphinx", "-q", "-E", "-W", site, site / "html")
    _only_page(path, site / "html" / "index.html")


def marimo_book(path: Path) -> None:
    site = path.with_suffix("")
    (site / "content").mkdir(parents=True, exist_ok=True)
    (site / "book.yml").write_text(
        "title: peer\nprecompute: {enabled: true, max_seconds_per_page: 3600}\n"
        "launch_buttons: {molab: false, github: false, download: false}\n"
        "toc: [{file: content/index.md}, {file: content/wave.py}]\n"
    )
    (site / "content" / "index.md").write_text("# Waves\n")
    cells = (
        "import marimo as mo\n    import peers\n    return mo, peers",
        f"k = mo.ui.slider(0, {FRAMES - 1}, step=1, value=25, label='k')\n    k\n    return (k,)",
        "peers.draw(k.value)\n    return",
    )
    notebook = "".join(
        f"@app.cell\ndef _({given}):\n    {cell}\n\n\n"
        for given, cell in zip(("", "mo", "k, peers"), cells, strict=True)
    )
    (site / "content" / "wave.py").write_text(f"import marimo\n\napp = marimo.App()\n\n\n{notebook}")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [str(Path(sys.executable).with_name("marimo-book")), "build", "-b", "book.yml", "-o", "html"]
    subprocess.run(command, cwd=site, env=env, check=True)
    _only_page(path, site / "html" / "wave" / "index.html")


def _only_page(path: Path, page: Path) -> None:
    """Let ``path`` say where the page is: it has its files beside it."""
    path.write_text(f"at {page}")


@dataclass(frozen=True)
class Peer:
    name: str
    make: Callable[[Path], None]
    #: What an environment of its own needs; nothing: the project's own has it.
    needs: tuple[str, ...] = ()
    #: Files that the figure asks for, beside the page.
    data: str = ""


PEERS = (
    Peer("kernelfree (`save`)", kernelfree),
    Peer("ipywidgets `Stack` + `jslink`", ipywidgets_stack),
    Peer("`to_jshtml`, svg", lambda path: to_jshtml(path, "svg")),
    Peer("`to_jshtml`, png", lambda path: to_jshtml(path, "png")),
    Peer("HoloViews `HoloMap`, matplotlib", holoviews, ("holoviews",)),
    Peer("Panel `embed`", panel, ("panel",)),
    Peer("Plotly frames", plotly, ("plotly",)),
    Peer(
        "munchboka-edutools `interactive-graph`",
        munchboka,
        ("munchboka-edutools", "myst-parser"),
        "_static/interactive/**/*",
    ),
    Peer("marimo-book, static reactivity", marimo_book, ("marimo-book",), "../assets/img/*"),
)


def made(peer: Peer) -> Path:
    """The peer's page. Raises ``RuntimeError``, with the last line of what went wrong, where there is none."""
    path = WORK / (re.sub(r"\W+", "-", peer.name).strip("-") + ".html")
    path.unlink(missing_ok=True)
    if peer.needs:
        own = WORK / "environments" / peer.needs[0]
        if not (own / "installed").exists():
            venv.create(own, clear=True, with_pip=True)
            _run(own / "bin" / "pip", "install", "-q", "matplotlib", *peer.needs)
            (own / "installed").touch()
        _run(own / "bin" / "python", __file__, peer.name, path)
    else:
        peer.make(path)
    start = path.read_text(encoding="utf-8")[:1000]
    return Path(start.removeprefix("at ")) if start.startswith("at ") else path


def _run(*command: Path | str) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise RuntimeError(said[-1].removeprefix("RuntimeError: ").replace(f"{WORK}/", ""))


def packed(text: str) -> int:
    return len(gzip.compress(text.encode(), mtime=0))


def weights(html: str) -> tuple[int, int]:
    """Bytes of the data and of the code in a page: a script with functions in it is code, unless it holds frames."""
    code = sum(packed(style) for style in re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL))
    for script in re.findall(r"<script(?![^>]*json)[^>]*>(.*?)</script>", html, re.DOTALL):
        # kernelfree keeps its frames in a JSON element, Plotly and jshtml beside a call at the end of their scripts.
        if len(script) > 2000 and not re.search(r"frames\[\d+\] =|Plotly\.newPlot\(", script):
            code += packed(script)
    return packed(html) - code, code


def looked_at(path: Path) -> dict[str, str]:
    """What a browser that reaches nobody makes of the page."""
    from playwright.sync_api import sync_playwright

    sys.path[:0] = [str(ROOT / "tests")]
    from browsers import CHROMIUM_ARGS, chromium_path

    chromium = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        page = browser.new_page()
        hosts: set[str] = set()
        page.on("request", lambda one: hosts.update(re.findall(r"^https?://([^/]+)", one.url)))
        page.goto(path.as_uri())
        page.wait_for_timeout(1500)
        slider = page.locator("input[type=range], [role=slider]").first
        moves, pause = "no", "-"
        if slider.count() and slider.is_visible():
            before = page.screenshot()
            slider.focus()
            began = time.monotonic()
            page.keyboard.press("ArrowRight")
            page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            took = 1000 * (time.monotonic() - began)
            page.wait_for_timeout(300)
            if page.screenshot() != before:
                moves, pause = "yes", f"{took:.0f} ms"
        page.add_script_tag(path=str(ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"))
        faults = page.evaluate("axe.run().then((done) => done.violations.length)")
        browser.close()
    return {"hosts": ", ".join(sorted(hosts)) or "none", "moves": moves, "paint": pause, "axe": str(faults)}


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    rows = [
        "| tool | data, kB gz | code inside, kB gz | other hosts | from disk, by keyboard | key to paint | axe |",
        "|-|-|-|-|-|-|-|",
    ]
    for peer in PEERS:
        try:
            page = made(peer)
            seen = looked_at(page)
        except Exception as error:  # a peer that cannot is no reason to stop, and no reason to leave it out
            rows.append(f"| {peer.name} | does not run here: {str(error)[:200].replace('|', ' ')} | | | | | |")
            print(rows[-1], flush=True)
            continue
        data, code = weights(page.read_text(encoding="utf-8"))
        beside = page.parent.glob(peer.data) if peer.data else ()
        data += sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in beside if file.is_file())
        columns = (f"{data / 1000:.1f}", f"{code / 1000:.0f}", seen["hosts"], seen["moves"], seen["paint"], seen["axe"])
        rows.append(f"| {peer.name} | {' | '.join(columns)} |")
        print(rows[-1], flush=True)
    text = README.read_text(encoding="utf-8")
    start, end = "<!-- peers -->\n", "<!-- /peers -->"
    if start in text:
        before, after = text[: text.index(start) + len(start)], text[text.index(end) :]
        README.write_text(before + "\n".join(rows) + "\n" + after, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:  # in a peer's own environment
        wanted, target = sys.argv[1:]
        next(peer for peer in PEERS if peer.name == wanted).make(Path(target))
    else:
        main()
