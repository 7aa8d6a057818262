"""The execution cache's key, and the line at which a cell failed."""

import os
from types import SimpleNamespace

import pytest

from leanpage import execution
from leanpage.execution import failing_line, inputs_digest

MESSAGE = """An error occurred while executing the following cell:
------------------
x = 1
y = x / 0
------------------


\x1b[31m---------------------------------------------------------------------------\x1b[39m
\x1b[31mZeroDivisionError\x1b[39m                         Traceback (most recent call last)
\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[2]\x1b[39m\x1b[32m, line 2\x1b[39m
\x1b[32m      1\x1b[39m x = \x1b[32m1\x1b[39m
\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m y = x / \x1b[32m0\x1b[39m

\x1b[31mZeroDivisionError\x1b[39m: division by zero
"""


def test_the_failing_line_is_counted_in_the_chapter():
    chapter = "# A\n\n```{code-cell}\nfine = True\n```\n\n```{code-cell}\nx = 1\ny = x / 0\n```\n"
    assert chapter.splitlines()[failing_line(chapter, MESSAGE) - 1] == "y = x / 0"


def test_no_line_is_invented():
    assert failing_line("# another chapter\n", MESSAGE) is None
    assert failing_line("# A\n", "no traceback here") is None


def test_the_key_changes_with_code_and_pins_and_nothing_else(tmp_path):
    (tmp_path / "code" / "__pycache__").mkdir(parents=True)
    (tmp_path / "code" / "a.py").write_text("x = 1")
    (tmp_path / "pins.txt").write_text("torch==1")
    inputs = ["code", "pins.txt"]
    first = inputs_digest(tmp_path, inputs)
    (tmp_path / "code" / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"compiled")
    (tmp_path / "code" / "README.md").write_text("prose")
    (tmp_path / "elsewhere.py").write_text("y = 2")
    assert inputs_digest(tmp_path, inputs) == first
    (tmp_path / "code" / "a.py").write_text("x = 2")
    second = inputs_digest(tmp_path, inputs)
    (tmp_path / "pins.txt").write_text("torch==2")
    third = inputs_digest(tmp_path, inputs)
    (tmp_path / "code" / "a.py").rename(tmp_path / "code" / "b.py")
    assert len({first, second, third, inputs_digest(tmp_path, inputs)}) == 4
    with pytest.raises(FileNotFoundError, match="'nowhere'"):
        inputs_digest(tmp_path, ["nowhere"])


def old(folder, day):
    folder.mkdir()
    os.utime(folder, (day, day))


def test_of_caches_only_its_own_go_the_oldest_first(tmp_path):
    """The folder of caches may be any that an author named, with anything in it."""
    caches = tmp_path / "shared"
    caches.mkdir()
    for number in range(6):
        old(caches / f"my-data-{number}", 1000 + number)
        (caches / f"my-data-{number}" / "results.csv").write_text("1")
    (caches / "0123456789abcdef").mkdir()  # named like a cache, but nobody can prove that it is one
    (caches / "notes.txt").write_text("keep")
    (tmp_path / "code.py").write_text("0")
    config = SimpleNamespace(
        nb_execution_mode="cache", nb_execution_cache_path=str(caches), leanpage_execution_inputs=["code.py"]
    )
    app = SimpleNamespace(srcdir=str(tmp_path), outdir=tmp_path / "out" / "html")
    made = []
    for number in range(5):
        (tmp_path / "code.py").write_text(str(number))
        config.nb_execution_cache_path = str(caches)
        execution.choose_cache(app, config)
        made.append(tmp_path / config.nb_execution_cache_path)
        (made[-1] / "executed").mkdir()
        (made[-1] / "global.db").write_text("")
        os.utime(made[-1], (2000 + number, 2000 + number))
    execution.choose_cache(app, SimpleNamespace(**{**vars(config), "nb_execution_cache_path": str(caches)}))
    assert [folder.exists() for folder in made] == [False, False, True, True, True]
    assert len(list(caches.glob("my-data-*/results.csv"))) == 6
    assert (caches / "notes.txt").exists() and (caches / "0123456789abcdef").exists()
