"""Builds after builds: chapters executed side by side, and pages written only where something changed."""

import io
import time

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
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
def book(tmp_path):
    """A book of pages, built when it is called; gives its Sphinx and what it said."""

    def build(pages=None, fresh=False, **settings):
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        for name, text in (pages or {}).items():
            (source / f"{name}.md").write_text(text)
        said = io.StringIO()
        folders = (source, None, tmp_path / "out" / "html", tmp_path / "out" / "trees")
        extensions = settings.pop("extensions", ["myst_nb", "leanpage.execution"])
        config = {"extensions": extensions, "root_doc": "a", "nb_execution_mode": "cache", **settings}
        config |= {"source_suffix": {".md": "myst-nb"}, "templates_path": []}  # Sphinx's defaults last for a process
        config |= {"nb_execution_raise_on_error": True, "suppress_warnings": ["toc"], "project": "book"}
        with docutils_namespace():
            app = Sphinx(*folders, "html", config, said, said, freshenv=fresh)
            app.build()
        return app, said.getvalue()

    return build


def pages(app):
    return {path.name: path.stat().st_mtime_ns for path in sorted(app.outdir.rglob("*")) if path.is_file()}


def contents(app):
    return {path: path.read_bytes() for path in app.outdir.rglob("*") if path.is_file()}


# --- execution --------------------------------------------------------------------------------------------------------


def test_chapters_are_executed_side_by_side_and_once(book):
    chapters = {name: FRONT + MEETING.format(name=name, other=other) for name, other in ("ab", "ba")}
    app, said = book(chapters, leanpage_execution_jobs=2)
    assert all("met" in (app.outdir / f"{name}.html").read_text() for name in chapters)
    assert "executing 2 chapters, 2 at a time" in said and "Executing notebook" not in said
    for begun in app.srcdir.glob("*.begun"):
        begun.unlink()  # who is executed again does so alone
    (app.srcdir / "a.md").write_text(chapters["a"] + "\nMore words.\n")
    app, said = book(fresh=True, leanpage_execution_jobs=2)
    assert "More words" in (app.outdir / "a.html").read_text() and "executing" not in said.lower()


def test_one_at_a_time_where_that_is_asked_for(book):
    _, said = book(
        {name: f"{FRONT}# {name}\n\n```{{code-cell}}\n'{name}'\n```\n" for name in "ab"}, leanpage_execution_jobs=1
    )
    assert "at a time" not in said and said.count("Executing notebook") == 2


def test_chapter_that_fails_beside_others_is_named_and_the_others_are_kept(book):
    sound = f"{FRONT}# b\n\n```{{code-cell}}\nprint(6 * 7)\n```\n"
    with pytest.raises(ExtensionError, match=r"a\.md:8: a cell of this chapter failed: ZeroDivisionError"):
        book({"a": f"{FRONT}# a\n\n```{{code-cell}}\n1 / 0\n```\n", "b": sound}, leanpage_execution_jobs=2)
    app, said = book({"a": f"{FRONT}# a\n\n```{{code-cell}}\n1 / 1\n```\n"}, leanpage_execution_jobs=2)
    assert "42" in (app.outdir / "b.html").read_text() and said.count("Executing notebook") == 1


def test_what_extensions_make_of_a_source_is_executed_and_in_their_time(book, monkeypatch):
    """As kernelfree gives a chapter with figures more time, when its source is read."""

    def listen(app):
        def hear(app, name, source):
            source[0] = source[0].replace("WORDS", "said")
            app.env.mystnb_config = app.env.mystnb_config.copy(execution_timeout=60)

        app.connect("source-read", hear)

    monkeypatch.setitem(__import__("sys").modules, "listener", type("listener", (), {"setup": staticmethod(listen)}))
    cell = "```{{code-cell}}\nimport time\ntime.sleep(2)\nprint('WORDS {}'.upper())\n```\n"
    extensions = ["myst_nb", "leanpage.execution", "listener"]
    chapters = {name: f"{FRONT}# {name}\n\n{cell.format(name)}" for name in "ab"}
    app, said = book(chapters, extensions=extensions, nb_execution_timeout=1, leanpage_execution_jobs=2)
    assert "SAID B" in (app.outdir / "b.html").read_text() and "Executing notebook" not in said


