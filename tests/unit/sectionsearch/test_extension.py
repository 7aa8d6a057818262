"""The extension in small sites: what it writes, what it takes away, and when it stays out of the way."""

from __future__ import annotations

import io
import json
import re

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import translators
from sphinx.util.docutils import docutils_namespace

from project import PACKAGES, source

PAGES = {
    "index": "# Home\n\nWelcome.\n\n```{toctree}\nb\na\n```\n",
    "a": "# Apples & \\<pears>\n\n## Ripe\n\n```{index} single: fruit; ripe\n```\n\nRed or green.\n",
    "b": "# Bread\n\nOf rye.\n\n## A crust\n\nHard.\n\n### Its colour\n\nBrown.\n",
    "hidden": "---\nnosearch: true\norphan: true\n---\n# Hidden\n\nSecret.\n",
}


@pytest.fixture
def build(tmp_path):
    """Builds a site of PAGES with some settings; gives its folder and what was said."""

    def built(builder="html", pages=None, out="out", **settings):
        for name, text in (PAGES | (pages or {})).items():
            (tmp_path / f"{name}.md").write_text(text, "utf-8")
        said = io.StringIO()
        config = {"extensions": ["myst_parser", "sectionsearch"], "html_theme": "pydata_sphinx_theme", "language": "en"}
        config |= {"source_suffix": {".md": "markdown"}, "templates_path": []}  # Sphinx's defaults last for a process
        folders = (tmp_path, None, tmp_path / out, tmp_path / "trees")
        translators.clear()
        with docutils_namespace():
            Sphinx(*folders, builder, config | settings, said, said).build()
        return tmp_path / out, said.getvalue()

    yield built
    translators.clear()  # Sphinx keeps the languages of all sites of a process


def data(site):
    return json.loads(re.search(r"sectionsearch\.data = (.*);\n", script(site, "index"))[1])


def script(site, name):
    return (site / "_static" / "sectionsearch" / f"{name}.js").read_text("utf-8")


def everything(site):
    return {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_the_index_holds_the_pages_in_the_order_of_the_contents(build):
    site, said = build()
    assert data(site)["pages"] == ["index.html", "b.html", "a.html"] and "WARNING" not in said
    titles = [document[4] for document in data(site)["documents"]]
    assert titles == ["Home", "Bread", "A crust", "Its colour", "Apples & <pears>", "Ripe"]
    assert data(site)["documents"][-1][5] == ["fruit ripe"]
    assert script(site, "texts/2") == 'sectionsearch.texts[2] = ["","Red or green."];\n'


def test_two_builds_write_the_same_bytes(build):
    first, _ = build(out="one", freshenv=False)
    second, _ = build(out="two", freshenv=False)
    ours = [
        path
        for path in everything(first)
        if "sectionsearch" in str(path) or path.name in ("search.html", "searchbox.js")
    ]
    assert len(ours) == 8
    assert {path: everything(first)[path] for path in ours} == {path: everything(second)[path] for path in ours}


def test_pages_that_are_not_written_again_stay_in_the_index(build):
    build()
    site, said = build(pages={"a": "# Apples\n\nYellow.\n"})
    assert "Bread" not in said
    titles = [document[4] for document in data(site)["documents"]]
    assert titles == ["Home", "Bread", "A crust", "Its colour", "Apples"]


def test_scripts_and_index_of_sphinxs_own_search_are_gone(build):
    site, _ = build(html_theme_options={"search_as_you_type": True})
    assert not (site / "searchindex.js").exists()
    for page in site.glob("*.html"):
        html = page.read_text("utf-8")
        assert "searchtools.js" not in html and "searchindex.js" not in html and "language_data.js" not in html
        assert "search_as_you_type = true" not in html
        assert len(re.findall(r'<script defer="defer" src="_static/searchbox\.js', html)) == 1


def test_a_themes_own_call_of_sphinxs_search_is_gone(build, tmp_path):
    """sphinx-rtd-theme loads the index by a script in its search page."""
    (tmp_path / "search.html").write_text(
        '{% extends "!search.html" %}{% block footer %}<script>kept();</script>'
        '<script>jQuery(function() { Search.loadIndex("searchindex.js"); });</script>{% endblock %}'
    )
    html = (build(html_theme="alabaster", templates_path=["."])[0] / "search.html").read_text("utf-8")
    assert "<script>kept();</script>" in html and "loadIndex" not in html


def test_the_search_page_lists_all_headings(build):
    html = (build()[0] / "search.html").read_text("utf-8")
    listed = re.search(r'<div id="search-results">(.*?)</div>', html, re.DOTALL)[1]
    assert listed == (
        '<ul><li><a href="index.html">Home</a></li></ul>'
        '<ul><li><a href="b.html">Bread</a><ul><li><a href="b.html#a-crust">A crust</a>'
        '<ul><li><a href="b.html#its-colour">Its colour</a></li></ul></li></ul></li></ul>'
        '<ul><li><a href="a.html">Apples &amp; &lt;pears&gt;</a>'
        '<ul><li><a href="a.html#ripe">Ripe</a></li></ul></li></ul>'
    )
    assert "activate JavaScript" not in html


def test_pages_in_folders_of_their_own_are_named_by_their_folder(build):
    site, _ = build("dirhtml")
    assert data(site)["pages"] == ["", "b/", "a/"]
    html = (site / "search" / "index.html").read_text("utf-8")
    assert '<a href="../b/#a-crust">' in html and "searchtools.js" not in html


@pytest.mark.parametrize("builder", ["singlehtml", "text", "epub"])
def test_other_builders_are_left_alone(build, builder):
    site, _ = build(builder, version="1", epub_show_urls="no")
    assert not list(site.rglob("searchbox.js"))


def test_synonyms_are_read_from_the_authors_file(build, tmp_path):
    (tmp_path / "words.txt").write_text("# fruit\n\nloaf : bread ,  crust # of rye\n", "utf-8")
    assert data(build(sectionsearch_synonyms="words.txt")[0])["synonyms"] == [["loaf", "bread", "crust"]]


def test_a_line_that_is_no_synonym_is_named(build, tmp_path):
    (tmp_path / "words.txt").write_text("loaf: bread\nloaf\n", "utf-8")
    with pytest.raises(ExtensionError, match=r"words\.txt:2: "):
        build(sectionsearch_synonyms="words.txt")
    with pytest.raises(ExtensionError, match=r"there is no file .*none\.txt"):
        build(sectionsearch_synonyms="none.txt")


@pytest.mark.parametrize(("language", "found"), [("es", "Resultados de la búsqueda"), ("ja", "検索結果"), ("he", None)])
def test_what_the_search_says_is_in_the_sites_language(build, language, found):
    said = data(build(language=language)[0])["said"]
    assert said["none"].endswith((".", "。")) and (found is None or said["found"] == found)


def test_it_names_no_other_package():
    others = "|".join(name for name in PACKAGES if name != "sectionsearch")
    for path in source("sectionsearch").rglob("*.*"):
        if path.suffix in {".py", ".css", ".js"}:
            assert not re.search(others, path.read_text("utf-8")), path
