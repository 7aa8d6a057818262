"""The packages as others take them: wheels and sdists that hold what they should, kernelfree and leanpage beside any
Sphinx."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from engines import Chromium
from hands import answer_by_keys

from conftest import watch
from environments import clean_environment, environment, run
from exercises import exercises
from project import PACKAGES, ROOT, source

BESIDE = [
    "myst-nb==1.4.0", "sphinx-book-theme", "pydata-sphinx-theme", "furo", "sphinx-rtd-theme",
    "sphinx-design", "sphinx-copybutton", "sphinx-togglebutton",
]  # fmt: skip
#: What each environment holds beside the wheel of kernelfree or leanpage.
ENVIRONMENTS = {
    "jupyter-book": ["jupyter-book==1.0.4.post1", "sphinx-exercise==1.2.1"],
    "sphinx-7": ["sphinx==7.*", *BESIDE],
    "sphinx-8": ["sphinx==8.*", *BESIDE],
    "sphinx-newest": ["sphinx", *BESIDE],
}
THEMES = ["sphinx_book_theme", "pydata_sphinx_theme", "furo"]
#: Themes in which readers cannot choose between light and dark.
PLAIN_THEMES = ["sphinx_rtd_theme", "alabaster"]
PAGE = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A page

```{code-cell}
import matplotlib.pyplot as plt
from kernelfree import interact

def draw(slope):
    "A line through the origin."
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [0, slope])
    ax.set(ylim=(0, 9))
    return fig

interact(draw, slope=(0, 9), name="line", title="A line")
```
"""


@pytest.fixture(scope="session")
def built(clone, tmp_path_factory) -> Path:
    """The wheel and the sdist of each package, made from a fresh clone."""
    out = tmp_path_factory.mktemp("dist")
    marker = ROOT / "tests/distribution/test_packages.py"
    tools = environment("build", [marker], lambda python: run(python, "-m", "pip", "install", "-q", "build==1.6.1"))
    for package in PACKAGES:
        run(tools / "bin/python", "-m", "build", "--outdir", out, clone / "code" / package, env=clean_environment())
    return out


def tracked(package: str) -> set[str]:
    names = run("git", "ls-files", source(package), cwd=ROOT).stdout.split()
    return {Path(name).relative_to(f"code/{package}/src").as_posix() for name in names}


@pytest.mark.timeout(600)
def test_wheels_hold_their_own_package_and_no_file_of_another(built):
    seen: set[str] = set()
    for package in PACKAGES:
        (wheel,) = built.glob(f"{package}-*.whl")
        names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
        assert names == tracked(package)
        assert not seen & names
        seen |= names
        (sdist,) = built.glob(f"{package}-*.tar.gz")
        inside = {name.partition("/")[2] for name in tarfile.open(sdist).getnames()}
        assert {f"src/{name}" for name in names} | {"LICENSE", "README.md", "pyproject.toml"} <= inside
        own = re.compile(
            rf"(src/({package}|{package}\.egg-info)(/|$)|src$|LICENSE|README.md|pyproject.toml|setup.cfg|PKG-INFO|$)"
        )
        assert [name for name in inside if not own.match(name)] == []


@pytest.fixture(scope="session")
def python(built):
    """Gives the Python of one of the environments, with some packages' wheels and nothing else of this repository."""

    def made(name: str, *packages: str) -> Path:
        packages = packages or ("kernelfree",)
        wheels = [next(built.glob(f"{package}-*.whl")) for package in packages]

        def fill(python: Path) -> None:
            run(python, "-m", "pip", "install", "-q", "ipykernel", *ENVIRONMENTS[name], env=clean_environment())

        kept = f"{'-'.join(packages)}-beside-{name}"
        folder = environment(kept, [ROOT / "tests/distribution/test_packages.py"], fill)
        install = [folder / "bin/python", "-m", "pip", "install", "-q", *wheels]
        run(*install, env=clean_environment())
        run(*install, "--force-reinstall", "--no-deps", env=clean_environment())
        return folder / "bin/python"

    return made


