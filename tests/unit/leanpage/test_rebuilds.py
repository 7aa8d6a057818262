"""Builds after builds: chapters executed side by side, and pages written again."""

import io
import re
import sys
import time

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

FRONT = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
#: A chapter that ends when the other has begun, and fails if that is not so within a minute.
MEETING = """# {name}

```{{code-cell}}
import pathlib, time
pathlib.Path("{name}.begun").touch()
for _ in range(600):
    if pathlib.Path("{other}.begun").exists():
        break
    time.sleep(0.1)
else:
    raise TimeoutError("alone")
print("met")
```
"""


@pytest.fixture
def said():
    """What the builds of a test have said."""
    return io.StringIO()


@pytest.fixture
def book(tmp_path, said):
    """A book of pages, built when it is called; gives its Sphinx and what this build said."""

    def build(pages=None, fresh=False, **settings):
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        for name, text in (pages or {}).items():
            (source / f"{name}.md").write_text(text)
        start = said.tell()
        folders = (source, None, tmp_path / "out" / "html", tmp_path / "out" / "trees")
        extensions = settings.pop("extensions", ["myst_nb", "leanpage.execution"])
        suppressed = ["toc", *settings.pop("suppressed", [])]
        config = {"extensions": extensions, "root_doc": "a", "nb_execution_mode": "cache", **settings}
        config |= {"source_suffix": {".md": "myst-nb"}, "templates_path": []}  # Sphinx's defaults last for a process
        config |= {"nb_execution_raise_on_error": True, "suppress_warnings": suppressed, "project": "book"}
        with docutils_namespace():
            app = Sphinx(*folders, "html", config, said, said, freshenv=fresh)
            app.build()
        return app, said.getvalue()[start:]

    return build


def pages(app):
    return {path.name: path.stat().st_mtime_ns for path in sorted(app.outdir.rglob("*")) if path.is_file()}


def contents(app):
    return {path: path.read_bytes() for path in app.outdir.rglob("*") if path.is_file()}


# --- execution --------------------------------------------------------------------------------------------------------


def test_chapters_are_executed_side_by_side_and_once(book):
    chapters = {name: FRONT + MEETING.format(name=name, other=other) for name, other in ("ab", "ba")}
    app, said = book(chapters)
    assert all("met" in (app.outdir / f"{name}.html").read_text() for name in chapters)
    assert "executing 2 chapters" in said and "Executing notebook" not in said
    for begun in app.srcdir.glob("*.begun"):
        begun.unlink()  # a chapter that is executed again is alone
    (app.srcdir / "a.md").write_text(chapters["a"] + "\nMore words.\n")
    app, said = book(fresh=True)
    assert "More words" in (app.outdir / "a.html").read_text() and "executing" not in said.lower()


def test_one_at_a_time_where_the_author_asks_for_it(book):
    chapters = {name: f"{FRONT}# {name}\n\n```{{code-cell}}\n'{name}'\n```\n" for name in "ab"}
    _, said = book(chapters, leanpage_execution_parallel=False)
    assert "executing" not in said and said.count("Executing notebook") == 2


def test_chapter_that_fails_beside_others_is_named_and_the_others_are_kept(book, said):
    sound = f"{FRONT}# b\n\n```{{code-cell}}\nprint(6 * 7)\n```\n"
    with pytest.raises(Exception, match=r"a\.md"):
        book({"a": f"{FRONT}# a\n\n```{{code-cell}}\n1 / 0\n```\n", "b": sound})
    assert re.search(r"a\.md:8: a cell of this chapter failed: ZeroDivisionError", said.getvalue())
    app, text = book({"a": f"{FRONT}# a\n\n```{{code-cell}}\n1 / 1\n```\n"})
    assert "42" in (app.outdir / "b.html").read_text() and text.count("Executing notebook") == 1


