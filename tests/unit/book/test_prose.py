"""The prose of the book holds none of the words that no technical writer of today would use."""

import re

import pytest

from chapters import chapters, without_code

ARCHAISMS = re.compile(
    r"\b(?:reckon(?:s|ed|ing)?|dearer|dearest|commoner|commonest|anew|mend(?:s|ed|ing)?|rightly|whoever"
    r"|less the truth|is to be)\b",
    re.IGNORECASE,
)


def archaisms(source: str) -> list[str]:
    """The words of the list in a chapter's prose, which is neither code nor a quotation, with those around them."""
    text = re.sub(r"^>.*$|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", " ", without_code(source), flags=re.MULTILINE)
    text = re.sub(r"“[^”]*”|\"[^\"]*\"", " ", re.sub(r"\s+", " ", text))
    return [text[max(0, found.start() - 30) : found.end() + 20] for found in ARCHAISMS.finditer(text)]


def by_file() -> dict[str, str]:
    return {chapter.name.rpartition("/")[2]: chapter.source for chapter in chapters()}


@pytest.mark.parametrize("name", by_file())
def test_prose_is_of_today(name):
    assert archaisms(by_file()[name]) == []


def test_the_rule_tells_prose_from_code_and_quotations():
    for text in ("We reckon so.", "It is mended.", "the output less the\ntruth", "It is to be\nseen.", "Whoever reads"):
        assert len(archaisms(text)) == 1, text
    for text in (
        "`anew`",
        "> rightly",
        "“whoever said so”",
        'He wrote "anew".',
        "```{code-cell}\nmend()\n```",
        "amend",
    ):
        assert archaisms(text) == [], text
