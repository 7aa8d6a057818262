"""The search of the built book: what readers type leads to the section that answers, and the index is small."""

from __future__ import annotations

import gzip
import re

import pytest

from project import ROOT
from searches import place, queries, ranks, results

#: The clinic's pages -> their sources.
CLINIC = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "book").glob("clinic-*.md"))}
#: Each main entry of the index -> the entries of the clinic, as "page#label", that have it.
ENTRIES: dict[str, set[str]] = {}
for _page, _source in CLINIC.items():
    for _found in re.finditer(r"^(?:```|:::)\{index\} ! single: (.*)\n(?:```|:::)$", _source, re.MULTILINE):
        _label = re.findall(r"^\((\S+)\)=$", _source[: _found.start()], re.MULTILINE)[-1]
        ENTRIES.setdefault(_found[1], set()).add(f"book/{_page}#{_label}")


def test_nine_of_ten_queries_have_their_answer_among_the_first_three(site):
    ranked = ranks(site, "book")
    assert len(ranked) >= 40
    missed = [(query, at) for query, at in ranked if at is None or at > 2]
    assert len(missed) <= len(ranked) / 10, missed
    assert sum(at == 0 for _, at in ranked) >= 0.8 * len(ranked), [query for query, at in ranked if at != 0]


def test_the_queries_are_many_kinds_of_things_that_people_type():
    typed = [query for query, _ in queries("book")]
    assert len(set(typed)) == len(typed)
    assert sum(bool(re.search(r"\d", query)) for query in typed) >= 10  # numbers and shapes of their own
    assert sum("Error" in query for query in typed) >= 5 and sum(len(query.split()) <= 2 for query in typed) >= 8


def test_every_message_finds_its_entry_first(site):
    assert len(ENTRIES) > 150
    messages = list(ENTRIES)
    lost = []
    for message, found in zip(messages, results(site, messages), strict=True):
        # Words that a chapter has in the index, too, may lead there.
        elsewhere = [path.stem for path in (ROOT / "book").glob("*.md") if f"! single: {message}\n" in path.read_text()]
        others = tuple(f"book/{name}.html#" for name in elsewhere if name not in CLINIC)
        wanted = {place(site, entry) for entry in ENTRIES[message]}
        if found[0] not in wanted and not (others and found[0].startswith(others)):
            lost.append((message, found[:3]))
    assert lost == []


@pytest.mark.parametrize("message", [message for message in ENTRIES if re.search(r"Error|Warning", message)][:60])
def test_a_message_with_other_numbers_after_a_traceback_finds_its_entry_first(site, message):
    other = re.sub(r"(?<![\w.])\d+(?![\w.])", lambda number: str(3 * int(number[0]) + 11), message)
    pasted = f'Traceback (most recent call last): File "/home/ada/run.py", line 7, in <module> main() {other}'
    assert results(site, [pasted])[0][0] in {place(site, entry) for entry in ENTRIES[message]}


def test_the_index_is_small_and_no_page_loads_it(site):
    folder = site / "_static" / "sectionsearch"
    assert len(gzip.compress((folder / "index.js").read_bytes())) <= 60_000
    assert len(gzip.compress((folder / "search.js").read_bytes())) <= 8_000
    loaded = re.compile(r'(?:src|href)="[^"]*(?:_static/sectionsearch|searchindex)')
    assert [page for page in site.rglob("*.html") if loaded.search(page.read_text("utf-8"))] == []


def test_without_javascript_the_search_page_lists_all_headings(site):
    html = (site / "search.html").read_text("utf-8")
    for name in CLINIC:
        assert f'<a href="book/{name}.html">' in html
    assert (
        '<a href="book/why-not-accuracy.html#accuracy-is-piecewise-constant">Accuracy is piecewise constant</a>' in html
    )
