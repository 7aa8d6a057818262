"""leanpage.theme and leanpage.assets on small pages: what is mended, joined and named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanpage import assets, drawings, fonts, theme
from leanpage.pages import Site


def page(head="", article="", end=""):
    return f'<!DOCTYPE html><html><head>{head}</head><body><article class="a">{article}</article>{end}</body></html>'


@pytest.fixture
def site(tmp_path):
    """Write files of a site, read it, join its assets; returns the site."""

    def make(files: dict[str, str], base="/"):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        site = Site(tmp_path, base)
        assets.join_styles(site, cut=False)
        assets.join_scripts(site)
        return site

    return make


def style(root, name):
    return f'<link rel="stylesheet" type="text/css" href="{root}_static/{name}?v=1" />'


def script(root, name, more=""):
    return f'<script {more}src="{root}_static/{name}"></script>'


def sent(site, suffix):
    (path,) = site.folder.glob(f"_static/site-*{suffix}")
    return path.read_text("utf-8")


def test_pages_share_one_style_sheet_in_their_order(site):
    made = site(
        {
            "index.html": page(style("", "a.css") + style("", "c.css")),
            "sub/one.html": page(style("../", "a.css") + style("../", "b.css") + style("../", "c.css")),
            "_static/a.css": "a{top:1px}",
            "_static/b.css": "b{top:2px}",
            "_static/c.css": "c{top:3px}",
        }
    )
    assert re.findall(r"\w\{", sent(made, ".css")) == ["a{", "b{", "c{"]
    for name, root in (("index.html", ""), ("sub/one.html", "../")):
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', made.pages[name])
        assert address.startswith(f"{root}_static/site-")
    assert not (made.folder / "_static" / "a.css").exists()


def test_settings_are_known_before_the_scripts_that_read_them(site):
    """A deferred script no longer waits for the page, nor for the settings that stood after it."""
    files = {
        name: page(style("", "a.css") + script("", "a.js") + "<script>var chosen = '.x';</script>")
        for name in ("index.html", "b.html")
    }
    js = sent(site({**files, "_static/a.css": "", "_static/a.js": "run(chosen);"}), ".js")
    assert js.index("var chosen") < js.index("run(chosen)")


def test_addresses_in_styles_lead_where_they_led(site):
    made = site(
        {
            "index.html": page(style("", "deep/a.css")),
            "_static/deep/a.css": "@import '../b.css';a{background:url(pic.png)}b{src:url(https://x.org/f)}",
            "_static/b.css": "c{background:url('b.png')}",
        }
    )
    css = sent(made, ".css")
    assert 'url("deep/pic.png")' in css and 'url("b.png")' in css and "url(https://x.org/f)" in css
    assert "@import" not in css


def test_pictures_inside_styles_become_files(site):
    made = site(
        {
            "index.html": page(style("", "a.css")),
            "_static/a.css": """a{background:url("data:image/svg+xml,%3csvg xmlns='http://www.w3.org/2000/svg'/%3e")}""",
        }
    )
    (name,) = re.findall(r'url\("(drawing-\w+\.svg)"\)', sent(made, ".css"))
    assert (made.folder / "_static" / name).read_text() == "<svg xmlns='http://www.w3.org/2000/svg'/>"


def test_scripts_of_all_pages_become_one_that_waits(site):
    inline = "<script>let shared = 1;</script>"
    made = site(
        {
            "a.html": page(style("", "s.css") + script("", "one.js") + inline, end=script("", "two.js", "defer ")),
            "b.html": page(style("", "s.css") + script("", "one.js") + script("", "own.js") + inline,
                           end=script("", "two.js", 'data-x="y" defer ')),
            "_static/one.js": '"use strict"; one()',
            "_static/two.js": "two()",
            "_static/own.js": "own()",
            "_static/s.css": "",
        }
    )  # fmt: skip
    assert re.findall(r"one\(\)|let shared|two\(\)", sent(made, ".js")) == ["one()", "let shared", "two()"]
    assert not sent(made, ".js").startswith('"use strict"')
    for name in made.pages:
        assert len(re.findall(r'<script defer src="_static/site-\w+\.js"', made.pages[name])) == 1
        assert "<script>" not in made.pages[name]
    assert re.search(r'site-.*<script defer src="_static/own.js"', made.pages["b.html"], re.DOTALL)


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
    index = made.pages["index.html"]
    assert '<script src="https://other.org/x.js"></script>' in index and '<script type="module" src="m.js">' in index
    assert data in index
    address = re.search(r'before</p>\s*<script src="(_static/inline-\w+\.js)"></script>', index)[1]
    assert (made.folder / address).read_text() == "draw()"


def test_page_shown_anywhere_has_absolute_addresses(site):
    made = site(
        {
            "index.html": page(style("", "a.css")),
            "404.html": page(style("/book/", "a.css")),
            "_static/a.css": "a{top:1px}",
        },
        base="/book/",
    )
    assert re.search(r'href="/book/_static/site-', made.pages["404.html"])


def test_bare_pages_are_left_alone(site):
    leads_elsewhere = '<meta http-equiv="Refresh" content="0; url=book/index.html" />'
    made = site({"index.html": leads_elsewhere, "a.html": page(style("", "a.css")), "_static/a.css": ""})
    assert made.pages["index.html"] == leads_elsewhere


def test_file_names_follow_the_content():
    assert fonts.digest(b"a") == fonts.digest(b"a") != fonts.digest(b"b")


def mend(text, **options):
    return theme.mend(text, **{"root": "", "thebe": False, "bootstrap": False, **options})


def test_thebe_stays_only_when_asked_for():
    text = '<script>const THEBE_JS_URL = "x"</script><script async="async" src="_static/sphinx-thebe.js?v=1"></script>'
    assert mend(text) == ""
    assert mend(text, thebe=True) == text


def test_search_scripts_are_for_the_search_page():
    scripts = '<script src="_static/searchtools.js"></script><script src="searchindex.js"></script>'
    assert mend(scripts) == ""
    assert scripts in mend(scripts + '<div id="search-results"></div>')


def test_bootstrap_stays_where_more_than_menus_is_used():
    assert not theme.needs_bootstrap('<a data-bs-toggle="dropdown"></a><a data-bs-toggle="tooltip"></a>')
    assert theme.needs_bootstrap('<a data-bs-toggle="collapse"></a>')


def test_no_inline_handler_is_left():
    assert mend('<button onclick="window.print()">') == '<button data-call="print">'
    assert mend('<button onclick="toggleFullScreen()">') == '<button data-call="toggleFullScreen">'


def points(path):
    """The absolute points of a path of M, L, C, Q and Z, in either spelling, by another reading of SVG's grammar."""
    found, here, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, text in re.findall(r"([MLCQZmlcqz])([^MLCQZmlcqz]*)", path):
        numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
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
