"""leanpage on a small book that is not this one: its steps and settings, and files that are no pages of it."""

import base64
import re
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from leanpage.pipeline import HOOKS, STEPS
from project import PACKAGES, ROOT, source

CONCERNS = ["repository", "meta", "math", "theme", "reproducible", "drawings", "styles", "scripts"]
README = (ROOT / "code" / "leanpage" / "README.md").read_text("utf-8")
PAGE = """A price of $5
=============

It costs $5, then $6, and {x}_1 at most.

.. image:: figure.png
   :alt: A line.

:math:`x^2`
"""


def make(folder: Path, *extensions: str, name="index.rst", text=PAGE, builder="html", jobs=0, **settings) -> Sphinx:
    pages = folder / "source"
    pages.mkdir(parents=True)
    (pages / name).write_text(text, "utf-8")
    plt.figure(figsize=(1, 1)).savefig(pages / "figure.png")
    plt.close("all")
    config = {"project": "Small", "extensions": list(extensions), "html_theme": "basic", **settings}
    config.setdefault("source_suffix", {".rst": "restructuredtext"})  # Sphinx's defaults last for a process
    config.setdefault("templates_path", [])
    folders = (pages, None, folder / "out", folder / "trees")
    return Sphinx(*folders, builder, config, status=None, warning=None, warningiserror=jobs > 0, parallel=jobs)


def test_every_step_has_a_concern_that_can_be_skipped_and_a_line_in_the_readme():
    assert {hook[1] for hook in HOOKS} - {""} | {step[0] for step in STEPS} == set(CONCERNS)
    assert re.findall(r"^\| `(\w+)` \| ", README.partition("## Settings")[0], re.MULTILINE) == CONCERNS


def test_skipped_steps_leave_the_page_as_sphinx_wrote_it(tmp_path):
    theme = {"html_theme": "sphinx_book_theme"}
    make(tmp_path / "a", "leanpage", leanpage_skip=CONCERNS, leanpage_math=False, **theme).build()
    page = (tmp_path / "a/out/index.html").read_text("utf-8")
    assert "scripts/fontawesome.js" in page and "_static/site-" not in page and r"\(x^2\)" in page
    make(tmp_path / "b", "leanpage", leanpage_skip=["styles"], **theme).build()
    page = (tmp_path / "b/out/index.html").read_text("utf-8")
    assert "scripts/fontawesome.js" not in page and "<math" in page and not re.search(r"site-\w+\.css", page)


def test_every_setting_has_the_prefix_and_a_line_in_the_readme(tmp_path):
    without = {value.name for value in make(tmp_path / "a", "myst_nb").config}
    extensions = ["myst_nb", "leanpage", "leanpage.execution", "leanpage.export"]
    own = {value.name for value in make(tmp_path / "b", *extensions).config} - without
    listed = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    registered = {name for name in own if name.startswith("leanpage")}
    assert registered == {name for name in listed if name.startswith("leanpage")} != set()
    for path in source("leanpage").rglob("*.py"):
        names = re.findall(r'add_config_value\(\s*"(\w+)"', path.read_text("utf-8"))
        assert set(names) <= registered, path  # none by another name, none by a part that is not switched on here


def test_leanpage_names_no_folder_of_this_book_and_no_other_package():
    others = "|".join([*(name for name in PACKAGES if name != "leanpage"), r"\bkf-"])
    for path in source("leanpage").rglob("*.*"):
        if path.suffix in {".py", ".css", ".js", ".svg"}:
            assert not re.search(others, path.read_text("utf-8")), path


def test_a_logo_that_cards_cannot_show_is_no_warning(tmp_path):
    address = {"html_logo": "https://example.org/logo.svg", "html_baseurl": "https://example.org/small/"}
    app = make(tmp_path, "leanpage", jobs=1, **address)
    app.build()
    assert app.statuscode == 0 and list(tmp_path.glob("out/_images/social_previews/*.png"))


