"""leanpage's parts on small pages: what is mended, joined and named, and what is left alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanpage import drawings, fonts, scripts, styles, theme
from leanpage.made import Made
from leanpage.pages import Site
from leanpage.tree import Tree


def page(head="", article="", end=""):
    return (
        f'<!DOCTYPE html><html><head><title>t</title>{head}</head><body><article class="a">{article}</article>{end}'
        "</body></html>"
    )


@pytest.fixture
def site(tmp_path):
    """Write files of a site, take the HTML among them for pages, join its assets; returns the site."""

    def make(files: dict[str, str], base="/", authors=(), cut=False, foreign=()):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        names = [path for path in files if path.endswith(".html") and path not in foreign]
        made = Site(tmp_path, names, Made(tmp_path, tmp_path / ".record"), base)
        styles.join(made, cut=cut)
        scripts.join(made, set(authors))
        return made

    return make


def style(root, name, more=""):
    return f'<link rel="stylesheet" type="text/css" {more}href="{root}_static/{name}?v=1" />'


def script(root, name, more=""):
    return f'<script {more}src="{root}_static/{name}"></script>'


def sent(site, suffix):
    (path,) = site.folder.glob(f"_static/site-*{suffix}")
    return path.read_text("utf-8")


def linked(site, name, what="stylesheet"):
    return [node.attributes["href"] for node in site.pages[name].find(f'link[rel="{what}"]')]


def loaded(site, name):
    return [(node.attributes.get("src"), "defer" in node.attributes) for node in site.pages[name].find("script")]


# --- trees -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '<svg viewBox="0 0 1 1"><path d="M0 0"/><foreignObject><p>x</p></foreignObject></svg>',
        "<pre>\n\nfirst line is empty</pre>",
        "<script>if (a < b && c > d) { draw('<path></path>'); }</script>",
        '<noscript><iframe src="x"></iframe></noscript>',
        '<div data-x="&quot;&lt;noscript&gt;1&lt;/noscript&gt;">&lt;p&gt; &amp;amp;</div>',
        "<template><p>kept</p></template>",
        "<math><mspace width='1em'/><mi>x</mi></math>",
    ],
)
def test_page_is_the_same_page_when_it_was_parsed_and_written(text):
    once = str(Tree(page(article=text)))
    assert str(Tree(once)) == once
    plain = text.replace("'1em'", '"1em"')
    assert plain in once


# --- styles ----------------------------------------------------------------------------------------------------------


def test_pages_share_one_style_sheet_in_their_order(site):
    made = site(
        {
            "index.html": page(style("", "a.css") + style("", "c.css")),
            "sub/one.html": page(style("../", "a.css") + style("../", "c.css")),
            "_static/a.css": "a{top:1px}",
            "_static/c.css": "c{top:3px}",
        }
    )
    assert re.findall(r"\w\{", sent(made, ".css")) == ["a{", "c{"]
    for name, root in (("index.html", ""), ("sub/one.html", "../")):
        (address,) = linked(made, name)
        assert address.startswith(f"{root}_static/site-")
    assert (made.folder / "_static" / "a.css").exists()  # a page that is not ours may ask for it


def test_style_sheet_of_some_pages_changes_no_other_and_keeps_its_place(site):
    made = site(
        {
            "index.html": page(style("", "a.css") + style("", "b.css"), "<p>x</p>"),
            "one.html": page(style("", "a.css") + style("", "some.css") + style("", "b.css")),
            "_static/a.css": "p{top:1px}",
            "_static/b.css": "p{top:2px}",
            "_static/some.css": "p{top:3px}",
        }
    )
    first, own, last = linked(made, "one.html")
    assert own == "_static/some.css?v=1" and [first, last] == linked(made, "index.html")
    assert "top:3px" not in (made.folder / first).read_text() + (made.folder / last).read_text()


def test_style_sheet_of_some_pages_that_finds_nothing_on_others_may_count_for_all(site):
    made = site(
        {
            "index.html": page(style("", "a.css") + style("", "b.css")),
            "one.html": page(style("", "a.css") + style("", "some.css") + style("", "b.css"), "<p class=only>x</p>"),
            "_static/a.css": "p{top:1px}",
            "_static/b.css": "p{top:2px}",
            "_static/some.css": ".only p{top:3px}",
        }
    )
    assert linked(made, "one.html") == linked(made, "index.html")
    assert re.findall(r"top:\dpx", sent(made, ".css")) == ["top:1px", "top:3px", "top:2px"]


def test_style_sheet_for_paper_is_for_paper_only(site):
    made = site({"index.html": page(style("", "p.css", 'media="print" ')), "_static/p.css": "a{top:1px}"})
    assert re.search(r"@media print\s*\{\s*a\s*\{top:1px\}", sent(made, ".css"))


def test_addresses_in_styles_lead_where_they_led(site):
    made = site(
        {
            "index.html": page(style("", "deep/a.css")),
            "_static/deep/a.css": "@import url(https://f.org/x.css);@import '../b.css';"
            "a{background:url(pic.png)}b{src:url(https://x.org/f)}",
            "_static/b.css": "c{background:url('b.png?v=1#x')}",
        }
    )
    css = sent(made, ".css")
    assert 'url("deep/pic.png")' in css and 'url("b.png?v=1#x")' in css and "url(https://x.org/f)" in css
    assert css.count("@import") == 1 and re.match(r'@charset "utf-8";\s*@import url\(https://f.org/x.css\);', css)


@pytest.mark.parametrize(
    "data", ["svg+xml,%3csvg xmlns='http://www.w3.org/2000/svg'/%3e", "svg+xml;base64,PHN2ZyB4bWxucz0neCcvPg=="]
)
def test_pictures_inside_styles_become_files(site, data):
    made = site({"index.html": page(style("", "a.css")), "_static/a.css": f'a{{background:url("data:image/{data}")}}'})
    (name,) = re.findall(r'url\("(drawing-\w+\.svg)"\)', sent(made, ".css"))
    assert (made.folder / "_static" / name).read_text().startswith("<svg xmlns=")


def test_page_shown_anywhere_has_absolute_addresses(site):
    files = {"index.html": page(style("", "a.css")), "404.html": page(style("/book/", "a.css")), "_static/a.css": "a{}"}
    assert linked(site(files, base="/book/"), "404.html")[0].startswith("/book/_static/site-")


def test_bare_pages_are_left_alone(site):
    leads_elsewhere = '<meta http-equiv="Refresh" content="0; url=book/index.html" />'
    made = site({"index.html": leads_elsewhere, "a.html": page(style("", "a.css")), "_static/a.css": ""})
    assert "site-" not in str(made.pages["index.html"])


def test_what_is_not_a_page_of_the_book_has_no_effect_and_suffers_none(site):
    """A removed chapter's old page, HTML of the author's own (html_extra_path), with what they ask for."""
    alone = '<html><head><title>Alone</title><link rel="stylesheet" href="alone.css"></head><p>x</html>'
    old = page(style("", "gone.css") + script("", "gone.js"))
    files = {name: page(style("", "a.css") + script("", "a.js")) for name in ("index.html", "two.html")}
    files |= {"_static/a.css": "a{top:1px}", "_static/a.js": "one()", "alone.css": "body{color:red}"}
    made = site({**files, "alone.html": alone, "old.html": old}, foreign=["alone.html", "old.html"])
    assert (made.folder / "alone.html").read_text() == alone and (made.folder / "old.html").read_text() == old
    assert "one()" in sent(made, ".js") and "color:red" not in sent(made, ".css")
    assert (made.folder / "alone.css").exists() and (made.folder / "_static/a.css").exists()


def test_files_in_other_encodings_are_no_stumbling_block(site, tmp_path):
    (tmp_path / "old.js").write_bytes("// größe\nvar a = 1;".encode("latin-1"))
    made = site({"index.html": page(style("", "a.css")), "_static/a.css": "p{top:1px}"}, cut=True)
    assert (made.folder / "old.js").read_bytes().startswith(b"// gr\xf6")


def test_file_names_follow_the_content():
    assert fonts.digest(b"a") == fonts.digest(b"a") != fonts.digest(b"b")


# --- scripts ---------------------------------------------------------------------------------------------------------


def two_pages(head, **files):
    texts = {name.replace("__", "."): text for name, text in files.items()}
    pages = {name: page(style("", "s.css") + head) for name in ("a.html", "b.html")}
    return pages | {"_static/s.css": ""} | {f"_static/{name}": text for name, text in texts.items()}


def test_scripts_of_all_pages_become_one_that_waits(site):
    inline = "<script>let shared = 1;</script>"
    made = site(
        {
            "a.html": page(style("", "s.css") + script("", "one.js") + inline, end=script("", "two.js", "defer ")),
            "b.html": page(style("", "s.css") + script("", "one.js") + inline,
                           end=script("", "two.js", 'data-x="y" defer ') + script("", "own.js", "defer ")),
            "_static/one.js": '"use strict"; one()',
            "_static/two.js": "two()",
            "_static/own.js": "own()",
            "_static/s.css": "",
        }
    )  # fmt: skip
    assert re.findall(r"one\(\)|var shared|two\(\)", sent(made, ".js")) == ["one()", "var shared", "two()"]
    assert not sent(made, ".js").startswith('"use strict"')
    assert [deferred for _, deferred in loaded(made, "a.html")] == [True]
    assert made.pages["a.html"].find("script")[0].attributes["data-x"] == "y"
    assert [source for source, _ in loaded(made, "b.html")][1] == "_static/own.js"
    assert not made.pages["b.html"].find("script:not([src])")


def test_settings_are_known_before_the_scripts_that_read_them(site):
    """A deferred script no longer waits for the page, nor for the settings that stood after it."""
    made = site(two_pages(script("", "a.js") + "<script>var chosen = '.x';</script>", a__js="run(chosen);"))
    assert sent(made, ".js").index("var chosen") < sent(made, ".js").index("run(chosen)")


def test_authors_scripts_keep_their_place_their_time_and_their_order(site):
    head = script("", "lib.js") + script("", "mine.js") + '<script src="https://x.org/require.js"></script>'
    made = site(two_pages(head, lib__js="lib()", mine__js="mine()"), authors=["_static/mine.js"])
    sources = loaded(made, "a.html")
    assert sources[0][1] and sources[1:] == [("_static/mine.js", False), ("https://x.org/require.js", False)]
    assert "mine()" not in sent(made, ".js")


def test_script_that_the_page_calls_while_it_is_read_is_there_by_then(site):
    head = script("", "lib.js") + script("", "mine.js")
    made = site(two_pages(head, lib__js="function helper() {}", mine__js="helper();"), authors=["_static/mine.js"])
    (first, deferred), *_ = loaded(made, "a.html")
    assert first.startswith("_static/site-") and not deferred


def test_script_that_sees_to_the_page_before_it_is_painted_does_not_wait(site):
    """A theme that sets light or dark at the top of its body, say: later, the reader would see the other flash."""
    first = "document.body.dataset.theme = localStorage.getItem('theme');"
    text = page(style("", "s.css") + script("", "lib.js")).replace("<body>", f"<body><script>{first}</script>")
    made = site({"a.html": text, "b.html": text, "_static/s.css": "", "_static/lib.js": "lib()"})
    (_, waits), (address, deferred) = loaded(made, "a.html")
    assert waits and not deferred and (made.folder / address).read_text() == first
    assert str(made.pages["a.html"]).index(address) < str(made.pages["a.html"]).index("<article")


def run(text, before=""):
    """Run scripts as a browser runs a file, in one realm; returns what was logged, and what was thrown."""
    program = f"""
      const vm = require("vm"), log = [], timers = [];
      const context = vm.createContext({{ log, setTimeout: (f) => timers.push(f) }});
      vm.runInContext({json.dumps(before)}, context);
      vm.runInContext({json.dumps(text)}, context);
      const thrown = timers.map((f) => {{ try {{ f(); }} catch (error) {{ return String(error); }} }});
      console.log(JSON.stringify([log, thrown]));
    """
    done = subprocess.run([Path(sys.executable).with_name("node"), "-e", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_that_throws_stops_no_other_and_is_heard():
    texts = ["log.push(1); nothing.here(); log.push('never');", "log.push(2);", '"use strict"; null.x', "log.push(3)"]
    joined = "".join(scripts.joinable(text, False).text for text in texts)
    logged, thrown = run(joined)
    assert logged == [1, 2, 3]
    assert [error.split(":")[0] for error in thrown] == ["ReferenceError", "TypeError"]


@pytest.mark.parametrize(
    "text",
    [
        "const shared = 1; let other = shared + 1; function both() { return shared + other; }",
        '"use strict";\nconst shared = 1\nconst { a: other } = { a: 2 };\nfunction both() { return shared + other; }',
        "var [shared, { other = 2 }] = [1, {}]; class Sum { static of() { return 3; } } const both = () => Sum.of()",
        "async function later() {} function both() { return typeof later === 'function' ? 3 : 0; } const shared = 1",
    ],
)
def test_what_a_script_declares_is_known_to_the_next(text):
    joined = scripts.joinable(text, False)
    assert {"shared", "both"} <= joined.names
    assert run(joined.text + scripts.joinable("log.push(both(), shared)", False).text) == [[3, 1], []]


def test_scripts_are_sent_without_comments_and_white_space_but_with_their_licences():
    text = """/* License: MIT */
