"""All documents in one page, as `singlehtml` makes it: the figures and exercises of every document live there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from engines import serve

from conftest import watch
from project import python_path

CONF = 'project = "one"\nextensions = ["myst_nb", "askback.sphinx"]\nhtml_theme = "basic"\n'
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
LINE = """
```{code-cell}
import matplotlib.pyplot as plt
from askback import ask, number
from kernelfree import interact
def draw(slope):
    "A line."
    plt.plot([0, slope])
    plt.ylim(0, 9)
interact(draw, slope=(0, 2), name="NAME")
```
"""
ASK = '\n```{code-cell}\nask("two", number(2.0), hints=["One more than 1.", "1 + 1."])\n```\n'


@pytest.mark.timeout(300)
def test_figures_and_exercises_of_all_documents_live_in_one_page(tmp_path, chromium):
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.md").write_text("# One\n\n```{toctree}\na\nb\n```\n")
    (tmp_path / "a.md").write_text(HEAD + "# A\n" + LINE.replace("NAME", "rise"))
    (tmp_path / "b.md").write_text(HEAD + "# B\n" + LINE.replace("NAME", "climb") + ASK)
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "sphinx", "-W", "-b", "singlehtml", tmp_path, tmp_path / "out"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    server = serve(tmp_path / "out")
    page = chromium.new_page()
    slips = watch(page)
    page.goto(f"{server.address}/index.html")
    for name in ("rise", "climb"):
        figure = page.locator(f"[data-live-figure={name}]")
        figure.scroll_into_view_if_needed()
        page.locator(f"[data-live-figure={name}][data-ready]").wait_for()
        before = figure.locator("svg").first.evaluate("(svg) => svg.outerHTML")
        figure.locator("input[type=range]").press("ArrowLeft")
        moved = f"before => document.querySelector('[data-live-figure={name}] svg').outerHTML !== before"
        page.wait_for_function(moved, arg=before)
    exercise = page.locator("[data-exercise=two]")
    exercise.get_by_role("textbox").fill("4/2")
    exercise.get_by_role("textbox").press("Enter")
    page.locator("[data-exercise=two][data-state=right]").wait_for()
    assert not exercise.locator(".askback-paper").is_visible()  # the style sheet is there
    page.close()
    server.shutdown()
    assert [slip for slip in slips if "404" not in slip] == []  # Sphinx's basic theme has no icon
