"""The built book: every cell executed, the lesson's numbers there, every link leading somewhere."""

import re
from urllib.parse import unquote, urlsplit

import pytest
import torch
from bs4 import BeautifulSoup

from chapters import by_name, chapters, is_notebook

CHAPTERS = chapters()
NOTEBOOKS = [chapter for chapter in CHAPTERS if is_notebook(chapter.source)]


def outputs(chapter, site) -> str:
    """The text of all cell outputs on the page."""
    return "\n".join(block.get_text() for block in chapter.page(site).select(".cell_output"))


def named(name: str):
    return next(chapter for chapter in CHAPTERS if chapter.name == f"book/{name}")


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_every_cell_was_executed_in_order_without_error_or_warning(chapter, site):
    cells = [cell for cell in chapter.executed(site).cells if cell.cell_type == "code"]
    assert [cell.source.strip() for cell in cells] == [source.strip() for source in chapter.cells]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    slips = [o for cell in cells for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert slips == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_no_error_or_warning_is_on_the_page(chapter, site):
    page = chapter.page(site)
    assert page.select(".output.traceback, .output.stderr, .system-message, .problematic") == []
    text = page.select_one("article").get_text()
    assert not re.search(r":\d+: \w+Warning: |Traceback \(most recent", text)


# The clinic quotes messages as people paste them, with hyphens.
@pytest.mark.parametrize("chapter", [c for c in CHAPTERS if "clinic" not in c.name], ids=by_name)
def test_negative_numbers_in_the_text_have_minus_signs(chapter, site):
    text = chapter.page(site).select_one("article")
    for part in text.select("pre, math, script, style, svg, code, .cell_output"):
        part.decompose()
    assert re.findall(r"(?<![\w‑-])-\d[\d.]*", text.get_text()) == []


def test_the_lessons_numbers_are_outputs_of_executed_cells(site):
    text = outputs(named("negative-log-likelihood"), site)
    for number in ("0.0635", "0.1596", "0.0659", "2.7574", "1.8349", "2.7194", "2.4372"):
        assert number in text, number
    logits = torch.tensor(
        [
            [-0.3139, 0.6737, -0.0143, 1.9929, -0.6949],
            [0.5285, 0.1311, 0.2628, 0.6450, 1.7745],
            [-1.7458, 2.0199, -0.1365, 1.4622, -0.0940],
        ],
        dtype=torch.float64,
    )
    for score in logits.flatten().tolist():
        assert f"{score:.4f}".replace("-", "−") in text
    mean = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 3, 4]))
    assert f"{mean:.4f}" in text and f"{mean:.4f}" in outputs(named("cross-entropy"), site)


def test_ln_5_stands_beside_the_mean_loss(site):
    blocks = [b.get_text() for b in named("negative-log-likelihood").page(site).select(".cell_output")]
    assert any("2.4373" in block and "1.6094" in block for block in blocks)


def test_fastai_says_which_loss_it_chose_and_who_chose_it(site):
    text = outputs(named("loss-function"), site)
    assert "FlattenedLoss of CrossEntropyLoss()" in text
    for line in ("one class", "some labels", "a number"):
        assert line in text
    assert "FlattenedLoss of BCEWithLogitsLoss()" in text and "FlattenedLoss of MSELoss()" in text
    assert "Could not infer loss function from the data" in text


def test_the_error_rate_fell(site):
    rates = [float(x) for x in re.findall(r"error rate ([\d.]+)%", outputs(named("loss-function"), site))]
    assert len(rates) >= 2 and min(rates[1:]) < rates[0] / 2


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_every_figure_has_a_caption_and_a_description(chapter, site):
    page = chapter.page(site)
    for figure in page.select("article figure"):
        assert figure.select_one("figcaption"), f"a figure without caption: {str(figure)[:200]}"
    for picture in page.select("article svg[role=img]"):
        assert len((picture.get("aria-label") or picture.get_text()).split()) >= 4
    for image in page.select("article img"):
        assert image.get("alt"), image


def test_every_internal_link_leads_somewhere(site):
    files = [path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts]
    pages = {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in files}
    ids = {path: {tag["id"] for tag in page.select("[id]")} for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # served under any address, so its links are absolute
        for tag in page.select("a[href], link[href], script[src], img[src]"):
            address = tag.get("href") or tag.get("src")
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                dead.append(f"{path.relative_to(site)}: {address}")
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                dead.append(f"{path.relative_to(site)}: {address} (no such place on the page)")
    assert len(pages) >= len(CHAPTERS) and dead == []
