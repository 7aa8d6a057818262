"""A small book of one chapter, built as a checkout of this or that repository."""

import os
import shutil
import subprocess
import sys

import yaml

from project import ROOT, python_path

CHAPTER = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

# A chapter

```{code-cell}
:tags: [remove-cell]
one = 1
```

```{code-cell}
one + 1
```
"""


def build(folder, remote: str | None, **environment: str) -> dict[str, str]:
    """Build the book in `folder` as a checkout of `remote`; return its pages."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["html"].pop("favicon", None)
    config["sphinx"]["config"].pop("sectionsearch_synonyms", None)
    config["sphinx"]["config"] |= {"html_static_path": [], "html_css_files": [], "leanpage_execution_inputs": []}
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
    env |= {"PYTHONPATH": python_path(), "NO_COLOR": "1", **environment}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder), "-W", "-n"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    html = folder / "_build" / "html"
    return {path.relative_to(html).as_posix(): path.read_text("utf-8") for path in html.rglob("*.html")} | {
        "notebook": (html / "notebooks/book/one.ipynb").read_text("utf-8")
    }
