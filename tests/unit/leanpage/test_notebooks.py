"""leanpage.export: a page's text and cells as a notebook that works by itself."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from docutils import nodes
from docutils.core import publish_doctree

from leanpage.export import glue, lab, launch, notebooks
from leanpage.export.markdown import Markdown, plain

RST = """
Title *of* it
=============

Text with ``code``, **weight**, :math:`x_1` and `a link <https://example.org/a>`__. Stars: * and $5.

Below
-----

- one
- two

  more of two

3. third
4. fourth

.. math:: y = x^2

.. code-block:: text

   print(1)

.. note:: Mind
   this.

====  ====
a     b
====  ====
1     2
====  ====

term
    its meaning

H\\ :sub:`2`\\ O, x\\ :sup:`2` [1]_ |mark|

| A rose
|   is a
| rose.

.. [1] Of `one <https://example.org>`__.

   And more.

.. |mark| image:: https://example.org/mark.png
   :alt: Mark
"""


def written(text: str) -> str:
    document = publish_doctree(text, settings_overrides={"doctitle_xform": False})
    writer = Markdown(lambda reference: reference.get("refuri"), picture=lambda image: image["uri"])
    return "\n\n".join(writer.blocks(document))


def test_page_becomes_markdown_any_viewer_shows():
    assert written(RST) == (
        "# Title *of* it\n\n"
        "Text with `code`, **weight**, $x_1$ and [a link](https://example.org/a). Stars: \\* and \\$5.\n\n"
        "## Below\n\n"
        "- one\n- two\n  \n  more of two\n\n"
        "3. third\n4. fourth\n\n"
        "$$\ny = x^2\n$$\n\n"
        "```\nprint(1)\n```\n\n"
        "> **Note**\n>\n> Mind this.\n\n"
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n"
        "**term**\n\nits meaning\n\n"
        "H<sub>2</sub>O, x<sup>2</sup> <sup>1</sup> ![Mark](https://example.org/mark.png)\n\n"
        "A rose<br>\n&emsp;is a<br>\nrose.\n\n"
        "<sup>1</sup> Of [one](https://example.org).\n\nAnd more."
    )


class drawing(nodes.General, nodes.Element):
    """What an extension makes a picture of, on a page."""


TABLE = """
+---+---+
| joined|
+---+---+
| a | b |
+---+---+
"""


@pytest.mark.parametrize(
    "node",
    [
        drawing(),
        nodes.paragraph("", "", drawing()),
        nodes.raw("", "<script>alert(1)</script>", format="html"),
        nodes.raw("", "<img alt='' src='beside.png'>", format="html"),
        *publish_doctree(TABLE).findall(nodes.table),
        *publish_doctree(TABLE.replace("joined", "- in  ")).findall(nodes.table),
    ],
)
def test_what_markdown_has_no_words_for_is_heard_of(node):
    heard = []
    node.line = 3  # as what an author wrote has one
    Markdown(lambda reference: None, report=lambda node, what: heard.append(what)).block(node)
    assert len(heard) == 1


def test_what_markdown_has_words_for_is_not():
    heard = []
    html = '<b>x</b><img src="https://example.org/a.png"><img src="//example.org/a.png"><img src="data:,">'
    page = publish_doctree(RST)
    page += nodes.raw("", "<script>figure()</script>", format="html", classes=["output"])
    page += nodes.raw("", "<script>kernelName = 'python3'</script>", format="html")  # sphinx-thebe's, which has no line
    page += [nodes.raw("", html, format="html"), nodes.raw("", "\\newpage", format="latex"), nodes.container()]
    Markdown(lambda reference: None, report=lambda node, what: heard.append(what)).blocks(page)
    assert heard == []


def test_dropdown_waits_behind_its_title():
    box = nodes.admonition("", nodes.title("", "Why?"), nodes.paragraph("", "Because."), classes=["dropdown"])
    assert Markdown(lambda reference: None).block(box) == ["<details><summary>Why?</summary>", "Because.", "</details>"]


@pytest.mark.parametrize("text", ["a*b", "x_1", "`c`", "$5", "a|b", "[1]", "a < b", "back\\slash"])
def test_marks_in_text_are_escaped(text):
    from markdown_it import MarkdownIt

    tokens = MarkdownIt().parse(plain(text))[1].children
    assert "".join(token.content for token in tokens) == text


def test_scripts_do_not_travel():
    raw = nodes.raw("", "<script>alert(1)</script>", format="html")
    assert Markdown(lambda reference: None).block(raw) == []


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("docname", ["exercises/13.20", "été/übung 1", "a" * 99])
def test_cells_of_every_page_have_names_that_notebooks_allow(docname):
    cell = nbformat.v4.new_code_cell("", id=notebooks.cell_id(docname, 0))
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    assert notebooks.cell_id(docname, 0) != notebooks.cell_id(docname, 1)


def test_glue_goes_and_the_rest_stays():
    source = (
        "import math\nfrom myst_nb import glue\nx = 1  # kept\nglue('x', x, display=False)\n"
        "for name in 'ab':\n    glue(name, x)\nglue(\n    'y',\n    x,\n)\nx"
    )
    plot = "%matplotlib inline\nimport myst_nb\nif x:\n    myst_nb.glue('x', 1)\n!ls"
    assert glue.without_glue([source, "glue('x', 1)", plot, "a = !ls"]) == [
        "import math\nx = 1  # kept\nx",
        "",
        "%matplotlib inline\n!ls",
        "a = !ls",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "for month in months:\n    total += len(month)\n    glue(month, total)",
        "x = 1; glue('x', x)",
        "keep = glue",
        "from myst_nb import glue as g",
        "import math, myst_nb",
        "x = !ls\nglue('x', x)",
    ],
)
def test_glue_among_other_statements_leaves_all_cells_as_they_are(source):
    assert glue.without_glue(["from myst_nb import glue", source]) is None


def test_what_a_cell_prints_is_one_piece_however_it_came():
    """A kernel sends printed lines in one message or in several, as time falls."""
    stream = nbformat.v4.new_output
    pieces = [
        stream("stream", name="stdout", text="one\n"),
        stream("stream", name="stdout", text="two\n"),
        stream("stream", name="stderr", text="!"),
        stream("display_data", {"text/plain": "x"}),
        stream("stream", name="stdout", text="three\n"),
    ]
    whole = [stream("stream", name="stdout", text="one\ntwo\n"), *pieces[2:]]
    assert notebooks.joined_streams(pieces) == notebooks.joined_streams(whole) == whole


def test_pictures_become_png_and_nothing_waits_for_a_page():
    data = {
        "application/x+json": {"a": 1},
        "image/png": "AAAA",
        "text/html": "<svg></svg>",
        "text/plain": "what it shows",
    }
    shown = notebooks.portable(nbformat.v4.new_output("display_data", data, metadata={"a": 1}))
    assert shown.data == {"image/png": "AAAA", "text/plain": "what it shows"} and shown.metadata == {}
    table = nbformat.v4.new_output("execute_result", {"text/html": "<table></table>", "text/plain": "t"})
    assert notebooks.portable(table).data == {"text/html": "<table></table>", "text/plain": "t"}
    assert notebooks.portable(nbformat.v4.new_output("stream", text="hello")).text == "hello"


def app(address: str, install: dict):
    config = SimpleNamespace(html_theme_options={"repository_url": address}, leanpage_install=install)
    return SimpleNamespace(config=config, confdir=".")


def test_first_cell_installs_from_the_repository_that_the_book_was_built_from(monkeypatch):
    monkeypatch.setattr(notebooks.repository, "git", lambda folder, *command: "c0ffee")
    cell = notebooks.install_cell(app("https://github.com/ada/book", {"mybook": "my-book[all]"}))
    assert '%pip install --quiet "my-book[all] @ git+https://github.com/ada/book@c0ffee"' in cell.source
    assert notebooks.install_cell(app("https://github.com/ada/book", {})) is None


def test_first_cell_says_so_where_there_is_no_repository():
    source = notebooks.install_cell(app("", {"not_there_at_all": "my-book"})).source
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all .* knows no public repository"):
        exec(source, {})
    exec(notebooks.install_cell(app("", {"math": "my-book"})).source, {})


@pytest.mark.parametrize(
    "address, kept", [("https://github.com/a/b", True), ("https://gitlab.com/a/b", False), ("", False)]
)
def test_colab_opens_one_host_alone(address, kept):
    options = {"repository_url": address, "launch_buttons": {"colab_url": "https://colab.research.google.com"}}
    launch.remove_colab_elsewhere(SimpleNamespace(config=SimpleNamespace(html_theme_options=options)))
    assert ("colab_url" in options["launch_buttons"]) is kept


BUTTONS = [{"text": "Binder", "url": "b"}, {"text": "Colab", "url": "c"}]


def offered(
    tmp_path, monkeypatch, environment: dict[str, str], branch="notebooks", source="one.md", theirs=BUTTONS
) -> dict[str, dict]:
    """The launch buttons of a page whose notebook is written, as a fork's build in ``environment`` offers them."""
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "notebooks/book").mkdir(parents=True)
    (tmp_path / "notebooks/book/one.ipynb").write_text("{}")
    options = {
        "repository_url": "https://github.com/ada/book",
        "repository_branch": "trunk",
        "launch_buttons": {"binderhub_url": "https://hub.example.org/"},
    }
    config = SimpleNamespace(html_theme_options=options, leanpage_notebook_branch=branch)
    context = {"header_buttons": [{"label": "launch-buttons", "buttons": [dict(button) for button in theirs]}]}
    env = SimpleNamespace(doc2path=lambda name: tmp_path / source)
    book = SimpleNamespace(env=env, config=config, outdir=str(tmp_path), confdir=str(tmp_path))
    launch.change_buttons(book, "book/one", "page.html", context, nodes.document(None, None))
    assert all(menu["buttons"] for menu in context["header_buttons"]), "an empty menu"
    return {button["text"]: button for menu in context["header_buttons"] for button in menu["buttons"]}


