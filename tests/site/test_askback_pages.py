"""The pages to copy in askback's README and documentation build and answer, with the settings that the README gives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from answers import replies
from exercises import exercises
from project import ROOT, python_path

FOLDER = ROOT / "code" / "askback"
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A page

"""


def block(text: str, fence: str, language: str) -> str:
    return re.findall(rf"^{fence}{language}\n(.*?)^{fence}$", text, re.MULTILINE | re.DOTALL)[0]


@pytest.mark.timeout(300)
def test_copied_pages_build_and_answer(tmp_path):
    readme, docs = ((FOLDER / name).read_text(encoding="utf-8") for name in ("README.md", "docs/exercises.md"))
    (tmp_path / "_config.yml").write_text("only_build_toc_files: true\n" + block(readme, "```", "yaml"))
    # Both exercises have the same label, so that each page is a book of its own.
    for name, text in {"readme": readme, "docs": docs}.items():
        (tmp_path / f"{name}.md").write_text(HEAD + block(text, "````", "markdown"), encoding="utf-8")
        (tmp_path / "_toc.yml").write_text(f"format: jb-book\nroot: {name}\n")
        command = [str(Path(sys.executable).with_name("jb")), "build", str(tmp_path), "-W", "-n", "--path-output"]
        env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
        done = subprocess.run([*command, str(tmp_path / name)], env=env, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        html = tmp_path / name / "_build" / "html"
        (asked,) = exercises(html)
        cases = [(asked.key, text, 0) for text in ("ln 8", asked.mistakes()[0][0], "7")]
        assert [reply.state for reply in replies(cases)] == ["right", "wrong", "wrong"]
        files = re.findall(r'(?:src|href)="(_static/askback/[^"?]+)', (html / f"{name}.html").read_text("utf-8"))
        assert sorted(files) == ["_static/askback/askback.css", "_static/askback/progress.js"]
        assert all((html / file).is_file() for file in files)
