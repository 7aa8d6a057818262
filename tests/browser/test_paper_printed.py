"""The printed book: its numbers, bookmarks, links and fonts, and that nothing is cut off."""

import io
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from browsers import chromium_path
from leanpage.export import paper


def shown(node) -> str:
    return " ".join(node.get_text().split()).removesuffix("#")


@pytest.fixture(scope="module")
def book(site):
    return paper.Book(site)


@pytest.fixture(scope="module")
def html(book):
    return book.html()


@pytest.fixture(scope="module")
def pdf(book, html, site):
    if path := chromium_path():
        pytest.MonkeyPatch().setenv("CHROMIUM", path)
    untouched = site.stat().st_mtime_ns  # what is laid into a folder and taken away again shows in its time
    # In a thread of its own: Playwright refuses to start beside the one that drives the other tests' browser.
    with ThreadPoolExecutor(1) as thread:
        printed = thread.submit(paper.print_pdf, site, html).result()
    assert site.stat().st_mtime_ns == untouched, "printing wrote among the pages, where others may be reading"
    return PdfReader(io.BytesIO(paper.with_metadata(printed, book)))


@pytest.fixture(scope="module")
def texts(pdf):
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pdf.pages]


#: What sticks out of the column or is higher than a page; pictures and solutions that do not show; how many pictures.
LOOK = """() => {
  const all = (selector) => [...document.querySelectorAll(`article :is(${selector})`)];
  const box = (node) => node.getBoundingClientRect();
  const out = (node) => box(node).right > innerWidth + 1 || box(node).left < -1;
  // Code and tables go on on the next page, a table between its rows.
  const high = (node) => box(node).height > 930 && !node.matches("pre, table");
  const unseen = (node) => !box(node).height || getComputedStyle(node).visibility === "hidden";
  const pictures = all(".kf-still > svg, svg.kf-picture");
  return [
    all("svg, img, table, tr, math, pre, figure").filter((n) => box(n).width && (out(n) || high(n)))
      .map((n) => n.outerHTML),
    [...pictures, ...all("div.solution")].filter(unseen).length,
    pictures.length,
  ];
}"""


def squeezed(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))  # a font may join f and i


@pytest.mark.timeout(300)
def test_contents_give_the_page_on_which_each_chapter_and_section_stands(pdf, texts, html):
    document = BeautifulSoup(html, "html.parser")
    numbers = {name: pdf.get_destination_page_number(place) + 1 for name, place in pdf.named_destinations.items()}
    contents = squeezed("".join(texts[1 : min(numbers.values())]))
    for entry in document.select(".paper-contents a"):
        title, number = shown(entry.span), numbers[f"/{entry['href'][1:]}"]
        assert squeezed(title) in squeezed(texts[number - 1]), (title, number)
        assert f"{squeezed(title)}{number}" in contents, (title, number)
    said = [text.split()[0] if text.split()[0].isdigit() else text.split()[-1] for text in texts[1:]]
    assert said == [str(number) for number in range(2, len(texts) + 1)]  # and each page says it of itself


def test_bookmarks_are_the_headings(pdf, html):
    def flat(items):
        return [title for item in items for title in (flat(item) if isinstance(item, list) else [squeezed(item.title)])]

    bookmarks = flat(pdf.outline)
    headings = BeautifulSoup(html, "html.parser").select("article h1, article h2")
    expected = [squeezed(shown(heading)) for heading in headings if not heading.find("math")]
    assert [title for title in bookmarks if title in set(expected)] == expected


def test_links_inside_lead_to_pages_and_links_outside_stay(pdf):
    inside = outside = 0
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            note = note.get_object()
            if note.get("/Subtype") != "/Link":
                continue
            if "/Dest" in note:
                assert note["/Dest"] in pdf.named_destinations
                inside += 1
            else:
                assert note["/A"]["/URI"].startswith(("https://", "http://", "mailto:"))
                outside += 1
    assert inside > 100 and outside >= 1


def test_fonts_are_embedded_and_the_file_says_what_it_is(pdf, book):
    seen = set()
    for page in pdf.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            for one in font.get("/DescendantFonts", [font]):
                one = one.get_object()
                descriptor = one.get("/FontDescriptor")
                held = descriptor and any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                assert held or font["/Subtype"] == "/Type3", font
                seen.add(font["/BaseFont"] if "/BaseFont" in font else "Type3")
    assert any("STIXTwoMath" in name for name in seen)
    assert pdf.metadata.title == book.title and pdf.metadata.author == book.author
    assert "/CreationDate" not in pdf.metadata and pdf.trailer["/Root"]["/Lang"] == "en"


def test_nothing_is_cut_off(html, site, chromium):
    """At the width of the printed column every figure, table, formula and line of code fits, and so on one page."""
    page = chromium.new_context(viewport={"width": 643, "height": 960}).new_page()
    page.emulate_media(media="print")
    paper.show(page, site, paper.numbered(html, {}))
    cut, hidden, shown = page.evaluate(LOOK)
    page.context.close()
    assert cut == [] and hidden == 0 and shown > 5
