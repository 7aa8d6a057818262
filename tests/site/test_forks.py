"""A fork is its own: the same small book in three checkouts gives three sets of addresses, and never a placeholder."""

import re
import subprocess
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from forks import build


def hosts(pages: dict[str, str]) -> set[str]:
    """Every address of a code host, of its pages, or of a launcher, anywhere in the built pages."""
    pattern = r"https://(?:[\w.-]*github[\w.-]*|[\w.-]*gitlab[\w.-]*|mybinder\.org|colab\.[\w.]+)/[^\s\"'<>\\]*"
    return {address for page in pages.values() for address in re.findall(pattern, page)}


@pytest.mark.parametrize(
    "remote, environment",
    [
        ("git@github.com:grace/her-fork.git", {}),
        ("https://github.com/ada/book", {"GITHUB_REPOSITORY": "grace/her-fork", "GITHUB_REF_NAME": "main"}),
    ],
    ids=["git remote", "build service"],
)
def test_every_address_is_the_forks_own(tmp_path, remote, environment):
    pages = build(tmp_path, remote, **environment)
    chapter = pages["book/one.html"]
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True).stdout.strip()
    kept = "GITHUB_REPOSITORY" in environment  # the service that builds also keeps the branch of notebooks
    launchers = [found["href"] for found in BeautifulSoup(chapter, "html.parser").select(".dropdown-launch-buttons a")]
    binder = next(urlsplit(address) for address in launchers if "mybinder.org" in address)
    assert binder.path == "/v2/gh/grace/her-fork/main"
    (opened,) = parse_qs(binder.query)["urlpath"]
    if kept:
        pull = parse_qs(urlsplit(opened).query)
        assert urlsplit(opened).path == "git-pull"
        assert pull["repo"] == ["https://github.com/grace/her-fork"] and pull["branch"] == ["notebooks"]
        assert pull["urlpath"] == [f"lab/tree/{pull['targetpath'][0]}/book/one.ipynb"]
        assert "https://colab.research.google.com/github/grace/her-fork/blob/notebooks/book/one.ipynb" in launchers
    else:
        assert opened == "lab/tree/book/one.md" and "its notebook is not published yet" in chapter
        assert not any("colab" in address for address in launchers)
    for address in (
        "https://github.com/grace/her-fork/edit/main/book/one.md",
        "https://github.com/grace/her-fork/issues/new",
        "https://grace.github.io/her-fork/book/one.html",
    ):
        assert address in chapter, address
    assert f"git+https://github.com/grace/her-fork@{commit}" in pages["notebook"]
    others = {a for a in hosts(pages) if "grace/her-fork" not in unquote(a) and "grace.github.io/her-fork" not in a}
    assert others == set()
    for name, page in pages.items():
        if name.endswith(".html") and "<article" in page:
            assert "grace" in page, name


def test_with_no_remote_there_is_no_address_at_all(tmp_path):
    pages = build(tmp_path, None)
    assert hosts(pages) == set()
    assert "this book knows no public repository" in pages["notebook"]
    assert "launch-buttons" not in pages["book/one.html"]
