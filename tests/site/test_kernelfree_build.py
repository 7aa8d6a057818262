"""What Sphinx makes of figures: what fails a build and how it says so, other outputs, the same bytes twice."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from project import python_path

pytestmark = pytest.mark.timeout(300)

HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A page

"""
CONF = """
project = "figures"
extensions = ["myst_nb", "kernelfree.sphinx"]
html_theme = "basic"
nb_execution_timeout = 600
"""
LINE = """
import matplotlib.pyplot as plt
from kernelfree import interact
def draw(n):
    "A line."
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, n])
    return fig, f"n = {n}"
"""


SURFACE = """
import matplotlib.pyplot as plt, numpy as np
from kernelfree import interact
def surface(a, b):
    "A parabola with its tangent and its lowest point."
    fig, ax = plt.subplots(figsize=(4, 3))
    x = np.linspace(-3, 3, 60)
    ax.plot(x, a * x**2 + b * x)
    ax.plot([0, 1], [0, b], "--")
    ax.plot(0, 0, "o")
    ax.set(xlim=(-3, 3), ylim=(-9, 9), title=f"a = {a:.1f}, b = {b:.1f}")
    return fig
"""


FIGURE = """---
mystnb:
  figure:
    name: fig-surface
    caption: Move $a$ and see [the same figure](#again).
---"""
CONTENTS = """```{toctree}
deeper/again
```

"""
#: A page that shows the figure of another one, and asks for figures that it cannot have.
AGAIN = """(again)=
# Once more

```{figure-again} fig-surface
```

```{figure-again} fig-surface
```

```{figure-again} again
```

```{figure-list}
```
"""


def cell(*lines: str) -> str:
    return "\n".join(["```{code-cell}", *lines, "```", "", ""])


def build(folder: Path, *cells: str, conf: str = "", builder: str = "html") -> subprocess.CompletedProcess:
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "conf.py").write_text(CONF + conf)
    (source / "index.md").write_text(HEAD + "".join(cells))
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "sphinx", "-b", builder, str(source), str(folder / builder)]
    return subprocess.run(command, env=env, capture_output=True, text=True, cwd=folder)


def test_a_plain_widget_fails_the_build_and_says_what_to_use(tmp_path):
    done = build(tmp_path, cell("1 + 1"), cell("import ipywidgets", "ipywidgets.IntSlider()"))
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert re.search(r"index\.md:\d+: this cell shows an ipywidgets widget", said)
    for name in ("kernelfree.interact", "kernelfree.Explorable", "kernelfree_html_manager: true"):
        assert name in said


def test_the_stock_html_manager_can_be_kept(tmp_path):
    widget = cell("import ipywidgets", "ipywidgets.IntSlider()")
    done = build(tmp_path, widget, cell(LINE, "interact(draw, n=(0, 2))"), conf="kernelfree_html_manager = True\n")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html" / "index.html").read_text()
    assert "html-manager" in page and "widget-view+json" in page
    assert 'data-live-figure="draw"' in page


def test_widgets_that_lie_dead_are_named_where_ipywidgets_is_replaced(tmp_path):
    """A notebook that was saved with its output is not executed, so that its ``interact`` is dead as well."""
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "0"}, "text/plain": "interactive(children=())"}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    saved = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "1", "outputs": [output]}
    (tmp_path / "source").mkdir()
    notebook = {"cells": [saved], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "source" / "saved.ipynb").write_text(json.dumps(notebook))
    conf = "kernelfree_ipywidgets = kernelfree_strict = True\nnb_execution_mode = 'auto'\n"
    done = build(tmp_path, cell("import ipywidgets", "ipywidgets.HBox([ipywidgets.IntSlider()])"), conf=conf)
    assert done.returncode == 0, done.stderr
    assert re.search(r"index\.md:\d+: WARNING: HBox does nothing on a page without a kernel\n", done.stderr)
    assert re.search(r"saved\.ipynb:\d+: WARNING: interactive does nothing .*its output was saved.*force", done.stderr)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess]:
    """One book of figures that need no kernel: the folder of its build, and what the build said."""
    folder = tmp_path_factory.mktemp("sound")
    cells = [
        # The author's own slider announces itself to the kernel, as any widget does.
        cell("import ipywidgets", LINE, "interact(draw, n=ipywidgets.IntSlider(0, max=12))"),
        cell(FIGURE, SURFACE, "interact(surface, a=(-1.0, 1.0, 0.1), b=(-1.0, 1.0, 0.1))"),
    ]
    (folder / "source" / "deeper").mkdir(parents=True)
    (folder / "source" / "deeper" / "again.md").write_text(AGAIN)
    done = build(folder, CONTENTS, *cells, conf="numfig = True\n")
    assert done.returncode == 0, done.stderr
    return folder, done


