"""Comments and docstrings under code/ name no file that the repository does not hold."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

from project import ROOT

FILES = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
COMMENTED = [ROOT / name for name in FILES if re.match(r"code/.*\.(py|js|css)$", name) and (ROOT / name).exists()]
#: A file with or without its folders, of a kind that no build writes; no pattern (`*.css`), address or method.
NAME = re.compile(r"(?<![\w/.:*}-])(?:[\w-]+/)*[\w-]+\.(?:py|js|css|md|toml|txt|yml|json|svg)\b(?!\()")
#: What a reader's book or a build has, by names that everybody gives it, and the name that examples give a second file.
ANY_BOOK = {"conf.py", "_config.yml", "_toc.yml", "other.js", "clipboard.js"}


def comments(text: str, suffix: str) -> Iterator[str]:
    if suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.string
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield ast.get_docstring(node) or ""
        return
    yield from re.findall(r"/\*.*?\*/", text, re.DOTALL)
    if suffix == ".js":
        yield from re.findall(r"(?<![:'\"`])//.*", text)  # no address in a string


def unknown(text: str, suffix: str) -> list[str]:
    """The files that the comments of a source name and that are neither the repository's nor any book's."""
    named = [name for comment in comments(text, suffix) for name in NAME.findall(comment)]
    return [n for n in named if n not in ANY_BOOK and not any(f"/{file}".endswith(f"/{n}") for file in FILES)]


def test_comments_name_files_that_exist():
    assert len(COMMENTED) > 100, "the reader of comments finds too few sources"
    found = {str(path.relative_to(ROOT)): unknown(path.read_text("utf-8"), path.suffix) for path in COMMENTED}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_rule_tells_files_from_other_words():
    assert unknown("# see tests/unit/test_gone.py\n", ".py") == ["tests/unit/test_gone.py"]
    assert unknown('"""Like gone.js."""\n', ".py") == ["gone.js"]
    assert unknown("// gone.css\n/* tests/gone.py */ const a = 'other.js'\n", ".js") == ["tests/gone.py", "gone.css"]
    kept = (
        f"# {Path(__file__).name}, *.css, Path.name, https://example.org/a.html, index.html, unit/book/test_words.py\n"
    )
    assert unknown(kept, ".py") == []