// a note
if (true) {   // another
    log.push(`two  spaces  ${ "a" /* and this */ }  // here`,   / {2}x/.test("  x"));
}
"""
    sent = scripts.joinable(text, False).text
    assert "License" in sent and "note" not in sent and "another" not in sent and "\n  " not in sent
    assert run(sent) == [["two  spaces  a  // here", True], []]


@pytest.mark.parametrize(
    "text",
    [
        "let x = (",
        "import y from './y.js'; y()",
        "const top = 1;",
        '"use strict"; let counter = 0;',
        "document.write('x')",
        "load(document.currentScript.src)",
    ],
)
def test_script_that_would_run_otherwise_among_others_is_left_alone(text):
    assert scripts.joinable(text, False) is None


def test_loader_of_modules_that_comes_later_changes_nothing_for_those_before():
    """In a stock book a library before require.js makes itself known to all; deferred, it would find require.js."""
    library = "((f) => { typeof define === 'function' && define.amd ? define(f) : globalThis.lib = f(); })(() => 7)"
    loader = "globalThis.define = () => log.push('taken'); define.amd = {};"
    assert run(scripts.joinable(library, True).text + "log.push(lib);", loader) == [[7], []]


def test_other_scripts_keep_their_place_and_inline_ones_become_files(site):
    data = '<script type="application/json">{"a": 1}</script>'
    made = site(
        {
            "index.html": page(
                style("", "s.css")
                + '<script src="https://other.org/x.js"></script><script type="module" src="m.js"></script>',
                article=f"<p>before</p><script>draw()</script>{data}",
            ),
            "two.html": page(style("", "s.css")),
            "_static/s.css": "",
        }
    )
    index = str(made.pages["index.html"])
    assert '<script src="https://other.org/x.js"></script>' in index and '<script type="module" src="m.js">' in index
    assert data in index
    address = re.search(r'before</p>\s*<script src="(_static/inline-\w+\.js)"></script>', index)[1]
    assert (made.folder / address).read_text() == "draw()"


# --- the theme's pages -----------------------------------------------------------------------------------------------


def mend(text, *asked):
    tree = Tree(text)
    theme.mend(theme.Page(tree, "", frozenset(asked)))
    return re.sub(r"</?(html|head|body)>|\n", "", str(tree))


def test_thebe_stays_only_when_asked_for():
    text = '<script>const THEBE_JS_URL = "x"</script><script async="async" src="_static/sphinx-thebe.js?v=1"></script>'
    assert mend(text) == ""
    assert mend(text, "thebe") == text


def test_script_of_tabs_is_for_sites_with_tabs():
    text = '<script src="_static/design-tabs.js"></script>'
    assert mend(text) == "" and mend(text, "tabs") == text


def test_search_scripts_are_for_the_search_page():
    scripts = '<script src="_static/searchtools.js"></script><script src="searchindex.js"></script>'
    assert mend(scripts) == ""
    assert scripts in mend(scripts + '<div id="search-results"></div>')


def test_mends_find_their_places_whatever_the_order_of_attributes():
    """Another extension may write pages anew and put attributes in another order."""
    assert mend('<header class="x bd-header" id="pst-header"><div class="navbar-item"></div></header>') == (
        '<div id="pst-header" hidden=""></div>'
    )
    assert mend('<script src="../_static/scripts/fontawesome.js" defer=""></script>') == ""
    button = '<button aria-label="Search" title="Search" class="btn search-button-field">S</button>'
    assert "title" not in mend(button) and "aria-label" not in mend(button)


def test_bar_with_more_in_it_than_a_search_button_stays():
    bar = '<header id="pst-header"><div class="navbar-item"><a href="x">Home</a></div></header>'
    assert mend(bar) == bar


def test_bootstrap_stays_where_more_than_menus_is_used():
    assert not theme.needs_bootstrap(Tree('<a data-bs-toggle="dropdown"></a><a data-bs-toggle="tooltip"></a>'))
    assert theme.needs_bootstrap(Tree('<a data-bs-toggle="collapse"></a>'))


def test_menus_are_opened_by_one_script_alone():
    assert "data-menu" in mend('<button data-bs-toggle="dropdown"></button>')
    assert "data-menu" not in mend('<button data-bs-toggle="dropdown"></button>', "bootstrap")


def test_magnifier_of_a_search_field_is_its_button_and_the_field_comes_first():
    field = '<input type="search" aria-label="Suche">'
    assert mend(f'<form class="bd-search"><i class="fa-solid"></i>{field}</form>') == (
        f'<form class="bd-search">{field}<button type="submit" class="leanpage-submit" aria-label="Suche">'
        '<i class="fa-solid"></i></button></form>'
    )
    others = f'<form class="sidebar-search-container">{field}</form>'
    assert mend(others) == others


@pytest.mark.parametrize("corner", ["", "<p></p>"])
def test_corner_of_a_table_is_no_heading(corner):
    table = f'<table><tbody><tr><th class="head">{corner}</th><th class="head">a</th></tr></tbody></table>'
    assert mend(table) == table.replace(f"{corner}</th>", f"{corner}</td>", 1).replace("<th", "<td", 1)


def test_no_inline_handler_of_the_theme_is_left():
    assert mend('<button onclick="window.print()"></button>') == '<button data-call="print"></button>'
    assert "toggleFullScreen" in mend('<button onclick="toggleFullScreen()"></button>')
    assert 'onclick="mine(1)"' in mend('<button onclick="mine(1)"></button>')


def test_summary_holds_words_and_an_id_stands_once():
    assert "<p" not in mend('<details><summary><p class="admonition-title">T</p></summary></details>')
    assert mend('<div id="x"><span id="x"></span></div>') == '<div id="x"><span></span></div>'
    three = '<section id="exercise-content">1</section>' * 3
    assert re.findall("<section[^>]*>", mend(three)) == ['<section id="exercise-content">', *["<section>"] * 2]


def test_page_without_a_title_has_no_empty_heading():
    assert mend('<div class="onlyprint"><h1></h1></div>') == '<div class="onlyprint"></div>'
    titled = '<div class="onlyprint"><h1>A title</h1></div>'
    assert mend(titled) == titled


# --- drawings --------------------------------------------------------------------------------------------------------


def points(path):
    """The absolute points of a path of M, L, C, Q and Z, in either spelling, by another reading of SVG's grammar."""
    found, here, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, text in re.findall(r"([MLCQZmlcqz])([^MLCQZmlcqz]*)", path):
        numbers = [float(n) for n in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text)]
        size = {"m": 1, "l": 1, "q": 2, "c": 3, "z": 0}[command.lower()]
        if not size:
            here = start
            found.append("z")
        for i in range(0, len(numbers), 2 * size or 1):
            base = here if command.islower() else (0.0, 0.0)
            pairs = zip(numbers[i : i + 2 * size : 2], numbers[i + 1 : i + 2 * size : 2], strict=True)
            group = [(round(base[0] + x, 6), round(base[1] + y, 6)) for x, y in pairs]
            found += group
            here = group[-1]
            if command in "Mm" and i == 0:
                start = here
    return found


