"""A small book built twice with leanpage, in two folders: the same bytes; and what every built page must have."""

import filecmp
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from project import python_path
from sitepages import pages

INDEX = """# A book of $x^2$

See {eq}`one` and the table.

$$
H(p, q) = -\\sum_k p_k \\log q_k
$$ (one)

\\begin{align}
a &= b \\\\
c &= \\frac{d}{2}
\\end{align}

| | a |
|-|-|
| b | 1 |
"""
CONFIG = """title: Small
execute: {execute_notebooks: "off"}
parse: {myst_enable_extensions: [amsmath, dollarmath]}
sphinx: {extra_extensions: [leanpage, sphinx_design]}
"""


def build(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "index.md").write_text(INDEX)
    (folder / "two.md").write_text("# Two\n\n```{note}\n$\\int_0^1 x\\,dx$ and {eq}`one`\n```\n")
    (folder / "_config.yml").write_text(CONFIG)
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters: [{file: two}]\n")
    jb = Path(sys.executable).with_name("jb")
    environment = {**os.environ, "PYTHONPATH": python_path()}
    # The repository would give addresses; this book is to have none.
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_URL", "CI_PAGES_URL"):
        environment.pop(name, None)
    done = subprocess.run(
        [jb, "build", str(folder), "-W", "-n", "--keep-going"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


def files(site: Path) -> list[str]:
    """Every file but Sphinx's record of the settings, which contains the folders of extensions."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return sorted(name for name in found if name != ".buildinfo")


def test_two_builds_in_two_folders_give_the_same_bytes(tmp_path):
    one, other = build(tmp_path / "one"), build(tmp_path / "elsewhere" / "deeper")
    assert files(one) == files(other)
    differing = [name for name in files(one) if not filecmp.cmp(one / name, other / name, shallow=False)]
    assert differing == []


@pytest.fixture(scope="module")
def soups(site) -> dict[str, BeautifulSoup]:
    return {name: BeautifulSoup((site / name).read_text("utf-8"), "html.parser") for name in pages(site)}


def test_every_page_is_whole(soups, site):
    for name, page in soups.items():
        assert page.html["lang"], name
        assert page.title.text.strip(), name
        assert len(page.select('meta[name="description"]')) == 1, name
        assert page.select_one('meta[name="description"]')["content"].strip(), name
        assert len(page.select('meta[name="viewport"]')) == 1, name
        (icon,) = page.select('link[rel="icon"], link[rel="shortcut icon"]')
        assert (site / Path(name).parent / icon["href"]).resolve().is_file(), name


def test_chapters_have_a_card(soups):
    for name, page in soups.items():
        if name.startswith("book/"):
            for key in ("og:title", "og:type", "og:description"):
                assert page.select_one(f'meta[property="{key}"]')["content"].strip(), (name, key)


def test_no_page_has_inline_scripts_or_handlers(soups):
    for name, page in soups.items():
        for script in page.select("script:not([src])"):
            assert script.get("type", "text/javascript") not in ("text/javascript", "module"), name
        handlers = [key for tag in page.find_all(True) for key in tag.attrs if key.startswith("on")]
        assert handlers == [], name


def test_no_page_loads_from_another_host(soups):
    for name, page in soups.items():
        loaded = [
            tag.get("src") or tag.get("href")
            for tag in page.select("script, img, iframe, source, link[rel~=stylesheet]")
        ]
        assert [address for address in loaded if address and re.match(r"(https?:)?//", address)] == [], name


def test_pictures_have_sizes(soups):
    for name, page in soups.items():
        for picture in page.select("article img"):
            sized = picture.get("width") and picture.get("height") or "width" in picture.get("style", "")
            assert sized, (name, picture)


def test_shared_files_are_named_after_their_content(site, soups):
    text = "".join(str(page) for page in soups.values())
    for pattern in ("site-*.css", "site-*.js", "math-*.woff2", "fa-solid-900-*.woff2"):
        found = list(site.glob(f"_static/{pattern}"))
        for path in found:
            assert path.stem.endswith(f"-{hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"), path
        # Those of earlier builds stay, for pages in readers' caches.
        assert [path for path in found if path.suffix == ".woff2" or path.name in text], pattern


def test_no_style_seeks_what_a_script_may_focus(site, soups):
    """The theme's script sets a tabindex on each block of code. With `:has([tabindex])` somewhere in the styles, each
    of them has the browser look again at all that any `:has()` is about: a second, on a phone, as a page opens."""
    text = "".join(str(page) for page in soups.values())
    sheets = [sheet for sheet in (site / "_static").rglob("*.css") if f"/{sheet.name}" in text]
    assert sheets
    for sheet in sheets:
        assert not re.search(r":has\([^{},]*tabindex", sheet.read_text("utf-8")), sheet.name


def test_page_for_what_is_not_there_works_at_any_address(site):
    page = BeautifulSoup((site / "404.html").read_text("utf-8"), "html.parser")
    for tag in page.select("script[src], link[rel=stylesheet], link[rel=icon]"):
        assert re.match("/", tag.get("src") or tag.get("href")), tag