@contextmanager
def served(html: Path) -> Iterator[str]:
    """Serve a built site; gives its address without a final slash."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def moves(html: Path, page_name: str, chromium, strict: bool) -> None:
    """The page's slider moves its plot. A theme's own slips are its own: only exceptions count where not ``strict``."""
    with served(html) as address:
        page = chromium.new_page()
        slips = watch(page)
        page.goto(f"{address}/{page_name}")
        figure = page.locator("[data-live-figure=line]")
        figure.scroll_into_view_if_needed()
        page.locator("[data-live-figure=line][data-ready]").wait_for()
        before = figure.locator("svg").first.evaluate("(svg) => svg.outerHTML")
        figure.locator("input[type=range]").press("ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('[data-live-figure=line] svg').outerHTML !== before", arg=before
        )
        page.close()
    assert [slip for slip in slips if strict or "kernelfree" in slip] == []


def stands_in_readme(python: Path, *names: str, package: str = "kernelfree") -> None:
    """A row of the table of the package's README says that these were tried, with the versions of now."""
    ask = f"from importlib.metadata import version; print(*map(version, {names}))"
    versions = run(python, "-c", ask, env=clean_environment()).stdout.split()
    tried = [f"{name} {version}" for name, version in zip(names, versions, strict=True)]
    rows = (ROOT / f"code/{package}/README.md").read_text().splitlines()
    assert any(all(one in re.split(r" *\| *", row) for one in tried) for row in rows), (
        f"no row says | {' | '.join(tried)} |"
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["sphinx-8", "sphinx-newest"])
def test_figures_live_beside_plain_sphinx(name, theme, python, tmp_path, chromium):
    (tmp_path / "conf.py").write_text(
        f'project = "lines"\nextensions = ["myst_nb", "kernelfree.sphinx"]\nhtml_theme = "{theme}"\n'
    )
    (tmp_path / "index.md").write_text(PAGE)
    command = [python(name), "-m", "sphinx", "-W", "--keep-going", "-b", "html", tmp_path, tmp_path / "html"]
    run(*command, env=clean_environment())
    moves(tmp_path / "html", "index.html", chromium, strict=False)
    stands_in_readme(python(name), "sphinx", theme.replace("_", "-"))


@pytest.mark.timeout(900)
def test_figures_live_in_a_fresh_jupyter_book(python, tmp_path, chromium):
    here = python("jupyter-book")
    run(here.with_name("jupyter-book"), "create", tmp_path / "mine", env=clean_environment())
    book = tmp_path / "mine"
    settings = book / "_config.yml"
    settings.write_text(settings.read_text() + "\nsphinx:\n  extra_extensions: [kernelfree.sphinx]\n")
    (book / "line.md").write_text(PAGE)
    (book / "_toc.yml").write_text((book / "_toc.yml").read_text() + "- file: line\n")
    run(here.with_name("jupyter-book"), "build", book, env=clean_environment())
    moves(book / "_build/html", "line.html", chromium, strict=False)
    stands_in_readme(here, "jupyter-book", "sphinx", "sphinx-book-theme")


@pytest.mark.timeout(900)
def test_exercises_of_every_kind_answer_by_keyboard_in_a_fresh_jupyter_book(python, tmp_path, chromium):
    here = python("jupyter-book", "kernelfree", "askback")
    run(here.with_name("jupyter-book"), "create", tmp_path / "mine", env=clean_environment())
    book = tmp_path / "mine"
    settings = book / "_config.yml"
    settings.write_text(settings.read_text() + "\nsphinx:\n  extra_extensions: [askback.sphinx, sphinx_exercise]\n")
    for name in ("kinds", "all"):
        shutil.copy(ROOT / "tests/fixtures/exercise_book" / f"{name}.md", book)
        (book / "_toc.yml").write_text((book / "_toc.yml").read_text() + f"- file: {name}\n")
    run(here.with_name("jupyter-book"), "build", "-W", book, env=clean_environment())
    html = book / "_build/html"
    asked = exercises(html)
    assert {one.kind for one in asked} == {"number", "choice", "order", "shape", "judge", "gaps"}
    page = chromium.new_page()
    slips = watch(page)
    with served(html) as address:
        faults = []
        for one in asked:
            if not page.url.endswith(one.page):
                page.goto(f"{address}/{one.page}")
            faults += answer_by_keys(Chromium(page), one)
        page.goto(f"{address}/all.html")
        total = page.locator(".askback-total").inner_text()
    page.close()
    assert faults == [] and total == "10 of 11 solved (answer seen: 1)."
    assert [slip for slip in slips if "askback" in slip or "kernelfree" in slip] == []


