"""What readers take away: each chapter as an executed notebook that any viewer shows, offered on its page."""

import re
from itertools import compress

import nbformat
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from chapters import by_name, chapters, is_notebook
from leanpage.export.glue import without_glue
from leanpage.export.notebooks import FOLDED_SECTION, joined_streams

NOTEBOOKS = [chapter for chapter in chapters() if is_notebook(chapter.source) and chapter.cells]
each = pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)


@pytest.fixture
def notebook(chapter, site):
    return nbformat.read(site / "notebooks" / f"{chapter.name}.ipynb", 4)


def without(cells) -> list[str]:
    """The sources of cells as the notebook has them."""
    return without_glue([cell.source for cell in cells])


def is_for_text(output) -> bool:
    """Whether an output is nothing but a value that glue hands to the page's text."""
    return "data" in output and all(kind.startswith("application/papermill.record/") for kind in output.data)


def code(notebook) -> list:
    """The code cells, less the one that installs."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"][1:]


@each
def test_notebook_is_valid_and_its_first_cell_sees_to_what_the_others_import(notebook):
    nbformat.validate(notebook)
    assert "find_spec('lossbook')" in notebook.cells[0].source


@each
def test_notebook_says_at_its_head_what_is_live_in_it_and_not_on_the_page(notebook):
    head = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "Live here, and not on the page: every cell is yours to change." in head


@each
def test_notebook_holds_every_cell_of_the_chapter(chapter, notebook):
    sources = without(cell for cell in chapter.notebook.cells if cell.cell_type == "code")
    assert [cell.source for cell in code(notebook)] == [source for source in sources if source]


@each
def test_notebook_holds_what_the_page_was_made_from(chapter, notebook, site):
    executed = [cell for cell in chapter.executed(site).cells if cell.cell_type == "code"]
    given = {
        source: [output for output in joined_streams(cell.outputs) if not is_for_text(output)]
        for cell, source in zip(executed, without(executed), strict=True)
        if "remove-cell" not in str(cell.metadata)
    }
    for cell in code(notebook):
        ours, theirs = cell.outputs, given.get(cell.source, [])
        assert [output.output_type for output in ours] == [output.output_type for output in theirs], cell.source
        for one, other in zip(ours, theirs, strict=True):
            assert one.get("text") == other.get("text")
            for kind, content in one.get("data", {}).items():
                assert other.data[kind] == content


@each
def test_live_figures_are_pictures_in_the_notebook(chapter, notebook, site):
    outputs = [output for cell in code(notebook) for output in cell.outputs if "data" in output]
    assert {kind for output in outputs for kind in output.data} <= {"text/plain", "text/html", "image/png"}
    assert not any("<svg" in output.data.get("text/html", "") for output in outputs)
    drawn = chapter.page(site).select("[data-live-figure] .kf-still, svg.kf-picture")
    pictures = [output for output in outputs if "image/png" in output.data]
    # A card's small picture is left out of the notebook: the card is a link there.
    shown = [one for one in drawn if not one.find_parent(class_=["kf-still", "cards"])]
    assert len(pictures) >= len(shown)
    assert all(output.data["text/plain"].strip() for output in pictures)


@each
def test_notebook_speaks_plain_markdown(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", "", cell.source, flags=re.DOTALL)
            assert not re.search(r"\{[a-z:]+\}`|^:::|^```\{|<script|\]\((?!https?://|mailto:)", prose, re.M), (
                cell.source
            )


FOLDED = {"remove-cell", "hide-input", "hide-cell", "remove-input"}


@each
def test_what_the_page_hides_is_folded(chapter, notebook):
    cells = [cell for cell in chapter.notebook.cells if cell.cell_type == "code"]
    tagged = [bool(FOLDED & set(cell.metadata.get("tags", []))) for cell in cells]
    hidden = set(compress(without(cells), tagged))
    for cell in code(notebook):
        assert cell.metadata.get("jupyter", {}).get("source_hidden", False) == (cell.source in hidden), cell.source
    assert notebook.cells[0].metadata.jupyter.source_hidden


def words(node) -> str:
    """The text of a paragraph without its mathematics, white space and kinds of quotes."""
    for part in node.select("math, .math, .katex"):
        part.decompose()
    return re.sub(r"\W+", " ", node.get_text(" ")).strip()


@each
def test_notebook_says_what_the_page_says_number_by_number(chapter, notebook, site):
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$|(?<!\\)\$[^$]*\$", " ", text, flags=re.DOTALL)
    said = words(BeautifulSoup(MarkdownIt().render(text), "html.parser"))
    article = chapter.page(site).select_one("article")
    for left_out in article.select(".cell, .toctree-wrapper, figure, .prev-next-footer, .bibliography, div.citation"):
        left_out.decompose()
    paragraphs = [
        words(paragraph) for paragraph in article.select("p:not(.title):not(.admonition-title):not(.caption)")
    ]
    assert len(paragraphs) > 3
    assert [p for p in paragraphs if p and p not in said] == []


@each
def test_equations_have_the_page_s_numbers(chapter, notebook, site):
    shown = [re.sub(r"\W", "", number.get_text()) for number in chapter.page(site).select("article .eqno")]
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == shown


@each
def test_exercises_solutions_and_figures_have_the_page_s_numbers_and_names(chapter, notebook, site):
    page = chapter.page(site)
    found = page.select("article :is(.exercise, .solution) > .admonition-title")
    titles = [" ".join(title.get_text().split()) for title in found]
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = [line.lstrip("# ") for source in cells for line in source.splitlines() if re.match("#+ ", line)]
    assert [title for title in headings if title.startswith(("Exercise ", "Solution "))] == [
        re.sub(r"([*_`$<|\[\]\\])", r"\\\1", title) for title in titles
    ]
    captions = [number.get_text().strip() for number in page.select("article figcaption .caption-number")]
    for number, cell in zip(captions, numbered(notebook), strict=True):
        assert cell.source.startswith(f"> **{number}**"), number


def numbered(notebook) -> list:
    """The cells that start with the number of a figure, each of them behind the cell that draws it."""
    found = []
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if re.match(r"> \*\*Figure \d+\*\*", cell.source):
            assert before.cell_type == "code" and before.outputs
            found.append(cell)
    return found


@each
def test_solutions_are_folded_in_jupyterlab_and_in_colab(chapter, notebook, site):
    folded = [cell for cell in notebook.cells if cell.metadata.get(FOLDED_SECTION)]
    assert len(folded) == len(chapter.page(site).select("article .solution"))
    assert all(re.fullmatch("#+ Solution to Exercise .*", cell.source) for cell in folded)
    colab = notebook.metadata.get("colab", {}).get("collapsed_sections", [])
    assert colab == [cell.metadata["id"] for cell in folded] == [cell.id for cell in folded]


@each
def test_page_offers_its_notebook(chapter, site):
    page = chapter.page(site)
    links = [a["href"] for a in page.select("a[href$='.ipynb']") if "://" not in a["href"]]
    assert links == [f"../notebooks/{chapter.name}.ipynb"]
