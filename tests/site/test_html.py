"""What the W3C's checker says of every built page: nothing."""

import pytest

from checkers import faults_of_html


@pytest.mark.timeout(300)
def test_every_page_is_html_without_an_error(site):
    pages = sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)
    assert {"index.html", "search.html", "genindex.html", "404.html"} <= {path.name for path in pages}
    assert faults_of_html(pages) == []


def test_an_error_would_be_told(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><html lang="en"><title>T</title><p id="a">1<p id="a">2</html>', "utf-8")
    (told,) = faults_of_html([page])
    assert told.startswith("page.html:1: Duplicate ID “a”.")
