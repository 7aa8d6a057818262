"""A large book needs hardly more memory than a small one: no step holds the trees of all pages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from project import python_path

#: Builds a book of so many pages, each with a formula, a block of code and the navigation of a large book; prints the
#: peak of its memory in megabytes. (getrusage would not do: it counts what the process that started this one had.)
BUILD = r"""
import re, sys
from pathlib import Path
from sphinx.application import Sphinx

folder, pages = Path(sys.argv[1]), int(sys.argv[2])
navigation = "".join(f'<li><a class="reference internal" href="p{n}.html">Page {n}</a></li>' for n in range(600))
text = "Page\n====\n\n.. math:: \\sqrt{x_{%d}}\n\n.. code-block:: python\n\n   print(%d)\n\n"
for n in range(pages):
    (folder / f"p{n}.rst").write_text(text % (n, n) + f".. raw:: html\n\n   <ul>{navigation}</ul>\n", "utf-8")
(folder / "index.rst").write_text("Book\n====\n\n.. toctree::\n   :glob:\n\n   p*\n", "utf-8")
config = {"extensions": ["leanpage"], "html_theme": "basic"}
app = Sphinx(folder, None, folder / "out", folder / "trees", "html", config, status=None)
app.build()
assert "site-" in (folder / "out" / "p1.html").read_text("utf-8")
print(int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def peak(folder: Path, pages: int) -> float:
    folder.mkdir()
    command = [sys.executable, "-c", BUILD, str(folder), str(pages)]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its peak")
def test_page_of_a_large_book_needs_little_memory(tmp_path):
    """A tree of such a page takes a megabyte; what a page leaves behind takes a fifth of that, most of it Sphinx's."""
    small, large = peak(tmp_path / "small", 10), peak(tmp_path / "large", 60)
    assert small < 200 and (large - small) / 50 < 0.4