def test_launch_buttons_lead_to_the_branch_that_keeps_the_notebooks(tmp_path, monkeypatch):
    buttons = offered(tmp_path, monkeypatch, {"GITHUB_REPOSITORY": "ada/book"})
    assert buttons["Colab"]["url"] == "https://colab.research.google.com/github/ada/book/blob/notebooks/book/one.ipynb"
    address = urlsplit(buttons["Binder"]["url"])
    assert (address.netloc, address.path) == ("hub.example.org", "/v2/gh/ada/book/trunk")
    (inner,) = parse_qs(address.query)["urlpath"]
    assert parse_qs(urlsplit(inner).query) == {
        "repo": ["https://github.com/ada/book"],
        "branch": ["notebooks"],
        "targetpath": ["notebooks"],
        "urlpath": ["lab/tree/notebooks/book/one.ipynb"],
    }


def test_before_the_branch_is_there_binder_opens_the_source_and_says_so(tmp_path, monkeypatch):
    buttons = offered(tmp_path, monkeypatch, {})
    assert buttons["Binder"]["url"] == "b" and "not published yet" in buttons["Binder"]["tooltip"]
    assert "Colab" not in buttons


def test_no_menu_is_left_empty(tmp_path, monkeypatch):
    assert offered(tmp_path, monkeypatch, {}, theirs=BUTTONS[1:]) == {}