#: A small site for leanpage: what themes and extensions give their readers to do stands on its first page.
LIGHT = {
    "index.md": """# A book of $x^2$ in $\\R$

```{toctree}
two
left
```

$$
H(p, q) = -\\sum_k p_k \\log q_k
$$ (one)

See {eq}`one`.

```{admonition} Hidden
:class: dropdown
Text inside.
```

:::{dropdown} A fold
Inside the fold.
:::

::::{tab-set}
:::{tab-item} First
One tab
:::
:::{tab-item} Second
Another tab
:::
::::

```python
answer = 42
```
""",
    "left.md": "---\nleanpage_math: false\n---\n\n# Left to MathJax\n\n$y$\n",
    "two.md": "# Two\n\n## A section\n\nWords about softmax.\n",
}
EXTENSIONS = ["myst_nb", "sphinx_design", "sphinx_copybutton", "sphinx_togglebutton"]
#: The bytes of a page and of all that it asked its own host for.
WEIGHT = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""
#: The button for light and dark, in either form: of itself, or with a menu.
SWITCH = ".theme-switch-button:visible, .theme-toggle:visible"


def site(python: Path, folder: Path, theme: str, *more: str) -> Path:
    """The small site built strictly with a theme and, or without, leanpage."""
    folder.mkdir()
    for name, text in LIGHT.items():
        (folder / name).write_text(text)
    (folder / "conf.py").write_text(
        f'project = "light"\nextensions = {[*EXTENSIONS, *more]}\nhtml_theme = "{theme}"\n'
        'myst_enable_extensions = ["dollarmath", "colon_fence"]\n'
        'mathjax3_config = mathjax4_config = {"tex": {"macros": {"R": r"\\mathbb{R}"}}}\n'
    )
    command = [python, "-m", "sphinx", "-W", "--keep-going", "-b", "html", folder, folder / "html"]
    run(*command, env=clean_environment())
    return folder / "html"