def test_chapter_that_needs_more_time_than_others_gets_it(book, monkeypatch):
    """As kernelfree gives a chapter with figures more time when its source is read."""

    def listen(app):
        def hear(app, name, source):
            app.env.mystnb_config = app.env.mystnb_config.copy(execution_timeout=60)

        app.connect("source-read", hear)

    monkeypatch.setitem(sys.modules, "listener", type("listener", (), {"setup": staticmethod(listen)}))
    cell = "```{{code-cell}}\nimport time\ntime.sleep(2)\nprint('said {}'.upper())\n```\n"
    extensions = ["myst_nb", "leanpage.execution", "listener"]
    chapters = {name: f"{FRONT}# {name}\n\n{cell.format(name)}" for name in "ab"}
    app, _ = book(chapters, extensions=extensions, nb_execution_timeout=1)
    assert "SAID B" in (app.outdir / "b.html").read_text()


def test_chapter_that_turns_execution_off_is_not_executed(book):
    off = FRONT.replace("---\nfile", "---\nmystnb: {execution_mode: 'off'}\nfile")
    chapters = {"a": f"{off}# a\n\n```{{code-cell}}\n1 / 0\n```\n", "b": f"{FRONT}# b\n\n```{{code-cell}}\n1\n```\n"}
    _, said = book(chapters | {"c": "# Words alone\n"})
    assert "ZeroDivisionError" not in said


def test_report_about_a_notebook_has_its_place_and_a_name_to_suppress(book):
    chapter = {"a": f"{FRONT}# A\n\n```{{code-cell}}\nfrom myst_nb import glue\nx = 1; glue('one', x)\n```\n"}
    settings = {"extensions": ["myst_nb", "leanpage.export"], "nb_execution_mode": "off"}
    assert re.search(r"/a\.md: leanpage\.notebooks: glue ", book(chapter, **settings)[1])
    assert re.search(r"/a\.md: WARNING: glue ", book(fresh=True, leanpage_strict=True, **settings)[1])
    assert "glue shares" not in book(fresh=True, suppressed=["leanpage.notebooks"], **settings)[1]


# --- pages ------------------------------------------------------------------------------------------------------------

LEAN = {"extensions": ["myst_nb", "leanpage"], "nb_execution_mode": "off", "html_theme": "sphinx_book_theme"}
WORDS = {"a": "# A\n\n```{toctree}\nb\n```\n\nWords of $x^2$.\n", "b": "# B\n\nOther words.\n"}


def test_build_that_finds_nothing_new_gives_the_same_bytes_and_any_change_writes_every_page_again(book, tmp_path):
    own = tmp_path / "static" / "own.css"
    own.parent.mkdir()
    own.write_text("p { color: red }")
    settings = LEAN | {"html_static_path": [str(own.parent)], "html_css_files": ["own.css"]}
    app, _ = book(WORDS, **settings)
    source, out, before = app.srcdir, app.outdir, contents(app)
    assert contents(book(**settings)[0]) == before
    for change in (
        lambda: (source / "b.md").write_text("# B\n\nNew words.\n"),
        lambda: settings.update(html_show_sphinx=False),
        lambda: own.write_text("p { color: blue }"),
        lambda: next(out.glob("_static/site-*.css")).unlink(),
        lambda: (out / "b.html").unlink(),
    ):
        times = pages(app)
        time.sleep(0.01)
        change()
        app, _ = book(**settings)
        after = pages(app)
        assert all(after[name] != times.get(name) for name in ("a.html", "b.html"))
        page = (out / "b.html").read_text()
        (sheet,) = re.findall(r"_static/site-\w+\.css", page)
        colour = re.search(r"color: (\w+)", own.read_text())[1]
        assert f"color:{colour}" in (out / sheet).read_text().replace(" ", "")
        assert sheet in (out / "a.html").read_text()


def test_page_that_an_earlier_build_left_behind_still_looks_as_it_did(book):
    """A reader's cache may hold an old page, too."""
    app, _ = book(WORDS, **LEAN)
    (app.srcdir / "b.md").unlink()
    (app.srcdir / "a.md").write_text("# A\n\nTake a [look](https://example.org).\n")
    app, _ = book(**LEAN)
    (sheet,) = re.findall(r"_static/site-\w+\.css", (app.outdir / "b.html").read_text())
    assert (app.outdir / sheet).is_file() and sheet not in (app.outdir / "a.html").read_text()
