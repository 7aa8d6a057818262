"""Words and names come after what introduces them, and what the text says of a run is held by a claim."""

import functools
import itertools
import re

import pytest

from chapters import by_name, chapters, is_notebook, without_code

#: What is read: neither the glossary itself nor the teacher's page, which only leads to the chapters.
CHAPTERS = [chapter for chapter in chapters() if not chapter.name.endswith(("/notation", "/teaching"))]
NOTEBOOKS = [chapter for chapter in CHAPTERS if is_notebook(chapter.source)]
(GLOSSARY,) = (chapter.source for chapter in chapters() if chapter.name.endswith("/notation"))
TERMS = re.findall(r"^([A-Za-z][^\n:]*)\n  \S", re.search(r":::\{glossary\}\n(.*?)\n:::", GLOSSARY, re.DOTALL)[1], re.M)

#: Code that a reader cannot know before the chapter that introduces it.
INTRODUCED = {
    "F.cross_entropy": "loss-function",
    "argmax": "negative-log-likelihood",
    "softmax": "negative-log-likelihood",
    "nll_loss": "negative-log-likelihood",
    "log_softmax": "cross-entropy",
    "logsumexp": "cross-entropy",
    "reduction": "cross-entropy",
    "one_hot": "cross-entropy",
    "requires_grad": "cross-entropy",
    "backward": "cross-entropy",
    ".grad": "cross-entropy",
    "grad_fn": "why-not-accuracy",
    "staircase": "why-not-accuracy",
    "two_logits": "why-not-accuracy",
    ".round(": "why-not-accuracy",
    "safe_distance": "why-not-accuracy",
    # In the first part nothing of these is needed; the chapters of the second part bring them.
    "label_smoothing": "confidence",
    "ignore_index": "confidence",
    "binary_cross_entropy": "confidence",
    "kl_div": "confidence",
    "weight=": "confidence",
}
#: Where a term's word means something else.
OTHERWISE = r"\d bits?\b|bit for bit|confidence intervals?|Loss Functions: Cross Entropy Loss and You!"


@functools.cache
def running_text(source: str) -> str:
    """What is read, term roles as [[term]]: no code, headings, formulas, addresses or other roles."""
    text = re.sub(r"^(?:#+ .*|\([a-z-]+\)=)$", "", without_code(source), flags=re.M)
    text = re.sub(r"\{term\}`(?:[^`<]*<)?([^`>]*)>?`", r"[[\1]]", text)
    text = re.sub(r"\{[a-z:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text)
    return re.sub(OTHERWISE, "", re.sub(r"\s+", " ", text), flags=re.IGNORECASE)


def unlinked(source: str, term: str) -> str | None:
    """The words around the first use of ``term`` if it has no link, else None."""
    text = running_text(source)
    plain = re.search(rf"(?<![\w\[-]){re.escape(term)}(?:e?s)?(?![\w\]-])", text, re.IGNORECASE)
    linked = text.lower().find(f"[[{term}]]")
    if plain is None or 0 <= linked < plain.start():
        return None
    return text[max(0, plain.start() - 40) : plain.end() + 20]


def test_the_glossary_is_read():
    assert len(TERMS) > 25 and "cross-entropy" in TERMS and "accuracy" in TERMS
    assert unlinked("Its accuracy. {term}`accuracy`", "accuracy") and not unlinked(
        "{term}`Accuracies <accuracy>`", "accuracy"
    )
    assert unlinked("a {term}`nat`, the batches", "batch") and not unlinked("`batch` $batch$ 32 bits", "bit")


@pytest.mark.parametrize("chapter", CHAPTERS[1:], ids=by_name)  # the first page names what is to come
def test_the_first_use_of_a_term_links_to_the_glossary(chapter):
    """Write {term}`gradient`, or {term}`gradients <gradient>`, where a chapter first uses a word of the glossary."""
    found = {term: unlinked(chapter.source, term.lower()) for term in TERMS}
    assert {term: words for term, words in found.items() if words} == {}


def test_terms_are_in_alphabetical_order_and_defined_once():
    assert sorted(set(TERMS), key=str.lower) == TERMS


SYMBOL = r"\\mathbf\{\w\}|\\mathrm\{\w+\}|\\[A-Za-z]+|(?:d|F)_\d|[A-Za-z]|\["
#: Signs that everyone knows, and what only places others.
SIGNS = r"\\(?:[bB]ig[lr]|rVert|[lr]?dots|frac|sum|min|max|le|ne|infty|partial|qquad|cdot|sqrt|underbrace|ge)"


def symbols(formula: str) -> list[str]:
    """The letters of a formula. ``d_1`` and ``F_1`` are of their own; of other letters an index is left out."""
    plain = re.sub(r"\\text\{[^}]*\}|\\[|,;!]|" + SIGNS + r"(?![A-Za-z])", " ", formula)
    return re.findall(SYMBOL, plain)


def formulas(source: str) -> list[str]:
    """The formulas of running text and of captions."""
    captions = "\n".join(re.findall(r"caption: \|\n(.*?)^---", source, flags=re.DOTALL | re.M))
    displayed = re.findall(r"^\$\$\n(.*?)^\$\$", source, flags=re.DOTALL | re.M)
    return displayed + re.findall(r"\$([^$]+)\$", re.sub(r"`[^`]*`", "", f"{without_code(source)}\n{captions}"))


def test_every_symbol_of_a_formula_stands_in_the_notation_and_has_one_meaning():
    table = re.search(r"tab-notation\n(.*?)\n```", GLOSSARY, re.DOTALL)[1]
    rows = [re.findall(r"\$([^$]+)\$", row.split("\n")[0]) for row in re.split(r"^\* - ", table, flags=re.M)[2:]]
    assert len(rows) > 20, "the reader of the table finds too few rows"
    listed = [{symbols(formula)[0] if symbols(formula) else formula for formula in row} for row in rows]
    twice = {one for a, b in itertools.combinations(listed, 2) for one in a & b}
    assert twice == set(), "a symbol stands in two rows"
    read = [(chapter.name, formula) for chapter in CHAPTERS for formula in formulas(chapter.source)]
    used = {one: name for name, formula in read for one in symbols(formula)}
    known = set().union(*listed)
    assert {one: where for one, where in used.items() if one not in known} == {}
    assert known - set(used) == set(), "listed, and used nowhere"


@pytest.mark.parametrize("name", INTRODUCED)
def test_code_names_come_with_the_chapter_that_introduces_them(name):
    order = [chapter.name.removeprefix("book/") for chapter in CHAPTERS]
    early = CHAPTERS[: order.index(INTRODUCED[name])]
    used = re.compile(rf"(?<![\w]){re.escape(name)}" if name[0].isalpha() else re.escape(name))
    seen = [(chapter.name, cell) for chapter in early for cell in chapter.shown if used.search(cell)]
    assert seen == []


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_a_chapter_with_runs_has_claims(chapter):
    runs = sum(1 for cell in chapter.shown if not cell.startswith(("import ", "from ")))
    claims = re.findall(r'\bclaim\(\s*f?"([^"]*)"', "\n".join(chapter.cells))
    assert len(claims) >= runs / 2, f"{len(claims)} claims beside {runs} cells that show something"
    assert len(set(claims)) == len(claims), "a claim is made twice"
    assert all(len(claim.split()) >= 3 for claim in claims), "a claim is a sentence"


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_claims_are_not_shown(chapter):
    assert [cell for cell in chapter.shown if "claim(" in cell] == []
