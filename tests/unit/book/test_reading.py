"""How long the chapters are: what the first page says of it, and that none is more than its share."""

import re

import pytest
import yaml

from chapters import Chapter, by_name, chapters
from project import ROOT

CHAPTERS = chapters()
#: The parts of the contents whose pages are read from top to bottom. In the others one looks things up.
READ = ("The lesson", "Beyond the lesson")
_PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
TAUGHT = [Chapter(page["file"]) for part in _PARTS if part["caption"] in READ for page in part["chapters"]]
#: Words a minute, seconds a line of code that is not folded away, and seconds a figure: slow, attentive reading.
WORDS, LINE, FIGURE = 220, 3, 30


class Lesson(Chapter):
    """A chapter as far as its exercises."""

    @property
    def source(self) -> str:
        return super().source.split("\n## Check yourself")[0]


def words(chapter: Chapter) -> int:
    """Words of running text and of captions."""
    captions = " ".join(re.findall(r"caption: \|\n(.*?)\n---", chapter.source, re.DOTALL))
    return len(re.findall(r"\b[A-Za-z][\w'’-]*", f"{chapter.prose} {captions}"))


def minutes(chapter: Chapter) -> float:
    """To read the chapter, without its exercises."""
    lesson, folded = Lesson(chapter.name), {"remove-cell", "remove-input", "hide-input"}
    cells = [cell for cell in lesson.notebook.cells if cell.cell_type == "code"]
    code = [cell.source for cell in cells if not folded & set(cell.metadata.get("tags", []))]
    lines = sum(1 for cell in code for line in cell.splitlines() if line.strip())
    figures = len(re.findall(r"^    name: fig-", lesson.source, re.M))
    return words(lesson) / WORDS + (lines * LINE + figures * FIGURE) / 60


@pytest.mark.parametrize("chapter", TAUGHT, ids=by_name)
def test_the_first_page_says_how_long_a_chapter_takes(chapter):
    said = re.search(rf"\]\({chapter.name.removeprefix('book/')}\.md\) \((\d+) min\)", CHAPTERS[0].source)
    assert said, "the first page's contents give no time for it"
    assert abs(int(said[1]) - minutes(chapter)) <= max(1.5, minutes(chapter) / 6), f"{minutes(chapter):.1f} minutes"


def test_the_first_page_has_a_card_for_each_chapter_in_the_order_of_the_contents():
    cards = re.findall(r"^(?:\d\.|-) \{glue:any\}`card_(\w+)`\n +\[[^\]]+\]\(([\w-]+)\.md\)", CHAPTERS[0].source, re.M)
    # The clinic has one card, which leads to its first page.
    wanted = [chapter.name for chapter in CHAPTERS[1:] if not chapter.name.startswith("book/clinic-")]
    assert [f"book/{name}" for _, name in cards] == wanted
    assert [picture.replace("_", "-") for picture, _ in cards] == [name for _, name in cards]


def test_no_chapter_is_more_than_a_quarter_of_the_prose():
    counts = {chapter.name: words(chapter) for chapter in CHAPTERS}
    assert max(counts.values()) <= sum(counts.values()) / 4, counts


def test_the_chapter_on_accuracy_is_read_in_a_quarter_of_an_hour():
    (chapter,) = (chapter for chapter in CHAPTERS if chapter.name == "book/why-not-accuracy")
    assert minutes(chapter) <= 15.5
