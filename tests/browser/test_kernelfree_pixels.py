"""Frames look as matplotlib draws them: pictures of both, compared pixel by pixel within a bound."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageFilter

from kernelfree.draw import svg
from project import source

X = np.linspace(0, 6, 80)


def lines(ax):
    ax.plot(X, np.sin(X), label=r"$\sin\,x$")
    ax.plot(X[::8], np.cos(X[::8]), "o--", label="marks")
    ax.legend(loc="lower left")


def mathematics(ax):
    ax.set_title(r"$\mathcal{L}=\int\sqrt{\frac{a}{b}}\left\{\frac{c}{d}\right\}$", fontsize=16)
    ax.set_ylabel(r"$\sum_{i=1}^{n}\alpha_i^2$")


def mesh(ax):
    ax.pcolormesh(np.add.outer(np.arange(12.0), np.arange(9.0)))


def contours(ax):
    ax.contourf(*np.meshgrid(X, X), np.sin(X)[:, None] * np.cos(X), levels=9)


def photograph(ax):
    rows, columns = np.mgrid[:120, :160]
    ax.imshow(np.sin(columns / 9) * np.cos(rows / 7) + np.random.default_rng(0).normal(0, 0.2, rows.shape))


def patterns(ax):
    ax.bar(range(4), [3, 1, 4, 2], hatch="//", edgecolor="black")
    ax.fill_between(range(4), [1, 2, 1, 2], alpha=0.4, color="C1")


def log_and_error_bars(ax):
    ax.errorbar([1, 10, 100], [1, 20, 300], yerr=[0.5, 10, 100], capsize=4)
    ax.set(xscale="log", yscale="log")
    ax.grid(True, which="both")


CASES = [lines, mathematics, mesh, contours, photograph, patterns, log_and_error_bars]


def blurred(picture) -> np.ndarray:
    """What the two smooth differently, a pixel to the left or right, is the same from a little farther away."""
    return np.asarray(picture.convert("RGB").filter(ImageFilter.GaussianBlur(2)), float)


@pytest.mark.parametrize("draw", CASES, ids=lambda draw: draw.__name__)
def test_a_frame_looks_as_matplotlib_draws_it(page, draw):
    figure, ax = plt.subplots(figsize=(5, 3.75))
    figure.set_layout_engine("tight")
    draw(ax)
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=96)
    theirs = blurred(Image.open(buffer))
    drawing = svg.draw_figure(figure)
    root = drawing.root
    root.attributes = svg.picture_attributes([(0, 0, *72 * figure.get_size_inches())], drawing.paper)
    plt.close(figure)
    height, width = theirs.shape[:2]
    page.set_viewport_size({"width": width, "height": height})
    style = f"body{{margin:0;background:#fff;color:#000;font-family:'DejaVu Sans'}}svg{{width:{width}px!important}}"
    page.set_content(f"<!DOCTYPE html><title>frame</title><style>{style}</style>{root}")
    page.wait_for_timeout(100)
    ours = blurred(Image.open(io.BytesIO(page.screenshot())))
    far = np.abs(ours - theirs).mean(axis=2)
    assert far.mean() < 4, "the picture as a whole"
    rows, columns = height // 16, width // 16
    squares = far[: rows * 16, : columns * 16].reshape(rows, 16, columns, 16).mean(axis=(1, 3))
    assert squares.max() < 40, "each square of 16 pixels"


def test_mathematics_grows_on_a_phone_as_text_does(page):
    figure, ax = plt.subplots(figsize=(5, 3.75))
    ax.set(ylabel="$E$", title="$mc^2$", xlabel="momentum")
    picture = str(svg.responsive_svg(figure))
    plt.close(figure)
    css = (source("kernelfree") / "static" / "kernelfree.css").read_text()
    sizes = {}
    for width in (400, 600):
        page.set_viewport_size({"width": width, "height": 500})
        # No drawing is narrower here, so that nothing but the rule for phones changes a size.
        # Widths follow the size of the letters alone, and not how a browser fits them to pixels.
        drawing = "width:480px!important;margin:0!important;text-rendering:geometricPrecision"
        style = f"{css} body{{margin:0}} svg{{{drawing}}}"
        page.set_content(f"<!DOCTYPE html><title>f</title><style>{style}</style>{picture}")
        boxes = [page.locator(f"svg {name}").bounding_box() for name in ("[data-text='$E$']", "[data-text='$mc^2$']")]
        boxes.append(page.get_by_text("momentum").bounding_box())
        sizes[width] = [{**box, "right": box["x"] + box["width"]} for box in boxes]
    (label, title, text), (label_before, title_before, text_before) = sizes[400], sizes[600]
    assert text["width"] / text_before["width"] == pytest.approx(1.25, abs=0.03)
    for now, before in ((label, label_before), (title, title_before)):
        assert now["width"] / before["width"] == pytest.approx(1.25, abs=0.03)
    # The label of an axis grows away from it, the title to both sides.
    towards, away = (sign * (label[at] - label_before[at]) for at, sign in (("right", 1), ("x", -1)))
    assert towards < 0.7 * away
    assert title["x"] + title["right"] == pytest.approx(title_before["x"] + title_before["right"], abs=0.5)
