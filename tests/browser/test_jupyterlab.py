"""The same cells with a kernel: in a real JupyterLab, a move reaches Python, and what Python sets reaches the page."""

from __future__ import annotations

import os
import sys
import time

import nbformat
import pytest

from environments import serving
from project import ROOT, python_path

TOKEN = "loopback-only"

CELLS = [
    # What Python heard is printed by the last cell, which the test runs again.
    """
from kernelfree import interact
from lossbook.style import use_style
from lossbook.table.nll_curve import draw_nll
use_style()
heard = []
def draw(p=0.5):
    heard.append(p)
    return draw_nll(p)
interact(draw, p=(0.01, 0.99, 0.01), name="nll-curve", description="The curve of -log p.")
""",
    "import sys; sys.path.insert(0, FIXTURE)\nfrom figures import Dial\ndial = Dial()\ndial",
    "dial.angle = 45.0",
    "print('HEARD', heard[-1], dial.angle)",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    fixture = ROOT / "tests" / "fixtures" / "kernelfree_book"
    cells = [cell.strip().replace("FIXTURE", repr(str(fixture))) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "figures.ipynb")
    # Its own folders, so that nobody's settings or kernels come in; the code under test first on the path.
    env = {**os.environ, "PYTHONPATH": python_path(), "IPYTHONDIR": str(folder / "ipython")}
    env |= {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env.pop("KERNELFREE_BUILD", None)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--expose-app-in-browser"]
    with serving(command, folder / "lab.log", cwd=folder, env=env) as address:
        yield f"{address}lab/tree/figures.ipynb?token={TOKEN}&reset"


@pytest.mark.timeout(300)
def test_figures_answer_to_the_page_and_to_python(lab, chromium):
    page = chromium.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.set_default_timeout(60_000)
    page.goto(lab)
    page.wait_for_function(
        "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )

    def run(command: str) -> None:
        page.evaluate("command => window.jupyterapp.commands.execute(command)", command)

    def run_last() -> str:
        page.locator(".jp-CodeCell").nth(3).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        return page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output").inner_text()

    run("notebook:run-all-cells")
    # Python set a trait after the figure was shown: the page follows.
    dial = page.locator(".kernelfree[data-ready]")
    dial.wait_for()
    page.get_by_text("45 degrees").first.wait_for()
    # A slider of interact: Python draws again.
    slider = page.locator(".widget-interact .noUi-handle").first
    before = page.locator(".widget-interact svg path").evaluate_all("all => all.map((p) => p.getAttribute('d')).join()")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("p = 0.51").first.wait_for()
    after = page.locator(".widget-interact svg path").evaluate_all("all => all.map((p) => p.getAttribute('d')).join()")
    assert before != after
    # A drag of the Explorable: Python hears of it.
    knob = dial.locator(".kf-handle")
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 300, box["y"] + 20, steps=5)
    page.mouse.up()
    dragged = float(knob.get_attribute("aria-valuenow"))
    assert dragged != 45
    deadline = time.monotonic() + 60
    while (said := run_last().strip()) != f"HEARD 0.51 {dragged}" and time.monotonic() < deadline:
        page.wait_for_timeout(300)
    assert said == f"HEARD 0.51 {dragged}"
    # Reset is there with a kernel too.
    dial.locator(".kf-reset").click()
    page.get_by_text("90 degrees").first.wait_for()
    page.context.close()
