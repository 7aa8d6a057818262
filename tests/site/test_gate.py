"""What is broken does not build: faults put into a small book with this book's own settings.

Each build runs in a copy, with the real _config.yml, code/ and pins, and names the file (and the line) at fault.
"""

import os
import shutil
import subprocess
import sys

import pytest

from project import ROOT, python_path, source

FRONT = """---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---
"""
SOUND = (
    FRONT
    + "# A chapter\n\n```{code-cell}\nfrom lossbook import softmax\nimport torch\nsoftmax(torch.zeros(2), 0)\n```\n"
)


@pytest.fixture
def copy(tmp_path):
    """A one-chapter book under this book's settings."""
    for name in ("_config.yml", "requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "code", tmp_path / "code", ignore=ignored)
    shutil.copytree(ROOT / "book" / "_static", tmp_path / "book" / "_static")
    for name in ("references.bib", "synonyms.txt"):
        shutil.copy(ROOT / "book" / name, tmp_path / "book")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (tmp_path / "book" / "index.md").write_text(SOUND)
    return tmp_path


def build(folder, *options: str) -> tuple[int, str]:
    """The exit status of `jb build` in ``folder``, and all it printed."""
    env = {**os.environ, "PYTHONPATH": python_path(folder), "NO_COLOR": "1"}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder), *options]
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    return result.returncode, result.stdout + result.stderr


STRICT = ("-W", "-n", "--keep-going")


def test_a_raising_cell_fails_even_a_build_that_is_not_strict_and_its_line_is_named(copy):
    chapter = copy / "book" / "index.md"
    chapter.write_text(SOUND + "\n```{code-cell}\nx = 1\nx / 0\n```\n")
    line = chapter.read_text().splitlines().index("x / 0") + 1
    status, said = build(copy)
    assert status != 0 and f"book/index.md:{line}: a cell of this chapter failed: ZeroDivisionError" in said, said


#: What each broken reference is complained of by.
BROKEN = {
    "[there](nowhere.md)": "nowhere.md",
    "{ref}`no-such-place`": "no-such-place",
    "{cite}`nobody1900`": "nobody1900",
    "{term}`frobnication`": "frobnication",
    "{numref}`fig-none`": "fig-none",
}


def test_broken_references_and_printed_warnings_fail_the_build_and_are_named_with_file_and_line(copy):
    chapter = copy / "book" / "index.md"
    chapter.write_text(SOUND + "".join(f"\nSee {fault}.\n" for fault in BROKEN))
    (copy / "book" / "careful.md").write_text(
        SOUND.replace("import torch", "import torch, warnings\nwarnings.warn('!')")
    )
    (copy / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters:\n  - file: book/careful\n")
    lines = chapter.read_text().splitlines()
    status, said = build(copy, *STRICT)
    warnings = [text for text in said.splitlines() if "WARNING: " in text]
    assert status != 0 and len(warnings) == len(BROKEN) + 1, said
    for fault, complaint in BROKEN.items():
        (named,) = [text for text in warnings if complaint in text]
        assert f"book/index.md:{lines.index(f'See {fault}.') + 1}" in named
    assert any("book/careful.md" in text and "stderr" in text for text in warnings), said


def test_a_sound_chapter_builds_strictly_and_again_only_when_a_function_it_uses_is_edited(copy):
    def shown() -> str:
        return (copy / "_build" / "html" / "book" / "index.html").read_text(encoding="utf-8")

    status, said = build(copy, *STRICT)
    assert status == 0 and "0.5000" in shown(), said
    said = build(copy, *STRICT)[1]
    assert "Executing notebook" not in said, "nothing had changed"
    functional = source("lossbook", copy) / "functional.py"
    old = "return exp / exp.sum(dim, keepdim=True)"
    text = functional.read_text(encoding="utf-8")
    assert text.count(old) == 1
    functional.write_text(text.replace(old, "return 0.5 * exp / exp.sum(dim, keepdim=True)"), encoding="utf-8")
    status, said = build(copy, *STRICT)
    assert status == 0 and "Executing notebook" in said
    assert "0.2500" in shown() and "0.5000" not in shown()
