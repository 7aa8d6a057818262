"""One and the same figure of 50 frames, made by kernelfree and by what others offer: what each page weighs and asks.

Prints a table and writes it into kernelfree's README. A peer that is not installed is left out (`pip install holoviews
plotly` brings them). Every page is opened from disk, in a browser that can reach nobody: a page that moves
there needs nobody. "data" is what the page holds beyond the tool's own code, "code" is what stands inside it of that,
both as sent with gzip; code that comes from other hosts is not counted, and the hosts are named instead.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
from browsers import CHROMIUM_ARGS, chromium_path  # noqa: E402

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


PEERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "kernelfree (`save`)": ("kernelfree", kernelfree),
    "ipywidgets `Stack` + `jslink`": ("ipywidgets", ipywidgets_stack),
    "`to_jshtml`, svg": ("matplotlib", lambda path: to_jshtml(path, "svg")),
    "`to_jshtml`, png": ("matplotlib", lambda path: to_jshtml(path, "png")),
    "HoloViews `HoloMap`, matplotlib": ("holoviews", holoviews),
    "Plotly frames": ("plotly", plotly),
}


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

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
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
    for name, (module, make) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name}: not installed, left out")
            continue
        path = WORK / (re.sub(r"\W+", "-", name).strip("-") + ".html")
        try:
            make(path)
            seen = looked_at(path)
        except Exception as error:  # a peer that cannot is no reason to stop
            print(f"{name}: left out, {type(error).__name__}: {error}")
            continue
        data, code = weights(path.read_text(encoding="utf-8"))
        columns = (f"{data / 1000:.1f}", f"{code / 1000:.0f}", seen["hosts"], seen["moves"], seen["paint"], seen["axe"])
        rows.append(f"| {name} | {' | '.join(columns)} |")
        print(rows[-1], flush=True)
    text = README.read_text(encoding="utf-8")
    start, end = "<!-- peers -->\n", "<!-- /peers -->"
    if start in text:
        before, after = text[: text.index(start) + len(start)], text[text.index(end) :]
        README.write_text(before + "\n".join(rows) + "\n" + after, encoding="utf-8")


if __name__ == "__main__":
    main()
