"""The code that a reader sees is enough: the visible cells of a chapter run one after another, without the others."""

import inspect
import json
import re
import subprocess
import sys

import matplotlib.pyplot as plt
import pytest
import torch

from chapters import chapters, is_notebook
from project import ROOT

NOTEBOOKS = {chapter.name.rpartition("/")[2]: chapter for chapter in chapters() if is_notebook(chapter.source)}

ONE_EPOCH = """
from dataclasses import replace
from lossbook.data import learner
find_all = learner.find_pictures
learner.find_pictures = lambda: replace(all_ := find_all(), epochs=1, files=all_.files[:160])
"""


def visible(chapter) -> list[tuple[str, bool]]:
    """The code of each cell that shows it from the start, and whether the cell is there to raise."""
    tagged = [(cell, cell.metadata.get("tags", [])) for cell in chapter.notebook.cells if cell.cell_type == "code"]
    return [
        (cell.source, "raises-exception" in tags)
        for cell, tags in tagged
        if not any(re.match("(hide|remove)-(cell|input)", tag) for tag in tags)
    ]


def first_that_fails(cells: list[tuple[str, bool]]) -> str:
    """Run cells in one namespace, without IPython; what the first that fails says, or nothing."""
    namespace = {"__name__": "__main__"}
    for number, (code, raises) in enumerate(cells, 1):
        try:
            exec(compile(code, f"visible cell {number}", "exec"), namespace)
        except Exception as problem:
            if not raises:
                return f"visible cell {number}: {type(problem).__name__}: {problem}\n{code}"
    return ""


@pytest.mark.parametrize("name", [name for name, chapter in NOTEBOOKS.items() if visible(chapter)])
def test_visible_cells_run_from_the_visible_cells_before_them(name, monkeypatch):
    monkeypatch.chdir(ROOT / "book")
    if any("fastai" in code for code, _ in visible(NOTEBOOKS[name])):
        # In a process of its own: torch's test helpers, which other tests import, forbid what fastai's set_seed does.
        # One epoch of a part runs the code; what all of them come to, the book's own run claims.
        run = "sys.exit(first_that_fails(json.load(sys.stdin)) or 0)"
        script = f"import json, sys\n{ONE_EPOCH}\n{inspect.getsource(first_that_fails)}\n{run}"
        cells = json.dumps(visible(NOTEBOOKS[name]))
        done = subprocess.run([sys.executable, "-c", script], input=cells, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return
    torch.set_num_threads(1)
    try:
        assert not (said := first_that_fails(visible(NOTEBOOKS[name]))), said
    finally:
        plt.close("all")


def test_a_cell_that_needs_a_hidden_one_is_told():
    assert first_that_fails([("a = 1", False), ("a / 0", True), ("a + 1", False)]) == ""
    assert first_that_fails([("a = 1", False), ("a + b", False)]).startswith("visible cell 2: NameError: name 'b'")
