"""kernelfree's gallery, built as an author builds it: every case is live on desk and phone, with no fault of access.

And a figure saved as one file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from engines import serve

from checkers import faults_by_axe
from kernelfree import save
from project import ROOT, python_path

GALLERY = ROOT / "code" / "kernelfree" / "docs"
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    out = tmp_path_factory.mktemp("gallery")
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    command = [str(Path(sys.executable).with_name("jb")), "build", str(GALLERY), "-W", "--keep-going"]
    done = subprocess.run([*command, "--path-output", str(out)], env=env, capture_output=True, text=True, cwd=out)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    server = serve(out / "_build" / "html")
    yield server.address
    server.shutdown()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("name", "count"), [("plots", 10), ("controls", 8), ("outputs", 7)])
def test_every_case_of_the_gallery_is_live(chromium, address, name, count, width):
    page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{address}/{name}.html")
    figures = page.locator("[data-live-figure]")
    assert figures.count() == count
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        figure.and_(page.locator("[data-ready]")).wait_for()
        before, height = figure.locator(".kf-still").inner_html(), figure.bounding_box()["height"]
        slider, menu = figure.locator("input[type=range]"), figure.locator("select")
        if slider.count():
            slider.first.press("ArrowRight")
        else:
            menu.first.select_option(index=1)
        page.wait_for_function(
            "([node, html]) => node.innerHTML !== html", arg=[figure.locator(".kf-still").element_handle(), before]
        )
        if name != "outputs":  # a table grows with its rows
            assert figure.bounding_box()["height"] == pytest.approx(height, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults_by_axe(page, ".kernelfree") == []
    page.context.close()


def test_a_control_offers_what_the_other_one_leaves(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/controls.html")
    figure = page.locator('[data-live-figure="choices"]')
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-ready]")).wait_for()
    n, k = figure.locator("input[type=range]").all()
    tracks = "[...figure.querySelectorAll('input[type=range]')].map((one) => [one.value, one.min, one.max].join(' '))"

    def wait_for(*seen: str) -> None:
        wanted = [figure.element_handle(), ",".join(seen)]
        page.wait_for_function(f"([figure, seen]) => String({tracks}) === seen", arg=wanted)

    for slider, key, seen in [
        (k, "End", ["4 0 6", "4 0 4"]),
        (n, "ArrowLeft", ["3 0 6", "3 0 3"]),
        (n, "End", ["6 0 6", "3 0 6"]),
        (k, "End", ["6 0 6", "6 0 6"]),
        (n, "Home", ["0 0 6", "0 0 0"]),
    ]:
        slider.press(key)
        wait_for(*seen)
    bars = "(figure) => figure.querySelector('.kf-still').innerHTML"
    before = figure.evaluate(bars)
    figure.locator(".kf-reset").click()
    wait_for("4 0 6", "2 0 4")
    assert figure.evaluate(bars) != before
    page.context.close()


def test_a_sound_is_that_of_its_frame(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/outputs.html")
    figure = page.locator('[data-live-figure="beat"]')
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-ready]")).wait_for()
    loaded = (
        "([node, before]) => node.duration === 0.5 && node.currentSrc === node.src && node.src !== before && node.src"
    )
    before = None
    for key in ("Home", "End"):
        figure.locator("input[type=range]").press(key)
        sound = page.wait_for_function(loaded, arg=[figure.locator("audio").element_handle(), before])
        before = sound.json_value()
    page.context.close()


def wave(speed):
    """A wave that quickens."""
    x = np.linspace(0, 6, 50)
    plt.plot(x, np.sin(speed * x))
    plt.title(f"speed {speed} </script>")


@pytest.mark.parametrize("title", ["A wave & its speed", None])
def test_a_saved_figure_is_one_file_that_moves_from_disk(page, tmp_path, title):
    saved = save(tmp_path / "figure.html", wave, name="wave", speed=(1, 5), title=title)
    assert not re.search(r'(?:src|href)="(?!#|data:)', saved.html)
    page.goto(saved.path.as_uri())
    figure = page.locator('[data-live-figure="wave"][data-ready]')
    figure.locator("input[type=range]").press("End")
    assert "speed 5" in figure.locator("svg").text_content()
    assert page.get_by_role("heading", level=1).all_inner_texts() == [title or "wave"]
    assert page.locator("main").inner_text().count("A wave & its speed") == bool(title)
    assert faults_by_axe(page) == []
    page.set_content(f"<!DOCTYPE html><title>notebook</title>{saved._repr_html_()}")
    inside = page.frame_locator("iframe").locator("[data-ready]")
    inside.locator("input[type=range]").press("End")
    assert "speed 5" in inside.locator("svg").text_content()