def test_without_plain_widgets_their_scripts_are_dropped(sound):
    page = (sound[0] / "html" / "index.html").read_text()
    assert "html-manager" not in page and "require" not in page and "widget-state" not in page


CACHE = 'nb_execution_mode = "cache"\n'
FAILING = LINE.replace("ax.plot([0, n])", "ax.plot([0, 1 / (n - 2)])")


@pytest.fixture(scope="module")
def soft(tmp_path_factory) -> subprocess.CompletedProcess:
    """One book of what an author should hear of, though it builds."""
    folder = tmp_path_factory.mktemp("soft")
    cells = [
        cell(FAILING, "interact(draw, n=(0, 4))"),
        cell(LINE, "interact(draw, n=(0, 1))", "interact(draw, n=(0, 2))"),
        cell("from ipywidgets import interact", "interact(lambda n: f'{n}', n=(0, 3))"),
        cell("interact(lambda a: 'x', a=list(range(1600)))"),
        cell("from ipywidgets import interactive", "interactive(lambda a: 'x', a=list(range(2000)))"),
        cell("interact(lambda n: 1 / (n - n), n=(0, 3))", "print('The rest', 'stands.')"),
        cell("interact(lambda word, n: word * n, word='ha', n=(1, 3))"),
    ]
    return build(folder, *cells, conf="kernelfree_ipywidgets = True\n")


def test_what_an_author_should_hear_of_is_a_warning_with_its_place(soft):
    assert soft.returncode == 0, soft.stderr
    said = soft.stderr
    assert re.search(r"index\.md:\d+: WARNING: draw: 1 of 5 frames say that they failed.*draw\(n=2\)", said)
    assert re.search(r"index\.md:\d+: WARNING: figure: it has no description", said)
    assert re.search(r"WARNING: .*'word' \(Text\) has no finite list of values.*stays at 'ha'", said)


def test_two_figures_of_one_name_are_told_apart(soft):
    assert re.search(r"draw: 5 frames", soft.stdout)
    assert re.search(r"draw-2: 2 frames", soft.stdout) and re.search(r"draw-3: 3 frames", soft.stdout)


def test_with_a_line_of_configuration_the_interact_of_ipywidgets_is_ours(soft):
    assert re.search(r"figure: 4 frames", soft.stdout)


def test_what_is_left_to_ipywidgets_is_named(soft):
    left = r"index\.md:\d+: WARNING: figure[-\d]*: interact is left to ipywidgets here.*: ([\d,]+) frames"
    assert re.findall(left, soft.stderr) == ["1,600", "2,000"]
    assert re.search(r"WARNING: .* is left to ipywidgets here.*<lambda>\(n=1\) failed: ZeroDivisionError", soft.stderr)


def test_a_strict_book_leaves_nothing_to_ipywidgets(tmp_path):
    conf = "kernelfree_ipywidgets = True\nkernelfree_strict = True\n"
    done = build(tmp_path, cell("from ipywidgets import interact", "interact(lambda: 1)"), conf=conf)
    assert done.returncode != 0 and re.search(r"index\.md: FigureError: figure: it has no description", done.stderr)