def test_card_is_drawn_where_the_site_has_an_address_and_letters_that_its_font_has(tmp_path):
    base = {"html_baseurl": "https://example.org/small/"}
    foreign = {
        "c": {"text": "統計の平均\n==========\n"},
        "d": {"text": "A mean\n======\n\nمتوسط\n"},
        "e": {"html_title": "統計"},
        "f": {"ogp_social_cards": {"enable": False}},
        "g": {"ogp_social_cards": False},  # which sphinxext-opengraph takes for no setting
        "h": {"html_title": "", "project": "Project name not set"},  # a card needs the name of a site
    }
    cases = {"a": {**base, "text": "Η τιμή\n======\n\nЦена, giá tiền.\n"}, "b": {}} | {
        x: base | foreign[x] for x in foreign
    }
    for folder, settings in cases.items():
        make(tmp_path / folder, "leanpage", **settings).build()
        html = (tmp_path / folder / "out" / "index.html").read_text("utf-8")
        card = re.search(r'property="og:image" content="https://example.org/small/(_images/[^"]+\.png)"', html)
        assert bool(card) == (folder in "ag"), folder
        assert not card or (tmp_path / folder / "out" / card[1]).is_file()


def test_one_page_in_other_letters_leaves_the_cards_of_others(tmp_path):
    text = "A mean\n======\n\n.. toctree::\n   :hidden:\n\n   b\n   c\n"
    app = make(tmp_path, "leanpage", html_baseurl="https://example.org/", text=text)
    for name, title in (("b", "統計の平均"), ("c", "A median")):
        (app.srcdir / f"{name}.rst").write_text(f"{title}\n==========\n", "utf-8")
    app.build()
    drawn = {page.stem for page in app.outdir.glob("*.html") if 'property="og:image"' in page.read_text("utf-8")}
    assert drawn == {"index", "c"}


def test_title_that_the_author_left_empty_is_no_placeholder(tmp_path):
    make(tmp_path, "leanpage", project="Project name not set", html_title="").build()
    assert "og:site_name" not in (tmp_path / "out/index.html").read_text("utf-8")


def test_settings_of_the_author_are_kept(tmp_path):
    settings = {"notfound_urls_prefix": "/here/", "sitemap_url_scheme": "{lang}{link}"}
    app = make(tmp_path, "leanpage", html_baseurl="https://example.org/a/", **settings)
    assert {name: getattr(app.config, name) for name in settings} == settings


def test_notebooks_are_written_only_where_they_are_asked_for(tmp_path):
    settings = {"nb_execution_mode": "off", "source_suffix": {".md": "myst-nb"}}
    text = CHAPTER.partition("They are")[0]
    make(tmp_path, "myst_nb", "leanpage", name="index.md", text=text, **settings).build()
    assert (tmp_path / "out" / "index.html").is_file() and not (tmp_path / "out" / "notebooks").exists()


@pytest.mark.parametrize("published", [True, False])
def test_hidden_answer_is_in_no_notebook_where_sources_are_not_published(tmp_path, published):
    hidden = "".join(f'```{{code-cell}}\n:tags: [{tag}]\n"answer"\n```\n\n' for tag in ("remove-cell", "remove_input"))
    text = CHAPTER.partition("# A chapter")[0] + f"# A question\n\n{hidden}```{{code-cell}}\n'shown'\n```\n"
    settings = {"nb_execution_mode": "off", "source_suffix": {".md": "myst-nb"}, "html_copy_source": published}
    make(tmp_path, "myst_nb", "leanpage.export", name="index.md", text=text, **settings).build()
    notebook = (tmp_path / "out" / "notebooks" / "index.ipynb").read_text("utf-8")
    assert "shown" in notebook and ("answer" in notebook) == published


def test_files_of_the_author_that_are_no_pages_are_left_as_they_are(tmp_path):
    extra = tmp_path / "extra"
    extra.mkdir()
    files = {
        "untitled.html": b"<p>No title, <div class=own>no quotes</div>",
        "styled.html": b"<html><head><title>T</title><style>body{color:red}</style></head><script>a()</script></html>",
        "latin.html": "<title>größe</title>".encode("latin-1"),
    }
    for name, content in files.items():
        (extra / name).write_bytes(content)
    make(tmp_path, "leanpage", html_extra_path=[str(extra)]).build()
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files} == files
    assert "color:red" not in "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.css"))