@pytest.mark.parametrize("environment", [{}, {"GITHUB_REPOSITORY": "ada/book"}])
def test_page_that_is_a_notebook_keeps_its_launch_buttons(tmp_path, monkeypatch, environment):
    buttons = offered(tmp_path, monkeypatch, environment, branch="", source="one.ipynb")
    assert list(buttons.values()) == BUTTONS


@pytest.mark.parametrize("source, texts", [("one.md", [".ipynb", ".md"]), ("one.ipynb", [".md"])])
def test_notebook_is_among_the_downloads_once(tmp_path, source, texts):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/one.ipynb").write_text("{}")
    env = SimpleNamespace(doc2path=lambda name: tmp_path / source)
    downloads = {"label": "download-buttons", "buttons": [{"text": ".md", "label": "download-source-button"}]}
    context = {"header_buttons": [downloads], "pathto": lambda name, kind: name}
    book = SimpleNamespace(env=env, outdir=str(tmp_path))
    launch.change_buttons(book, "one", "page.html", context, nodes.document(None, None))
    assert [button["text"] for button in downloads["buttons"]] == texts


def test_readers_changes_stay_when_notebooks_are_laid_out_again(tmp_path):
    site, folder = tmp_path / "html", tmp_path / "lab"
    with pytest.raises(FileNotFoundError, match="build the book first"):
        lab.copy_notebooks(site, folder)
    (site / "notebooks/book").mkdir(parents=True)
    first, second = (site / "notebooks/book" / f"{name}.ipynb" for name in ("one", "two"))
    first.write_text("1"), second.write_text("2")
    assert lab.copy_notebooks(site, folder) == []
    (folder / "book/one.ipynb").write_text("mine")
    (folder / "book/own.ipynb").write_text("my own")
    assert lab.copy_notebooks(site, folder) == ["book/one.ipynb"]
    assert not (folder / "book/one.new.ipynb").exists(), "nothing new to put beside it"
    first.write_text("1b"), second.write_text("2b")
    assert lab.copy_notebooks(site, folder) == ["book/one.ipynb"]
    there = {path.name: path.read_text() for path in (folder / "book").iterdir()}
    assert there == {"one.ipynb": "mine", "one.new.ipynb": "1b", "two.ipynb": "2b", "own.ipynb": "my own"}