@given(
    st.lists(
        st.tuples(
            st.sampled_from("LCQ"), st.lists(st.integers(-99999, 99999).map(lambda n: n / 100), min_size=6, max_size=6)
        ),
        min_size=1,
    ),
    st.booleans(),
)
def test_shorter_path_runs_through_the_same_points(parts, closed):
    size = {"L": 2, "Q": 4, "C": 6}
    once = " ".join(f"{command} " + " ".join(map(str, numbers[: size[command]])) for command, numbers in parts)
    path = f"M 1.5 -2 {once}{' z' if closed else ''} M 3 4 {once}"
    assert points(drawings.relative(path)) == points(path)


@pytest.mark.parametrize(
    "path", ["M.5 .5L19.5 .5L19.5 19.5Z", "M1.5.5L10.5.5 10.5 9.5Z", "M1e+0 2L1.5e+1 2L1.5E+1 15Z", "M1,2,3,4-5-6"]
)
def test_numbers_in_any_spelling_are_read(path):
    assert points(drawings.relative(path)) == points(path)


@pytest.mark.parametrize(
    "path", ["m1 1l2 2", "M1 1A1 1 0 0 1 2 2", "M1 1H5", "M1", "L1 1", "M1 1L2", "M1 1 x", "", "M1 1 2"]
)
def test_path_of_another_form_is_left_alone(path):
    assert drawings.relative(path) is None


def test_authors_drawings_are_left_alone(tmp_path):
    drawing = '<svg><path d="M 100.5 100.5 L 101.5 101.5 L 102.5 102.5"/></svg>'
    (tmp_path / "a.html").write_text(page(article=f'{drawing}<div class="cell_output">{drawing}</div>'))
    site = Site(tmp_path, ["a.html"], Made(tmp_path, tmp_path / ".record"))
    drawings.shorten(None, site)
    assert re.findall(r'd="([^"]*)"', str(site.pages["a.html"])) == [
        "M 100.5 100.5 L 101.5 101.5 L 102.5 102.5",
        "M100.5 100.5l1 1l1 1",
    ]
