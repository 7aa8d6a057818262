"""leanpage's steps on small pages: what is fixed, combined and named, and what is left alone."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanpage.site import Site
from leanpage.steps import drawings, scripts, styles, theme
from leanpage.tree import Tree


def page(head="", article="", end=""):
    return (
        f'<!DOCTYPE html><html><head><title>t</title>{head}</head><body><article class="a">{article}</article>{end}'
        "</body></html>"
    )


@pytest.fixture
def site(tmp_path):
    """Write files of a site, take the HTML among them for pages, combine their styles and scripts; returns the site."""

    def make(files: dict[str, str], base="/", foreign=(), own=()):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        names = [path for path in files if path.endswith(".html") and path not in foreign]
        made = Site(tmp_path, names, base)
        source = tmp_path / "source"
        for name in own:
            (source / "own" / name).parent.mkdir(parents=True, exist_ok=True)
            (source / "own" / name).write_text("")
        config = SimpleNamespace(html_static_path=["own"])
        build = SimpleNamespace(
            app=SimpleNamespace(confdir=str(source)),
            config=config,
            folder=tmp_path / "out" / "html",
            notice=lambda *report: made.reports.append(report),
        )
        made.reports = []
        styles.combine(made, build)
        scripts.combine(made, build)
        scripts.move_inline_to_files(made, build)
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
    return [node.attributes["href"] for node in site.page(name).find(f'link[rel="{what}"]')]


def loaded(site, name):
    return [(node.attributes.get("src"), "defer" in node.attributes) for node in site.page(name).find("script")]


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
    plain = re.sub(r"<(path|mspace)([^>]*)/>", r"<\1\2></\1>", text.replace("'1em'", '"1em"'))
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


def test_only_sheets_of_the_theme_lose_rules_and_never_the_authors(site):
    sheet = "p{top:1px}.made-by-a-script{top:2px}:root{--unused:1}"
    made = site(
        {
            "index.html": page(style("", "basic.css") + style("", "own.css") + style("", "pygments.css"), "<p>x</p>"),
            "_static/basic.css": sheet.replace("--unused", "--of-sphinx"),
            "_static/own.css": sheet,
            "_static/pygments.css": sheet,  # the author's own, by its name that of Sphinx
        },
        own=["own.css", "pygments.css"],
    )
    combined = sent(made, ".css")
    assert combined.count("p{top:1px}") == 3 and combined.count(".made-by-a-script{top:2px}") == 2
    assert combined.count("--unused") == 2 and "--of-sphinx" not in combined


@pytest.mark.parametrize("name", ["mjx-container", "thebelab-button", "jp-OutputArea", "hypothesis-highlights"])
def test_rules_for_what_scripts_of_other_hosts_make_stay(site, name):
    made = site({"index.html": page(style("", "basic.css")), "_static/basic.css": f".{name}{{top:1px}}.x{{top:2px}}"})
    assert f".{name}{{top:1px}}" in sent(made, ".css") and ".x" not in sent(made, ".css")


def test_scripts_that_no_page_loads_are_not_read(site):
    """A foreign application beside the book may have thirty megabytes of them."""
    made = site(
        {
            "index.html": page(style("", "basic.css") + script("", "a.js")),
            "_static/basic.css": ".made-by-a-module{top:1px}.of-the-application{top:2px}",
            "_static/a.js": "import('./b.js')",
            "_static/b.js": "node.className = 'made-by-a-module'",
            "lite/app.js": "node.className = 'of-the-application'",
        }
    )
    assert ".made-by-a-module{top:1px}" in sent(made, ".css") and "of-the-application" not in sent(made, ".css")
    assert set(made.scripts({"_static/a.js"})) == {"_static/a.js", "_static/b.js"}


def test_variable_that_an_authors_sheet_uses_stays(site):
    files = {"_static/basic.css": ":root{--a:1;--b:2}", "_static/own.css": "p{top:var(--a)}"}
    made = site({"index.html": page(style("", "basic.css") + style("", "own.css")), **files}, own=["own.css"])
    assert "--a" in sent(made, ".css") and "--b" not in sent(made, ".css")


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


def test_page_shown_anywhere_has_absolute_addresses(site):
    files = {"index.html": page(style("", "a.css")), "404.html": page(style("/book/", "a.css")), "_static/a.css": "a{}"}
    assert linked(site(files, base="/book/"), "404.html")[0].startswith("/book/_static/site-")


def test_bare_pages_are_left_alone(site):
    leads_elsewhere = '<meta http-equiv="Refresh" content="0; url=book/index.html" />'
    made = site({"index.html": leads_elsewhere, "a.html": page(style("", "a.css")), "_static/a.css": ""})
    assert "site-" not in str(made.page("index.html"))


def test_what_is_not_a_page_of_the_book_has_no_effect_and_suffers_none(site):
    """A removed chapter's old page, HTML of the author's own (html_extra_path), with what they ask for."""
    alone = '<html><head><title>Alone</title><link rel="stylesheet" href="alone.css"></head><p>x</html>'
    old = page(style("", "gone.css") + script("", "gone.js"))
    files = {name: page(style("", "a.css") + script("", "a.js")) for name in ("index.html", "two.html")}
    files |= {"_static/a.css": "a{top:1px}", "_static/a.js": "one()", "alone.css": "body{color:red}"}
    made = site({**files, "alone.html": alone, "old.html": old}, foreign=["alone.html", "old.html"])
    assert (made.folder / "alone.html").read_text() == alone and (made.folder / "old.html").read_text() == old
    assert "color:red" not in sent(made, ".css")
    assert (made.folder / "alone.css").exists() and (made.folder / "_static/a.css").exists()


def test_files_in_other_encodings_are_no_stumbling_block(site, tmp_path):
    (tmp_path / "old.js").write_bytes("// größe\nvar a = 1;".encode("latin-1"))
    made = site({"index.html": page(style("", "a.css")), "_static/a.css": "p{top:1px}"})
    assert (made.folder / "old.js").read_bytes().startswith(b"// gr\xf6")


# --- scripts ---------------------------------------------------------------------------------------------------------


KNOWN = (
    script("", "documentation_options.js") + script("", "doctools.js") + "<script>let toggleHintShow = 'Show';</script>"
)
FILES = {
    "_static/s.css": "",
    "_static/documentation_options.js": "/*! licence */ const DOCUMENTATION_OPTIONS = {};  // options",
    "_static/doctools.js": '"use strict";\n// a note\nconst text = `two  spaces  // here`;',
}


def two_pages(head, end="", **files):
    texts = {f"_static/{name.replace('__', '.')}": text for name, text in files.items()}
    return {name: page(style("", "s.css") + KNOWN + head, end=end) for name in ("a.html", "b.html")} | FILES | texts


def test_known_scripts_of_all_pages_become_one_that_waits(site):
    own = script("", "own.js", "defer ")
    late = "<script>DOCUMENTATION_OPTIONS.late = false;</script>"
    pages = two_pages(script("", "copybutton.js") + late, copybutton__js="copy();", own__js="own()")
    pages["b.html"] = pages["b.html"].replace("</body>", f"{own}</body>")
    made = site(pages)
    combined = sent(made, ".js")
    assert re.findall(r"let toggleHintShow|\w*[ .]?DOCUMENTATION_OPTIONS.\w*|const text|copy\(\)", combined) == [
        "const DOCUMENTATION_OPTIONS=",
        "let toggleHintShow",  # settings come before what reads them
        "DOCUMENTATION_OPTIONS.late",
        "const text",
        "copy()",
    ]
    assert "licence" in combined and "a note" not in combined and "`two  spaces  // here`" in combined
    assert not combined.startswith('"use strict"')
    assert [deferred for _, deferred in loaded(made, "a.html")] == [True]
    assert [source for source, _ in loaded(made, "b.html")][1] == "_static/own.js"


def test_authors_and_unknown_scripts_keep_their_place_their_time_and_their_order(site):
    head = script("", "mine.js") + '<script src="https://x.org/x.js"></script>' + script("", "late.js", "defer ")
    made = site(two_pages(head, mine__js="mine()", late__js="late()"))
    assert loaded(made, "a.html")[1:] == [
        ("_static/mine.js", False),
        ("https://x.org/x.js", False),
        ("_static/late.js", True),
    ]
    assert "mine()" not in sent(made, ".js")


@pytest.mark.parametrize(
    "head, text",
    [
        (script("", "mine.js"), "use(DOCUMENTATION_OPTIONS);"),
        (script("", "mine.js"), "new ClipboardJS('.x');"),
        (script("", "mine.js"), "var define = load; define.amd = {jQuery: true};"),
        (script("", "mine.js", "defer "), "define.amd={}"),
        ('<script src="https://cdn.example.org/require.min.js"></script>', ""),
        ("<script>SphinxHighlight.hide();</script>", ""),
        (script("", "mine.js"), "Documentation.addTranslations({});"),  # Sphinx's words in another language
    ],
)
def test_nothing_is_combined_where_a_script_could_notice(site, head, text):
    made = site(two_pages(head, mine__js=text))
    assert not list(made.folder.glob("_static/site-*.js"))
    assert [source for source, _ in loaded(made, "a.html")][:2] == [
        "_static/documentation_options.js",
        "_static/doctools.js",
    ]
    ((subtype, message),) = made.reports  # what is left as it was, and why, in one line
    assert subtype == "scripts" and re.search(r"mine\.js|require\.min\.js|SphinxHighlight", message)


@pytest.mark.parametrize("check", ["define.amd", "define.amd === true", '"function"==typeof define&&define.amd'])
def test_a_script_that_only_asks_for_a_loader_is_none(site, check):
    made = site(
        two_pages(script("", "jquery.js"), jquery__js=f"if ({check}) define('jquery', [], f); else window.$ = f;")
    )
    assert sent(made, ".js") and not made.reports
    assert loaded(made, "a.html")[1:] == [("_static/jquery.js", False)]


def test_comments_of_an_authors_script_ask_for_nothing(site):
    made = site(two_pages(script("", "mine.js"), mine__js="// for require.js\n/* new ClipboardJS() */ mine();"))
    assert sent(made, ".js") and not made.reports
    assert "// for require.js" in made.read("_static/mine.js")


def test_scripts_of_the_search_page_wait_with_those_that_they_need(site):
    search = script("", "searchtools.js") + script("", "mine.js")
    made = site(two_pages(search, searchtools__js="Search.init(DOCUMENTATION_OPTIONS)", mine__js="mine()"))
    assert loaded(made, "a.html")[1:] == [("_static/searchtools.js", True), ("_static/mine.js", False)]


def test_inline_scripts_become_files_at_their_place(site):
    data = '<script type="application/json">{"a": 1}</script>'
    made = site(
        {
            "index.html": page(style("", "s.css"), article=f"<p>before</p><script>draw()</script>{data}"),
            "two.html": page(style("", "s.css") + '<script type="module" src="m.js"></script>'),
            "_static/s.css": "",
        }
    )
    index = str(made.page("index.html"))
    address = re.search(r'before</p>\s*<script src="(_static/inline-\w+\.js)"></script>', index)[1]
    assert data in index and (made.folder / address).read_text() == "draw()"
    assert '<script type="module" src="m.js">' in str(made.page("two.html"))


def test_outputs_that_draw_themselves_run_what_they_ran_in_their_order(site):
    output = (
        '<div id="plot"></div><script type="text/javascript">first("plot")</script><script type="module">second()'
        '</script><script type="application/json" id="spec">{"third": 1}</script><script src="https://x.org/4.js">'
        '</script><script>fifth()</script><iframe srcdoc="<script>sixth()</script>"></iframe>'
        '<button onclick="seventh(1)">7</button>'
    )
    made = site({"index.html": page(style("", "s.css"), output), "_static/s.css": ""})
    seen = []
    for node in made.page("index.html").find("article script, article iframe, article button"):
        address = node.attributes.get("src")
        text = (made.folder / address).read_text() if (address or "").startswith("_static/") else address or node.text()
        seen.append((node.attributes.get("type"), text or node.attributes["srcdoc"]))
    assert seen == [
        ("text/javascript", 'first("plot")'),
        ("module", "second()"),
        ("application/json", '{"third": 1}'),
        (None, "https://x.org/4.js"),
        (None, "fifth()"),
        (None, "<script>sixth()</script>"),
        (None, "7"),
    ]


# --- the theme's pages -----------------------------------------------------------------------------------------------


def fixed(text, *used):
    tree = Tree(text)
    theme.fix_page(theme.Page(tree, "", frozenset(used)))
    return re.sub(r"</?(html|head|body)>|\n", "", str(tree))


def test_thebe_stays_only_when_asked_for():
    text = '<script>const THEBE_JS_URL = "x"</script><script async="async" src="_static/sphinx-thebe.js?v=1"></script>'
    assert fixed(text) == ""
    assert fixed(text, "thebe") == text


@pytest.mark.parametrize(
    "article, asked",
    [
        ('<button class="thebe-launch-button">Run</button>', True),
        ('<button onclick="initThebe()">Run</button>', True),
        ("<script>addEventListener('load', initThebe)</script>", True),
        ('<script type="text/x-thebe-config">{"requestKernel": true}</script>', False),
    ],
)
def test_thebe_is_asked_for_by_whatever_starts_it(article, asked):
    assert ("thebe" in theme.features_used(Tree(page(article=article)))) == asked


def test_script_of_tabs_is_for_sites_with_tabs():
    text = '<script src="_static/design-tabs.js"></script>'
    assert fixed(text) == "" and fixed(text, "tabs") == text


def test_search_scripts_are_for_the_search_page():
    scripts = '<script src="_static/searchtools.js"></script><script src="searchindex.js"></script>'
    assert fixed(scripts) == ""
    assert scripts in fixed(scripts + '<div id="search-results"></div>')


def test_fixes_do_not_depend_on_the_order_of_attributes():
    """Another extension may write pages anew and put attributes in another order."""
    assert fixed('<header class="x bd-header" id="pst-header"><div class="navbar-item"></div></header>') == (
        '<header id="pst-header" hidden=""></header>'
    )
    assert fixed('<script src="../_static/scripts/fontawesome.js" defer=""></script>') == ""
    button = '<button aria-label="Search" title="Search" class="btn search-button-field">S</button>'
    assert "title" not in fixed(button) and 'aria-label="S"' in fixed(button)  # phones hide the word itself


def test_bar_with_more_in_it_than_a_search_button_stays():
    bar = '<header id="pst-header"><div class="navbar-item"><a href="x">Home</a></div></header>'
    assert fixed(bar) == bar


def test_bootstrap_stays_where_more_than_menus_is_used():
    menus = '<a data-bs-toggle="dropdown"></a><a data-bs-toggle="tooltip"></a>'
    assert "bootstrap" not in theme.features_used(Tree(menus))
    assert "bootstrap" in theme.features_used(Tree('<a data-bs-toggle="collapse"></a>'))


def test_menus_are_opened_by_one_script_alone():
    assert "data-menu" in fixed('<button data-bs-toggle="dropdown"></button>')
    assert "data-menu" not in fixed('<button data-bs-toggle="dropdown"></button>', "bootstrap")


def test_magnifier_of_a_search_field_is_its_button_and_the_field_comes_first():
    field = '<input type="search" aria-label="Suche">'
    assert fixed(f'<form class="bd-search"><i class="fa-solid"></i>{field}</form>') == (
        f'<form class="bd-search">{field}<button type="submit" class="leanpage-submit" aria-label="Suche">'
        '<i class="fa-solid"></i></button></form>'
    )
    others = f'<form class="sidebar-search-container">{field}</form>'
    assert fixed(others) == others


@pytest.mark.parametrize("corner", ["", "<p></p>"])
def test_corner_of_a_table_is_no_heading(corner):
    table = f'<table><tbody><tr><th class="head">{corner}</th><th class="head">a</th></tr></tbody></table>'
    assert fixed(table) == table.replace(f"{corner}</th>", f"{corner}</td>", 1).replace("<th", "<td", 1)


def test_no_inline_handler_of_the_theme_is_left():
    assert fixed('<button onclick="window.print()"></button>') == '<button data-call="print"></button>'
    assert "toggleFullScreen" in fixed('<button onclick="toggleFullScreen()"></button>')
    assert 'onclick="mine(1)"' in fixed('<button onclick="mine(1)"></button>')


def test_summary_holds_words_and_an_id_stands_once():
    assert "<p" not in fixed('<details><summary><p class="admonition-title">T</p></summary></details>')
    nested = fixed('<nav class="bd-links"><details><summary><i></i></summary></details></nav>')
    assert '<summary aria-label="Pages below">' in nested
    assert fixed('<div id="x"><span id="x"></span></div>') == '<div id="x"><span></span></div>'
    three = '<section id="exercise-content">1</section>' * 3
    assert re.findall("<section[^>]*>", fixed(three)) == ['<section id="exercise-content">', *["<section>"] * 2]


def test_page_without_a_title_has_no_empty_heading():
    assert fixed('<div class="onlyprint"><h1></h1></div>') == '<div class="onlyprint"></div>'
    titled = '<div class="onlyprint"><h1>A title</h1></div>'
    assert fixed(titled) == titled


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
    "path", ["M.5 .5L19.5 .5L19.5 19.5Z", "M1.5.5L10.5.5 10.5 9.5Z", "M1e+0 2L1.5e+1 2L1.5E+1 15Z"]
)
def test_numbers_in_any_spelling_are_read(path):
    assert points(drawings.relative(path)) == points(path)


@pytest.mark.parametrize(
    "path",
    [
        "m1 1l2 2",
        "M1 1A1 1 0 0 1 2 2",
        "M1 1H5",
        "M1",
        "L1 1",
        "M1 1L2",
        "M1 1 x",
        "",
        "M1 1 2",
        "M1 1L2 2Z 3",
        "M1,2,3,4-5-6",
    ],
)
def test_path_of_another_form_is_left_alone(path):
    assert drawings.relative(path) is None


def test_authors_drawings_are_left_alone(tmp_path):
    drawing = '<svg><path d="M 100.5 100.5 L 101.5 101.5 L 102.5 102.5"/></svg>'
    (tmp_path / "a.html").write_text(page(article=f'{drawing}<div class="cell_output">{drawing}</div>'))
    site = Site(tmp_path, ["a.html"])
    drawings.shorten(site, None)
    assert re.findall(r'd="([^"]*)"', str(site.page("a.html"))) == [
        "M 100.5 100.5 L 101.5 101.5 L 102.5 102.5",
        "M100.5 100.5l1 1l1 1",
    ]