def test_a_frame_that_fails_in_a_strict_figure_fails_the_build_from_the_cache_too(tmp_path):
    done = build(tmp_path, cell(FAILING, "interact(draw, n=(0, 4), strict=True)"), conf=CACHE)
    assert done.returncode != 0
    assert re.search(r"index\.md: FrameError: .*draw\(n=2\) failed: ZeroDivisionError: division", done.stderr)


def test_only_files_of_our_own_are_deleted(tmp_path):
    folder = tmp_path / "html" / "_static" / "kernelfree"
    folder.mkdir(parents=True)
    theirs = [folder / "notes.txt", folder / "mine.js", folder / "mine.0123abcd.js"]
    for path in theirs:
        path.write_text("not kernelfree's\n")
    cells = cell(LINE, "interact(draw, n=(0, 30))")
    assert build(tmp_path, cells).returncode == 0
    first = {path.name for path in folder.iterdir() if path.name.startswith("draw.")}
    assert build(tmp_path, cells.replace("30", "31")).returncode == 0
    second = {path.name for path in folder.iterdir() if path.name.startswith("draw.")}
    assert all(path.exists() for path in theirs)
    assert len(first) == len(second) == 1 and first != second


def test_latex_and_text_get_the_picture_and_the_words(tmp_path):
    cells = cell(LINE, "interact(draw, n=(0, 1))")
    assert build(tmp_path, cells, builder="latex").returncode == 0
    tex = next((tmp_path / "latex").glob("*.tex")).read_text()
    picture = re.search(r"sphinxincludegraphics.*\{\{([^}]+)\}\.png\}", tex)
    assert picture and list((tmp_path / "latex").glob(f"{picture[1]}.png"))
    done = build(tmp_path, cells, builder="text", conf=CACHE)
    assert done.returncode == 0, done.stderr
    assert "A line." in (tmp_path / "text" / "index.txt").read_text()


def test_notebook_viewers_get_the_still(sound):
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_filename(str(sound[0] / "jupyter_execute" / "index.ipynb"))
    assert re.search(r'<svg [^>]*aria-label="A line\."', html)


def outputs(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if _ours(path)}


def _ours(path: Path) -> bool:
    return path.is_file() and (path.suffix in (".html", ".js", ".css"))


def test_clean_builds_later_builds_and_builds_from_the_cache_give_the_same_bytes(tmp_path):
    cells = cell(LINE, "interact(draw, n=(0, 3))"), cell("from kernelfree import still", "still(draw(1)[0], 'A line.')")
    cache = f'nb_execution_mode = "cache"\nnb_execution_cache_path = {str(tmp_path / "cache")!r}\n'
    found = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        done = build(tmp_path / name, *cells, conf=cache)
        assert done.returncode == 0, done.stderr
        found.append(outputs(tmp_path / name / "html"))
        if name == "first":
            shutil.rmtree(tmp_path / "cache")
            continue
        assert "Executed notebook" in done.stdout + done.stderr
    (tmp_path / "third").mkdir()
    done = build(tmp_path / "third", *cells, conf=cache)
    assert "Using cached notebook" in done.stdout + done.stderr
    found.append(outputs(tmp_path / "third" / "html"))
    (tmp_path / "third" / "html" / "index.html").unlink()  # so that the page is written again beside what is there
    assert build(tmp_path / "third", *cells, conf=cache).returncode == 0
    # myst-nb's own style sheet is named in one way by a first build and in another by later ones.
    later = outputs(tmp_path / "third" / "html")
    found.append({name: re.sub(rb"(mystnb\.\w+\.css)\?v=\w+", rb"\1", content) for name, content in later.items()})
    assert found[0] == found[1] == found[2] == found[3]
    assert any(name.startswith("_static/kernelfree/draw.") for name in found[0]) or "kf-manifest" in str(
        found[0]["index.html"]
    )


def test_progress_goes_to_the_terminal_and_not_into_the_page(sound):
    folder, done = sound
    assert re.search(r"index\.md:\d+: draw: 13 frames, \d\.\d kB gz", done.stdout)
    page = (folder / "html" / "index.html").read_text()
    assert "frames," not in page and "drawing draw" not in page