CHAPTER = """---
kernelspec: {name: python3, display_name: Python 3}
jupytext: {text_representation: {extension: .md, format_name: myst}}
---
# A chapter

![A line.](figure.png)

```{code-cell}
from IPython.display import Image
from myst_nb import glue
glue("two", 1 + 1, display=False)
glue("drawn", Image("figure.png"), display=False)
print("done")
```

They are {glue}`two`, as is to be seen:

```{glue:figure} drawn
Again.
```
"""


def test_notebook_of_a_cached_chapter_has_its_outputs_and_pictures_and_nothing_is_left_behind(tmp_path, monkeypatch):
    """The cache is MyST-NB's own: leanpage.execution, which keys it otherwise, is not switched on."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    settings = {"nb_execution_mode": "cache", "nb_execution_timeout": 200, "source_suffix": {".md": "myst-nb"}}
    make(tmp_path, "myst_nb", "leanpage.export", name="index.md", text=CHAPTER, **settings).build()
    assert list((tmp_path / "here").iterdir()) == []
    first, code, last = nbformat.read(tmp_path / "out" / "notebooks" / "index.ipynb", 4).cells
    assert [output.text for output in code.outputs] == ["done\n"] and "glue" not in code.source
    assert "They are 2, as is to be seen:" in last.source
    figure = (tmp_path / "source" / "figure.png").read_bytes()
    for cell in (first, last):
        (name,) = re.findall(r"!\[[^]]*\]\(attachment:([^)]+)\)", cell.source)
        assert base64.b64decode(cell.attachments[name]["image/png"]) == figure
    assert "Again." in last.source


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml"])
def test_other_builders_of_pages_make_them_light(tmp_path, builder):
    app = make(tmp_path, "leanpage", builder=builder, jobs=1, html_theme="sphinx_book_theme", source_suffix=".rst")
    app.build()
    page = (app.outdir / "index.html").read_text("utf-8")
    assert app.statuscode == 0 and "<math" in page and re.search(r"_static/site-\w+\.css", page)


@pytest.mark.parametrize("builder", ["epub", "latex", "text", "man", "gettext", "linkcheck"])
def test_other_builders_write_what_they_write_without_leanpage(tmp_path, builder):
    named = {"version": "1", "copyright": "2026, Somebody", "author": "Somebody", "epub_show_urls": "no"}
    settings = {"html_theme": "sphinx_book_theme", "source_suffix": ".rst", **named}
    written = []
    for extensions in ([], ["leanpage"]):
        with docutils_namespace():
            app = make(tmp_path, *extensions, builder=builder, jobs=1, **settings)  # paths stand in what gettext writes
            app.build()
        files = {path.relative_to(app.outdir): path for path in app.outdir.rglob("*.*") if path.name != ".buildinfo"}
        times = re.compile(rb"\d{4}-\d\d-\d\d[T ][\d:+]+Z?")
        written.append({name: times.sub(b"", path.read_bytes()) for name, path in files.items() if path.is_file()})
        assert app.statuscode == 0
        app.outdir.rename(tmp_path / f"out{len(written)}")
        shutil.rmtree(tmp_path / "source")
    stock, lean = ({name: text for name, text in one.items() if name.suffix != ".epub"} for one in written)
    assert stock == lean != {}


def test_two_jobs_write_the_pages_that_one_writes(tmp_path):
    written = []
    for jobs in (1, 2):
        with docutils_namespace():
            app = make(tmp_path / str(jobs), "leanpage", jobs=jobs, name="page1.rst", root_doc="page1")
            for number in range(1, 9):
                text = f":orphan:\n\nPage {number}\n======\n\n:math:`x^{number}`\n"
                (app.srcdir / f"page{number}.rst").write_text(text)
            app.build()
        assert app.statuscode == 0
        written.append({path.name: path.read_bytes() for path in app.outdir.glob("*.html")})
    assert written[0] == written[1] and b"<math" in written[0]["page8.html"]
