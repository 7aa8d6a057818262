"""A fork is its own: the same small book in three checkouts gives three sets of addresses, and never a placeholder."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from chapters import ROOT

CHAPTER = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

# A chapter

```{code-cell}
1 + 1
```
"""


def build(folder, remote: str | None, **environment: str) -> dict[str, str]:
    """Build the book in `folder` as a checkout of `remote`; return its pages."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["html"].pop("favicon", None)
    config["sphinx"]["config"] |= {"html_static_path": [], "html_css_files": [], "execution_inputs": []}
    (folder / "book").mkdir()
    shutil.copy(ROOT / "book/references.bib", folder / "book")
    (folder / "_config.yml").write_text(yaml.safe_dump(config))
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters:\n  - file: book/one\n")
    (folder / "book/index.md").write_text("# The book\n\n[On](one.md)\n")
    (folder / "book/one.md").write_text(CHAPTER)
    commands = [["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "A book"]]
    if remote:
        commands.append(["remote", "add", "origin", remote])
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for command in commands:
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    known = ("GITHUB_", "CI_PROJECT", "CI_PAGES", "CI_DEFAULT")
    env = {name: value for name, value in os.environ.items() if not name.startswith(known)}
    env |= {"PYTHONPATH": str(ROOT / "code"), "NO_COLOR": "1", **environment}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder), "-W", "-n"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    html = folder / "_build" / "html"
    return {path.relative_to(html).as_posix(): path.read_text("utf-8") for path in html.rglob("*.html")} | {
        "notebook": (html / "notebooks/book/one.ipynb").read_text("utf-8")
    }


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
    for address in (
        "https://mybinder.org/v2/gh/grace/her-fork/main?urlpath=lab/tree/book/one.md",
        "https://colab.research.google.com/github/grace/her-fork/blob/notebooks/book/one.ipynb",
        "https://github.com/grace/her-fork/edit/main/book/one.md",
        "https://github.com/grace/her-fork/issues/new",
        "https://grace.github.io/her-fork/book/one.html",
    ):
        assert address in chapter, address
    assert f"git+https://github.com/grace/her-fork@{commit}" in pages["notebook"]
    others = {a for a in hosts(pages) if "grace/her-fork" not in a and "grace.github.io/her-fork" not in a}
    assert others == set()
    for name, page in pages.items():
        if name.endswith(".html") and "<article" in page:
            assert "grace" in page, name


def test_with_no_remote_there_is_no_address_at_all(tmp_path):
    pages = build(tmp_path, None)
    assert hosts(pages) == set()
    assert "this book knows no public repository" in pages["notebook"]
    assert "launch-buttons" not in pages["book/one.html"]