def weight(page: Path, name: str) -> int:
    """Bytes of a figure's SVG and frames, as sent with gzip."""
    text = page.read_text()
    figure = text[text.index(f'data-live-figure="{name}"') :]
    picture = re.search(r'<div class="kf-still">(.*?</svg>)', figure, re.DOTALL)[1]
    manifest = json.loads(re.search(r'<script type="application/json" class="kf-manifest">(.*?)</script>', figure)[1])
    folder = next(parent for parent in page.parents if (parent / "_static" / "kernelfree").is_dir())
    data = (folder / "_static" / "kernelfree" / f"{manifest['data']}.js").read_bytes()
    return sum(len(gzip.compress(part, mtime=0)) for part in (picture.encode(), data))


def test_a_figure_is_shown_again_on_another_page(sound):
    first, again = ((sound[0] / "html" / name).read_text() for name in ("index.html", "deeper/again.html"))
    figure = r'<div class="kernelfree" data-live-figure="surface".*?</script></div>'
    (own,), (copy,) = (re.findall(figure, page, re.DOTALL) for page in (first, again))
    assert own == copy
    for name in re.findall(r'_static/kernelfree/(?:loader|kernelfree)[^"]*', first):
        assert f'"../{name}"' in again
    assert 'id="fig-surface-again"' in again and "manifest" in again
    caption = re.search(r"<figcaption>.*?</figcaption>", again, re.DOTALL)[0]
    assert re.search(
        r'<a class="reference internal" href="\.\./index\.html#fig-surface">.*?Fig\. 1.*?</a>\. Move', caption
    )
    assert 'href="#again"' in caption  # on its own page this link leads to another one


def test_figures_that_a_page_cannot_show_again_are_named(sound):
    said = sound[1].stderr
    assert re.search(r"again\.md:7: WARNING: figure-again: no other page has a figure 'fig-surface'", said)
    assert re.search(r"again\.md:10: WARNING: figure-again: no other page has a figure 'again'", said)
    assert said.count("WARNING: figure-again") == 2


def test_all_figures_are_svg_files(sound):
    page = (sound[0] / "html" / "deeper" / "again.html").read_text()
    (address,) = re.findall(
        r'<a href="([^"]+)"><img src="\1" alt="A parabola with its tangent[^>]* loading="lazy">', page
    )
    picture = ElementTree.parse(sound[0] / "html" / "deeper" / address).getroot()
    assert picture.tag.endswith("}svg") and picture.get("aria-label").startswith("A parabola")


def test_a_page_with_figures_of_others_is_read_again_with_any_other(sound):
    folder = sound[0]
    (folder / "source" / "other.md").write_text("---\norphan: true\n---\n# Another page\n")
    command = [sys.executable, "-m", "sphinx", "-b", "html", str(folder / "source"), str(folder / "html")]
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=folder)
    read = re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", done.stdout)
    assert sorted(read) == ["deeper/again", "other"], done.stdout + done.stderr


def test_two_sliders_of_21_positions_weigh_at_most_30_kb(sound):
    assert weight(sound[0] / "html" / "index.html", "surface") <= 30_000


def test_the_curve_of_the_loss_weighs_at_most_8_kb(site):
    page = next(page for page in site.rglob("*.html") if 'data-live-figure="nll-curve"' in page.read_text())
    assert weight(page, "nll-curve") <= 8_000


def test_a_page_whose_figures_are_heavy_together_says_so(tmp_path):
    words = [
        "import random",
        "from kernelfree import interact",
        "def words(n):",
        '    "Letters by chance."',
        "    print(random.Random(n).randbytes(7_000).hex())",
        "interact(words, n=(1, 3), name='one')",
    ]
    conf = "kernelfree_max_bytes = 40_000\n"
    assert "together" not in build(tmp_path, cell(*words), conf=conf).stderr
    heavy = build(tmp_path, cell(*words), cell("interact(words, n=(4, 6), name='two')"), conf=conf)
    assert re.search(
        r"index.md: WARNING: its figures take 0\.04\d* MB together, more than kernelfree_max_bytes", heavy.stderr
    )