def visited(html: Path, chromium) -> dict[str, Any]:
    """What a reader gets of the small site, and what answers to a hand."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    slips, answers = watch(page), list[Any]()
    with served(html) as address:
        page.goto(f"{address}/index.html", wait_until="networkidle")
        weight = page.evaluate(WEIGHT)
        formulas = page.locator("math").count()
        page.locator("label", has_text="Second").click()
        page.locator("summary", has_text="A fold").click()
        page.locator(".admonition.dropdown .admonition-title, details.admonition summary").first.click()
        for text in ("Another tab", "Inside the fold.", "Text inside."):
            page.get_by_text(text).wait_for()
        page.locator(".highlight-python").hover()
        page.locator(".highlight-python .copybtn").click()
        answers.append(page.evaluate("navigator.clipboard.readText()"))
        dark = "document.body.dataset.theme === 'dark' || document.documentElement.dataset.theme === 'dark'"
        if (switch := page.locator(SWITCH)).count():
            switch.first.click()
            if (choice := page.locator("[data-mode=dark]:visible")).count():
                choice.first.click()
            page.wait_for_function(dark)
        page.goto(f"{address}/two.html")
        answers.append(page.evaluate(dark))
        page.goto(f"{address}/search.html?q=softmax")
        page.locator("#search-results li a").first.click()
        page.wait_for_load_state("networkidle")  # what still loads as the server goes would count as a slip
        answers.append(page.url.removeprefix(address).partition("?")[0].partition("#")[0])
    context.close()
    return {"weight": weight, "formulas": formulas, "slips": slips, "answers": answers}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("theme", THEMES + PLAIN_THEMES)
@pytest.mark.parametrize("name", ["sphinx-7", "sphinx-8", "sphinx-newest"])
def test_pages_are_light_beside_plain_sphinx(name, theme, python, tmp_path, chromium):
    here = python(name, "leanpage")
    stock = visited(site(here, tmp_path / "stock", theme), chromium)
    html = site(here, tmp_path / "light", theme, "leanpage")
    light = visited(html, chromium)
    assert light["answers"] == stock["answers"] == ["answer = 42", theme in THEMES, "/two.html"]
    assert light["slips"] == [] and light["formulas"] == 3
    left = {page.name for page in html.glob("*.html") if "/mathjax@" in page.read_text()}
    assert left == {"left.html"} and "ℝ" in (html / "index.html").read_text()
    share = 1 if theme == "sphinx_rtd_theme" else 0.5  # whose fonts and styles are kept
    assert light["weight"] < stock["weight"] * share  # and nothing of MathJax's, which no host gives here
    stands_in_readme(here, "sphinx", theme.replace("_", "-"), package="leanpage")


TWO_SECTIONS = "# {}\n\n(one)=\n## {}\n\n{}\n\n(two)=\n## {}\n\n{}\n"
#: A language -> what a page says in it, and what is typed, with the section that comes first.
SEARCHED = {
    "es": (
        ("Pérdidas", "Clasificación de imágenes", "Una red.", "Regularización", "Evita el sobreajuste."),
        {"clasificacion": "one", "regularizaciones": "two", "sobreajustado": "two"},
    ),
    "ja": (
        ("損失関数", "交差エントロピー", "分類問題で使います。", "過学習", "検証データの損失が増える。"),
        {"エントロピ": "one", "検証データ": "two"},
    ),
    "he": (
        ("פונקציות", "אנטרופיה צולבת", "המחיר של הַפְתָּעָה.", "דיוק", "הנגזרת אפס."),
        {"הפתעה": "one", "למה לא דיוק": "two"},
    ),
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("theme", THEMES + PLAIN_THEMES)
@pytest.mark.parametrize("name", ["sphinx-7", "sphinx-8", "sphinx-newest"])
def test_search_answers_beside_plain_sphinx(name, theme, python, tmp_path, chromium):
    here = python(name, "sectionsearch")
    for language, (said, asked) in SEARCHED.items():
        folder = tmp_path / language
        folder.mkdir()
        (folder / "index.md").write_text(TWO_SECTIONS.format(*said), "utf-8")
        (folder / "conf.py").write_text(
            f'extensions = ["myst_parser", "sectionsearch"]\nhtml_theme = "{theme}"\nlanguage = "{language}"\n'
        )
        run(here, "-m", "sphinx", "-b", "html", folder, folder / "html", env=clean_environment())
        page = chromium.new_page()
        slips = watch(page)
        page.goto((folder / "html" / "search.html").as_uri())
        page.goto((folder / "html" / "index.html").as_uri())
        if (field := page.locator("input[name=q]:visible")).count():
            field.click()
        else:
            page.keyboard.press("Control+k")
        for words, label in asked.items():
            page.locator("input[name=q]:focus").fill(words)
            page.locator(".sectionsearch-list a").first.wait_for()
            page.wait_for_timeout(300)
            anchor = page.locator(".sectionsearch-list a").first.get_attribute("href").partition("#")[2]
            section = page.locator(f"section[id='{anchor}']")
            assert anchor == label or section.locator(f"[id='{label}']").count(), (language, words, anchor)
        assert [slip for slip in slips if slip.startswith("exception")] == []
        page.close()


def test_an_installed_half_does_not_break_when_the_other_goes(built, tmp_path):
    """No file is owned by two distributions, so each can be taken out alone."""
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    pip = [tmp_path / "venv/bin/python", "-m", "pip"]
    wheels = [next(built.glob(f"{package}-*.whl")) for package in PACKAGES]
    run(*pip, "install", "-q", "--no-deps", *wheels, env=clean_environment())
    run(*pip, "uninstall", "-q", "-y", "lossbook", "leanpage", env=clean_environment())
    site = next((tmp_path / "venv/lib").glob("python3*/site-packages"))
    left = {path.relative_to(site).as_posix() for path in (site / "kernelfree").rglob("*") if path.is_file()}
    assert tracked("kernelfree") == {name for name in left if not name.endswith(".pyc")}
    assert not (site / "lossbook").exists() and not (site / "leanpage").exists()
