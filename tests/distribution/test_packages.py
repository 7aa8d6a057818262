"""The packages as others take them: wheels and sdists that hold what they should, and kernelfree beside any Sphinx."""

from __future__ import annotations

import functools
import http.server
import re
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from conftest import watch
from environments import clean_environment, environment, run
from project import PACKAGES, ROOT, source

#: What each environment holds beside kernelfree's wheel.
ENVIRONMENTS = {
    "jupyter-book": ["jupyter-book==1.0.4.post1"],
    "sphinx-8": ["sphinx==8.*", "myst-nb==1.4.0", "sphinx-book-theme", "pydata-sphinx-theme", "furo"],
    "sphinx-newest": ["sphinx", "myst-nb==1.4.0", "sphinx-book-theme", "pydata-sphinx-theme", "furo"],
}
THEMES = ["sphinx_book_theme", "pydata_sphinx_theme", "furo"]
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
    """Gives the Python of one of the environments, with kernelfree's wheel and nothing else of this repository."""

    def made(name: str) -> Path:
        (wheel,) = built.glob("kernelfree-*.whl")

        def fill(python: Path) -> None:
            run(python, "-m", "pip", "install", "-q", "ipykernel", *ENVIRONMENTS[name], env=clean_environment())

        folder = environment(f"beside-{name}", [ROOT / "tests/distribution/test_packages.py"], fill)
        install = [folder / "bin/python", "-m", "pip", "install", "-q", wheel]
        run(*install, env=clean_environment())
        run(*install, "--force-reinstall", "--no-deps", env=clean_environment())
        return folder / "bin/python"

    return made


def moves(html: Path, page_name: str, chromium, strict: bool) -> None:
    """The page's slider moves its plot. A theme's own slips are its own: only exceptions count where not ``strict``."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_page()
        slips = watch(page)
        page.goto(f"http://127.0.0.1:{server.server_port}/{page_name}")
        figure = page.locator("[data-live-figure=line]")
        figure.scroll_into_view_if_needed()
        page.locator("[data-live-figure=line][data-ready]").wait_for()
        before = figure.locator("svg").first.evaluate("(svg) => svg.outerHTML")
        figure.locator("input[type=range]").press("ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('[data-live-figure=line] svg').outerHTML !== before", arg=before
        )
        page.close()
        server.shutdown()
    assert [slip for slip in slips if strict or "kernelfree" in slip] == []


def stands_in_readme(python: Path, *names: str) -> None:
    """A row of the table of kernelfree's README says that these were tried, with the versions of now."""
    ask = f"from importlib.metadata import version; print(*map(version, {names}))"
    versions = run(python, "-c", ask, env=clean_environment()).stdout.split()
    tried = [f"{name} {version}" for name, version in zip(names, versions, strict=True)]
    rows = (ROOT / "code/kernelfree/README.md").read_text().splitlines()
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
