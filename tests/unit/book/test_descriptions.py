"""What is said to those who cannot see a figure quotes no result: a run that changes would leave it behind.

A number in a description is one of the figure's set-up, put there by the code that sets it up; what is typed may name
the ends of a scale (0 and 1), a unit or a type (``float64``, ``F1``), and count what is drawn in words ("four lanes").
"""

import ast
import re

import pytest

from chapters import by_name, chapters, is_notebook
from project import ROOT

NOTEBOOKS = [chapter for chapter in chapters() if is_notebook(chapter.source)]
SOURCES = sorted((ROOT / "code" / "lossbook" / "src" / "lossbook").rglob("*.py"))
#: Digits that are no name's and no end of a scale.
TYPED = r"(?<![\w.])(?![01]\b(?!\.\d))\d+(?:[.,]\d+)*(?:\s?%)?(?!s\b)"
#: A size that is only about so, in digits or in words.
ABOUT = (
    r"\b(?:about|around|near|nearly|almost|roughly)\s+(?:\d|a?\s?(?:half|third|quarter|tenth)\b|one half|"
    r"(?:two|three|four|five|six|seven|eight|nine|ten)\b|hundreds?|thousands?)"
)


def typed(node: ast.AST) -> str:
    """The text of a string, without what an f-string puts in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def results(text: str) -> list[str]:
    return re.findall(TYPED, text) + re.findall(ABOUT, text, flags=re.IGNORECASE)


def trees() -> list[ast.AST]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]


def of_classes() -> dict[str, str]:
    """The ``description`` of each figure that is a class."""
    return {
        node.name: typed(line.value)
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "description"
    }


def of_functions() -> dict[str, str]:
    """The docstring of each function that a chapter gives to ``interact``, or of the ``draw`` that it returns."""
    shown = "\n".join(cell for chapter in NOTEBOOKS for cell in chapter.cells)
    names = set(re.findall(r"\binteract\((\w+)", shown))
    found = {}
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            inner = [one for one in ast.walk(node) if isinstance(one, ast.FunctionDef) and one.name == "draw"]
            found[node.name] = ast.get_docstring(inner[0] if inner else node) or ""
    assert set(found) == names
    return found


def of_stills(cells: list[str]) -> list[str]:
    """What the chapters' calls of ``still`` say."""
    calls = [node for cell in cells for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    return [typed(call.args[1]) for call in calls if getattr(call.func, "id", "") == "still"]


def test_the_rule_tells_results_from_set_up():
    for text in ("lowest near 2", "rises to 0.97", "about half of them", "90 %", "one to 2,000", "nearly one half"):
        assert results(text), text
    for text in ("from 0 to 1", "float64 and F1", "3s and 7s", "four lanes", "half the square of it", "log2 of p"):
        assert results(text) == [], text


@pytest.mark.parametrize("kind", [of_classes, of_functions])
def test_no_description_of_a_figure_quotes_a_result(kind):
    said = kind()
    assert len(said) >= 8, "the reader of descriptions finds too few of them"
    assert {name: results(text) for name, text in said.items() if not text or results(text)} == {}


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_no_description_in_a_chapter_quotes_a_result(chapter):
    said = of_stills(chapter.cells)
    assert len(said) == chapter.source.count("still(") - chapter.source.count("stand_still("), "a still without words"
    assert {text: results(text) for text in said if not text or results(text)} == {}


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_no_caption_quotes_a_result(chapter):
    captions = re.findall(r"caption: \|\n(.*?)^---", chapter.source, flags=re.DOTALL | re.M)
    said = [re.sub(r"\s+", " ", re.sub(r"\$[^$]*\$", "", caption)) for caption in captions]
    numbers = {text: re.findall(r"\d+\.\d+|\d+\s?%", text) + re.findall(ABOUT, text) for text in said}
    assert {text: found for text, found in numbers.items() if found} == {}