def test_chapter_of_nothing_but_code_says_where_it_is_from():
    document = nodes.document(None, None)
    document += cell(0)
    config = SimpleNamespace(html_baseurl="", html_title="A book", leanpage_install={})
    chapter = notebooks.Chapter(SimpleNamespace(config=config), "page", [nbformat.v4.new_code_cell("1")], document)
    first, code = chapter.notebook_cells()
    assert first.source.startswith("From *A book*.") and code.source == "1"


# --- exercises and solutions, as sphinx-exercise makes them -----------------------------------------------------------


class exercise_node(nodes.Element):
    pass


class solution_node(nodes.Element):
    pass


def section(*children):
    return nodes.section("", nodes.title("", "Check yourself"), *children)


def text(words: str):
    return nodes.paragraph("", words)


def cell(number: int):
    return nodes.container("", nb_element="cell_code", cell_index=number)


def walked(*children) -> list:
    number = lambda node: "Exercise 1" if "ex-one" in node["ids"] else None  # noqa: E731
    writer = Markdown(lambda reference: reference["refuri"], number)
    found = notebooks.parts([section(*children)], writer)
    return [part["cell_index"] if notebooks.is_cell(part) else getattr(part, "source", part) for part in found]


def exercise(*children):
    return exercise_node("", nodes.title("", " (One)"), nodes.section("", *children), ids=["ex-one"])


def solution(*children):
    link = nodes.reference("", " Exercise 1 (One)", refuri="https://example.org")
    return solution_node("", nodes.title("", "", nodes.Text("Solution to"), link), nodes.section("", *children))


def test_exercises_and_solutions_have_headings_by_which_notebooks_fold():
    page = walked(exercise(text("what?"), cell(0)), solution(text("that"), cell(1)), exercise(text("and?")))
    assert page == [
        "# Check yourself",
        "## Exercise 1 (One)",
        "what?",
        0,
        "### Solution to Exercise 1 (One)",
        "that",
        1,
        None,
        "## Exercise 1 (One)",
        "and?",
    ]


def test_what_comes_behind_a_solution_in_its_section_is_not_folded_with_it():
    assert walked(solution(), text("by the way"))[3:] == ["## Check yourself, continued", "by the way"]
    assert walked(solution(), cell(0), cell(1))[3:] == ["## Check yourself, continued", 0, 1]


def test_hidden_cells_after_a_solution_are_folded_with_it():
    sources = ["x = 1", "answer = x + 1", "check(answer)", "print('right')", "x"]
    executed = [nbformat.v4.new_code_cell(source) for source in sources]
    document = nodes.document(None, None)
    document += section(exercise(cell(0)), solution(cell(1)), exercise(cell(4)))
    config = SimpleNamespace(html_baseurl="", html_title="A book", leanpage_install={}, numfig_format={})
    app = SimpleNamespace(config=config, env=SimpleNamespace(toc_fignumbers={"page": {"exercise": {"ex-one": (1,)}}}))
    cells = notebooks.Chapter(app, "page", executed, document).notebook_cells()
    assert [one.source.partition("\n")[0] for one in cells] == [
        "# Check yourself",
        "x = 1",
        "### Solution to Exercise 1 (One)",
        *sources[1:4],
        "## Exercise 1 (One)",
        *sources[4:],
    ]
    assert [bool(one.metadata.get(notebooks.FOLDED_SECTION)) for one in cells].index(True) == 2
