"""The book on paper, before it is printed: one document of all pages, whose links and numbers hold together."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from chapters import chapters
from leanpage.export import paper


def shown(node) -> str:
    return " ".join(node.get_text().split()).removesuffix("#")


@pytest.fixture(scope="module")
def book(site):
    return paper.Book(site)


@pytest.fixture(scope="module")
def document(book):
    return BeautifulSoup(book.html(), "html.parser")


def test_every_page_of_the_book_is_in_it_in_order(book):
    assert book.pages == [f"{chapter.name}.html" for chapter in chapters()]
    assert book.file_name == "the-price-of-surprise.pdf"


def test_ids_are_unique_and_every_link_inside_leads_somewhere(document):
    ids = Counter(node["id"] for node in document.find_all(id=True))
    assert [name for name, count in ids.items() if count > 1] == []
    inside = {node["href"][1:] for node in document.select("[href^='#']")}
    assert inside and inside <= set(ids)
    places = {span["data-of"] for span in document.select(".paper-page")}
    assert places <= inside  # or the printed file would not say where they are
    for node in document.find_all(True):
        for value in node.attrs.values():
            assert set(re.findall(r"url\(#([^)]+)\)", str(value))) <= set(ids)


def test_no_address_depends_on_where_the_paper_lies(document):
    for link in document.select("article [href], .paper-contents [href]"):
        assert re.match(r"#|https?://|mailto:|data:", link["href"]), link
    assert not document.select("script, button, input, .kf-controls")


def test_every_figure_has_its_still_and_every_caption_is_there(document, site):
    for chapter in chapters():
        page = chapter.page(site)
        part = document.find(id=paper.anchor(f"{chapter.name}.html")).find_parent(class_="paper-part")
        for selector in ("article .kf-still > svg, article svg.kf-picture", "article figcaption"):
            assert len(part.select(selector.replace("article ", ""))) == len(page.select(selector)), chapter.name


def test_solutions_stand_at_the_end_and_exercises_say_where(document, site):
    expected = sum(len(chapter.page(site).select("article div.solution")) for chapter in chapters())
    end = document.find(id="solutions")
    assert expected and len(end.select("div.solution")) == expected == len(document.select("div.solution"))
    assert {a["href"][1:] for a in document.select(".paper-note a")} == {
        one["id"] for one in end.select("div.solution")
    }


def test_contents_name_every_chapter_and_section(document, site):
    listed = [shown(a.span) for a in document.select(".paper-contents a")]
    for chapter in chapters():
        assert shown(chapter.page(site).select_one("article h1")) in listed
    assert listed[-1] == "Solutions"


def test_page_numbers_are_filled_in():
    assert (
        paper.numbered(f"<b>{paper.page_number('here')}</b>", {"here": 12})
        == '<b><span class="paper-page">12</span></b>'
    )


def test_downloads_offer_it_once(tmp_path):
    menu = '<div class="dropdown dropdown-download-buttons"><ul class="dropdown-menu"><li>x</li>\n</ul></div>'
    (tmp_path / "book").mkdir()
    for name in ("book/one.html", "404.html", "bare.html"):
        (tmp_path / name).write_text("<p></p>" if name == "bare.html" else menu)
    for _ in range(2):
        assert paper.add_to_menus(tmp_path, "all.pdf") == 1
    page = (tmp_path / "book/one.html").read_text()
    assert page.count('href="../all.pdf"') == 1
    assert "all.pdf" not in (tmp_path / "404.html").read_text()


def test_a_folder_without_a_book_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="contains no built book"):
        paper.main(tmp_path)