def test_chapter_that_asks_to_be_left_is_left(book):
    off = FRONT.replace("---\nfile", "---\nmystnb: {execution_mode: 'off'}\nfile")
    chapters = {"a": f"{off}# a\n\n```{{code-cell}}\n1 / 0\n```\n", "b": f"{FRONT}# b\n\n```{{code-cell}}\n1\n```\n"}
    _, said = book(chapters | {"c": "# Words alone\n"}, leanpage_execution_jobs=2)
    assert "ZeroDivisionError" not in said


# --- pages ------------------------------------------------------------------------------------------------------------

LEAN = {"extensions": ["myst_nb", "leanpage"], "nb_execution_mode": "off", "html_theme": "sphinx_book_theme"}
WORDS = {"a": "# A\n\n```{toctree}\nb\n```\n\nWords of $x^2$.\n", "b": "# B\n\nOther words.\n"}


def test_build_that_finds_nothing_new_writes_nothing(book):
    app, _ = book(WORDS, **LEAN)
    times, before = pages(app), contents(app)
    app, said = book(**LEAN)
    assert "no targets are out of date" in said and contents(app) == before
    assert {name for name, time in pages(app).items() if name.endswith(".html") and time != times[name]} == set()


def test_module_of_the_books_own_counts_and_not_what_stands_beside_it(book, tmp_path, monkeypatch):
    (tmp_path / "own.py").write_text("def setup(app):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))  # the output lies there, too, and changes with every build
    settings = LEAN | {"extensions": [*LEAN["extensions"], "own"]}
    book(WORDS, **settings)
    assert "no targets are out of date" in book(**settings)[1]
    (tmp_path / "own.py").write_text("def setup(app):\n    return {}\n")
    assert "no targets are out of date" not in book(**settings)[1]


@pytest.mark.parametrize(
    "change", ["a page", "a setting", "a static file", "a joined file that is gone", "a page gone"]
)
def test_every_page_is_written_again_where_anything_changed(book, change, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "own.css").write_text("p { color: red }")
    settings = LEAN | {"html_static_path": [str(tmp_path / "static")], "html_css_files": ["own.css"]}
    app, _ = book(WORDS, **settings)
    before = pages(app)
    time.sleep(0.01)
    if change == "a page":
        (app.srcdir / "b.md").write_text("# B\n\nNew words.\n")
    elif change == "a setting":
        settings["leanpage_cut_styles"] = False
    elif change == "a static file":
        (tmp_path / "static" / "own.css").write_text("p { color: blue }")
    elif change == "a joined file that is gone":
        next(app.outdir.glob("_static/site-*.css")).unlink()
    else:
        (app.outdir / "b.html").unlink()
    app, _ = book(**settings)
    after = pages(app)
    assert all(after[name] != before[name] for name in ("a.html", "b.html"))
    (sheet,) = app.outdir.glob("_static/site-*.css")
    assert ("color:red" in sheet.read_text().replace(" ", "")) == (change != "a static file")
    assert sheet.name in (app.outdir / "a.html").read_text() and sheet.name in (app.outdir / "b.html").read_text()


def test_pages_that_sphinx_would_leave_standing_are_written_with_the_others(book, monkeypatch):
    """An extension may have some pages written anew in every build."""

    def restless(app):
        app.connect("env-updated", lambda app, env: ["b"])

    monkeypatch.setitem(__import__("sys").modules, "restless", type("restless", (), {"setup": staticmethod(restless)}))
    settings = LEAN | {"extensions": [*LEAN["extensions"], "restless"]}
    first = {path.name: path.read_bytes() for path in book(WORDS, **settings)[0].outdir.glob("*.html")}
    app, said = book(**settings)
    assert {path.name: path.read_bytes() for path in app.outdir.glob("*.html")} == first
    assert len(list(app.outdir.glob("_static/site-*.css"))) == 1


def test_warnings_are_said_again(book):
    words = WORDS | {"b": "# B\n\n[there](nowhere.md)\n"}
    _, first = book(words, **LEAN)
    _, second = book(**LEAN)
    assert "nowhere" in first
    assert "no targets are out of date" not in second
