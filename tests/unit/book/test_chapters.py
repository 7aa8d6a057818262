"""The chapters' sources keep the house rules: short cells, no typed results, every figure described and captioned."""

import re
import shutil
import statistics

import pytest
import yaml

from chapters import by_name, chapters, is_notebook
from leanpage.execution import inputs_digest
from project import ROOT, source

CHAPTERS = chapters()
NOTEBOOKS = [chapter for chapter in CHAPTERS if is_notebook(chapter.source)]


def lines(cell: str) -> int:
    return sum(1 for line in cell.splitlines() if line.strip())


def test_cells_are_short():
    lengths = sorted(lines(cell) for chapter in NOTEBOOKS for cell in chapter.shown)
    assert len(lengths) > 40, "the reader of cells finds too few of them"
    assert statistics.median(lengths) <= 4
    assert lengths[int(0.9 * len(lengths))] <= 10
    assert max(lines(cell) for chapter in NOTEBOOKS for cell in chapter.cells) <= 25


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_code_fits_the_column(chapter):
    assert [line for cell in chapter.shown for line in cell.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_no_result_is_typed_into_the_prose(chapter):
    numbers = re.findall(r"[^\n]*(?<![\w.])\d+(?:\.\d+|\s?%)[^\n]*", chapter.prose)
    assert [line for line in numbers if "?" not in line] == []  # a question may give some


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_every_figure_has_a_name_and_a_caption_of_some_length(chapter):
    for options in re.findall(r"^  figure:\n(.*?)^---", chapter.source, flags=re.DOTALL | re.M):
        assert re.search(r"^\s+name: fig-[a-z-]+$", options, re.M), options
        caption = re.search(r"caption: \|\n(.*)", options, re.DOTALL)
        assert caption and len(caption.group(1).split()) >= 12, options


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_what_is_glued_is_used_and_what_is_used_is_glued(chapter):
    code = "\n".join(chapter.cells)
    glued = set(re.findall(r'glue\(\s*"(\w+)"', code))
    patterns = [re.sub(r"\{\w+\}", r"\\w+", name) for name in re.findall(r'glue\(\s*f"([^"]+)"', code)]
    used = set(re.findall(r"\{glue:\w+\}`(\w+)", chapter.source))
    assert {name for name in used if name not in glued and not any(re.fullmatch(p, name) for p in patterns)} == set()
    assert glued - used == set()


def test_change_of_how_pages_look_executes_no_chapter(tmp_path):
    inputs = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]["leanpage_execution_inputs"]
    shutil.copytree(ROOT / "code", tmp_path / "code")
    for path in ROOT.glob("*.txt"):
        shutil.copy(path, tmp_path)
    before = inputs_digest(tmp_path, inputs)
    sheets = list(source("leanpage", tmp_path).rglob("*.css"))
    for sheet in sheets:
        sheet.write_text("p { color: red }")
    assert sheets and inputs_digest(tmp_path, inputs) == before
    (source("lossbook", tmp_path) / "__init__.py").write_text("changed = True")
    assert inputs_digest(tmp_path, inputs) != before
